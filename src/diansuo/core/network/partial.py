"""Registers of a month of which one end is missing: the nearest one inside stands in, so that known energy counts.

Without it one failed collection on the last day would take a customer's whole month out of what was sold.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from diansuo.core.network.energy import Freezes
from diansuo.core.quantity.arrays import Int64


def with_nearest_ends(freezes: Freezes, from_day: int, to_day: int, exact: Int64) -> Freezes:
    """Return the freezes with a register at both ends of ``[from_day, to_day]`` for every point that has one inside.

    A point's first register inside stands in at the beginning, its last one at the end: what it used before and after
    stays unknown and is taken as nothing.

    Args:
        freezes: registers of the period and, perhaps, of days around it.
        from_day: the period's first day, days since 1970-01-01.
        to_day: the day after its last one.
        exact: int64, points for which nothing may stand in (masters, gates).

    Source: docs/rules/line-loss.md.
    """
    inside = (freezes.day >= from_day) & (freezes.day <= to_day) & (freezes.total_wh >= 0)
    rows = np.flatnonzero(inside & ~np.isin(freezes.point, exact))
    order = rows[np.lexsort((freezes.day[rows], freezes.point[rows]))]
    if not len(order):
        return freezes
    point = freezes.point[order]
    begins = np.flatnonzero(np.diff(point, prepend=point[0] - 1))
    first, last = order[begins], order[np.append(begins[1:], len(order)) - 1]
    early, late = first[freezes.day[first] > from_day], last[freezes.day[last] < to_day]
    added = {
        each.name: np.concatenate([getattr(freezes, each.name)[early], getattr(freezes, each.name)[late]])
        for each in fields(freezes)
    }
    added["day"] = np.repeat(np.array([from_day, to_day], dtype=np.int64), [len(early), len(late)])
    return Freezes(
        **{name: np.concatenate([getattr(freezes, name), column]) for name, column in added.items()}
    )
