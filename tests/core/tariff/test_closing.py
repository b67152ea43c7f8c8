"""A year of steps that turns out shorter is settled anew on its last bill, to the fen, in lines that say why."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component, EarlierBills, RefusalCode, price, settle_year_anew
from diansuo.core.tariff.resolve import day_number
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.lines_of import lines_of
from tests.core.tariff.placeholders import document, lay_over, settlement, steps, terms

MONTHS = (210, 180, 170, 150, 160, 280, 420)
"""Worked example C1 up to July: 1570 kWh."""


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def a_year(
    use_kwh: tuple[int, ...] = MONTHS, months: int = 7, **columns: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The earlier bills of 2024 as they were priced, and the last one with the months the year really had."""
    rows, before = [], 0
    for month, kwh in enumerate(use_kwh, start=1):
        rows.append(
            {
                "period": 202400 + month,
                "from_day": day_number(date(2024, month, 1)),
                "to_day": day_number(date(2024, month + 1, 1)),
                "energy_wh": kwh * 1000,
                "year_to_date_wh": before,
                **columns,
            }
        )
        before += kwh * 1000
    return rows[:-1], {**rows[-1], "months_in_year": months}


def settle(book: RuleBook, *years: tuple[list[dict[str, Any]], dict[str, Any]]) -> Any:
    rows = [row for row, (earlier, _) in enumerate(years) for _ in earlier]
    every = [bill for earlier, _ in years for bill in earlier]
    earlier = EarlierBills(np.array(rows, dtype=np.int64), billing_input(*every))
    return settle_year_anew(billing_input(*(last for _, last in years)), earlier, book)


def test_closing_in_july_charges_the_steps_that_seven_months_would_have_had(book: RuleBook) -> None:
    """1570 kWh under limits of 1260 and 1820: 310 kWh in the second step, of which 420 kWh of July can hold all."""
    bills = settle(book, a_year())
    assert lines_of(bills) == [
        (Component.BASE, 1, 420_000, 560_000_000, 23520, 0),
        (Component.STEP, 2, 310_000, 50_000_000, 1550, 0),
    ]


def test_what_earlier_bills_would_have_had_in_a_step_is_a_line_of_its_own(book: RuleBook) -> None:
    bills = settle(book, a_year((800, 700, 600, 100), months=4))
    # limits 720 and 1040; the earlier bills had 2100 kWh in the first step: 320 move to the second, 1060 to the third
    assert lines_of(bills) == [
        (Component.BASE, 1, 100_000, 560_000_000, 5600, 0),
        (Component.STEP, 3, 100_000, 300_000_000, 3000, 0),
        (Component.CORRECTION, 2, 320_000, 50_000_000, 1600, 0),
        (Component.CORRECTION, 3, 1_060_000, 300_000_000, 31800, 0),
    ]
    year = 2200 * 56 + 320 * 5 + (2200 - 1040) * 30
    assert 2100 * 56 + bills.amount_fen[0] == year
    assert bills.lines.sequence.tolist() == [1, 2, 3, 4]
    assert bills.energy_wh.tolist() == [100_000]
    assert "year-anew" in bills.rules[bills.lines.rule[2]].rounding_steps


def test_what_was_charged_in_a_step_already_is_not_charged_twice(book: RuleBook) -> None:
    bills = settle(book, a_year((2000, 1000, 0), months=3))
    # charged: 840 in the second step; anew, under 540 and 780: 240 in the second and 2220 in the third
    assert lines_of(bills)[1:] == [
        (Component.CORRECTION, 2, -600_000, 50_000_000, -3000, 0),
        (Component.CORRECTION, 3, 2_220_000, 300_000_000, 66600, 0),
    ]


def test_a_correction_is_the_difference_of_rounded_bills_and_not_a_rounded_product(book: RuleBook) -> None:
    """The table of docs/rules/rounding.md: 0.10 kWh of each of two bills is 0.005 yuan, which rounds to 0.01."""
    split = lay_over(
        book,
        document("residential_steps", "annual_steps", {"2024-01-01": steps("0.56", "0.61", upper=("2160",))}),
    )
    rows, last = a_year((180, 0, 0), months=1)
    rows[1] |= {"energy_wh": 100}
    earlier = [rows[0], rows[1], {**rows[1], "period": 202403, "year_to_date_wh": 180_100}]
    bills = settle(split, (earlier, {**last, "year_to_date_wh": 180_200}))
    assert lines_of(bills)[1:] == [(Component.CORRECTION, 2, 200, 50_000_000, 2, 0)]


def test_a_year_that_was_never_above_its_limits_has_no_correction(book: RuleBook) -> None:
    bills = settle(book, a_year((100, 90, 80), months=3))
    assert [line[0] for line in lines_of(bills)] == [Component.BASE]


