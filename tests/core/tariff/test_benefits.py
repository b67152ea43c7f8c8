"""More for many persons, free energy for the poor, peak and valley for shared meters: what the place's terms give."""

from __future__ import annotations

from typing import Any

import pytest

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component, PriceClass, RefusalCode, price, recompute
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.lines_of import lines_of, plain
from tests.core.tariff.placeholders import document, lay_over, terms

HUNDRED = {"energy_wh": 100_000}
SHARED = {
    "price_class": PriceClass.RESIDENTIAL_SHARED_TOU,
    "has_time_of_use": True,
    "energy_wh": 100_000,
    "peak_wh": 60_000,
    "valley_wh": 40_000,
}
POOR = {"energy_wh": 30_000, "free_months": 1}


@pytest.fixture(scope="module")
def shipped() -> RuleBook:
    return load()


def with_terms(book: RuleBook, **values: str | None) -> RuleBook:
    return lay_over(book, document("residential_terms", "parameters", {"2024-01-01": terms(**values)}))


@pytest.mark.parametrize(
    ("persons", "months", "second_step_wh"),
    [(5, 12, 0), (4, 12, 200_000), (5, 1, 100_000), (5, 0, 200_000), (9, 12, 0)],
)
def test_many_persons_have_more_on_every_limit_for_each_month(
    shipped: RuleBook, persons: int, months: int, second_step_wh: int
) -> None:
    row = {"energy_wh": 200_000, "year_to_date_wh": 2_160_000, "persons": persons, "persons_months": months}
    bills = price(billing_input(row), with_terms(shipped))
    assert sum(line[2] for line in lines_of(bills) if line[:2] == (Component.STEP, 2)) == second_step_wh
    assert bills.step.tolist() == [2 if second_step_wh else 1]


def test_the_third_step_begins_later_for_many_persons_too(shipped: RuleBook) -> None:
    row = {"energy_wh": 100_000, "year_to_date_wh": 4_300_000, "persons": 6, "persons_months": 12}
    bills = price(billing_input(row), with_terms(shipped))
    # 3120 + 12 x 100 = 4320 kWh
    assert lines_of(bills) == [
        (Component.BASE, 1, 100_000, 560_000_000, 5600, 0),
        (Component.STEP, 2, 20_000, 50_000_000, 100, 0),
        (Component.STEP, 3, 80_000, 300_000_000, 2400, 0),
    ]


def test_a_household_that_heats_with_electricity_has_more_for_each_month_of_heating(
    shipped: RuleBook,
) -> None:
    row = {"energy_wh": 200_000, "year_to_date_wh": 2_160_000, "heating_months": 3}
    bills = price(billing_input(row), with_terms(shipped))
    assert sum(line[2] for line in lines_of(bills) if line[0] is Component.STEP) == 50_000


def test_free_energy_is_a_line_below_zero_at_the_price_of_the_first_step(shipped: RuleBook) -> None:
    bills = price(billing_input(POOR), with_terms(shipped))
    assert lines_of(bills) == [
        (Component.BASE, 1, 30_000, 560_000_000, 1680, 0),
        (Component.FREE_ENERGY, 1, 10_000, -560_000_000, -560, 0),
    ]
    assert bills.amount_fen.tolist() == [1120]
    assert bills.energy_wh.tolist() == bills.counted_wh.tolist() == [30_000]
    assert bills.rules[bills.lines.rule[1]].rule_id == "province/henan/residential_terms"
    assert bills.rules[bills.terms_rule[0]].rule_id == "province/henan/residential_terms"


@pytest.mark.parametrize(
    ("energy_wh", "months", "free_wh"),
    [(9_990, 1, 9_990), (10_000, 1, 10_000), (30_000, 2, 20_000), (0, 1, 0)],
)
def test_no_more_is_free_than_was_used_nor_than_the_months_give(
    shipped: RuleBook, energy_wh: int, months: int, free_wh: int
) -> None:
    bills = price(billing_input({"energy_wh": energy_wh, "free_months": months}), with_terms(shipped))
    assert sum(line[2] for line in lines_of(bills) if line[0] is Component.FREE_ENERGY) == free_wh


def test_free_energy_that_does_not_count_leaves_the_steps_where_they_were(shipped: RuleBook) -> None:
    row = {**POOR, "year_to_date_wh": 2_140_000}
    counted, uncounted = (
        price(billing_input(row), with_terms(shipped, free_energy_counts_in_steps=word))
        for word in ("counted", "not_counted")
    )
    assert [line[2] for line in lines_of(counted) if line[0] is Component.STEP] == [10_000]
    assert [line[2] for line in lines_of(uncounted) if line[0] is Component.STEP] == []
    assert (uncounted.energy_wh[0], uncounted.counted_wh[0]) == (30_000, 20_000)


