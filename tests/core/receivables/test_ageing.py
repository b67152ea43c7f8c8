"""Ageing: days overdue, buckets, and the table by group."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.receivables import ageing, ageing_table


@pytest.mark.parametrize(
    ("days", "overdue", "bucket"),
    [
        (-40, 0, 0),
        (0, 0, 0),
        (1, 1, 1),
        (30, 30, 1),
        (31, 31, 2),
        (90, 90, 3),
        (91, 91, 4),
        (180, 180, 4),
        (365, 365, 5),
        (366, 366, 6),
    ],
)
def test_the_day_after_the_due_day_is_the_first_day_overdue(days: int, overdue: int, bucket: int) -> None:
    aged = ageing(np.array([1000]), 1000 + days)
    assert (aged.overdue_days.tolist(), aged.bucket.tolist()) == ([overdue], [bucket])


def test_buckets_follow_the_given_edges() -> None:
    assert ageing(np.array([0, 0, 0]) - np.array([5, 10, 11]), 0, (0, 10)).bucket.tolist() == [1, 1, 2]


@pytest.mark.parametrize("edges", [(), (1, 30), (0, 30, 30), (0, 30, 20)])
def test_edges_that_do_not_rise_from_zero_are_refused(edges: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="edges_days"):
        ageing(np.array([0]), 0, edges)


def test_table_adds_up_by_group_and_counts_what_is_still_open() -> None:
    due_day, open_fen = np.array([100, 99, 60, 60]), np.array([500, 70, 0, 3])
    aged = ageing(due_day, 100)
    table = ageing_table(np.array([2, 1, 1, 1]), open_fen, aged)
    assert table.group.tolist() == [1, 2]
    assert table.open_fen.tolist() == [[0, 70, 3, 0, 0, 0, 0], [500, 0, 0, 0, 0, 0, 0]]
    assert table.receivables.tolist() == [[0, 1, 1, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0]]
    assert table.open_fen.sum() == open_fen.sum()


def test_table_of_nothing_is_empty() -> None:
    nothing = np.zeros(0, np.int64)
    assert ageing_table(nothing, nothing, ageing(nothing, 0)).open_fen.shape == (0, 7)
