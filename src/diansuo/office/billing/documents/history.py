"""The thirteen months of a bill's chart: heights as whole thousandths, so that the template computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from diansuo.core.quantity.rounding import round_half_away

MONTHS: Final = 13
OTHER, YEAR_AGO, THIS = 0, 1, 2


def bars(period: int, energy_wh: Mapping[int, int]) -> list[list[object]]:
    """Return for each of thirteen months: label, height in thousandths of the highest, whole kWh, and which it is.

    A month without a bill has height 0 and no figure; January (and the first month) also names its year.

    Args:
        period: the last month, YYYYMM.
        energy_wh: Wh by month.
    """
    months = [_back(period, step) for step in range(MONTHS - 1, -1, -1)]
    highest = max((max(energy_wh.get(month, 0), 0) for month in months), default=0)
    return [
        [
            f"{month % 100:02d}",
            str(month // 100) if place == 0 or month % 100 == 1 else "",
            round_half_away(max(energy_wh.get(month, 0), 0) * 1000, highest) if highest else 0,
            f"{round_half_away(energy_wh[month], 1000):,}" if month in energy_wh else "",
            THIS if month == period else YEAR_AGO if month == period - 100 else OTHER,
        ]
        for place, month in enumerate(months)
    ]


def _back(period: int, months: int) -> int:
    year, month = divmod(period // 100 * 12 + period % 100 - 1 - months, 12)
    return year * 100 + month + 1
