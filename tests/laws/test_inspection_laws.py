"""Laws of inspection: months add up to days, a claim is what its parts are, more use never costs less."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.inspection import (
    DayBase,
    Multiple,
    TheftTerms,
    Wiring,
    month_shares,
    stolen_by_current_wh,
    theft_claim,
)

DAY = st.dates(date(2000, 1, 1), date(2030, 1, 1))
DAYS = st.integers(1, 900)
BASE = st.sampled_from(DayBase)
TERMS = TheftTerms(180, Fraction(12), Fraction(6), Multiple(Fraction(3), at_most=True))
PARTS = st.lists(st.tuples(st.integers(0, 10**10), st.integers(0, 2 * 10**9)), min_size=1, max_size=6)


@given(DAY, DAYS, BASE)
def test_the_months_hold_every_day_once(start: date, days: int, base: DayBase) -> None:
    shares = month_shares(start, start + timedelta(days=days), base)

    assert sum(each.days for each in shares) == days
    assert [each.month for each in shares] == sorted({each.month for each in shares})
    assert all(0 < each.share <= 1 for each in shares)


@given(DAY, DAYS, DAYS)
def test_by_the_calendar_two_stretches_are_their_whole(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)

    def whole(from_day: date, to_day: date) -> Fraction:
        return sum(
            (each.share for each in month_shares(from_day, to_day, DayBase.CALENDAR_DAYS)), Fraction(0)
        )

    assert whole(start, middle) + whole(middle, end) == whole(start, end)


@given(PARTS, st.fractions(0, 3))
def test_a_penalty_is_its_multiple_of_the_charge_within_the_rounding_of_the_parts(
    parts: list[tuple[int, int]], multiple: Fraction
) -> None:
    claim = theft_claim(parts, TERMS, multiple)

    assert claim.total_fen == sum(claim.parts_fen) + claim.penalty_fen
    assert abs(claim.penalty_fen - claim.recovered_fen * multiple) <= Fraction(len(parts) * multiple + 1, 2)


@given(st.integers(0, 10_000), st.sampled_from(Wiring), st.integers(0, 5000), st.integers(1, 5000))
def test_more_hours_never_stole_less(current: int, wiring: Wiring, hours: int, more: int) -> None:
    assert stolen_by_current_wh(current, wiring, hours + more) >= stolen_by_current_wh(current, wiring, hours)
