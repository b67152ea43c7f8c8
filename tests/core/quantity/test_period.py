"""Periods are half-open: the end day belongs to the next one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.period import Period, gaps, overlaps

JANUARY = Period(date(2024, 1, 1), date(2024, 2, 1))
FEBRUARY = Period(date(2024, 2, 1), date(2024, 3, 1))
SINCE_FEBRUARY = Period(date(2024, 2, 1))

DAYS = st.integers(0, 60).map(lambda number: date(2024, 1, 1) + timedelta(days=number))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    start = draw(DAYS)
    return Period(start, draw(st.none() | st.integers(1, 30).map(lambda days: start + timedelta(days=days))))


def test_the_first_day_is_in_and_the_end_day_is_not() -> None:
    assert JANUARY.contains(date(2024, 1, 1))
    assert JANUARY.contains(date(2024, 1, 31))
    assert not JANUARY.contains(date(2024, 2, 1))
    assert SINCE_FEBRUARY.contains(date(2099, 1, 1))


def test_a_period_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="is empty"):
        Period(date(2024, 1, 1), date(2024, 1, 1))


def test_periods_that_touch_do_not_overlap() -> None:
    assert not JANUARY.overlaps(FEBRUARY)
    assert JANUARY.intersection(FEBRUARY) is None
    assert SINCE_FEBRUARY.intersection(FEBRUARY) == FEBRUARY


def test_the_days_of_a_period_are_counted_and_those_without_end_are_not() -> None:
    assert JANUARY.days == 31
    with pytest.raises(ValueError, match="no end"):
        _ = SINCE_FEBRUARY.days


def test_gaps_and_overlaps_are_found_where_they_are() -> None:
    year = Period(date(2024, 1, 1), date(2025, 1, 1))
    late = Period(date(2024, 1, 20), date(2024, 2, 10))
    assert gaps([JANUARY], year) == [Period(date(2024, 2, 1), date(2025, 1, 1))]
    assert gaps([], SINCE_FEBRUARY) == [SINCE_FEBRUARY]
    assert gaps([JANUARY, SINCE_FEBRUARY], year) == []
    assert overlaps([JANUARY, FEBRUARY]) == []
    assert overlaps([JANUARY, late, FEBRUARY]) == [
        Period(date(2024, 1, 20), date(2024, 2, 1)),
        Period(date(2024, 2, 1), date(2024, 2, 10)),
    ]


@given(st.lists(periods(), max_size=5))
def test_every_day_is_covered_or_in_a_gap_and_never_both(held: list[Period]) -> None:
    window = Period(date(2024, 1, 1), date(2024, 4, 1))
    holes = gaps(held, window)
    for number in range(91):
        day = window.start + timedelta(days=number)
        covered = sum(each.contains(day) for each in held)
        assert (covered == 0) == any(hole.contains(day) for hole in holes)
        assert (covered > 1) == any(each.contains(day) for each in overlaps(held))


@given(periods(), periods())
def test_an_intersection_holds_exactly_the_days_of_both(one: Period, other: Period) -> None:
    both = one.intersection(other)
    for number in range(100):
        day = date(2024, 1, 1) + timedelta(days=number)
        assert (one.contains(day) and other.contains(day)) == (both is not None and both.contains(day))
