"""Data of the loss charts: rates as lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.network.page_queries import Trend

FEEDERS_DRAWN = 4
POINTS = 100


def rates(of: Trend) -> dict[str, Any]:
    """Return the rates of the stations, of all areas together, and of the feeders that lose most, as lines."""
    feeders = sorted(of.feeders.items(), key=lambda each: -_mean(each[1]))[:FEEDERS_DRAWN]
    lines = [*of.stations.items(), (_("台区合计"), of.areas), *feeders]
    return {
        "type": "line",
        "unit": "%",
        "labels": [f"{day:%m-%d}" for day in of.days],
        "series": [
            {
                "name": name,
                "colour": at % (2 + FEEDERS_DRAWN) + 1,
                "values": [None if rate is None else rate / POINTS for rate in values],
            }
            for at, (name, values) in enumerate(lines)
        ],
    }


def _mean(rates: Sequence[int | None]) -> float:
    known = [rate for rate in rates if rate is not None]
    return sum(known) / len(known) if known else 0.0
