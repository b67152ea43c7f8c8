"""What cannot be priced is refused with code, file and field, and what was priced can be proved later."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.band import Band
from diansuo.core.quantity.money import ENERGY_LIMIT_WH
from diansuo.core.rules import AlteredSlice, RuleBook, lay
from diansuo.core.tariff import Component
from diansuo.core.tariff.commercial import (
    PurchaseMode,
    price_commercial,
    recompute_commercial,
)
from diansuo.core.tariff.resolve import day_number
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.commercial.books_of import (
    FIRST,
    FIXED,
    FLOATS,
    PLACE,
    book_of,
    component_price,
    document,
    entry,
    monthly_sheet,
    place_terms,
)
from tests.core.tariff.commercial.columns_of import commercial_input, days_of
from tests.core.tariff.commercial.refusal_of import refusal_of

SINGLE = {"two_part": False, "power_factor_standard": 0}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_of()


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ({"voltage_class": 9}, "unknown_voltage_class", "voltage_class"),
        ({"purchase_mode": 7}, "unknown_purchase_mode", "purchase_mode"),
        ({"capacity_method": 9}, "unknown_capacity_method", "capacity_method"),
        ({"power_factor_standard": 101}, "unknown_standard", "power_factor_standard"),
        ({"power_factor_standard": 70}, "unknown_standard", "power_factor_standard"),
        ({"to_day": 0}, "empty_period", "to_day"),
        ({"period": 202513}, "not_a_month", "period"),
        ({"period": 202500}, "not_a_month", "period"),
        ({"energy_wh": -1}, "negative_energy", "energy_wh"),
        ({"band_wh": [-10, 10, 0, 0, 0]}, "negative_energy", "band_wh"),
        ({"reactive_varh": -1}, "negative_reactive", "reactive_varh"),
        ({"energy_wh": ENERGY_LIMIT_WH + 1}, "energy_too_large", "energy_wh"),
        ({"energy_wh": ENERGY_LIMIT_WH}, "energy_too_large", "limit_wh"),
        ({"has_bands": False}, "no_bands", "has_bands"),
        ({"energy_wh": 10, "band_wh": [0, 0, 11, 0, 0]}, "parts_do_not_match_total", "band_wh"),
        ({"capacity_method": 0}, "two_part_without_capacity", "capacity_method"),
        ({"capacity_va": 0}, "two_part_without_capacity", "capacity_va"),
        ({"capacity_va_days": 10**15}, "capacity_too_large", "capacity_va_days"),
        ({"capacity_method": 2, "demand_w": 1}, "no_contract_demand", "contract_demand_w"),
        ({"capacity_method": 2, "contract_demand_w": 1}, "no_demand", "demand_w"),
        ({"capacity_method": 3}, "no_demand", "demand_w"),
        ({"month_days": 27}, "month_days_out_of_range", "month_days"),
        ({"capacity_method": 3, "demand_w": 1, "demand_days": 32}, "month_days_out_of_range", "demand_days"),
        ({"purchase_mode": 1}, "no_market_price", "own_price_nano"),
        (
            {"purchase_mode": 1, "own_price_nano": [0, 0, 10**12, 0, 0]},
            "market_price_too_large",
            "own_price_nano",
        ),
        ({"voltage_class": 5}, "value_absent", "field"),
    ],
)
def test_a_row_that_cannot_be_priced_is_refused_and_the_rest_is_billed(
    book: RuleBook, row: dict[str, Any], code: str, column: str
) -> None:
    refusal = refusal_of(book, **row)
    assert refusal.code == code
    assert column in refusal.params


def test_a_missing_price_names_file_and_field(book: RuleBook) -> None:
    refusal = refusal_of(book, voltage_class=4)
    assert refusal.code == "value_absent"
    assert refusal.params["file"] == f"{PLACE}/commercial_prices/capacity_demand.yaml"
    assert refusal.params["field"] == "capacity.kv_110"


def test_a_component_without_a_price_sheet_holds_the_bill() -> None:
    every = {"purchase": FLOATS, "energy": FIXED}
    without = book_of(
        components=document(
            f"{PLACE}/commercial_components", "price_components", body=entry(components=every)
        )
    )
    bills = price_commercial(commercial_input({}), without, PLACE)
    assert [refusal.code for refusal in bills.refusals] == ["no_such_rule"]
    assert bills.refusals[0].params["rule_id"] == f"{PLACE}/commercial_prices/energy"


def test_a_sheet_that_ended_and_one_that_changes_hold_the_bill() -> None:
    sheet = component_price("purchase", "0.40")
    sheet["values"]["2020-01-01"]["until"] = "2025-01-20"
    refusals = price_commercial(commercial_input({}), book_of(sheet=sheet), PLACE).refusals
    assert [(each.code, each.params["day"]) for each in refusals] == [("no_value_in_force", "2025-01-20")]
    sheet = component_price("purchase", "0.40")
    sheet["values"]["2025-01-15"] = sheet["values"]["2020-01-01"]
    refusals = price_commercial(commercial_input({}), book_of(sheet=sheet), PLACE).refusals
    assert [(each.code, each.params["change_date"]) for each in refusals] == [
        ("price_change_within_period", "2025-01-15")
    ]
    before = {"from_day": day_number(date(2025, 1, 1)), "to_day": day_number(date(2025, 1, 15))}
    after = {"from_day": day_number(date(2025, 1, 15)), "to_day": day_number(date(2025, 2, 1))}
    assert price_commercial(commercial_input(before, after), book_of(sheet=sheet), PLACE).priced.all()


def test_a_sheet_holds_for_the_days_of_use_or_for_the_month_of_the_bill_as_the_place_says() -> None:
    across = {"from_day": day_number(date(2024, 6, 24)), "to_day": day_number(date(2024, 7, 24)), **SINGLE}
    rows = commercial_input(
        {**across, "period": 202406}, {**across, "period": 202407}, {**across, "period": 202604}
    )
    by_days = price_commercial(rows, book_of(terms=place_terms("days_of_use"), sheet=monthly_sheet()), PLACE)
    assert [each.code for each in by_days.refusals] == ["price_change_within_period"] * 3
    by_month = price_commercial(rows, book_of(terms=place_terms("bill_month"), sheet=monthly_sheet()), PLACE)
    flat = (by_month.lines.band == Band.FLAT) & (by_month.lines.component == Component.PURCHASE)
    assert by_month.lines.price_nano[flat].tolist() == [400_000_000, 410_000_000]
    assert [(each.row, each.code) for each in by_month.refusals] == [(2, "no_value_in_force")]


def test_the_shipped_rulebook_holds_what_it_does_not_know_and_names_it() -> None:
    shipped = load()
    sheets = {"purchase": "0.40", "upstream_loss": "0.015", "system_operation": "0.03"}
    henan = {
        f"sheets/province/henan/commercial_prices/{name}.yaml": {
            **component_price(name, yuan),
            "id": f"province/henan/commercial_prices/{name}",
            "values": {"2024-01-01": component_price(name, yuan)["values"][FIRST]},
        }
        for name, yuan in sheets.items()
    }
    book = lay(henan, shipped)
    row = {**SINGLE, "voltage_class": 2}
    codes = [
        [each.params.get("rule_id") for each in price_commercial(commercial_input(row), held).refusals]
        for held in (shipped, book)
    ]
    assert codes[0] == ["province/henan/commercial_prices/purchase"]
    assert codes[1] != []
    assert codes[1][0].startswith("province/henan/")


@pytest.mark.parametrize(
    ("month", "days", "priced"),
    [((2024, 5), 31, False), ((2024, 5), 30, True), ((2024, 6), 30, True), ((2024, 7), 31, True)],
)
def test_a_month_is_divided_by_30_until_the_rules_of_june_2024(
    book: RuleBook, month: tuple[int, int], days: int, priced: bool
) -> None:
    row = {**days_of(*month), "month_days": days, "capacity_va_days": 800_000 * days, "demand_days": days}
    bills = price_commercial(commercial_input(row), book, PLACE)
    assert bills.priced.tolist() == [priced]
    assert [refusal.code for refusal in bills.refusals] == ([] if priced else ["month_days_out_of_range"])


def test_a_bill_recomputes_from_its_slices_and_an_altered_one_is_refused(book: RuleBook) -> None:
    inputs = commercial_input({}, {"purchase_mode": PurchaseMode.RETURNED}, {**days_of(2026, 3), **SINGLE})
    bills = price_commercial(inputs, book, PLACE)
    slices = [rule.to_slice() for rule in bills.rules]
    again = recompute_commercial(inputs, slices)
    assert again.lines.amount_fen.tobytes() == bills.lines.amount_fen.tobytes()
    assert again.amount_fen.tolist() == bills.amount_fen.tolist()
    slices[0]["values"] = {}
    with pytest.raises(AlteredSlice):
        recompute_commercial(inputs, slices)
    with pytest.raises(ValueError, match="of 0 places"):
        recompute_commercial(inputs, [])


def test_a_column_of_the_wrong_kind_is_refused_by_name(book: RuleBook) -> None:
    inputs = commercial_input({})
    with pytest.raises(WrongColumn, match="band_wh"):
        price_commercial(replace(inputs, band_wh=inputs.band_wh[:, :4]), book, PLACE)
    with pytest.raises(WrongColumn, match="band_wh"):
        price_commercial(replace(inputs, band_wh=inputs.band_wh.astype(np.float64)), book, PLACE)
    with pytest.raises(WrongColumn, match="demand_w"):
        price_commercial(replace(inputs, demand_w=inputs.demand_w[:0]), book, PLACE)
    with pytest.raises(ValueError, match="no place"):
        price_commercial(inputs, book)


def test_no_rows_make_no_bills(book: RuleBook) -> None:
    bills = price_commercial(commercial_input({}).take(np.array([], dtype=np.int64)), book, PLACE)
    assert len(bills.lines) == len(bills.rules) == len(bills.refusals) == 0
