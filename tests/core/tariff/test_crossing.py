"""A change of prices inside a period divides the bill, by the frozen register of the day or by days, and says so."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import (
    Component,
    Freeze,
    PriceClass,
    RefusalCode,
    price,
    price_across_changes,
    recompute,
)
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.core.tariff.splitting import divide_by_days, split_at
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.lines_of import lines_of
from tests.core.tariff.placeholders import PLACE, document, flat, lay_over, periods, settlement, steps, terms

HUNDRED = {"energy_wh": 100_000}
PEAK_VALLEY = {
    "price_class": PriceClass.RESIDENTIAL_STEPS_TOU,
    "has_time_of_use": True,
    "energy_wh": 100_000,
    "peak_wh": 60_000,
    "valley_wh": 40_000,
}


@pytest.fixture(scope="module")
def shipped() -> RuleBook:
    return load()


@pytest.fixture(scope="module")
def book(shipped: RuleBook) -> RuleBook:
    """Placeholder prices from 16 June 2024 on: 15 of the 30 days of the household's month are new."""
    return lay_over(shipped, steps_from("2024-06-16", "0.57", "0.62", "0.87"))


def steps_from(day: str, *prices: str) -> dict[str, Any]:
    return document("residential_steps", "annual_steps", {day: steps(*prices)})


def frozen(day: date, energy_wh: int, peak_wh: int = 0, valley_wh: int = 0, row: int = 0) -> Freeze:
    return Freeze(*(np.array([each]) for each in (row, day_number(day), energy_wh, peak_wh, valley_wh)))


def test_without_a_register_the_energy_is_divided_by_days_and_the_rest_is_the_old_part_s(
    shipped: RuleBook,
) -> None:
    book = lay_over(shipped, steps_from("2024-06-15", "0.57", "0.62", "0.87"))
    bills = price_across_changes(billing_input(HUNDRED), book)
    # 16 of 30 days are new: 53.333 kWh settle to 53.33, the old part has what is left
    assert lines_of(bills) == [
        (Component.BASE, 1, 46_670, 560_000_000, 2614, 1),
        (Component.BASE, 1, 53_330, 570_000_000, 3040, 2),
    ]
    assert bills.amount_fen.tolist() == [5654]
    assert bills.energy_wh.tolist() == [100_000]
    assert bills.lines.sequence.tolist() == [1, 2]
    parts = bills.parts
    assert [day_of(int(day)) for day in parts.from_day] == [date(2024, 6, 1), date(2024, 6, 15)]
    assert [day_of(int(day)) for day in parts.to_day] == [date(2024, 6, 15), date(2024, 7, 1)]
    assert parts.by_days.tolist() == [True, True]
    assert parts.energy_wh.tolist() == [46_670, 53_330]


def test_the_frozen_register_of_the_day_of_change_divides_the_energy_as_it_was_used(book: RuleBook) -> None:
    bills = price_across_changes(billing_input(HUNDRED), book, freeze=frozen(date(2024, 6, 16), 70_120))
    assert lines_of(bills) == [
        (Component.BASE, 1, 70_120, 560_000_000, 3927, 1),
        (Component.BASE, 1, 29_880, 570_000_000, 1703, 2),
    ]
    assert bills.parts.by_days.tolist() == [False, False]


def test_the_register_of_another_day_does_not_divide(book: RuleBook) -> None:
    by_days = price_across_changes(billing_input(HUNDRED), book)
    other = price_across_changes(billing_input(HUNDRED), book, freeze=frozen(date(2024, 6, 15), 70_120))
    assert lines_of(other) == lines_of(by_days)


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        (date(2024, 5, 16), date(2024, 6, 16), [(560_000_000, 0)]),
        (date(2024, 6, 16), date(2024, 7, 16), [(570_000_000, 0)]),
        (date(2024, 6, 15), date(2024, 6, 17), [(560_000_000, 1), (570_000_000, 2)]),
    ],
    ids=["up to the day before", "from the day on", "the day before and the day"],
)
def test_the_new_price_holds_from_the_day_of_the_change(
    book: RuleBook, first: date, end: date, expected: list[tuple[int, int]]
) -> None:
    days = {"from_day": day_number(first), "to_day": day_number(end)}
    bills = price_across_changes(billing_input({**HUNDRED, **days}), book)
    assert [(line[3], line[5]) for line in lines_of(bills)] == expected


def test_the_steps_go_on_over_a_change_of_prices(book: RuleBook) -> None:
    row = {"energy_wh": 100_000, "year_to_date_wh": 2_090_000}
    bills = price_across_changes(billing_input(row), book, freeze=frozen(date(2024, 6, 16), 60_000))
    assert lines_of(bills) == [
        (Component.BASE, 1, 60_000, 560_000_000, 3360, 1),
        (Component.BASE, 1, 40_000, 570_000_000, 2280, 2),
        (Component.STEP, 2, 30_000, 50_000_000, 150, 2),
    ]
    assert bills.step.tolist() == [2]


