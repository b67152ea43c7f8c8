"""Ageing (账龄): how many days what is still owed is overdue, in buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int16, Int64, require

DEFAULT_EDGES_DAYS: Final = (0, 30, 60, 90, 180, 365)
"""Last day of each bucket but the open one: not due, 1-30, 31-60, 61-90, 91-180, 181-365, more."""


@dataclass(frozen=True, slots=True)
class Ageing:
    """Age of each receivable, shape (n,).

    Attributes:
        overdue_days: 0 up to and on the due day, 1 on the day after (domain.md §7.2).
        bucket: 0 not overdue, len(edges) beyond the last edge.
    """

    overdue_days: Int64
    bucket: Int16


@dataclass(frozen=True, slots=True)
class AgeingTable:
    """Sums by group and bucket; G groups, B = len(edges) + 1 buckets.

    Attributes:
        group: (G,) ascending.
        open_fen: (G, B) what is owed.
        receivables: (G, B) how many receivables owe it; those with nothing open are not counted.
    """

    group: Int64
    open_fen: np.ndarray[Any, np.dtype[np.int64]]
    receivables: np.ndarray[Any, np.dtype[np.int64]]


def ageing(due_day: Int64, as_of_day: int, edges_days: Sequence[int] = DEFAULT_EDGES_DAYS) -> Ageing:
    """Age receivables as of a day.

    Args:
        due_day: last day to pay, days since 1970-01-01, shape (n,).
        as_of_day: the day asked about.
        edges_days: last day of each bucket, strictly rising from 0.

    Raises:
        ValueError: edges that do not begin with 0 or do not rise.
    """
    require(np.int64, due_day=due_day)
    if not edges_days or edges_days[0] != 0 or any(low >= high for low, high in pairwise(edges_days)):
        raise ValueError(f"edges_days must rise strictly from 0, got {tuple(edges_days)}")
    overdue_days = np.maximum(as_of_day - due_day, 0)
    bucket = np.searchsorted(np.array(edges_days, np.int64), overdue_days, side="left")
    return Ageing(overdue_days=overdue_days, bucket=bucket.astype(np.int16))


def ageing_table(
    group: Int64,
    open_fen: Int64,
    aged: Ageing,
    edges_days: Sequence[int] = DEFAULT_EDGES_DAYS,
) -> AgeingTable:
    """Add up what is open by group (an area manager, an account) and bucket, exactly."""
    require(np.int64, group=group, open_fen=open_fen, overdue_days=aged.overdue_days)
    groups, row = np.unique(group, return_inverse=True)
    shape = (len(groups), len(edges_days) + 1)
    sums, counts = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    np.add.at(sums, (row, aged.bucket), open_fen)
    np.add.at(counts, (row, aged.bucket), open_fen != 0)
    return AgeingTable(group=groups, open_fen=sums, receivables=counts)
