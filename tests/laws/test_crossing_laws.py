"""The laws of divided periods and of years settled anew, for any days, any energy and any change of prices."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import (
    Component,
    EarlierBills,
    Freeze,
    PriceClass,
    RefusalCode,
    price,
    price_across_changes,
    recompute,
    settle_year_anew,
)
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.splitting import divide_by_days, fit_within, split_at
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.placeholders import document, lay_over, periods, steps, terms

JUNE = day_number(date(2024, 6, 1))
SAME = ("0.56", "0.61", "0.86")


@pytest.fixture(scope="module")
def shipped() -> RuleBook:
    return load()


@pytest.fixture(scope="module")
def dearer(shipped: RuleBook) -> RuleBook:
    """Placeholder prices that change twice in June 2024, and placeholder terms."""
    return lay_over(
        shipped,
        document(
            "residential_steps",
            "annual_steps",
            {"2024-06-11": steps("0.57", "0.62", "0.87"), "2024-06-21": steps("0.58", "0.64", "0.9")},
        ),
        document("residential_time_of_use", "time_of_use_increment", {"2024-06-16": periods("0.04", "-0.1")}),
        document("residential_terms", "parameters", {"2024-01-01": terms()}),
    )


@pytest.fixture(scope="module")
def same(shipped: RuleBook) -> RuleBook:
    """The same prices published once more in the middle of June 2024."""
    return lay_over(shipped, document("residential_steps", "annual_steps", {"2024-06-16": steps(*SAME)}))


@st.composite
def households(draw: st.DrawFn) -> dict[str, Any]:
    energy = draw(st.integers(0, 300_000)) * 10
    peak = draw(st.integers(0, energy // 10)) * 10
    months = draw(st.integers(1, 12))
    return {
        "price_class": draw(st.sampled_from(list(PriceClass)[:2])),
        "from_day": JUNE + draw(st.integers(-20, 20)),
        "to_day": JUNE + draw(st.integers(21, 40)),
        "energy_wh": energy,
        "peak_wh": peak,
        "valley_wh": energy - peak,
        "has_time_of_use": True,
        "year_to_date_wh": draw(st.integers(0, 400_000)) * 10,
        "months_in_year": months,
        "persons": draw(st.integers(0, 8)),
        "persons_months": draw(st.integers(0, months)),
        "free_months": draw(st.integers(0, 2)),
    }


DAYS = st.lists(st.integers(-5, 70), max_size=5)


@given(
    spans=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 40)), min_size=1, max_size=5), changes=DAYS
)
def test_parts_follow_each_other_from_the_first_day_to_the_last(
    spans: list[tuple[int, int]], changes: list[int]
) -> None:
    from_day = np.array([start for start, _ in spans])
    to_day = from_day + np.array([days for _, days in spans])
    split = split_at(from_day, to_day, np.array(changes, dtype=np.int64))
    for row in range(len(spans)):
        at = np.flatnonzero(split.row == row)
        assert split.from_day[at[0]] == from_day[row]
        assert split.to_day[at[-1]] == to_day[row]
        assert split.from_day[at[1:]].tolist() == split.to_day[at[:-1]].tolist()
        assert split.part[at].tolist() == list(range(1, len(at) + 1))
        assert set(split.from_day[at[1:]].tolist()) == {
            day for day in changes if from_day[row] < day < to_day[row]
        }


@given(
    energy=st.integers(0, 4 * 10**12),
    days=st.integers(1, 400),
    changes=DAYS,
    step=st.sampled_from([1, 10, 1000]),
    share=st.integers(0, 1000),
)
def test_no_division_by_days_gains_or_loses_a_watt_hour(
    energy: int, days: int, changes: list[int], step: int, share: int
) -> None:
    split = split_at(np.array([0]), np.array([days]), np.array(changes, dtype=np.int64))
    parts = divide_by_days(np.array([energy]), split, step)
    assert parts.sum() == energy
    assert parts.min() >= 0
    assert (parts[1:] % step == 0).all()
    peak = energy * share // 1000
    fitted = fit_within(divide_by_days(np.array([peak]), split, step), parts, split)
    assert fitted.sum() == peak
    assert ((fitted >= 0) & (fitted <= parts)).all()


@given(energy=st.integers(0, 10**9), days=st.integers(2, 62), new=st.integers(1, 61))
def test_one_change_divides_by_the_published_formula(energy: int, days: int, new: int) -> None:
    new = min(new, days - 1)
    split = split_at(np.array([0]), np.array([days]), np.array([days - new]))
    settled = energy // 10 * 10
    old_wh, new_wh = divide_by_days(np.array([settled]), split, 10).tolist()
    assert new_wh == int((Decimal(settled) * new / days / 10).to_integral_value("ROUND_HALF_UP")) * 10
    assert old_wh == settled - new_wh


@given(rows=st.lists(households(), min_size=1, max_size=5))
def test_the_lines_of_a_crossed_bill_sum_to_its_amount_and_its_parts_to_its_energy(
    dearer: RuleBook, rows: list[dict[str, Any]]
) -> None:
    inputs = billing_input(*rows)
    bills = price_across_changes(inputs, dearer)
    assert bills.refusals == ()
    total, base, free = (np.zeros(len(rows), np.int64) for _ in range(3))
    np.add.at(total, bills.lines.row, bills.lines.amount_fen)
    of_base = bills.lines.component == Component.BASE
    np.add.at(base, bills.lines.row[of_base], bills.lines.quantity_wh[of_base])
    of_free = bills.lines.component == Component.FREE_ENERGY
    np.add.at(free, bills.lines.row[of_free], bills.lines.quantity_wh[of_free])
    np.testing.assert_array_equal(total, bills.amount_fen)
    np.testing.assert_array_equal(base, bills.energy_wh)
    np.testing.assert_array_equal(bills.energy_wh, inputs.energy_wh)
    np.testing.assert_array_equal(free, np.minimum(inputs.energy_wh, inputs.free_months * np.int64(10_000)))
    for row in range(len(rows)):
        assert bills.lines.sequence[bills.lines.row == row].tolist() == list(
            range(1, int((bills.lines.row == row).sum()) + 1)
        )


@given(row=households())
def test_a_price_published_again_unchanged_leaves_the_steps_as_they_were(
    shipped: RuleBook, same: RuleBook, row: dict[str, Any]
) -> None:
    row |= {"persons_months": 0, "free_months": 0}
    once, twice = price(billing_input(row), shipped), price_across_changes(billing_input(row), same)
    for component in Component:
        for step in range(4):
            assert sum_of(once.lines, component, step) == sum_of(twice.lines, component, step)
    assert once.step[0] == twice.step[0]
    assert abs(int(once.amount_fen[0] - twice.amount_fen[0])) <= 3


def sum_of(lines: Any, component: Component, step: int) -> int:
    return int(lines.quantity_wh[(lines.component == component) & (lines.step == step)].sum())


@given(row=households(), share=st.integers(0, 1000))
def test_a_crossed_bill_recomputes_from_its_slices_and_its_frozen_registers(
    dearer: RuleBook, row: dict[str, Any], share: int
) -> None:
    inputs = billing_input(row)
    columns = ("energy_wh", "peak_wh", "valley_wh")
    freeze = Freeze(
        np.array([0]),
        np.array([day_number(date(2024, 6, 21))]),
        *(np.array([row[name] * share // 1000]) for name in columns),
    )
    bills = price_across_changes(inputs, dearer, freeze=freeze)
    if bills.refusals:
        # the shares of peak and total are cut off separately, so the peak may outrun the total by a Wh
        assert bills.refusals[0].code is RefusalCode.FREEZE_CONTRADICTS_READING
        return
    again = recompute(inputs, [rule.to_slice() for rule in bills.rules], freeze=freeze)
    assert again.lines.amount_fen.tobytes() == bills.lines.amount_fen.tobytes()
    assert again.lines.quantity_wh.tobytes() == bills.lines.quantity_wh.tobytes()
    assert again.parts.energy_wh.tobytes() == bills.parts.energy_wh.tobytes()


@given(uses=st.lists(households(), min_size=1, max_size=5), months=st.integers(1, 12))
def test_a_year_that_closes_costs_what_it_would_have_cost_had_everybody_known(
    dearer: RuleBook, uses: list[dict[str, Any]], months: int
) -> None:
    """To the fen, in whatever part of the year prices changed."""
    counted, as_billed, known = 0, [], []
    for use in uses:
        use |= {"year_to_date_wh": counted, "persons_months": 0, "months_in_year": 12}
        counted += int(price_across_changes(billing_input(use), dearer).counted_wh[0])
        as_billed.append(dict(use))
        known.append(use | {"months_in_year": months})
    earlier = EarlierBills(np.zeros(len(uses) - 1, np.int64), billing_input(*as_billed[:-1]))
    closing = settle_year_anew(billing_input(known[-1]), earlier, dearer)
    charged = price_across_changes(earlier.inputs, dearer).amount_fen.sum() + closing.amount_fen[0]
    assert charged == price_across_changes(billing_input(*known), dearer).amount_fen.sum()
    assert closing.lines.amount_fen.sum() == closing.amount_fen[0]


@given(row=households())
def test_more_persons_never_cost_more_and_free_energy_never_turns_a_bill_below_zero(
    dearer: RuleBook, row: dict[str, Any]
) -> None:
    few, many = {**row, "persons": 1}, {**row, "persons": 8}
    bills = price_across_changes(billing_input(few, many), dearer)
    assert bills.amount_fen[1] <= bills.amount_fen[0]
    if row["price_class"] == PriceClass.RESIDENTIAL_STEPS:
        assert bills.amount_fen.min() >= 0
