"""The laws of a bill, for any customer: lines sum to the total, steps to the energy, peak and valley to the energy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import amount_fen
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component, PriceClass, price, recompute
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input

LIMITS_WH = (wh_from_kwh("2160"), wh_from_kwh("3120"))

ENERGY_WH = st.one_of(
    st.integers(0, 100_000).map(lambda hundredths: hundredths * 10),
    st.integers(0, 4 * 10**12),
    st.sampled_from([limit + step for limit in LIMITS_WH for step in (-10, 0, 10)]),
)


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


@st.composite
def households(draw: st.DrawFn) -> dict[str, Any]:
    energy = draw(ENERGY_WH)
    peak = draw(st.integers(0, energy))
    return {
        "price_class": draw(st.sampled_from(list(PriceClass)[:3])),
        "energy_wh": energy,
        "peak_wh": peak,
        "valley_wh": max(0, energy - peak + draw(st.integers(-50, 50))),
        "has_time_of_use": True,
        "year_to_date_wh": draw(ENERGY_WH),
        "months_in_year": draw(st.integers(1, 12)),
    }


@given(rows=st.lists(households(), min_size=1, max_size=8))
def test_the_lines_of_every_bill_sum_to_its_amount(book: RuleBook, rows: list[dict[str, Any]]) -> None:
    bills = price(billing_input(*rows), book)
    total = np.zeros(len(rows), np.int64)
    np.add.at(total, bills.lines.row, bills.lines.amount_fen)
    np.testing.assert_array_equal(total, bills.amount_fen)
    assert bills.priced.all()


@given(rows=st.lists(households(), min_size=1, max_size=8))
def test_every_line_is_its_quantity_times_its_price(book: RuleBook, rows: list[dict[str, Any]]) -> None:
    lines = price(billing_input(*rows), book).lines
    np.testing.assert_array_equal(
        lines.amount_fen, amount_fen(lines.quantity_wh, lines.price_nano, rounding="half_away")
    )


@given(row=households())
def test_peak_and_valley_fill_the_energy_and_the_remainders_lead_back_to_the_registers(
    book: RuleBook, row: dict[str, Any]
) -> None:
    row["price_class"] = PriceClass.RESIDENTIAL_STEPS_TOU
    bills = price(billing_input(row), book)
    quantity, read = {}, {}
    for at, component in enumerate(bills.lines.component):
        quantity[component] = quantity.get(component, 0) + int(bills.lines.quantity_wh[at])
        read[component] = int(bills.lines.quantity_wh[at] - bills.lines.remainder_wh[at])
    energy = int(bills.energy_wh[0])
    assert quantity[Component.BASE] == energy
    assert quantity.get(Component.PEAK, 0) + quantity.get(Component.VALLEY, 0) == energy
    assert read[Component.BASE] == row["energy_wh"]
    assert read.get(Component.PEAK, row["peak_wh"]) == row["peak_wh"]
    assert read.get(Component.VALLEY, row["valley_wh"]) == row["valley_wh"]


@given(row=households())
def test_the_steps_hold_the_energy_between_their_limits(book: RuleBook, row: dict[str, Any]) -> None:
    row["price_class"] = PriceClass.RESIDENTIAL_STEPS
    bills = price(billing_input(row), book)
    by_step = {int(step): int(wh) for step, wh in zip(bills.lines.step, bills.lines.quantity_wh, strict=True)}
    energy, before = int(bills.energy_wh[0]), row["year_to_date_wh"]
    by_step[1] = energy - by_step.get(2, 0) - by_step.get(3, 0)
    assert all(quantity >= 0 for quantity in by_step.values())
    second, third = (limit * row["months_in_year"] // 12 for limit in LIMITS_WH)
    assert by_step[1] == max(0, min(before + energy, second) - before)
    assert by_step.get(3, 0) == max(0, before + energy - max(before, third))


@given(row=households(), cut=st.integers(0, 100))
def test_a_year_uses_the_same_steps_however_it_is_cut_into_bills(
    book: RuleBook, row: dict[str, Any], cut: int
) -> None:
    row |= {"price_class": PriceClass.RESIDENTIAL_STEPS, "energy_wh": row["energy_wh"] // 10 * 10}
    first = row["energy_wh"] * cut // 1000 * 10
    parts = [
        {**row, "energy_wh": first},
        {**row, "energy_wh": row["energy_wh"] - first, "year_to_date_wh": row["year_to_date_wh"] + first},
    ]
    whole, cut_up = (price(billing_input(*rows), book) for rows in ([row], parts))

    def energy_of_step(lines: Any, step: int) -> int:
        return int(lines.quantity_wh[lines.step == step].sum())

    for step in (1, 2, 3):
        assert energy_of_step(whole.lines, step) == energy_of_step(cut_up.lines, step)
    # each of at most three lines more may round by half a fen
    assert abs(int(whole.amount_fen.sum()) - int(cut_up.amount_fen.sum())) <= 3


@given(row=households(), more=st.integers(0, 10**6))
def test_more_energy_never_costs_less(book: RuleBook, row: dict[str, Any], more: int) -> None:
    row["price_class"] = PriceClass.RESIDENTIAL_STEPS
    row["energy_wh"] = min(row["energy_wh"], 3 * 10**12)
    bills = price(billing_input(row, {**row, "energy_wh": row["energy_wh"] + more * 10}), book)
    assert bills.amount_fen[1] >= bills.amount_fen[0]


@given(rows=st.lists(households(), min_size=1, max_size=8), turn=st.randoms(use_true_random=False))
def test_a_bill_does_not_depend_on_its_neighbours(
    book: RuleBook, rows: list[dict[str, Any]], turn: Any
) -> None:
    order = list(range(len(rows)))
    turn.shuffle(order)
    together = price(billing_input(*rows), book)
    shuffled = price(billing_input(*(rows[at] for at in order)), book)
    np.testing.assert_array_equal(together.amount_fen[order], shuffled.amount_fen)
    alone = [int(price(billing_input(row), book).amount_fen[0]) for row in rows]
    assert together.amount_fen.tolist() == alone


@given(rows=st.lists(households(), min_size=1, max_size=8))
def test_every_bill_recomputes_from_its_slices(book: RuleBook, rows: list[dict[str, Any]]) -> None:
    inputs = billing_input(*rows)
    bills = price(inputs, book)
    again = recompute(inputs, [rule.to_slice() for rule in bills.rules])
    assert again.lines.amount_fen.tobytes() == bills.lines.amount_fen.tobytes()
    assert again.lines.quantity_wh.tobytes() == bills.lines.quantity_wh.tobytes()