def test_free_energy_that_is_refunded_later_is_not_on_the_bill_but_reported(shipped: RuleBook) -> None:
    bills = price(
        billing_input({"energy_wh": 5_000}, POOR), with_terms(shipped, free_energy_form="refund_later")
    )
    assert bills.amount_fen.tolist() == [280, 1680]
    assert [line[0] for line in lines_of(bills, 1)] == [Component.BASE]
    assert plain(bills.refunds, 1) == [(Component.FREE_ENERGY, 1, 10_000, -560_000_000, -560, 0)]


def test_a_bill_with_free_energy_recomputes_from_its_slices(shipped: RuleBook) -> None:
    inputs = billing_input(POOR, {"energy_wh": 10_000}, {**POOR, "persons": 7, "persons_months": 3})
    bills = price(inputs, with_terms(shipped))
    again = recompute(inputs, [rule.to_slice() for rule in bills.rules])
    assert again.lines.amount_fen.tobytes() == bills.lines.amount_fen.tobytes()


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        ({"persons": 6, "persons_months": 12}, "min_persons"),
        ({"persons": 6, "persons_months": 12}, "add_kwh_per_month"),
        ({"heating_months": 4}, "heating_season_add"),
        ({"free_months": 1}, "free_energy"),
        ({"free_months": 1}, "free_energy_counts_in_steps"),
        ({"free_months": 1}, "free_energy_form"),
        (SHARED, "shared_time_of_use"),
    ],
)
def test_a_number_nobody_knows_holds_only_the_bill_that_needs_it(
    shipped: RuleBook, row: dict[str, Any], missing: str
) -> None:
    bills = price(billing_input(HUNDRED, {**HUNDRED, **row}), with_terms(shipped, **{missing: None}))
    assert bills.priced.tolist() == [True, False]
    assert bills.refusals[0].code is RefusalCode.VALUE_ABSENT
    assert bills.refusals[0].params["field"] == f"parameters.{missing}"


def test_terms_that_say_nothing_of_a_matter_do_not_know_it(shipped: RuleBook) -> None:
    silent = document("residential_terms", "parameters", {"2024-01-01": terms()})
    del silent["values"]["2024-01-01"]["parameters"]["free_energy"]
    bills = price(billing_input(POOR), lay_over(shipped, silent))
    assert bills.refusals[0].code is RefusalCode.VALUE_ABSENT
    assert bills.refusals[0].params["field"] == "parameters.free_energy"


def test_a_shared_meter_may_have_peak_and_valley_where_the_place_allows_it(shipped: RuleBook) -> None:
    bills = price(billing_input(SHARED), with_terms(shipped))
    assert lines_of(bills) == [
        (Component.BASE, 0, 100_000, 568_000_000, 5680, 0),
        (Component.PEAK, 0, 60_000, 30_000_000, 180, 0),
        (Component.VALLEY, 0, 40_000, -120_000_000, -480, 0),
    ]
    assert bills.step.tolist() == [0]


def test_a_shared_meter_with_peak_and_valley_is_held_where_the_place_does_not_allow_it(
    shipped: RuleBook,
) -> None:
    bills = price(billing_input(SHARED), with_terms(shipped, shared_time_of_use="not_allowed"))
    assert bills.refusals[0].code is RefusalCode.TIME_OF_USE_NOT_ALLOWED
    assert bills.refusals[0].params["rule_id"] == "province/henan/residential_terms"


@pytest.mark.parametrize("extra", [{"free_months": 1}, {"persons": 6, "persons_months": 1}])
def test_a_customer_without_steps_has_neither_free_energy_nor_more_for_persons(
    shipped: RuleBook, extra: dict[str, int]
) -> None:
    row = {**HUNDRED, "price_class": PriceClass.RESIDENTIAL_SHARED, **extra}
    assert price(billing_input(row), with_terms(shipped)).refusals[0].code is RefusalCode.NO_STEPS_TO_ADD_TO


@pytest.mark.parametrize(
    "wrong",
    [
        {"persons_months": 13},
        {"persons_months": -1},
        {"free_months": -1},
        {"heating_months": 13},
        {"months_in_year": 6, "persons_months": 7},
    ],
)
def test_months_beyond_the_year_are_held(shipped: RuleBook, wrong: dict[str, int]) -> None:
    bills = price(billing_input({**HUNDRED, **wrong}), with_terms(shipped))
    assert bills.refusals[0].code is RefusalCode.MONTHS_OUT_OF_RANGE
