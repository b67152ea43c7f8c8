"""A month of which one end is missing: the energy that is known still counts; masters are never made up."""

from __future__ import annotations

import numpy as np

from diansuo.core.network import Freezes, with_nearest_ends


def freezes(*rows: tuple[int, int, int]) -> Freezes:
    """Return freezes from (point, day, total Wh)."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), 3)
    one = np.ones(len(rows), dtype=np.int64)
    return Freezes(table[:, 0].copy(), table[:, 1].copy(), one, one, table[:, 2].copy(), -one)


def at(found: Freezes, point: int, day: int) -> list[int]:
    return found.total_wh[(found.point == point) & (found.day == day)].tolist()


def test_the_nearest_register_inside_stands_in_at_either_end() -> None:
    found = with_nearest_ends(
        freezes((1, 11, 5), (1, 18, 9), (2, 10, 1), (2, 20, 3)), 10, 20, np.zeros(0, np.int64)
    )

    assert (at(found, 1, 10), at(found, 1, 20)) == ([5], [9])
    assert (at(found, 2, 10), at(found, 2, 20)) == ([1], [3])
    assert len(found) == 6


def test_days_outside_and_registers_that_are_not_there_stand_in_for_nothing() -> None:
    found = with_nearest_ends(freezes((1, 9, 5), (1, 12, -1), (1, 21, 9)), 10, 20, np.zeros(0, np.int64))

    assert len(found) == 3


def test_a_master_keeps_its_gaps() -> None:
    found = with_nearest_ends(freezes((7, 11, 5), (1, 11, 5)), 10, 20, np.array([7], dtype=np.int64))

    assert at(found, 7, 20) == []
    assert at(found, 1, 20) == [5]