def test_total_peak_and_valley_are_divided_alike(book: RuleBook) -> None:
    both = lay_over(
        book,
        document("residential_time_of_use", "time_of_use_increment", {"2024-06-21": periods("0.04", "-0.1")}),
    )
    bills = price_across_changes(
        billing_input(PEAK_VALLEY), both, freeze=frozen(date(2024, 6, 16), 40_000, 20_000, 20_000)
    )
    # up to the 16th by register; 60 kWh of which 40 at peak run over 15 days, 10 of them after the 21st
    assert bills.parts.energy_wh.tolist() == [40_000, 20_000, 40_000]
    assert bills.parts.peak_wh.tolist() == [20_000, 13_330, 26_670]
    assert bills.parts.by_days.tolist() == [False, True, True]
    assert [line[2:4] for line in lines_of(bills) if line[0] is Component.PEAK] == [
        (20_000, 30_000_000),
        (13_330, 30_000_000),
        (26_670, 40_000_000),
    ]
    assert bills.lines.remainder_wh.tolist() == [0] * len(bills.lines)


def test_what_settling_rounds_away_stays_with_the_old_part(book: RuleBook) -> None:
    bills = price_across_changes(billing_input({"energy_wh": 100_004}), book)
    assert bills.energy_wh.tolist() == [100_000]
    assert bills.parts.energy_wh.tolist() == [50_004, 50_000]
    assert bills.lines.remainder_wh.tolist() == [-4, 0]


def test_whole_kwh_are_divided_into_whole_kwh(book: RuleBook) -> None:
    whole = lay_over(
        book, document("settlement", "parameters", {"2024-01-01": settlement(energy_precision="1")})
    )
    bills = price_across_changes(billing_input({"energy_wh": 99_000}), whole)
    assert bills.parts.energy_wh.tolist() == [49_000, 50_000]


def test_a_flat_price_is_crossed_too(shipped: RuleBook) -> None:
    book = lay_over(shipped, document("residential_shared", "flat_price", {"2024-06-16": flat("0.6")}))
    bills = price_across_changes(
        billing_input({**HUNDRED, "price_class": PriceClass.RESIDENTIAL_SHARED}), book
    )
    assert [line[2:] for line in lines_of(bills)] == [
        (50_000, 568_000_000, 2840, 1),
        (50_000, 600_000_000, 3000, 2),
    ]


def test_free_energy_is_taken_once_over_all_parts(book: RuleBook) -> None:
    poor = lay_over(book, document("residential_terms", "parameters", {"2024-01-01": terms()}))
    row = {"energy_wh": 16_000, "free_months": 1}
    bills = price_across_changes(billing_input(row), poor)
    assert [line[2:] for line in lines_of(bills) if line[0] is Component.FREE_ENERGY] == [
        (8_000, -560_000_000, -448, 1),
        (2_000, -570_000_000, -114, 2),
    ]


def test_a_crossed_bill_carries_the_evidence_of_both_entries_and_recomputes_years_later(
    shipped: RuleBook, book: RuleBook
) -> None:
    inputs = billing_input({"energy_wh": 20_000}, PEAK_VALLEY)
    freeze = frozen(date(2024, 6, 16), 70_000, 50_000, 20_000, row=1)
    bills = price_across_changes(inputs, book, freeze=freeze)
    rules = {(rule.rule_id.rpartition("/")[2], rule.effective): rule for rule in bills.rules}
    assert set(rules) == {
        ("residential_steps", "2012-07-01"),
        ("residential_steps", "2024-06-16"),
        ("residential_time_of_use", "2012-07-01"),
        ("settlement", "2012-07-01"),
    }
    assert rules["settlement", "2012-07-01"].rounding_steps == ("energy-precision", "price-change-days")
    settled = {bills.rules[at].rule_id for at in bills.parts.settlement_rule}
    assert settled == {f"{PLACE}/settlement"}
    stored = json.loads(json.dumps([rule.to_slice() for rule in bills.rules]))
    again = recompute(inputs, stored, freeze=freeze)
    assert again.amount_fen.tobytes() == bills.amount_fen.tobytes()
    assert lines_of(again, 1) == lines_of(bills, 1)
    assert recompute(inputs, stored).amount_fen[1] != bills.amount_fen[1], (
        "the register is part of the evidence"
    )


