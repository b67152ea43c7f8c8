"""The worked tables of the rules of commercial bills are run, and every rounding has its section."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from diansuo.core.quantity.band import Band
from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import fen_from_yuan, nano_from_price
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.tariff import Component
from diansuo.core.tariff.commercial import (
    CapacityMethod,
    capacity,
    components,
    demand,
    power_factor,
    price_commercial,
    tables,
)
from diansuo.core.tariff.commercial.demand import ChargeTerms, contract_demand_w, nano_times
from diansuo.core.tariff.commercial.power_factor import adjustment_rates, power_factor_hundredths, rate_units
from tests.core.tariff.commercial.books_of import PLACE, book_of
from tests.core.tariff.commercial.columns_of import commercial_input
from tests.core.tariff.test_rounding_page import PAGE, table_below

DAY = date(2024, 6, 1)


def table_under(page: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading of a page of rules, without its head."""
    text = (PAGE.parent / page).read_text(encoding="utf-8").split(f"## {heading}\n")[1]
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    assert rows
    return rows


def thousandths(text: str) -> int:
    return wh_from_kwh(text)


@pytest.mark.parametrize("row", table_below("flat-remainder"), ids=lambda row: row[2])
def test_the_remainder_goes_to_flat_as_the_page_says(row: list[str]) -> None:
    *bands, total, charged, remainder = row
    inputs = commercial_input(
        {"band_wh": [wh_from_kwh(each) for each in bands], "two_part": False, "power_factor_standard": 0}
    )
    assert inputs.energy_wh[0] == wh_from_kwh(total)
    lines = price_commercial(inputs, book_of(), PLACE).lines
    flat = np.flatnonzero((lines.component == Component.PURCHASE) & (lines.band == Band.FLAT))
    assert lines.quantity[flat].tolist() == [wh_from_kwh(charged)]
    assert lines.remainder_wh[flat].tolist() == [int(remainder)]


@pytest.mark.parametrize("row", table_below("band-price"), ids=lambda row: " × ".join(row[:3]))
def test_a_price_of_a_period_rounds_as_the_page_says(row: list[str]) -> None:
    price, ratio, multiple, expected = row
    found = nano_times(nano_from_price(price), Decimal(ratio), Decimal(multiple))
    assert found == nano_from_price(expected)


@pytest.mark.parametrize("row", table_below("capacity-days"), ids=lambda row: row[0])
def test_a_segment_rounds_as_the_page_says(row: list[str]) -> None:
    quantity, price, days, exact, amount = row
    yuan = Decimal(quantity) * Decimal(price) / Decimal(days)
    assert str(yuan).startswith(exact.rstrip("…"))
    found = capacity.charge_fen(thousandths(quantity), nano_from_price(price), int(days))
    assert found == fen_from_yuan(amount)


@pytest.mark.parametrize("row", table_below("demand-limit"), ids=lambda row: row[0])
def test_the_limits_of_a_contract_demand_round_as_the_page_says(row: list[str]) -> None:
    declared, kva, floor, charged, limit = (thousandths(each) for each in row)
    terms = ChargeTerms.from_entry(
        book_of().in_force("national/capacity_charge", DAY), CapacityMethod.CONTRACT_DEMAND
    )
    demanded = np.array([limit + 1])
    found, excess = contract_demand_w(np.array([declared]), np.array([kva]), demanded, terms)
    assert round_half_away(kva * terms.floor_millionths, 10**6) == floor
    assert (found.tolist(), excess.tolist()) == ([charged], [1])


@pytest.mark.parametrize("row", table_below("demand-price"), ids=lambda row: row[0])
def test_a_price_of_demand_rounds_as_the_page_says(row: list[str]) -> None:
    price, discounted, excess, both = (nano_from_price(each) for each in row)
    assert nano_times(price, Decimal("0.9")) == discounted
    assert nano_times(price, Decimal(2)) == excess
    assert nano_times(discounted, Decimal(2)) == both


@pytest.mark.parametrize("row", table_below("power-factor"), ids=lambda row: row[2])
def test_a_power_factor_rounds_as_the_page_says(row: list[str]) -> None:
    active, reactive, exact, expected = row
    found = power_factor_hundredths(np.array([thousandths(active)]), np.array([thousandths(reactive)]))
    assert found.tolist() == [int(Decimal(expected) * 100)]
    p, q = Decimal(active), Decimal(reactive)
    cosine = p / (p * p + q * q).sqrt()
    assert str(cosine.normalize()).startswith(exact.rstrip("…"))


@pytest.mark.parametrize("row", table_below("adjustment-fen"), ids=lambda row: " × ".join(row[:2]))
def test_an_adjustment_rounds_as_the_page_says(row: list[str]) -> None:
    base, rate, exact, amount = row
    assert Decimal(base) * Decimal(rate) / 100 == Decimal(exact)
    found = round_half_away(fen_from_yuan(base) * rate_units(rate), power_factor.RATE_UNITS)
    assert found == fen_from_yuan(amount)


@pytest.mark.parametrize("row", table_under("power-factor.md", "The table"), ids=lambda row: row[0])
def test_the_rates_on_the_page_are_those_of_the_table(row: list[str]) -> None:
    table = book_of().in_force("national/power_factor/adjustment", DAY)
    factor = int(Decimal(row[0].split()[0]) * 100)
    found = [int(adjustment_rates(table, standard)[factor]) for standard in (90, 85, 80)]
    assert found == [rate_units(percent) for percent in row[1:]]


def test_the_whole_bill_on_the_page_is_what_the_engine_makes() -> None:
    heading = "A whole bill (worked example C16, placeholder prices)"
    *rows, total = table_under("commercial-prices.md", heading)
    bills = price_commercial(commercial_input({}), book_of(), PLACE)
    assert bills.lines.amount_fen.tolist() == [fen_from_yuan(row[-1]) for row in rows]
    assert bills.amount_fen.tolist() == [fen_from_yuan(total[-1].strip("*"))]


def test_every_rounding_of_the_commercial_engine_has_its_section() -> None:
    page = Path(PAGE).read_text(encoding="utf-8")
    ids = (
        tables.FLAT_REMAINDER,
        components.BAND_PRICE,
        capacity.CAPACITY_DAYS,
        demand.DEMAND_LIMIT,
        demand.DEMAND_PRICE,
        power_factor.POWER_FACTOR,
        power_factor.ADJUSTMENT_FEN,
    )
    for rounding_id in ids:
        assert f"## `{rounding_id}`" in page
