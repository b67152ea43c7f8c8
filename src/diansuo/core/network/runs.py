"""How long a condition holds in a row on a day of 96 points, when some of the points were not collected.

A missing point neither fulfils a condition nor clears it. So there are two answers to each point: `surely` it holds,
`perhaps` it holds (a missing point is perhaps, never surely). A run of sure points that is long enough fulfils; if not
even the run of the possible points is, the day is clear; between the two it cannot be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Int64

POINTS_A_DAY: Final = 96
MINUTES_A_POINT: Final = 15
Marks = npt.NDArray[np.bool_]
Points = np.ndarray[Any, np.dtype[np.int64]]


class Verdict(IntEnum):
    """What is known of a condition on a day."""

    CLEAR = 0  # it did not hold for so long, whatever the missing points were
    FULFILLED = 1  # it held for so long
    UNDECIDED = 2  # it may have: points, or what the archive does not say, are missing
    NOT_COLLECTED = 3  # no point of the day came


@dataclass(frozen=True, slots=True)
class Runs:
    """What became of a condition on a day, shape (m,), all int64.

    Attributes:
        verdict: `Verdict`.
        known: points of the day that were collected.
        points: the longest sure run that reaches into the day, in points; of two the earlier.
        start: where it begins, points from 0:00 of the day; below 0 on the day before.
        total: points of the day that surely fulfil, in a row or not.
    """

    verdict: Int64
    known: Int64
    points: Int64
    start: Int64
    total: Int64


def runs_of(surely: Marks, perhaps: Marks, known: Marks, least_minutes: int) -> Runs:
    """Return how long a condition held in a row.

    A point stands for the quarter of an hour that begins with it, so two hours are eight points in a row. A run that
    began on the day before counts whole, on the day on which it is long enough.

    Args:
        surely: bool (m, 192): it holds at the point; the 96 points of the day before, then those of the day.
        perhaps: bool (m, 192): it may hold; true wherever ``surely`` is, and where the point is missing.
        known: bool (m, 192): the point was collected.
        least_minutes: how long it must hold.

    Raises:
        ValueError: shapes differ, or a point holds surely and not perhaps.

    Source: docs/rules/daily-lists.md.
    """
    whole = 2 * POINTS_A_DAY
    if not surely.shape == perhaps.shape == known.shape or surely.shape[1] != whole:
        raise ValueError(f"marks: expected three of (m, {whole})")
    if (surely & ~perhaps).any():
        raise ValueError("surely: holds where it does not hold perhaps")
    needed = -(-least_minutes // MINUTES_A_POINT)
    points, end = _longest(surely)
    most, _end = _longest(perhaps)
    of_day = known[:, POINTS_A_DAY:].sum(axis=1).astype(np.int64)
    verdict = np.where(most >= needed, int(Verdict.UNDECIDED), int(Verdict.CLEAR))
    verdict[of_day == 0] = Verdict.NOT_COLLECTED
    verdict[points >= needed] = Verdict.FULFILLED
    return Runs(
        verdict=verdict.astype(np.int64),
        known=of_day,
        points=points,
        start=end + 1 - points - POINTS_A_DAY,
        total=surely[:, POINTS_A_DAY:].sum(axis=1).astype(np.int64),
    )


def _longest(marks: Marks) -> tuple[Int64, Int64]:
    """Return the longest run that ends on the day, and at which point it ends."""
    rows = len(marks)
    now, best = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=np.int64)
    end = np.full(rows, POINTS_A_DAY - 1, dtype=np.int64)
    for at in range(marks.shape[1]):
        now = (now + 1) * marks[:, at]
        if at >= POINTS_A_DAY:
            longer = now > best
            best = np.where(longer, now, best)
            end[longer] = at
    return best, end
