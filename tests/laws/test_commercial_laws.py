"""The laws of a commercial bill, for any factory: lines sum to the total, and periods to the energy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.money import amount_fen
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component
from diansuo.core.tariff.commercial import (
    NO_POWER_FACTOR,
    CapacityMethod,
    PurchaseMode,
    price_commercial,
    recompute_commercial,
)
from diansuo.core.tariff.commercial.capacity import capacity_charge_fen, charged_days
from diansuo.core.tariff.commercial.components import ENERGY_COMPONENTS
from diansuo.core.tariff.commercial.power_factor import adjustment_rates, power_factor_hundredths
from diansuo.core.tariff.resolve import day_of
from tests.core.tariff.commercial.books_of import PLACE, book_of
from tests.core.tariff.commercial.columns_of import FACTORY, commercial_input

PART_WH = st.one_of(st.integers(0, 10**7), st.integers(0, 10**11), st.sampled_from([0, 4, 5, 15]))
CAPACITY_VA = st.one_of(st.integers(1, 10**7), st.integers(1, 10**12))
CHARGES = (Component.CAPACITY, Component.DEMAND, Component.DEMAND_EXCESS)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return book_of()


@st.composite
def factories(draw: st.DrawFn) -> dict[str, Any]:
    capacity = draw(CAPACITY_VA)
    return {
        "two_part": draw(st.booleans()),
        "band_wh": [draw(PART_WH) for _ in range(5)],
        "time_of_use": draw(st.booleans()),
        "purchase_mode": draw(st.sampled_from(list(PurchaseMode))),
        "own_price_nano": [draw(st.integers(-(10**9), 2 * 10**9)) for _ in range(5)],
        "power_factor_standard": draw(st.sampled_from([0, 80, 85, 90])),
        "reduced_standard": draw(st.booleans()),
        "reactive_varh": draw(PART_WH),
        "capacity_method": draw(st.sampled_from(list(CapacityMethod)[1:])),
        "capacity_va": capacity,
        "capacity_va_days": draw(st.integers(0, capacity * 31)),
        "demand_days": draw(st.integers(0, 31)),
        "contract_demand_w": draw(CAPACITY_VA),
        "demand_w": draw(st.integers(0, 10**12)),
        "month_energy_wh": draw(st.integers(0, 4 * 10**12)),
    }


@given(rows=st.lists(factories(), min_size=1, max_size=6))
def test_the_lines_of_every_commercial_bill_sum_to_its_amount(
    book: RuleBook, rows: list[dict[str, Any]]
) -> None:
    bills = price_commercial(commercial_input(*rows), book, PLACE)
    total = np.zeros(len(rows), np.int64)
    np.add.at(total, bills.lines.row, bills.lines.amount_fen)
    np.testing.assert_array_equal(total, bills.amount_fen)
    assert bills.priced.all()


@given(row=factories())
def test_every_line_of_energy_is_its_quantity_times_its_price(book: RuleBook, row: dict[str, Any]) -> None:
    lines = price_commercial(commercial_input(row), book, PLACE).lines
    energy = np.isin(lines.component, ENERGY_COMPONENTS)
    np.testing.assert_array_equal(
        lines.amount_fen[energy],
        amount_fen(lines.quantity[energy], lines.price_nano[energy], rounding="half_away"),
    )


@given(row=factories())
def test_every_charge_and_every_adjustment_is_what_its_line_says(book: RuleBook, row: dict[str, Any]) -> None:
    lines = price_commercial(commercial_input(row), book, PLACE).lines
    for at, component in enumerate(lines.component.tolist()):
        product = int(lines.quantity[at]) * int(lines.price_nano[at])
        divisor = 10**9 if component == Component.POWER_FACTOR else 10**10 * max(1, int(lines.days[at]))
        rounded = (2 * abs(product) + divisor) // (2 * divisor)
        assert lines.amount_fen[at] == (rounded if product >= 0 else -rounded)


@given(row=factories())
def test_the_periods_of_every_component_fill_the_energy(book: RuleBook, row: dict[str, Any]) -> None:
    bills = price_commercial(commercial_input(row), book, PLACE)
    lines = bills.lines
    for component in ENERGY_COMPONENTS:
        mine = lines.component == component
        if mine.any():
            assert lines.quantity[mine].sum() == bills.energy_wh[0]
            assert (lines.quantity[mine] > 0).all()
    assert abs(int(bills.energy_wh[0]) - sum(row["band_wh"])) <= 5


@given(row=factories())
def test_the_remainders_lead_back_to_what_was_measured(book: RuleBook, row: dict[str, Any]) -> None:
    row["time_of_use"] = True
    lines = price_commercial(commercial_input(row), book, PLACE).lines
    for at in np.flatnonzero(lines.band >= 0):
        assert lines.quantity[at] - lines.remainder_wh[at] == row["band_wh"][lines.band[at]]


@given(row=factories())
def test_what_is_exempt_from_the_adjustment_never_moves_it(book: RuleBook, row: dict[str, Any]) -> None:
    bills = price_commercial(commercial_input(row), book, PLACE)
    lines = bills.lines
    adjusted = ~np.isin(lines.component, (Component.SURCHARGE, Component.POWER_FACTOR))
    if bills.power_factor[0] != NO_POWER_FACTOR:
        assert bills.adjusted_fen[0] == lines.amount_fen[adjusted].sum()
    else:
        assert Component.POWER_FACTOR not in lines.component


@given(row=factories(), band=st.integers(0, 4), more=st.integers(0, 10**9))
def test_more_energy_never_costs_less_before_the_adjustment(
    book: RuleBook, row: dict[str, Any], band: int, more: int
) -> None:
    row |= {"power_factor_standard": 0, "purchase_mode": PurchaseMode.AGENT}
    larger = [part // 10 * 10 for part in row["band_wh"]]
    row["band_wh"] = list(larger)
    larger[band] += more * 10
    bills = price_commercial(commercial_input(row, {**row, "band_wh": larger}), book, PLACE)
    assert bills.amount_fen[1] >= bills.amount_fen[0]


@given(active=st.integers(0, 4 * 10**12), reactive=st.integers(0, 8 * 10**12), more=st.integers(1, 10**12))
def test_more_reactive_energy_never_lowers_the_rate(
    book: RuleBook, active: int, reactive: int, more: int
) -> None:
    entry = book.in_force("national/power_factor/adjustment", day_of(FACTORY["from_day"]))
    less, greater = power_factor_hundredths(
        np.array([active] * 2), np.array([reactive, reactive + more])
    ).tolist()
    if active > 0:
        assert greater <= less
        for standard in (80, 85, 90):
            for reduced in (False, True):
                rates = adjustment_rates(entry, standard, reduced=reduced)
                assert rates[greater] >= rates[less]


@given(
    cuts=st.lists(st.integers(0, 31), max_size=4),
    served=st.tuples(st.integers(-5, 36), st.integers(-5, 36)).map(sorted),
    length=st.integers(28, 31),
    thirty=st.booleans(),
)
def test_the_parts_of_a_month_are_charged_as_many_days_as_the_month(
    cuts: list[int], served: list[int], length: int, thirty: bool
) -> None:
    borders = sorted({0, length, *(min(cut, length) for cut in cuts)})
    starts, ends = np.array([0, *borders[:-1]]), np.array([length, *borders[1:]])
    many = len(starts)
    month = (np.zeros(many, np.int64), np.full(many, length))
    unit = (np.full(many, served[0]), np.full(many, served[1]))
    days = charged_days(unit, (starts, ends), month, np.full(many, 30 if thirty else length))
    assert days[0] == days[1:].sum()
    assert (days >= 0).all()


@given(
    quantity=st.integers(0, 10**12),
    days=st.integers(0, 31),
    cut=st.integers(0, 31),
    price=st.integers(0, 10**12),
)
def test_a_segment_cut_in_two_differs_by_the_roundings_alone(
    quantity: int, days: int, cut: int, price: int
) -> None:
    parts = np.array([days, min(cut, days), days - min(cut, days)])
    same = np.ones(3, np.int64)
    whole, first, second = capacity_charge_fen(quantity * same, parts, price * same, 31 * same).tolist()
    assert abs(whole - first - second) <= 1


@given(rows=st.lists(factories(), min_size=1, max_size=5), turn=st.randoms(use_true_random=False))
def test_a_commercial_bill_does_not_depend_on_its_neighbours(
    book: RuleBook, rows: list[dict[str, Any]], turn: Any
) -> None:
    order = list(range(len(rows)))
    turn.shuffle(order)
    together = price_commercial(commercial_input(*rows), book, PLACE)
    shuffled = price_commercial(commercial_input(*(rows[at] for at in order)), book, PLACE)
    np.testing.assert_array_equal(together.amount_fen[order], shuffled.amount_fen)


@given(rows=st.lists(factories(), min_size=1, max_size=5))
def test_every_commercial_bill_recomputes_from_its_slices(book: RuleBook, rows: list[dict[str, Any]]) -> None:
    inputs = commercial_input(*rows)
    bills = price_commercial(inputs, book, PLACE)
    again = recompute_commercial(inputs, [rule.to_slice() for rule in bills.rules])
    assert again.lines.amount_fen.tobytes() == bills.lines.amount_fen.tobytes()
    assert again.lines.quantity.tobytes() == bills.lines.quantity.tobytes()
