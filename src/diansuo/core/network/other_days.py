"""Customers settled between other days than the loss is computed between: what the freezes put right, by area."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Bool, Int64, require


@dataclass(frozen=True, slots=True)
class Settled:
    """Customers' months as they were settled, shape (n,).

    Attributes:
        area: index of the area, 0 to areas − 1.
        from_day: the day the settled month begins.
        to_day: the day it ends.
        settled_wh: its energy.
        frozen_wh: what flowed in the period of the loss, by freeze; meaningless where it is not known.
        known: it is.
    """

    area: Int64
    from_day: Int64
    to_day: Int64
    settled_wh: Int64
    frozen_wh: Int64
    known: Bool

    def __post_init__(self) -> None:
        require(
            np.int64,
            area=self.area,
            from_day=self.from_day,
            to_day=self.to_day,
            settled_wh=self.settled_wh,
            frozen_wh=self.frozen_wh,
        )
        require(np.bool_, known=self.known)
        same_length(area=self.area, from_day=self.from_day, to_day=self.to_day, known=self.known)


@dataclass(frozen=True, slots=True)
class OtherDays:
    """Of each area, int64 (areas,).

    Attributes:
        settled: customers settled in the period.
        other: those of them settled between other days than the period's.
        corrected: those of the other days whose freezes at both its ends are known.
        corrected_wh: by how much what flowed in the period differs from what was settled of them.
        left: those of the other days without.
        left_wh: what was settled of these; of it the loss counts what was frozen inside the period, and no more.
    """

    settled: Int64
    other: Int64
    corrected: Int64
    corrected_wh: Int64
    left: Int64
    left_wh: Int64


def other_days(of: Settled, start: int, end: int, areas: int) -> OtherDays:
    """Sum by area what the freezes correct of customers read on other days than ``start`` and ``end``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §10.1 (同期: 剔除抄表不同期); docs/rules/line-loss.md.
    """
    other = (of.from_day != start) | (of.to_day != end)

    def summed(rows: Bool, weight: Int64 | None = None) -> Int64:
        total = np.zeros(areas, np.int64)
        np.add.at(total, of.area[rows], 1 if weight is None else weight[rows])
        return total

    corrected, left = other & of.known, other & ~of.known
    return OtherDays(
        settled=summed(np.ones(len(other), np.bool_)),
        other=summed(other),
        corrected=summed(corrected),
        corrected_wh=summed(corrected, of.frozen_wh - of.settled_wh),
        left=summed(left),
        left_wh=summed(left, of.settled_wh),
    )


def nearest_month(point: Int64, from_day: Int64, to_day: Int64, start: int, end: int) -> Int64:
    """Return rows of the settled month of each point that shares most days with a period, at least half of its days.

    Args:
        point: int64 (n,), of the settled months.
        from_day: their first days.
        to_day: the days they end.
        start: first day of the period.
        end: the day after its last one.
    """
    shared = np.minimum(to_day, end) - np.maximum(from_day, start)
    rows = np.flatnonzero(2 * shared >= end - start)
    order = rows[np.lexsort((rows, -shared[rows], point[rows]))]
    first = np.ones(len(order), np.bool_)
    first[1:] = point[order[1:]] != point[order[:-1]]
    return np.sort(order[first])
