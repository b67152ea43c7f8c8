"""A point's own past: what its settled months let one expect of the next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.registers import same_length
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Bool, Int64, require


@dataclass(frozen=True, slots=True)
class SettledMonths:
    """Months settled before, from the effective bills, shape (k,), one row a point and month, any order.

    Attributes:
        point: metering point.
        month: year × 12 + (month − 1) of the 电费年月.
        energy_wh: energy of the total register.
        days: days of the period; a row without days says nothing and is passed over.
        estimated: it was settled on an estimate; None where nobody asks.
    """

    point: Int64
    month: Int64
    energy_wh: Int64
    days: Int64
    estimated: Bool | None = None

    def __post_init__(self) -> None:
        require(np.int64, point=self.point, month=self.month, energy_wh=self.energy_wh, days=self.days)


@dataclass(frozen=True, slots=True)
class History:
    """What is known of each due point's past, shape (n,); 0 days mean that nothing is known.

    Attributes:
        recent_energy_wh: energy of the latest settled months.
        recent_days: their days.
        year_ago_energy_wh: energy of the same month of the year before.
        year_ago_days: its days.
        zero_run: zero months in a row directly before this one.
        estimated_run: estimated months in a row directly before this one, if known.
    """

    recent_energy_wh: Int64
    recent_days: Int64
    year_ago_energy_wh: Int64
    year_ago_days: Int64
    zero_run: Int64
    estimated_run: Int64 | None = None

    def __post_init__(self) -> None:
        require(
            np.int64,
            recent_energy_wh=self.recent_energy_wh,
            recent_days=self.recent_days,
            year_ago_energy_wh=self.year_ago_energy_wh,
            year_ago_days=self.year_ago_days,
            zero_run=self.zero_run,
        )


def history(point: Int64, month: int, past: SettledMonths, periods: int) -> History:
    """Gather the past of each due point as of a month.

    Args:
        point: due points, unique, shape (n,).
        month: the month to be settled, counted like `SettledMonths.month`; it and later ones are ignored.
        past: settled months.
        periods: how many of the latest months make the mean; they need not be adjacent.
    """
    require(np.int64, point=point)
    same_length(point=past.point, month=past.month)
    row = rows_of(point, past.point)
    usable = np.flatnonzero((row >= 0) & (past.month < month) & (past.days > 0))
    order = usable[np.lexsort((-past.month[usable], row[usable]))]
    row = row[order]
    energy_wh, days = past.energy_wh[order], past.days[order]
    back = np.arange(len(order)) - np.searchsorted(row, row)  # 0 for the latest month of each point
    recent = back < periods
    year_ago = past.month[order] == month - 12

    def total(values: Int64, rows: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Int64:
        summed = np.zeros(len(point), np.int64)
        np.add.at(summed, row[rows], values[rows])
        return summed

    def run_of(mark: Bool) -> Int64:
        """Months in a row, from the latest back, that are marked."""
        months = np.bincount(row, minlength=len(point)).astype(np.int64)
        np.minimum.at(months, row[~mark], back[~mark])
        return months

    return History(
        recent_energy_wh=total(energy_wh, recent),
        recent_days=total(days, recent),
        year_ago_energy_wh=total(energy_wh, year_ago),
        year_ago_days=total(days, year_ago),
        zero_run=run_of(energy_wh == 0),
        estimated_run=None if past.estimated is None else run_of(past.estimated[order]),
    )


def expected_wh(energy_wh: Int64, known_days: Int64, days: Int64) -> Int64:
    """Energy in Wh of so many days at a known day average, rounded down; 0 if nothing is known."""
    return energy_wh * days // np.maximum(known_days, 1)
