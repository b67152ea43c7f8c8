"""Maximum demand is the value read times the multiplier, of the readings that belong to the period."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.metering import Purpose, Register, segments, settle
from diansuo.core.metering.demand import NO_DEMAND, maximum_demand_w
from diansuo.shadow.registers import Read, maximum_demand_kw
from tests.core.metering.histories import THRESHOLDS, D, R, due, readings

DEMAND, FINAL, INITIAL = Register.DEMAND, Purpose.FINAL, Purpose.INITIAL
MONTH = [R(31, "100"), R(62, "210")]


def demand_of(rows: list[R], due_day: int = 62, open_day: int = 31) -> int:
    """Return the demand of the one point's month."""
    columns, points = readings(rows), due(D(due_day, open_day=open_day))
    settled = settle(segments(columns, points.capacities(), THRESHOLDS), points)
    return int(maximum_demand_w(columns, points, settled)[0])


def test_the_demand_is_what_the_meter_shows_times_the_multiplier() -> None:
    assert demand_of([*MONTH, R(62, "3.215", DEMAND, multiplier=200)]) == 643_000


def test_a_month_without_a_demand_reading_has_none_and_not_zero() -> None:
    assert demand_of(MONTH) == NO_DEMAND


def test_the_demand_of_the_reading_before_belongs_to_the_month_before() -> None:
    assert demand_of([*MONTH, R(31, "9", DEMAND), R(62, "2", DEMAND)]) == 2_000


def test_of_two_meters_the_larger_counts_and_the_new_ones_first_reading_does_not() -> None:
    exchanged = [
        R(31, "100"),
        R(40, "150", purpose=FINAL),
        R(40, "0", purpose=INITIAL, meter=2),
        R(62, "60", meter=2),
    ]
    demands = [
        R(40, "5", DEMAND, FINAL),
        R(40, "8", DEMAND, INITIAL, meter=2),
        R(62, "4", DEMAND, meter=2),
    ]
    assert demand_of([*exchanged, *demands]) == 5_000


def test_a_month_that_is_not_settled_has_no_demand() -> None:
    assert demand_of([R(62, "2", DEMAND)]) == NO_DEMAND


@given(
    st.lists(
        st.tuples(st.integers(28, 70), st.sampled_from(Purpose), st.integers(0, 99_999), st.integers(1, 400)),
        max_size=8,
    )
)
def test_it_agrees_with_its_slow_twin(rows: list[tuple[int, Purpose, int, int]]) -> None:
    given_rows = [
        R(day, f"{watts / 1000}", DEMAND, purpose, multiplier=by) for day, purpose, watts, by in rows
    ]
    expected = maximum_demand_kw(
        [
            Read(day, Decimal(watts) / 1000, int(DEMAND), int(purpose), 1, by, 6, estimated=False)
            for day, purpose, watts, by in rows
        ],
        31,
        62,
    )
    assert demand_of([*MONTH, *given_rows]) == (NO_DEMAND if expected is None else expected * 1000)
