"""How fast two-part bills are priced: printed with the ratios to NumPy and to another engine.

Nothing here fails on a time. What must be right is that all ways give the same fen.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from diansuo.core.quantity.band import BANDS
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import BillingInput, Component, PriceClass, price
from diansuo.core.tariff.commercial import CommercialInput, price_commercial
from diansuo.core.tariff.commercial.kernel import price_rows
from diansuo.core.tariff.commercial.kernel_columns import Output, Rows, Tables
from diansuo.core.tariff.commercial.price import empty_output, kernel_rows
from diansuo.core.tariff.commercial.resolve import resolve
from diansuo.core.tariff.commercial.tables import build_tables
from diansuo.core.tariff.kernel import price_rows as price_households
from diansuo.core.tariff.resolve import resolve as resolve_residential
from diansuo.core.tariff.tables import build_tables as build_residential_tables
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.commercial.books_of import COMPONENTS, PLACE, PRICES, RATIOS, book_of, document, entry
from tests.core.tariff.commercial.columns_of import commercial_input, days_of
from tests.speed.other_engine import (
    HOURS,
    WITHOUT_LIMIT,
    energy_by_period,
    hourly_load_kwh,
    monthly_yuan,
    rate,
)
from tests.speed.test_kernel_speed import kernel_rows as rows_of_households
from tests.speed.test_kernel_speed import residential_rows, room_for

ROWS = 400_000
REPEATS = 15
RESIDENTIAL_ROWS = 1_000_000


def fastest(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the shortest of some runs in seconds: the one least disturbed by the machine."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def factories(rows: int) -> CommercialInput:
    """Factories with energy in all five periods, reactive energy, and half of them by contract demand."""
    random = np.random.default_rng(20240601)
    inputs = commercial_input({}).take(np.zeros(rows, np.int64))
    band_wh = random.integers(1, 4_000_000, (rows, BANDS)) * 10
    energy_wh = band_wh.sum(axis=1)
    capacity_va = random.integers(100, 3000, rows) * 1000
    return replace(
        inputs,
        band_wh=band_wh,
        energy_wh=energy_wh,
        active_wh=energy_wh,
        month_energy_wh=energy_wh,
        reactive_varh=energy_wh * random.integers(0, 900, rows) // 1000,
        capacity_method=random.integers(1, 3, rows).astype(np.int16),
        capacity_va=capacity_va,
        capacity_va_days=capacity_va * random.integers(1, 32, rows),
        contract_demand_w=capacity_va * 7 // 10,
        demand_w=capacity_va * random.integers(300, 1000, rows) // 1000,
    )


def prepared(inputs: CommercialInput, book: RuleBook) -> tuple[Rows, Tables, Output]:
    """Return what the kernel works on, once everything is looked up."""
    resolution = resolve(inputs, book, PLACE, np.ones(len(inputs), np.bool_))
    hashes = {
        held.slice_hash: index
        for index, held in enumerate(held for rule in book.rules.values() for held in rule.entries)
    }
    tables = build_tables(resolution.schedules, hashes)
    return kernel_rows(inputs, resolution), tables, empty_output(len(inputs), int(tables.price_nano.shape[1]))


def multiply_add(nbytes: int) -> Callable[[], None]:
    """Return a bare multiply-add over so many bytes: three columns read, one written, nothing rounded."""
    size = nbytes // 32
    a, b, c, out = (np.ones(size, np.int64) for _ in range(4))

    def work() -> None:
        np.multiply(a, b, out=out)
        np.add(out, c, out=out)

    return work


def energy_with_numpy(rows: Rows, tables: Tables) -> np.ndarray[Any, Any]:
    """Return the amounts of energy, slot by slot, as one would write them without a loop over rows."""
    quantity = np.concatenate([rows.band_wh, rows.energy_wh[:, None]], axis=1)
    slots = tables.price_nano.shape[1]
    band, prices = tables.band[rows.schedule, :slots], tables.price_nano[rows.schedule]
    return (np.take_along_axis(quantity, band, axis=1) * prices + 5_000_000_000) // 10_000_000_000


def nbytes_of(*columns: np.ndarray[Any, Any]) -> int:
    return sum(column.nbytes for column in columns)


@pytest.mark.parametrize("floating", ["two of five components float", "all five components float"])
def test_the_commercial_kernel_prices_the_same_fen_as_numpy_and_prints_its_speed(
    floating: str, capsys: pytest.CaptureFixture[str]
) -> None:
    traits = {
        name: each if floating.startswith("two") else {**each, "time_of_use": "floats"}
        for name, each in COMPONENTS.items()
    }
    book = book_of(
        components=document(
            f"{PLACE}/commercial_components", "price_components", body=entry(components=traits)
        )
    )
    inputs = factories(ROWS)
    rows, tables, out = prepared(inputs, book)
    price_rows(rows, tables, out)
    slots = tables.price_nano.shape[1]
    np.testing.assert_array_equal(out.amount_fen[:, :slots], energy_with_numpy(rows, tables))
    np.testing.assert_array_equal(out.total_fen, out.amount_fen.sum(axis=1))

    kernel_s = fastest(lambda: price_rows(rows, tables, out))
    numpy_s = fastest(lambda: energy_with_numpy(rows, tables), 3)
    bare_s = fastest(multiply_add(nbytes_of(*rows, *out)))
    whole_s = fastest(lambda: price_commercial(inputs, book, PLACE), 3)
    with capsys.disabled():
        sys.stdout.write(
            f"\ntwo-part bills, five periods, {floating}, capacity or demand, power factor: {slots + 3} slots,"
            f" {ROWS:,} bills, one core\n"
            f"  kernel             {ROWS / kernel_s / 1e6:7.1f} million bills/s\n"
            f"  bare multiply-add  {ROWS / bare_s / 1e6:7.1f} million bills/s   over the same bytes; kernel takes"
            f" {kernel_s / bare_s:.1f} x\n"
            f"  energy with NumPy  {ROWS / numpy_s / 1e6:7.1f} million bills/s   without charge and factor; kernel is"
            f" {numpy_s / kernel_s:.1f} x\n"
            f"  price_commercial() {ROWS / whole_s / 1e6:7.1f} million bills/s   with checks, rules and lines\n"
        )


def hours_of(month: int) -> list[int]:
    """Return the period of every hour of a day of a month, as the placeholder book has it."""
    sharp = month in (1, 12)
    return [
        3 if hour < 7 else 2 if hour < 16 else 0 if sharp and hour in (17, 18) else 1 for hour in range(24)
    ]


def purchase_by_month(energy_kwh: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return what the purchase costs in each month of 2025 by our engine, in yuan."""
    months = [
        {
            **days_of(2025, at + 1),
            "band_wh": (row * 1000).tolist(),
            "two_part": False,
            "power_factor_standard": 0,
        }
        for at, row in enumerate(energy_kwh)
    ]
    lines = price_commercial(commercial_input(*months), book_of(), PLACE).lines
    yuan = np.zeros(12)
    purchase = lines.component == Component.PURCHASE
    np.add.at(yuan, lines.row[purchase], lines.amount_fen[purchase] / 100)
    return yuan