def test_steps_at_full_prices_are_corrected_at_full_prices(book: RuleBook) -> None:
    full = lay_over(
        book, document("settlement", "parameters", {"2024-01-01": settlement(step_line_form="full")})
    )
    bills = settle(full, a_year((800, 700, 600, 100), months=4))
    assert lines_of(bills)[2:] == [
        (Component.CORRECTION, 1, -1_380_000, 560_000_000, -77280, 0),
        (Component.CORRECTION, 2, 320_000, 610_000_000, 19520, 0),
        (Component.CORRECTION, 3, 1_060_000, 860_000_000, 91160, 0),
    ]


def test_each_bill_of_the_year_is_corrected_at_its_own_price(book: RuleBook) -> None:
    dearer = lay_over(
        book, document("residential_steps", "annual_steps", {"2024-02-01": steps("0.57", "0.63", "0.9")})
    )
    bills = settle(dearer, a_year((500, 500, 0), months=3))
    # under 540 and 780: all of January in the first step; of February 240 in the second and 220 in the third
    assert [line[1:5] for line in lines_of(bills)[1:]] == [
        (2, 240_000, 60_000_000, 1440),
        (3, 220_000, 330_000_000, 7260),
    ]


def test_many_persons_are_counted_by_the_months_the_year_really_had(book: RuleBook) -> None:
    placeholder = lay_over(book, document("residential_terms", "parameters", {"2024-01-01": terms()}))
    earlier, last = a_year((900, 0), months=2, persons=5, persons_months=12)
    bills = settle(placeholder, (earlier, {**last, "persons_months": 2}))
    # 2 x (180 + 100) and 2 x (260 + 100)
    assert [line[1:3] for line in lines_of(bills)[1:]] == [(2, 160_000), (3, 180_000)]


def test_the_year_before_as_one_bill_gives_the_same_steps(book: RuleBook) -> None:
    earlier, last = a_year((800, 700, 600, 100), months=4)
    one = settle_year_anew(billing_input(last), EarlierBills.as_one(billing_input(last)), book)
    assert lines_of(one) == lines_of(settle(book, (earlier, last)))


def test_a_first_bill_that_is_the_last_has_no_year_before(book: RuleBook) -> None:
    _, last = a_year((500,), months=1)
    bills = settle_year_anew(billing_input(last), EarlierBills.as_one(billing_input(last)), book)
    assert lines_of(bills) == lines_of(price(billing_input(last), book))


def test_a_year_that_does_not_add_up_is_held_and_the_next_is_not(book: RuleBook) -> None:
    earlier, last = a_year((800, 700, 600, 100), months=4)
    bills = settle(book, (earlier[1:], last), (earlier, last))
    assert bills.priced.tolist() == [False, True]
    assert bills.refusals[0].code is RefusalCode.EARLIER_BILLS_DO_NOT_ADD_UP
    assert bills.refusals[0].params == {"year_to_date_wh": 2_100_000, "earlier_wh": 1_300_000}
    assert 0 not in bills.lines.row


def test_an_earlier_bill_without_a_price_holds_the_last_one(book: RuleBook) -> None:
    earlier, last = a_year((800, 700, 600, 100), months=4)
    earlier[1]["voltage_class"] = 2
    bills = settle(book, (earlier, last))
    assert bills.refusals[0].code is RefusalCode.VALUE_ABSENT
    assert bills.refusals[0].params["earlier_period"] == 202402
    assert bills.amount_fen.tolist() == [0]


def test_what_holds_the_last_bill_itself_is_said_first(book: RuleBook) -> None:
    earlier, last = a_year((800, 100), months=2)
    bills = settle(book, (earlier, {**last, "energy_wh": -10, "year_to_date_wh": 1}))
    assert bills.refusals[0].code is RefusalCode.NEGATIVE_ENERGY


def test_a_settled_year_recomputes_from_its_slices(book: RuleBook) -> None:
    dearer = lay_over(
        book, document("residential_steps", "annual_steps", {"2024-02-16": steps("0.57", "0.63", "0.9")})
    )
    earlier, last = a_year((500, 500, 300), months=3)
    bills = settle(dearer, (earlier, last))
    stored = json.loads(json.dumps([rule.to_slice() for rule in bills.rules]))
    again = settle(RuleBook.from_slices(stored), (earlier, last))
    assert lines_of(again) == lines_of(bills)
    assert again.amount_fen.tobytes() == bills.amount_fen.tobytes()


def test_earlier_bills_without_their_rows_are_refused(book: RuleBook) -> None:
    earlier, last = a_year((800, 100), months=2)
    with pytest.raises(WrongColumn, match="row: expected 1 rows, got 2"):
        settle_year_anew(billing_input(last), EarlierBills(np.array([0, 0]), billing_input(*earlier)), book)
