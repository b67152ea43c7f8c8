"""Commercial months divided by a change of prices: engine and shadow agree, line by line, on random factories."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component
from diansuo.core.tariff.commercial import CommercialInput
from diansuo.core.tariff.commercial.crossing import Crossed, price_commercial_across_changes
from diansuo.core.tariff.resolve import day_number
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.factory_change import bill_across_changes
from tests.core.tariff.commercial.books_of import PLACE, PRICES, VOLTAGES, book_of, document, entry
from tests.reference.test_commercial_twin_agrees import factory_of, lines_by_row, random_rows

ROWS = 1500
CHANGES = ("2025-07-12", "2025-07-19", "2025-08-01")


def changing(component: str, *prices: str, days: tuple[str, ...]) -> dict[str, Any]:
    """A price of a component that changes on these days."""

    def at(price: str) -> dict[str, Any]:
        by_voltage = dict.fromkeys(VOLTAGES, price)
        return entry(prices={"unit": "yuan/kWh", "single_part": by_voltage, "two_part": by_voltage})

    first, *later = prices
    dated = {f"d{day.replace('-', '_')}": at(price) for day, price in zip(days, later, strict=True)}
    return document(f"{PLACE}/commercial_prices/{component}", "component_price", body=at(first), **dated)


def charges(*dated: tuple[str, str]) -> dict[str, Any]:
    """Prices of capacity and demand that change."""
    bodies = {
        day: entry(
            capacity={"unit": "yuan/kVA/month", **dict.fromkeys(VOLTAGES, price)},
            demand={"unit": "yuan/kW/month", **dict.fromkeys(VOLTAGES, price)},
        )
        for day, price in dated
    }
    return document(f"{PLACE}/commercial_prices/capacity_demand", "demand_charge_price", **bodies)


BOOKS = {
    "energy": {"purchase": changing("purchase", "0.40", "0.45", "0.41", days=("2025-07-12", "2025-08-01"))},
    "energy_and_charge": {
        "purchase": changing("purchase", "0.40", "0.45", days=("2025-07-12",)),
        "charge": charges(("body", "25"), ("d2025_07_19", "26.3")),
    },
    "on_one_day": {
        "purchase": changing("purchase", "0.40", "0.45", days=("2025-07-19",)),
        "charge": charges(("body", "25"), ("d2025_07_19", "26.3")),
    },
    "charge": {"charge": charges(("body", "25"), ("d2025_07_19", "26.3"))},
}


@pytest.fixture(params=BOOKS, ids=str)
def book(request: pytest.FixtureRequest) -> RuleBook:
    assert PRICES["purchase"] == "0.40"
    return book_of(**BOOKS[request.param])


def summer_rows(seed: int) -> CommercialInput:
    """Factories with a month around the changes, energy in steps of 10 Wh as meters show it."""
    rows, random = random_rows(ROWS, seed), np.random.default_rng(seed)
    start = day_number(date(2025, 7, 1)) + random.integers(0, 20, ROWS)
    band_wh = rows.band_wh // 10 * 10
    return replace(
        rows,
        period=np.full(ROWS, 202508),
        from_day=start,
        to_day=start + random.integers(20, 40, ROWS),
        month_days=np.full(ROWS, 31),
        band_wh=band_wh,
        energy_wh=band_wh.sum(axis=1),
    )


def parts_by_row(crossed: Crossed) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row, part in zip(crossed.bills.lines.row.tolist(), crossed.line_part.tolist(), strict=True):
        found.setdefault(row, []).append(part)
    return found


def test_divided_months_agree_line_by_line(book: RuleBook) -> None:
    inputs = summer_rows(seed=20250712)
    crossed = price_commercial_across_changes(inputs, book, PLACE)
    computed, parts = lines_by_row(crossed.bills), parts_by_row(crossed)
    refused = {one.row: one for one in crossed.bills.refusals}
    divided = 0
    for row in range(ROWS):
        try:
            expected = bill_across_changes(factory_of(inputs, row), book, PLACE)
        except CannotBill:
            assert row in refused, f"row {row}: the shadow has no bill, the engine has"
            continue
        assert row not in refused, f"row {row}: the engine refused {refused[row]}"
        assert computed.get(row, []) == expected.bill.lines, row
        assert parts.get(row, []) == expected.line_parts
        assert Fraction(int(crossed.bills.amount_fen[row]), 100) == expected.bill.total
        if expected.parts:
            divided += 1
            at = np.flatnonzero(crossed.split.row == row)
            assert [Fraction(int(crossed.energy_wh[part]), 1000) for part in at] == [
                kwh for _from, _to, kwh in expected.parts
            ]
    assert divided > ROWS // 20
    assert int((crossed.bills.lines.component == Component.CAPACITY).sum()) > ROWS // 20
