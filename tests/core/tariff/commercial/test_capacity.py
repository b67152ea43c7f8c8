"""Capacity and demand are charged by days of use, rounded once, and as published examples come out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.money import AmountTooLarge, fen_from_yuan
from diansuo.core.rules import Entry, RuleBook, ValueAbsent
from diansuo.core.tariff.commercial import CapacityMethod, CommercialRefusalCode
from diansuo.core.tariff.commercial.capacity import (
    PRICE_LIMIT_NANO,
    QUANTITY_LIMIT,
    DayBase,
    capacity_charge_fen,
    charged_days,
    contract_demand_change_refusal,
    days_of_month,
    demand_of_feeds,
    method_change_refusal,
)
from diansuo.core.tariff.commercial.demand import ChargeTerms, contract_demand_w
from diansuo.core.tariff.resolve import day_number
from tests.core.tariff.commercial.books_of import book_of

YUAN = 10**9
Days = tuple[date, date]


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_of()


@pytest.fixture(scope="module")
def terms(book: RuleBook) -> ChargeTerms:
    held = book.in_force("national/capacity_charge", date(2024, 6, 1))
    return ChargeTerms.from_entry(held, CapacityMethod.CONTRACT_DEMAND)


def days_of(unit: Days, month: Days, month_days: int, part: Days | None = None) -> int:
    def columns(days: Days) -> tuple[np.ndarray, np.ndarray]:
        return np.array([day_number(days[0])]), np.array([day_number(days[1])])

    return int(charged_days(columns(unit), columns(part or month), columns(month), np.array([month_days]))[0])


def charge(kva: int, days: int, yuan: int, month_days: int) -> int:
    return int(
        capacity_charge_fen(
            np.array([kva * 1000]), np.array([days]), np.array([yuan * YUAN]), np.array([month_days])
        )[0]
    )


def test_a_transformer_exchanged_in_the_month_counts_from_the_day_of_the_exchange_p3() -> None:
    month = (date(2010, 4, 24), date(2010, 5, 24))
    old = days_of((date(2000, 1, 1), date(2010, 5, 12)), month, 30)
    new = days_of((date(2010, 5, 12), date(2030, 1, 1)), month, 30)
    assert (old, new) == (18, 12)
    assert charge(315, old, 10, 30) + charge(400, new, 10, 30) == fen_from_yuan("3490.00")


def test_a_sealed_transformer_is_free_from_the_day_of_sealing_c5() -> None:
    month = (date(2025, 3, 1), date(2025, 4, 1))
    sealed = (date(2000, 1, 1), date(2025, 3, 11))
    always = (date(2000, 1, 1), date(2030, 1, 1))
    for month_days, expected in ((31, "24064.52"), (30, "24200.00")):
        whole, part = days_of(always, month, month_days), days_of(sealed, month, month_days)
        assert (whole, part) == (month_days, 10)
        assert charge(1000, whole, 20, month_days) + charge(630, part, 20, month_days) == fen_from_yuan(
            expected
        )


def test_capacity_added_late_in_august_p10() -> None:
    august, september = (date(2008, 8, 1), date(2008, 9, 1)), (date(2008, 9, 1), date(2008, 10, 1))
    added = (date(2008, 8, 25), date(2008, 10, 1))
    assert charge(315, days_of(added, august, 30), 20, 30) + charge(315, 30, 20, 30) == fen_from_yuan(
        "7770.00"
    )
    assert days_of(added, september, 30) == 30
    by_calendar = charge(315, days_of(added, august, 31), 20, 31) + charge(
        315, days_of(added, september, 30), 20, 30
    )
    assert by_calendar == fen_from_yuan("7722.58")


def test_an_unsealed_transformer_is_charged_from_the_day_of_unsealing() -> None:
    month = (date(2025, 3, 1), date(2025, 4, 1))
    assert days_of((date(2025, 3, 11), date(2030, 1, 1)), month, 31) == 21
    assert days_of((date(2025, 3, 31), date(2030, 1, 1)), month, 31) == 1
    assert days_of((date(2025, 4, 1), date(2030, 1, 1)), month, 31) == 0


def test_the_old_rule_never_charges_more_than_a_month_and_february_is_a_whole_one() -> None:
    march, february = (date(2023, 3, 1), date(2023, 4, 1)), (date(2023, 2, 1), date(2023, 3, 1))
    always = (date(2000, 1, 1), date(2030, 1, 1))
    assert days_of(always, march, 30) == 30
    assert days_of(always, february, 30) == 30
    assert days_of((date(2000, 1, 1), date(2023, 2, 28)), february, 30) == 27
    assert days_of((date(2023, 3, 2), date(2030, 1, 1)), march, 30) == 30


def test_a_part_reaching_beyond_its_month_is_refused() -> None:
    month = (date(2025, 3, 1), date(2025, 4, 1))
    with pytest.raises(ValueError, match="beyond the month"):
        days_of(month, month, 31, part=(date(2025, 3, 1), date(2025, 4, 2)))


@pytest.mark.parametrize(
    ("month", "day_base", "days"),
    [
        (202405, DayBase.THIRTY, 30),
        (202406, DayBase.CALENDAR_DAYS, 30),
        (202402, DayBase.CALENDAR_DAYS, 29),
        (202502, DayBase.CALENDAR_DAYS, 28),
    ],
)
def test_what_a_month_is_divided_by(month: int, day_base: DayBase, days: int) -> None:
    assert days_of_month(month, day_base) == days


def test_the_day_base_changes_with_the_rules_of_june_2024(book: RuleBook) -> None:
    for day, expected in ((date(2024, 5, 31), DayBase.THIRTY), (date(2024, 6, 1), DayBase.CALENDAR_DAYS)):
        terms = ChargeTerms.from_entry(
            book.in_force("national/capacity_charge", day), CapacityMethod.CAPACITY
        )
        assert terms.day_base is expected


@pytest.mark.parametrize(
    ("demand_kw", "plain", "excess"),
    [(700, "22400", "0"), (838, "22400", "0"), (840, "22400", "0"), (900, "22400", "3360")],
)
def test_a_contract_demand_is_exceeded_above_105_per_cent_only_c4(
    terms: ChargeTerms, demand_kw: int, plain: str, excess: str
) -> None:
    charged, above = contract_demand_w(
        np.array([800_000]), np.array([1_000_000]), np.array([demand_kw * 1000]), terms
    )
    assert charge(int(charged[0]) // 1000, 30, 28, 30) == fen_from_yuan(plain)
    assert charge(int(above[0]) // 1000, 30, 56, 30) == fen_from_yuan(excess)


def test_a_contract_demand_is_at_least_two_fifths_of_the_capacity_c4(terms: ChargeTerms) -> None:
    charged, above = contract_demand_w(
        np.array([300_000, 400_001]), np.array([1_000_000] * 2), np.array([421_000, 0]), terms
    )
    assert charged.tolist() == [400_000, 400_001]
    assert above.tolist() == [1000, 0]


def test_a_rule_without_the_discount_gives_none(book: RuleBook) -> None:
    held = book.in_force("national/capacity_charge", date(2024, 6, 1))
    named = {
        name: each for name, each in held.values["parameters"].items() if not name.startswith("discount")
    }
    entry = type(held)(**{**held.__dict__, "values": {"parameters": named}})
    without = ChargeTerms.from_entry(entry, CapacityMethod.CONTRACT_DEMAND)
    assert without.discount_energy_wh == -1
    assert without.discount_ratio == Decimal(1)


def test_what_a_method_does_not_need_may_be_unknown_and_an_actual_demand_has_a_floor_only_where_one_is_known(
    book: RuleBook,
) -> None:
    held = book.in_force("national/capacity_charge", date(2024, 6, 1))

    def with_values(**values: str | None) -> Entry:
        named = {name: dict(each) for name, each in held.values["parameters"].items()}
        for name, value in values.items():
            named[name] = {"value": value, "unit": "ratio"}
        return Entry(**{**held.__dict__, "values": {"parameters": named}})

    unknown = with_values(contract_over_ratio=None, actual_floor_ratio=None)
    assert ChargeTerms.from_entry(unknown, CapacityMethod.CAPACITY).floor_millionths == 0
    assert ChargeTerms.from_entry(unknown, CapacityMethod.ACTUAL_DEMAND).floor_millionths == 0
    with pytest.raises(ValueAbsent, match="contract_over_ratio"):
        ChargeTerms.from_entry(unknown, CapacityMethod.CONTRACT_DEMAND)
    known = with_values(actual_floor_ratio="0.40")
    assert ChargeTerms.from_entry(known, CapacityMethod.ACTUAL_DEMAND).floor_millionths == 400_000


def test_feeds_are_summed_or_the_larger_one_counts() -> None:
    feeds = np.array([[300, 500, 0], [300, 500, 0]])
    assert demand_of_feeds(feeds, np.array([False, True])).tolist() == [800, 500]
    with pytest.raises(WrongColumn):
        demand_of_feeds(feeds.astype(float), np.array([False, True]))
    with pytest.raises(WrongColumn):
        demand_of_feeds(feeds, np.array([False]))


def test_the_largest_quantities_and_prices_are_charged_exactly() -> None:
    random = np.random.default_rng(31)
    rows = 5000
    quantity = random.integers(0, QUANTITY_LIMIT + 1, rows) // 10 ** random.integers(0, 10, rows)
    price = random.integers(0, PRICE_LIMIT_NANO + 1, rows) // 10 ** random.integers(0, 10, rows)
    quantity[0], price[0] = QUANTITY_LIMIT, PRICE_LIMIT_NANO
    month_days = random.integers(28, 32, rows)
    days = np.minimum(random.integers(0, 32, rows), month_days)
    found = capacity_charge_fen(quantity, days, price, month_days)
    for at in range(rows):
        product, divisor = int(quantity[at]) * int(days[at]) * int(price[at]), 10**10 * int(month_days[at])
        assert found[at] == (2 * product + divisor) // (2 * divisor)


def test_what_cannot_be_charged_is_refused() -> None:
    one = np.array([1])
    with pytest.raises(AmountTooLarge):
        capacity_charge_fen(np.array([QUANTITY_LIMIT + 1]), one, one, np.array([30]))
    with pytest.raises(ValueError, match="price_nano: row 0 is negative"):
        capacity_charge_fen(one, one, -one, np.array([30]))
    with pytest.raises(ValueError, match="no more of them"):
        capacity_charge_fen(one, np.array([31]), one, np.array([30]))
    with pytest.raises(WrongColumn):
        capacity_charge_fen(one, one, one, np.array([30, 30]))
    nothing = np.array([], dtype=np.int64)
    assert capacity_charge_fen(nothing, nothing, nothing, nothing).tolist() == []


def test_a_method_changes_with_a_quarter_and_a_contract_demand_with_a_month() -> None:
    assert method_change_refusal(date(2025, 4, 1)) is None
    for day in (date(2025, 4, 2), date(2025, 5, 1), date(2025, 3, 31)):
        assert method_change_refusal(day) is CommercialRefusalCode.METHOD_CHANGE_WITHIN_QUARTER
    assert contract_demand_change_refusal(date(2025, 5, 24), date(2025, 5, 24)) is None
    refused = contract_demand_change_refusal(date(2025, 5, 25), date(2025, 5, 24))
    assert refused is CommercialRefusalCode.CONTRACT_DEMAND_CHANGE_WITHIN_MONTH
