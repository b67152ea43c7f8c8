"""The engine prices what it can prove and refuses the rest by name, and never the one for the other."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.money import ENERGY_LIMIT_WH
from diansuo.core.rules import AlteredSlice, RuleBook, parse
from diansuo.core.tariff import (
    BillingInput,
    Bills,
    Component,
    Lines,
    PriceClass,
    RefusalCode,
    VoltageClass,
    price,
    recompute,
)
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.shapes import SHAPES
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input

PLACE = "province/henan"
PEAK_VALLEY = {
    "price_class": PriceClass.RESIDENTIAL_STEPS_TOU,
    "has_time_of_use": True,
    "energy_wh": 400_000,
    "peak_wh": 250_000,
    "valley_wh": 150_000,
    "year_to_date_wh": 1_980_000,
}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def with_prices(
    book: RuleBook, day: str, *below_1kv: str, upper: tuple[str, ...] = ("2160", "3120")
) -> RuleBook:
    """Lay placeholder step prices over the book from a day on."""
    document = {
        "id": f"{PLACE}/residential_steps",
        "kind": "annual_steps",
        "title": {"zh": "占位", "en": "placeholder"},
        "values": {
            day: {
                "source": {"document": "placeholder", "clause": "1", "published": day, "url": None},
                "checked": day,
                "limits": {"unit": "kWh/year", "upper": list(upper)},
                "prices": {"unit": "yuan/kWh", "below_1kv": list(below_1kv)},
            }
        },
    }
    return parse({f"mine/{PLACE}/residential_steps.yaml": document}, onto=book)


def lines_of(bills: Bills, row: int = 0) -> list[tuple[Any, ...]]:
    lines = bills.lines
    return [
        (
            Component(lines.component[at]),
            int(lines.step[at]),
            int(lines.quantity_wh[at]),
            int(lines.price_nano[at]),
            int(lines.amount_fen[at]),
            int(lines.remainder_wh[at]),
            bills.rules[lines.rule[at]].rule_id.rpartition("/")[2],
        )
        for at in np.flatnonzero(lines.row == row)
    ]


def test_a_bill_in_the_second_step_with_peak_and_valley_has_its_four_lines(book: RuleBook) -> None:
    bills = price(billing_input(PEAK_VALLEY), book)
    assert lines_of(bills) == [
        (Component.BASE, 1, 400_000, 560_000_000, 22400, 0, "residential_steps"),
        (Component.STEP, 2, 220_000, 50_000_000, 1100, 0, "residential_steps"),
        (Component.PEAK, 0, 250_000, 30_000_000, 750, 0, "residential_time_of_use"),
        (Component.VALLEY, 0, 150_000, -120_000_000, -1800, 0, "residential_time_of_use"),
    ]
    assert bills.amount_fen.tolist() == [22450]
    assert bills.lines.sequence.tolist() == [1, 2, 3, 4]
    assert (bills.step[0], bills.energy_wh[0], bool(bills.priced[0])) == (2, 400_000, True)
    assert bills.refusals == ()
    assert bills.rulebook_hash == book.hash


def test_a_bill_that_crosses_two_limits_has_a_line_for_each_step(book: RuleBook) -> None:
    bills = price(billing_input({"energy_wh": 2_000_000, "year_to_date_wh": 2_000_000}), book)
    assert [(line[0], line[1], line[2]) for line in lines_of(bills)] == [
        (Component.BASE, 1, 2_000_000),
        (Component.STEP, 2, 960_000),
        (Component.STEP, 3, 880_000),
    ]
    assert bills.amount_fen[0] == 112_000 + 4_800 + 26_400


def test_the_remainder_of_the_registers_goes_to_the_valley_line_and_says_so(book: RuleBook) -> None:
    bills = price(billing_input({**PEAK_VALLEY, "valley_wh": 149_980}), book)
    valley = lines_of(bills)[-1]
    assert (valley[0], valley[2], valley[5]) == (Component.VALLEY, 150_000, 20)
    assert bills.amount_fen[0] == 22450


def test_the_lines_of_all_rows_stand_in_the_order_of_the_rows(book: RuleBook) -> None:
    refused = {"energy_wh": -10}
    bills = price(billing_input(PEAK_VALLEY, refused, {"energy_wh": 10_000}, PEAK_VALLEY), book)
    assert bills.lines.row.tolist() == [0, 0, 0, 0, 2, 3, 3, 3, 3]
    assert bills.lines.sequence.tolist() == [1, 2, 3, 4, 1, 1, 2, 3, 4]
    assert bills.amount_fen.tolist() == [22450, 0, 560, 22450]
    assert bills.priced.tolist() == [True, False, True, True]
    assert bills.settlement_rule.tolist()[1] == -1


def test_the_rules_of_a_bill_carry_their_evidence(book: RuleBook) -> None:
    rules = {rule.rule_id.rpartition("/")[2]: rule for rule in price(billing_input(PEAK_VALLEY), book).rules}
    assert set(rules) == {"residential_steps", "residential_time_of_use", "settlement"}
    steps = rules["residential_steps"]
    assert steps.effective == "2012-07-01"
    assert steps.slice_hash == book.in_force(steps.rule_id, date(2024, 6, 1)).slice_hash
    assert steps.values["prices"]["below_1kv"] == ["0.56", "0.61", "0.86"]
    assert "2617" in str(steps.source["document"])
    assert "prices.below_1kv" in dict(steps.unverified)
    assert "prices.kv_1_10" not in dict(steps.unverified), "what is not known cannot have been used"
    assert steps.rounding_steps == ("line-fen",)
    assert rules["residential_time_of_use"].rounding_steps == ("line-fen", "valley-remainder")
    assert rules["settlement"].rounding_steps == ("energy-precision",)


def test_limits_that_do_not_divide_by_twelve_round_to_the_watt_hour_as_a_named_step(book: RuleBook) -> None:
    odd = with_prices(book, "2024-01-01", "0.5", "0.6", upper=("1000.001",))
    bills = price(billing_input({"energy_wh": 500_000, "months_in_year": 5}), odd)
    # 1 000 001 x 5 / 12 = 416 667.083 Wh
    assert [line[2] for line in lines_of(bills)] == [500_000, 83_333]
    assert bills.rules[0].rounding_steps == ("line-fen", "limits-by-months")


def test_a_new_price_holds_from_its_day_of_use_and_not_from_the_bill_month(book: RuleBook) -> None:
    dearer = with_prices(book, "2024-06-01", "0.57", "0.62", "0.87")
    may = {"from_day": day_number(date(2024, 5, 1)), "to_day": day_number(date(2024, 6, 1))}
    june = {"from_day": day_number(date(2024, 6, 1)), "to_day": day_number(date(2024, 7, 1))}
    rows = [{**days, "energy_wh": 100_000, "period": 202407} for days in (may, june)]
    bills = price(billing_input(*rows), dearer)
    assert bills.amount_fen.tolist() == [5600, 5700]
    assert [rule.effective for rule in bills.rules] == ["2012-07-01", "2024-06-01", "2012-07-01"]


def test_use_that_straddles_a_price_change_is_held_with_the_day_of_the_change(book: RuleBook) -> None:
    dearer = with_prices(book, "2024-06-15", "0.57", "0.62", "0.87")
    bills = price(billing_input({"energy_wh": 100_000}), dearer)
    assert len(bills.lines) == 0
    assert bills.refusals[0].code is RefusalCode.PRICE_CHANGE_WITHIN_PERIOD
    assert bills.refusals[0].params["change_date"] == "2024-06-15"


@pytest.mark.parametrize(
    ("row", "code", "params"),
    [
        ({"price_class": 9}, RefusalCode.UNKNOWN_PRICE_CLASS, {"price_class": 9}),
        ({"voltage_class": 0}, RefusalCode.UNKNOWN_VOLTAGE_CLASS, {"voltage_class": 0}),
        ({"to_day": 19_000}, RefusalCode.EMPTY_PERIOD, {"from_day": 19_875, "to_day": 19_000}),
        ({"months_in_year": 0}, RefusalCode.MONTHS_OUT_OF_RANGE, {"months_in_year": 0}),
        ({"months_in_year": 13}, RefusalCode.MONTHS_OUT_OF_RANGE, {"months_in_year": 13}),
        ({"year_to_date_wh": -1}, RefusalCode.NEGATIVE_YEAR_TO_DATE, {"year_to_date_wh": -1}),
        ({"energy_wh": -10}, RefusalCode.NEGATIVE_ENERGY, {"energy_wh": -10}),
        ({**PEAK_VALLEY, "valley_wh": -10}, RefusalCode.NEGATIVE_ENERGY, {"valley_wh": -10}),
        (
            {"energy_wh": ENERGY_LIMIT_WH + 1},
            RefusalCode.ENERGY_TOO_LARGE,
            {"energy_wh": ENERGY_LIMIT_WH + 1},
        ),
        ({**PEAK_VALLEY, "has_time_of_use": False}, RefusalCode.NO_TIME_OF_USE_REGISTERS, {}),
        ({**PEAK_VALLEY, "peak_wh": 400_010}, RefusalCode.REGISTERS_EXCEED_TOTAL, {"peak_wh": 400_010}),
        (
            {"from_day": day_number(date(2012, 6, 30))},
            RefusalCode.NO_VALUE_IN_FORCE,
            {"file": f"{PLACE}/residential_steps.yaml", "day": "2012-06-30", "first_date": "2012-07-01"},
        ),
        (
            {"voltage_class": VoltageClass.KV_1_10},
            RefusalCode.VALUE_ABSENT,
            {"file": f"{PLACE}/residential_steps.yaml", "field": "prices.kv_1_10"},
        ),
        ({"voltage_class": VoltageClass.KV_220}, RefusalCode.VALUE_ABSENT, {"field": "prices.kv_220"}),
        (
            {"price_class": PriceClass.AGRICULTURAL},
            RefusalCode.VALUE_ABSENT,
            {"file": f"{PLACE}/agricultural.yaml", "why": "没有找到公布的数值"},
        ),
    ],
)
def test_a_row_that_cannot_be_priced_is_refused_and_its_neighbours_are_not(
    book: RuleBook, row: dict[str, Any], code: RefusalCode, params: dict[str, Any]
) -> None:
    bills = price(billing_input({"energy_wh": 10_000}, row, {"energy_wh": 10_000}), book)
    assert [refusal.row for refusal in bills.refusals] == [1]
    assert bills.refusals[0].code is code
    assert params.items() <= bills.refusals[0].params.items()
    json.dumps(dict(bills.refusals[0].params))
    assert bills.amount_fen.tolist() == [560, 0, 560]
    assert bills.energy_wh.tolist() == [10_000, 0, 10_000]
    assert 1 not in bills.lines.row


def test_a_place_without_the_rule_is_refused_by_name(book: RuleBook) -> None:
    bills = price(billing_input({"energy_wh": 10_000}), book, place="province/mars")
    assert bills.refusals[0].code is RefusalCode.NO_SUCH_RULE
    assert "province/mars/residential_steps" in bills.refusals[0].params["detail"]


def test_four_terawatt_hours_are_priced_exactly(book: RuleBook) -> None:
    row = {"price_class": PriceClass.RESIDENTIAL_SHARED, "energy_wh": ENERGY_LIMIT_WH}
    assert price(billing_input(row), book).amount_fen.tolist() == [4 * 10**9 * 568 // 10]


def test_no_rows_make_no_bills(book: RuleBook) -> None:
    bills = price(billing_input(), book)
    assert len(bills.amount_fen) == len(bills.lines) == len(bills.refusals) == 0


def test_a_column_of_another_kind_or_length_is_refused(book: RuleBook) -> None:
    inputs = billing_input({"energy_wh": 10_000})
    with pytest.raises(WrongColumn, match="energy_wh: expected int64, got float64"):
        price(replace(inputs, energy_wh=inputs.energy_wh.astype(np.float64)), book)
    with pytest.raises(WrongColumn, match="peak_wh: expected 1 rows, got 2"):
        price(replace(inputs, peak_wh=np.zeros(2, np.int64)), book)


def test_pricing_leaves_its_input_as_it_was(book: RuleBook) -> None:
    inputs = billing_input(PEAK_VALLEY, {"energy_wh": 12_345})
    before = {each.name: getattr(inputs, each.name).copy() for each in fields(BillingInput)}
    price(inputs, book)
    for name, column in before.items():
        np.testing.assert_array_equal(getattr(inputs, name), column)


def test_an_old_bill_recomputes_byte_for_byte_from_its_slices_after_the_book_changed(book: RuleBook) -> None:
    rows = billing_input(
        PEAK_VALLEY, {"energy_wh": 2_000_000, "year_to_date_wh": 1_000_000}, {"energy_wh": -1}
    )
    issued = price(rows, book)
    stored = json.loads(json.dumps([rule.to_slice() for rule in issued.rules]))
    upgraded = with_prices(book, "2024-06-01", "0.57", "0.62", "0.87")
    assert price(rows, upgraded).amount_fen.tolist() != issued.amount_fen.tolist()

    again = recompute(rows, stored)
    assert again.amount_fen.tobytes() == issued.amount_fen.tobytes()
    for each in fields(Lines):
        assert getattr(again.lines, each.name).tobytes() == getattr(issued.lines, each.name).tobytes(), (
            each.name
        )
    assert [rule.slice_hash for rule in again.rules] == [rule.slice_hash for rule in issued.rules]


def test_a_bill_never_recomputes_from_a_slice_that_was_altered(book: RuleBook) -> None:
    rows = billing_input(PEAK_VALLEY)
    stored = [rule.to_slice() for rule in price(rows, book).rules]
    steps = next(each for each in stored if each["kind"] == "annual_steps")
    steps["values"]["prices"]["below_1kv"][1] = "0.99"
    with pytest.raises(AlteredSlice):
        recompute(rows, stored)


def test_every_kind_with_a_price_has_its_shapes_in_order_of_their_day() -> None:
    assert set(SHAPES) == {"annual_steps", "flat_price", "time_of_use_increment"}
    for functions in SHAPES.values():
        first_days = [first for first, _ in functions]
        assert first_days == sorted(set(first_days))
        assert first_days
