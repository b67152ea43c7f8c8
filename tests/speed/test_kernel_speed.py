"""How fast the price kernel is: printed with its ratio to plain NumPy and to a copy of the same arrays.

Nothing here fails on a time. What must be right is that all three ways give the same fen.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import BillingInput, PriceClass, VoltageClass, price
from diansuo.core.tariff.kernel import Priced, Rows, price_rows
from diansuo.core.tariff.resolve import resolve
from diansuo.core.tariff.tables import Tables, build_tables
from diansuo.office.config.rulebook_files import load

ROWS = 1_000_000
REPEATS = 5


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


def residential_rows(rows: int) -> BillingInput:
    """A million households with peak and valley whose bills reach into all steps."""
    random = np.random.default_rng(20240601)
    energy_wh = random.integers(1, 80_000, rows) * 10
    peak_wh = energy_wh * random.integers(20, 80, rows) // 1000 * 10
    days = np.full(rows, np.datetime64("2024-06-01", "D").astype(np.int64))
    return BillingInput(
        price_class=np.full(rows, PriceClass.RESIDENTIAL_STEPS_TOU, dtype=np.int16),
        voltage_class=np.full(rows, VoltageClass.BELOW_1KV, dtype=np.int16),
        period=np.full(rows, 202407),
        from_day=days,
        to_day=days + 30,
        energy_wh=energy_wh,
        peak_wh=peak_wh,
        valley_wh=energy_wh - peak_wh,
        has_time_of_use=np.ones(rows, dtype=np.bool_),
        year_to_date_wh=random.integers(0, 400_000, rows) * 10,
        months_in_year=np.full(rows, 12, dtype=np.int16),
    )


def kernel_rows(inputs: BillingInput, schedule: np.ndarray[Any, Any]) -> Rows:
    return Rows(
        schedule,
        inputs.energy_wh,
        inputs.peak_wh,
        inputs.valley_wh,
        inputs.year_to_date_wh,
        inputs.months_in_year,
        extra_limit_wh=np.zeros(len(inputs), np.int64),
        uncounted_wh=np.zeros(len(inputs), np.int64),
    )


def room_for(rows: int, slots: int) -> Priced:
    return Priced(
        np.zeros((rows, slots), np.int64),
        np.zeros((rows, slots), np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int64),
        np.zeros(rows, np.int16),
    )


def price_with_numpy(inputs: BillingInput, tables: Tables) -> tuple[np.ndarray[Any, Any], ...]:
    """The same five lines, one array operation after the other, as one would write it without a loop."""

    def settle(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return (values + 5) // 10 * 10

    energy, peak = settle(inputs.energy_wh), settle(inputs.peak_wh)
    before = inputs.year_to_date_wh
    after = before + energy
    limits = tables.prices.limits_wh[0][inputs.months_in_year]
    second = np.maximum(np.minimum(after, limits[:, 1]) - np.maximum(before, limits[:, 0]), 0)
    third = np.maximum(after - np.maximum(before, limits[:, 1]), 0)
    quantities = np.stack([energy, second, third, peak, energy - peak], axis=1)
    products = quantities * tables.prices.price_nano[0]
    amounts = np.sign(products) * ((np.abs(products) + 5_000_000_000) // 10_000_000_000)
    reached = 1 + (after > limits[:, 0]) + (after > limits[:, 1])
    return quantities, amounts, amounts.sum(axis=1), energy, reached.astype(np.int16)


def fastest(work: Callable[[], Any]) -> float:
    """Return the shortest of some runs in seconds: the one least disturbed by the machine."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def test_the_kernel_prices_the_same_fen_as_numpy_and_prints_its_speed(
    book: RuleBook, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = residential_rows(ROWS)
    resolution = resolve(inputs, book, book.default_place, np.ones(ROWS, np.bool_))
    hashes = {
        entry.slice_hash: index
        for index, entry in enumerate(entry for rule in book.rules.values() for entry in rule.entries)
    }
    tables = build_tables(resolution.schedules, hashes)
    rows, out = kernel_rows(inputs, resolution.schedule), room_for(ROWS, tables.slots)
    price_rows(rows, tables.prices, out)

    for kernel_column, plain_column in zip(out, price_with_numpy(inputs, tables), strict=True):
        np.testing.assert_array_equal(kernel_column, plain_column)

    read = [column for name, column in rows._asdict().items() if name != "valley_wh"]
    copies = [np.array(column) for column in (*read, *out)]
    targets = [np.zeros_like(column) for column in copies]

    def copy() -> None:
        for target, column in zip(targets, copies, strict=True):
            np.copyto(target, column)

    kernel_s = fastest(lambda: price_rows(rows, tables.prices, out))
    numpy_s = fastest(lambda: price_with_numpy(inputs, tables))
    copy_s = fastest(copy)
    whole_s = fastest(lambda: price(inputs, book))
    with capsys.disabled():
        sys.stdout.write(
            f"\nresidential annual steps with peak and valley, 5 lines a bill, {ROWS:,} bills, one core\n"
            f"  kernel          {ROWS / kernel_s / 1e6:7.1f} million bills/s\n"
            f"  plain NumPy     {ROWS / numpy_s / 1e6:7.1f} million bills/s   kernel is {numpy_s / kernel_s:.1f} x\n"
            f"  copy of arrays  {ROWS / copy_s / 1e6:7.1f} million rows/s    kernel takes {kernel_s / copy_s:.1f} x\n"
            f"  price() whole   {ROWS / whole_s / 1e6:7.1f} million bills/s   with checks, rules and lines\n"
        )