def test_a_bill_that_crosses_nothing_is_as_price_makes_it(book: RuleBook) -> None:
    may = {"from_day": day_number(date(2024, 5, 1)), "to_day": day_number(date(2024, 6, 1))}
    inputs = billing_input({**HUNDRED, **may}, HUNDRED, {"energy_wh": -10}, {**PEAK_VALLEY, **may})
    apart = price(inputs.take(np.array([0, 3])), book)
    bills = price_across_changes(inputs, book)
    assert lines_of(bills, 0) == lines_of(apart, 0)
    assert lines_of(bills, 3) == lines_of(apart, 1)
    assert bills.priced.tolist() == [True, True, False, True]
    assert bills.refusals[0].code is RefusalCode.NEGATIVE_ENERGY
    assert bills.parts.row.tolist() == [1, 1]
    assert price(inputs, book).refusals[0].code is RefusalCode.PRICE_CHANGE_WITHIN_PERIOD


def test_a_part_without_a_price_holds_the_whole_bill_and_its_neighbours_stand(shipped: RuleBook) -> None:
    unknown = document("residential_steps", "annual_steps", {"2024-06-16": steps("0.57", "0.62", "0.87")})
    unknown["values"]["2024-06-16"]["prices"]["below_1kv"] = None
    unknown["values"]["2024-06-16"]["unverified"] = {"prices.below_1kv": "not known"}
    book = lay_over(shipped, unknown)
    shared = {**HUNDRED, "price_class": PriceClass.RESIDENTIAL_SHARED}
    bills = price_across_changes(billing_input(shared, HUNDRED, shared), book)
    assert bills.priced.tolist() == [True, False, True]
    assert bills.refusals[0].row == 1
    assert bills.refusals[0].code is RefusalCode.VALUE_ABSENT
    assert bills.amount_fen.tolist() == [5680, 0, 5680]
    assert bills.energy_wh.tolist() == [100_000, 0, 100_000]
    assert 1 not in bills.lines.row
    assert 1 not in bills.parts.row


def test_days_before_the_first_value_are_refused_and_never_left_out(book: RuleBook) -> None:
    days = {"from_day": day_number(date(2012, 6, 30)), "to_day": day_number(date(2012, 7, 2))}
    bills = price_across_changes(billing_input({**HUNDRED, **days}), book)
    assert bills.refusals[0].code is RefusalCode.NO_VALUE_IN_FORCE
    assert bills.refusals[0].params["day"] == "2012-06-30"
    assert bills.amount_fen.tolist() == [0]


@pytest.mark.parametrize(
    ("register", "why"),
    [
        ((100_010, 60_000, 40_000), "more than the reading"),
        ((-10, 0, 0), "below nothing"),
        ((50_000, 60_010, 0), "peak above what the reading shows"),
        ((30_000, 40_000, 0), "peak above total"),
    ],
)
def test_a_register_that_contradicts_the_reading_holds_the_bill(
    book: RuleBook, register: tuple[int, int, int], why: str
) -> None:
    bills = price_across_changes(
        billing_input(PEAK_VALLEY), book, freeze=frozen(date(2024, 6, 16), *register)
    )
    assert [refusal.code for refusal in bills.refusals] == [RefusalCode.FREEZE_CONTRADICTS_READING], why
    assert (
        bills.refusals[0].params["to_date"] == "2024-06-16"
        or bills.refusals[0].params["from_date"] == "2024-06-16"
    )
    json.dumps(dict(bills.refusals[0].params))
    assert len(bills.lines) == 0


def test_a_register_of_no_row_or_of_another_kind_is_refused(book: RuleBook) -> None:
    inputs = billing_input(HUNDRED)
    with pytest.raises(WrongColumn, match="belongs to no row"):
        price_across_changes(inputs, book, freeze=frozen(date(2024, 6, 16), 70_000, row=1))
    with pytest.raises(WrongColumn, match="energy_wh: expected int64, got float64"):
        price_across_changes(
            inputs,
            book,
            freeze=Freeze(*(np.array([0]) for _ in range(2)), *(np.array([0.5]) for _ in range(3))),
        )


def test_any_quantity_that_runs_over_days_divides_alike() -> None:
    split = split_at(np.array([0, 10]), np.array([30, 20]), np.array([10, 20, 20, 30]))
    assert split.row.tolist() == [0, 0, 0, 1]
    assert split.from_day.tolist() == [0, 10, 20, 10]
    assert split.to_day.tolist() == [10, 20, 30, 20]
    assert divide_by_days(np.array([100, 7]), split).tolist() == [33, 34, 33, 7]


def test_no_rows_make_no_bills(book: RuleBook) -> None:
    bills = price_across_changes(billing_input(), book)
    assert len(bills.amount_fen) == len(bills.lines) == len(bills.parts) == 0
