"""The worked tables of docs/rules/rounding.md are run, and every rounding the engine names stands on that page."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from diansuo.core.quantity.energy import round_energy_wh, wh_from_kwh
from diansuo.core.quantity.money import amount_fen, fen_from_yuan, nano_from_price
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.tariff import shapes
from diansuo.core.tariff.splitting import divide_by_days, split_at

PAGE = Path(__file__).parents[3] / "docs" / "rules" / "rounding.md"


def table_below(heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its head."""
    lines = PAGE.read_text(encoding="utf-8").split(f"## `{heading}`")[1].splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    assert rows
    return rows


@pytest.mark.parametrize("row", table_below("line-fen"), ids=lambda row: " × ".join(row[:2]))
def test_a_line_rounds_as_the_page_says(row: list[str]) -> None:
    quantity, price, exact, amount = row
    assert Decimal(quantity) * Decimal(price) == Decimal(exact)
    energy_wh, price_nano = np.array([wh_from_kwh(quantity)]), np.array([nano_from_price(price)])
    assert amount_fen(energy_wh, price_nano, rounding="half_away")[0] == fen_from_yuan(amount)


@pytest.mark.parametrize("row", table_below("energy-precision"), ids=lambda row: row[0])
def test_energy_settles_as_the_page_says(row: list[str]) -> None:
    read_wh = np.array([wh_from_kwh(row[0])])
    assert round_energy_wh(read_wh, 10)[0] == wh_from_kwh(row[1])
    assert round_energy_wh(read_wh, 1000)[0] == wh_from_kwh(row[2])


@pytest.mark.parametrize("row", table_below("limits-by-months"), ids=lambda row: row[0])
def test_limits_are_taken_by_twelfths_as_the_page_says(row: list[str]) -> None:
    limit, months, expected = row
    assert round_half_away(wh_from_kwh(limit) * int(months), 12) == wh_from_kwh(expected)


@pytest.mark.parametrize("row", table_below("price-change-days"), ids=lambda row: " ".join(row[:3]))
def test_energy_divides_by_days_as_the_page_says(row: list[str]) -> None:
    days, new_days = int(row[1]), int(row[2])
    split = split_at(np.array([0]), np.array([days]), np.array([days - new_days]))
    old, new = divide_by_days(np.array([wh_from_kwh(row[0])]), split, 10)
    assert (new, old) == (wh_from_kwh(row[3]), wh_from_kwh(row[4]))


def test_every_rounding_of_the_engine_has_its_section() -> None:
    page = PAGE.read_text(encoding="utf-8")
    ids = (
        shapes.LINE_FEN,
        shapes.LIMITS_BY_MONTHS,
        shapes.VALLEY_REMAINDER,
        shapes.ENERGY_PRECISION,
        shapes.PRICE_CHANGE_DAYS,
        shapes.YEAR_ANEW,
    )
    for rounding_id in ids:
        assert f"## `{rounding_id}`" in page
