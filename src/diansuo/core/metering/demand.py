"""The maximum demand of a settled month: a value the meter holds, not a difference of two registers."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering.registers import Purpose, Readings, Register
from diansuo.core.metering.settlement import Due, Settled
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Int64

NO_DEMAND: Final = -1
"""Stands for a month whose demand was not read; never taken for 0."""
_OF_THE_MONTH: Final = (Purpose.PERIODIC, Purpose.FINAL, Purpose.SPECIAL)


def maximum_demand_w(readings: Readings, due: Due, settled: Settled) -> Int64:
    """Return the largest demand of each settled period: the value read × multiplier (step: none, exact).

    A demand register holds the maximum since it was last reset, so every reading taken after the first day of the
    period up to its last counts, those of a meter that was taken off among them; what a new meter shows when it is
    put up does not.

    Args:
        readings: shape (n,); demand registers are kW × 1000, before the multiplier.
        due: the points, shape (k,).
        settled: their periods, shape (k,).

    Returns:
        int64 (k,), W; ``NO_DEMAND`` where no demand was read in the period, or there is none.

    Source: domain.md §4.1 (最大需量为抄见值乘倍率) [K中]; docs/rules/maximum-demand.md.
    """
    demand_w = np.full(len(due), NO_DEMAND, np.int64)
    at = np.flatnonzero(readings.register == Register.DEMAND)
    row = rows_of(due.point, readings.point[at])
    known = row >= 0
    at, row = at[known], row[known]
    day = readings.day[at]
    inside = settled.ok[row] & (day > settled.from_day[row]) & (day <= settled.to_day[row])
    inside &= np.isin(readings.purpose[at], _OF_THE_MONTH)
    at, row = at[inside], row[inside]
    np.maximum.at(demand_w, row, readings.register_wh[at] * readings.multiplier[at])
    return demand_w
