"""The one time order of readings, and which reading of a day a settlement ends at."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering.registers import Purpose, Readings, Register
from diansuo.core.quantity.arrays import Bool, Int64

_ON_OLD_METER: Final = 0
_RANK: Final = np.full(8, 3, np.int64)
_RANK[Purpose.FINAL] = 1
_RANK[Purpose.INITIAL] = 2


def time_order(readings: Readings) -> Int64:
    """Rows of all but demand readings by point, register and time; shape (m,), m ≤ n.

    Within a day: what was still read from the meter that is taken off that day (its 0:00 freeze), the final
    reading, the first reading of the new meter, everything else. Ties end with the values themselves, so that
    the order never depends on the order of the rows.
    """
    rows = np.flatnonzero(readings.register != Register.DEMAND)
    series = readings.point[rows] * 64 + readings.register[rows]
    moment = readings.day[rows] * 64 + _ranks(readings, rows, series) * 8 + readings.purpose[rows]
    if _strictly_rises(series, moment):
        return rows
    order = np.lexsort((moment, series))
    if not _strictly_rises(series[order], moment[order]):
        last_resort = (readings.register_wh[rows], readings.multiplier[rows], readings.meter[rows])
        order = np.lexsort((*last_resort, moment, series))
    return rows[order]


def after_settlement_reading(readings: Readings, order: Int64) -> Bool:
    """Of each reading in time order: it comes after the settlement reading of its own day; shape of `order`.

    The settlement reading of a day is its last periodic or opening reading, else its last reading. A meter
    exchanged in the course of a reading day therefore belongs to the next period, once and not twice.
    """
    if not len(order):
        return np.zeros(0, np.bool_)
    point, register, day = readings.point[order], readings.register[order], readings.day[order]
    starts = np.ones(len(order), np.bool_)
    starts[1:] = (point[1:] != point[:-1]) | (register[1:] != register[:-1]) | (day[1:] != day[:-1])
    if starts.all():
        return np.zeros(len(order), np.bool_)
    group = np.cumsum(starts) - 1
    place = np.arange(len(order))
    settles = np.isin(readings.purpose[order], (Purpose.PERIODIC, Purpose.OPENING))
    border = np.full(group[-1] + 1, -1, np.int64)
    np.maximum.at(border, group[settles], place[settles])
    last = np.append(np.flatnonzero(starts)[1:], len(order)) - 1
    border = np.where(border < 0, last, border)
    return np.asarray(place > border[group], np.bool_)


def _ranks(readings: Readings, rows: Int64, series: Int64) -> Int64:
    """Rank of each reading within its day."""
    purpose = readings.purpose[rows]
    rank = _RANK[purpose]
    finals = np.flatnonzero(purpose == Purpose.FINAL)
    if not len(finals):
        return rank
    near = np.flatnonzero(np.isin(series, series[finals]))
    at = rows[near]
    # Meter and multiplier: one meter whose transformers are exchanged also has a final and a first reading.
    columns = (series[near], readings.day[at], readings.meter[at], readings.multiplier[at])
    _, group = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    ends = np.isin(group, group[purpose[near] == Purpose.FINAL])
    begins = np.isin(group, group[purpose[near] == Purpose.INITIAL])
    rank[near[ends & ~begins & (rank[near] == _RANK[Purpose.PERIODIC])]] = _ON_OLD_METER
    return rank


def _strictly_rises(series: Int64, moment: Int64) -> bool:
    same = series[1:] == series[:-1]
    return bool(((series[1:] > series[:-1]) | (same & (moment[1:] > moment[:-1]))).all())
