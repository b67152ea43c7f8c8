"""Days of which a register at an end is missing: the nearest ones inside stand in, so that known energy counts.

Without it one failed collection on the last day would take a customer's whole month out of what was sold; and so would
the day on which one comes, moves or leaves, which seldom is a day with a register.
"""

from __future__ import annotations

import numpy as np

from diansuo.core.network.energy import Freezes, Intervals, Rows
from diansuo.core.quantity.arrays import Bool, Int64


def narrowed(freezes: Freezes, rows: Rows, place: Int64, intervals: Intervals, exact: Int64) -> Intervals:
    """Return the intervals, each as far as registers reach inside it; without one it stays as it is.

    What a point used before the first and after the last stays unknown and is taken as nothing.

    Args:
        freezes: registers.
        rows: where they stand.
        place: int64 (n,), where the interval's point stands among those of ``rows``.
        intervals: of each point the days it belongs, (n,).
        exact: int64, points for which nothing may stand in (masters, gates).

    Source: docs/rules/line-loss.md.
    """
    begins, stops = (rows.at(place, day) for day in (intervals.from_day, intervals.to_day))
    whole = _whole(freezes, begins, intervals.feeds) & _whole(freezes, stops, intervals.feeds)
    at = np.flatnonzero(~whole & ~np.isin(intervals.point, exact))
    day = np.arange(rows.table.shape[1]) + rows.first_day
    within = (day >= intervals.from_day[at, None]) & (day <= intervals.to_day[at, None])
    within &= _whole(freezes, rows.table[place[at]], intervals.feeds[at, None])
    at, within = at[within.any(axis=1)], within[within.any(axis=1)]
    from_day, to_day = intervals.from_day.copy(), intervals.to_day.copy()
    from_day[at] = day[within.argmax(axis=1)]
    to_day[at] = day[within.shape[1] - 1 - within[:, ::-1].argmax(axis=1)]
    return Intervals(intervals.point, from_day, to_day, intervals.feeds)


def _whole(freezes: Freezes, row: Int64, feeds: Bool) -> Bool:
    """Return where a row is there with the registers its point has."""
    if not len(freezes):
        return np.zeros(row.shape, dtype=np.bool_)
    whole: Bool = (row >= 0) & (freezes.total_wh[row] >= 0) & (~feeds | (freezes.reverse_wh[row] >= 0))
    return whole
