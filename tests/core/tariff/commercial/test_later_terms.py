"""Terms that change inside a commercial month: each part by its own, the power factor and the demand the month's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import VoltageClass
from diansuo.core.tariff.commercial import (
    CapacityMethod,
    Crossed,
    LaterTerms,
    price_commercial_across_changes,
    recompute_commercial,
)
from diansuo.core.tariff.resolve import day_number
from tests.core.tariff.commercial.books_of import PLACE, book_of
from tests.core.tariff.commercial.columns_of import commercial_input

FIRST, CHANGE, END = (day_number(date(2025, 3, day)) for day in (1, 11, 31))
END += 1
BEFORE = {
    "from_day": FIRST,
    "to_day": END,
    "month_days": 31,
    "capacity_va_days": 800_000 * 10,
    "demand_days": 10,
}
AFTER = {**BEFORE, "capacity_va_days": 800_000 * 21, "demand_days": 21}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_of()


def later(day: int = CHANGE, **terms: Any) -> LaterTerms:
    return LaterTerms(np.zeros(1, np.int64), np.array([day]), commercial_input({**AFTER, **terms}))


def crossed(book: RuleBook, change: LaterTerms, **terms: Any) -> Crossed:
    return price_commercial_across_changes(commercial_input({**BEFORE, **terms}), book, PLACE, later=change)


def test_the_charge_is_divided_where_terms_change_and_sums_to_the_month(book: RuleBook) -> None:
    result = crossed(book, later(power_factor_standard=85))
    charge = result.bills.lines.component == 10
    assert result.bills.lines.quantity[charge].tolist() == [8_000_000, 16_800_000]
    assert result.line_part[charge].tolist() == [1, 2]


def test_a_demand_is_the_months_on_both_sides(book: RuleBook) -> None:
    terms = {"capacity_method": CapacityMethod.ACTUAL_DEMAND, "demand_w": 500_000}
    result = crossed(book, later(**terms, voltage_class=VoltageClass.KV_35), **terms)
    demand = result.bills.lines.component == 11
    assert result.bills.lines.quantity[demand].tolist() == [5_000_000, 10_500_000]


def test_every_part_has_the_power_factor_of_the_month(book: RuleBook) -> None:
    month = {"reactive_varh": 20_000_000, "active_wh": 90_000_000}
    result = crossed(
        book, later(power_factor_standard=80, reactive_varh=0), power_factor_standard=90, **month
    )
    alone = price_commercial_across_changes(commercial_input({**AFTER, **month}), book, PLACE)
    assert result.bills.power_factor[0] == alone.bills.power_factor[0]
    assert (result.bills.lines.component == 13).sum() <= 2


def test_terms_that_stay_cost_what_the_month_costs_but_for_roundings(book: RuleBook) -> None:
    whole = {**BEFORE, "capacity_va_days": 800_000 * 31, "demand_days": 31}
    plain = price_commercial_across_changes(commercial_input(whole), book, PLACE).bills
    divided = crossed(book, later()).bills
    lines = len(divided.lines)
    assert abs(int(plain.amount_fen[0] - divided.amount_fen[0])) <= lines + 20
    assert plain.energy_wh[0] == divided.energy_wh[0]


def test_terms_outside_the_month_are_a_mistake_of_the_caller(book: RuleBook) -> None:
    for day in (FIRST, END):
        with pytest.raises(ValueError, match="outside"):
            crossed(book, later(day))


def test_a_month_whose_later_terms_cannot_be_priced_is_refused_whole(book: RuleBook) -> None:
    result = crossed(book, later(capacity_method=CapacityMethod.CONTRACT_DEMAND, contract_demand_w=0))
    assert [one.code for one in result.bills.refusals] == ["no_contract_demand"]
    assert (len(result.bills.lines), int(result.bills.amount_fen[0])) == (0, 0)


def test_a_bill_divided_by_terms_recomputes_from_its_slices(book: RuleBook) -> None:
    change = later(voltage_class=VoltageClass.KV_35)
    bills = crossed(book, change).bills
    slices = [rule.to_slice() for rule in bills.rules]
    again = recompute_commercial(commercial_input(BEFORE), slices, later=change)
    assert again.lines.amount_fen.tobytes() == bills.lines.amount_fen.tobytes()


def test_neighbours_without_a_change_are_not_touched(book: RuleBook) -> None:
    whole = {**BEFORE, "capacity_va_days": 800_000 * 31, "demand_days": 31}
    rows = commercial_input(whole, BEFORE, whole)
    change = replace(later(power_factor_standard=85), row=np.array([1]))
    result = price_commercial_across_changes(rows, book, PLACE, later=change).bills
    alone = price_commercial_across_changes(commercial_input(whole), book, PLACE).bills
    assert result.amount_fen[[0, 2]].tolist() == alone.amount_fen.tolist() * 2
