"""A month of which an end is missing: the energy that is known still counts; masters are never made up."""

from __future__ import annotations

from collections.abc import Sequence

from tests.core.network.groups import P, Shown, balanced, customer, master

NOBODY: Sequence[int] = ()


def rising(first: int, last: int, missing: Sequence[int] = ()) -> list[Shown]:
    """Return the registers of days 0 to 10 of one who uses 10 kWh a day, with freezes from a day to another."""
    return [str(10 * day) if first <= day <= last and day not in missing else None for day in range(11)]


def sold(points: Sequence[P], groups: int = 1) -> list[int]:
    return balanced(points, (0, 10), groups, exact=NOBODY).sold_wh[:, 0].tolist()


def test_the_nearest_register_inside_stands_in_at_either_end() -> None:
    assert sold([customer(*rising(1, 8))]) == [70_000]
    assert sold([customer(*rising(0, 10))]) == [100_000]


def test_days_outside_and_registers_that_are_not_there_stand_in_for_nothing() -> None:
    assert sold([customer(*rising(4, 4))]) == [0]
    outside = customer(*rising(0, 10), "999")
    assert balanced([outside], (11, 14), exact=NOBODY).sold_wh.tolist() == [[0]]


def test_a_master_keeps_its_gaps() -> None:
    points = [master(*rising(1, 10), number=7), customer(*rising(1, 10), number=8)]

    of = balanced(points, (0, 10), exact=[7])

    assert (of.supply_wh[0, 0], of.sold_wh[0, 0]) == (0, 90_000)


def test_who_is_connected_in_the_month_and_frozen_first_a_day_later_counts_from_there() -> None:
    assert sold([customer(*rising(5, 10), from_day=4)]) == [50_000]


def test_who_moves_on_a_day_without_a_freeze_counts_on_both_areas_with_their_own_days() -> None:
    moved = rising(0, 10, missing=[4])
    points = [
        customer(*moved, number=5, group=0, to_day=4),
        customer(*moved, number=5, group=1, from_day=4),
    ]

    assert sold(points, groups=2) == [30_000, 50_000]


def test_who_leaves_the_day_after_the_last_freeze_counts_up_to_it() -> None:
    assert sold([customer(*rising(0, 6), to_day=7)]) == [60_000]


def test_a_roof_counts_between_days_that_have_both_its_registers() -> None:
    back: list[Shown] = [None, *(str(day) for day in range(1, 11))]

    of = balanced([customer(*rising(0, 10), reverse=back, feeds=True)], (0, 10), exact=NOBODY)

    assert (of.outlet_forward_wh[0, 0], of.outlet_reverse_wh[0, 0]) == (90_000, 9_000)
