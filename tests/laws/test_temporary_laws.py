"""What must hold for every temporary supply without a meter (docs/rules/temporary-supply.md)."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.temporary import RULE, Agreed, charge, recharge, refund_fen
from diansuo.office.config.rulebook_files import load
from tests.core.tariff import placeholders

PLACE = "province/henan"
START = day_number(date(2024, 5, 20))
DAYS = st.integers(1, 150)


@lru_cache(maxsize=1)
def book() -> RuleBook:
    prices = {"2012-07-01": placeholders.flat("0.4842"), "2024-06-17": placeholders.flat("0.4713")}
    return placeholders.lay_over(load(), placeholders.document("agricultural", "flat_price", prices))


supplies = st.builds(
    Agreed,
    price_class=st.just(int(PriceClass.AGRICULTURAL)),
    voltage_class=st.just(1),
    capacity_w=st.integers(1, 10**7),
    minutes_a_day=st.integers(1, 1440),
    start_day=st.just(START),
)


@settings(deadline=None, max_examples=40)
@given(supplies, DAYS)
def test_the_lines_are_the_charge_and_the_energy_is_that_of_all_days(agreed: Agreed, days: int) -> None:
    found = charge(agreed, START, START + days, book(), PLACE)
    assert sum(line.amount_fen for line in found.lines) == found.amount_fen
    assert sum(line.quantity_wh for line in found.lines) == found.energy_wh == agreed.energy_wh(days, 10)
    assert all(line.from_day < line.to_day for line in found.lines)


@settings(deadline=None, max_examples=40)
@given(supplies, DAYS, DAYS)
def test_an_extension_goes_on_where_the_first_days_ended_to_the_watt_hour(
    agreed: Agreed, days: int, more: int
) -> None:
    first = charge(agreed, START, START + days, book(), PLACE)
    second = charge(agreed, START + days, START + days + more, book(), PLACE)
    whole = charge(agreed, START, START + days + more, book(), PLACE)
    assert first.energy_wh + second.energy_wh == whole.energy_wh
    # One stretch may be cut in two, and each of the two rounds to the fen: at most one fen of difference.
    assert abs(first.amount_fen + second.amount_fen - whole.amount_fen) <= 1


@settings(deadline=None, max_examples=25)
@given(supplies, DAYS, DAYS)
def test_what_it_keeps_prices_the_same_days_again(agreed: Agreed, skipped: int, days: int) -> None:
    found = charge(agreed, START + skipped, START + skipped + days, book(), PLACE)
    again = recharge(
        agreed, START + skipped, START + skipped + days, [rule.to_slice() for rule in found.rules], PLACE
    )
    told = [(line.from_day, line.component, line.quantity_wh, line.amount_fen) for line in found.lines]
    assert [
        (line.from_day, line.component, line.quantity_wh, line.amount_fen) for line in again.lines
    ] == told
    assert (again.energy_wh, again.amount_fen) == (found.energy_wh, found.amount_fen)


@given(st.integers(0, 10**9), st.integers(1, 400), st.data())
def test_an_early_end_gives_back_nothing_or_half_and_never_more_for_more_days(
    paid: int, agreed: int, data: st.DataObject
) -> None:
    entry = load_entry()
    used = data.draw(st.integers(0, agreed - 1))
    back = refund_fen(paid, agreed, used, entry)
    assert back in (0, (paid + 1) // 2)
    assert (back > 0) == (2 * used < agreed and paid > 0)


@lru_cache(maxsize=1)
def load_entry():  # type: ignore[no-untyped-def]
    return book().in_force(RULE, date(2024, 8, 1))