def test_another_engine_gives_the_same_yuan_for_periods_and_is_timed_beside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    load_kwh = hourly_load_kwh(seed=1, peak_kwh=300)
    schedule = [hours_of(month) for month in range(1, 13)]
    base = float(PRICES["purchase"])
    prices = [
        (at, WITHOUT_LIMIT, base * float(RATIOS[name]))
        for at, name in enumerate(("sharp", "peak", "flat", "valley"))
    ]
    engine = rate(load_kwh, schedule, prices)
    engine.execute(0)
    energy = energy_by_period(load_kwh, schedule)
    # four lines, each rounded to the fen, against a sum of floats
    np.testing.assert_allclose(monthly_yuan(engine), purchase_by_month(energy), rtol=0, atol=0.02)

    other_s = fastest(lambda: engine.execute(0), 5) / 12
    rows, tables, out = prepared(factories(ROWS), book_of())
    kernel_s = fastest(lambda: price_rows(rows, tables, out)) / ROWS
    print_ratio(capsys, "periods, one component of ours against all of them", kernel_s, other_s)


def test_another_engine_gives_the_same_yuan_for_steps_and_the_residential_kernel_is_timed_beside(
    capsys: pytest.CaptureFixture[str],
) -> None:
    load_kwh = hourly_load_kwh(seed=2, peak_kwh=2)
    schedule = [[0] * 24 for _ in range(12)]
    engine = rate(load_kwh, schedule, [(0, 180, 0.56), (0, 260, 0.61), (0, WITHOUT_LIMIT, 0.86)])
    engine.execute(0)
    # a year of one month has the twelfth of the annual limits, which is what a month's steps are
    months = [
        {"price_class": PriceClass.RESIDENTIAL_STEPS, "energy_wh": int(kwh) * 1000, "months_in_year": 1}
        for kwh in energy_by_period(load_kwh, schedule)[:, 0]
    ]
    bills = price(billing_input(*months), load())
    np.testing.assert_allclose(monthly_yuan(engine), bills.amount_fen / 100, rtol=0, atol=0.02)

    other_s = fastest(lambda: engine.execute(0), 5) / 12
    inputs = residential_rows(RESIDENTIAL_ROWS)
    kernel_s = fastest(residential_kernel(inputs)) / RESIDENTIAL_ROWS
    print_ratio(capsys, "annual steps with peak and valley against monthly steps", kernel_s, other_s)


def residential_kernel(inputs: BillingInput) -> Callable[[], None]:
    """Return a run of the residential kernel over prepared rows."""
    book = load()
    resolution = resolve_residential(inputs, book, book.default_place, np.ones(len(inputs), np.bool_))
    hashes = {
        held.slice_hash: index
        for index, held in enumerate(held for rule in book.rules.values() for held in rule.entries)
    }
    tables = build_residential_tables(resolution.schedules, hashes)
    rows, out = rows_of_households(inputs, resolution.schedule), room_for(len(inputs), tables.slots)
    return lambda: price_households(rows, tables.prices, out)


def print_ratio(capsys: pytest.CaptureFixture[str], what: str, kernel_s: float, other_s: float) -> None:
    with capsys.disabled():
        sys.stdout.write(
            f"\n{what}, one core\n"
            f"  our kernel         {1 / kernel_s / 1e6:9.3f} million bills/s\n"
            f"  PySAM utilityrate5 {1 / other_s / 1e6:9.3f} million bills/s   sums {HOURS} hours a year by itself\n"
            f"  ratio              {other_s / kernel_s:9,.0f} x\n"
        )
