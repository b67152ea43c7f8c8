"""Data of the loss charts: rates as lines, energies of an area as columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.network.page_queries import Trend
from diansuo.office.network.queries import Loss

FEEDERS_DRAWN = 4
KWH = 1000
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


def energies(days: Sequence[Loss]) -> dict[str, Any]:
    """Return supply, sold and loss of an area by day."""
    series = (
        (_("供电量"), 1, [row.supply_wh for row in days]),
        (_("售电量"), 2, [row.sold_wh for row in days]),
        (_("损失电量"), 5, [row.loss_wh for row in days]),
    )
    return {
        "unit": "kWh",
        "side_by_side": True,
        "labels": [f"{row.day:%m-%d}" for row in days],
        "series": [
            {"name": name, "colour": colour, "values": [None if wh is None else wh / KWH for wh in values]}
            for name, colour, values in series
        ],
    }
