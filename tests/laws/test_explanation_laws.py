"""The laws of an explanation, for any two bills: the parts sum to the difference; bills alike have no parts."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import PriceClass, VoltageClass, price
from diansuo.core.tariff.commercial import CapacityMethod, PurchaseMode, price_commercial_across_changes
from diansuo.core.tariff.explaining import (
    Cause,
    CommercialEvidence,
    Explanation,
    Facts,
    HouseholdEvidence,
    explain_commercial,
    explain_households,
    explain_unlike,
    trued_up_wh,
)
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.commercial.books_of import book_of, component_price, monthly_sheet
from tests.core.tariff.commercial.columns_of import commercial_input, days_of

ENERGY_WH = st.one_of(st.just(0), st.integers(0, 10**6), st.integers(0, 4 * 10**12))
LIMIT_WH = wh_from_kwh("2160")


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


@pytest.fixture(scope="module")
def placeholders() -> RuleBook:
    return book_of(purchase=monthly_sheet())


@st.composite
def households(draw: st.DrawFn) -> dict[str, Any]:
    energy = draw(ENERGY_WH)
    start = draw(st.integers(16_700, 20_000))
    return {
        "price_class": draw(st.sampled_from(list(PriceClass)[:3])),
        "energy_wh": energy,
        "peak_wh": draw(st.integers(0, energy)),
        "valley_wh": draw(st.integers(0, energy)),
        "has_time_of_use": True,
        "year_to_date_wh": draw(st.one_of(st.integers(0, 4 * LIMIT_WH), ENERGY_WH)),
        "months_in_year": draw(st.integers(1, 12)),
        "from_day": start,
        "to_day": start + draw(st.integers(1, 62)),
    }


@st.composite
def shops(draw: st.DrawFn) -> dict[str, Any]:
    bands = draw(st.lists(st.integers(0, 10**9), min_size=4, max_size=4))
    month = days_of(2024, draw(st.integers(5, 12)))
    days, capacity = month["month_days"], draw(st.integers(1, 10**6))
    return {
        **month,
        "month_days": 30 if month["from_day"] < 19_875 else days,
        "voltage_class": draw(st.sampled_from([VoltageClass.KV_1_10, VoltageClass.KV_35])),
        "two_part": draw(st.booleans()),
        "band_wh": [*bands, 0],
        "energy_wh": sum(bands),
        "time_of_use": draw(st.booleans()),
        "purchase_mode": draw(st.sampled_from(list(PurchaseMode))),
        "own_price_nano": [draw(st.integers(1, 10**9))] * 5,
        "power_factor_standard": draw(st.sampled_from([0, 80, 85, 90])),
        "reactive_varh": draw(st.integers(0, 10**9)),
        "capacity_method": draw(st.sampled_from(list(CapacityMethod)[1:])),
        "capacity_va": capacity,
        "capacity_va_days": capacity * draw(st.integers(0, 30)),
        "demand_days": draw(st.integers(0, 30)),
        "contract_demand_w": draw(st.integers(1, 10**6)),
        "demand_w": draw(st.integers(0, 10**6)),
    }


FACTS = st.fixed_dictionaries(
    {
        "adjustment_fen": st.integers(-(10**6), 10**6),
        "multiplier": st.sampled_from([0, 1, 40, 50]),
        "trued_up_wh": st.sampled_from([0, 0, -70_000, 50_000]),
        "loss_wh": st.integers(0, 10**6),
    }
)


def facts_of(amount_fen: Any, given_facts: list[dict[str, int]], *, loss: bool = False) -> Facts:
    columns = {name: np.array([each[name] for each in given_facts], np.int64) for name in given_facts[0]}
    columns["loss_wh"] *= loss
    return Facts(amount_fen + columns["adjustment_fen"], **columns)


def sums_to_the_difference(found: Explanation) -> None:
    total = np.zeros(len(found.before_fen), np.int64)
    np.add.at(total, found.effects.row, found.effects.amount_fen)
    np.testing.assert_array_equal(total, found.after_fen - found.before_fen)
    assert (found.effects.amount_fen != 0).all()
    order = found.effects.row * 100 + found.effects.cause
    assert (np.diff(order) > 0).all(), "each cause once, in the documented order"


PAIRS = st.lists(st.tuples(households(), households(), FACTS, FACTS), min_size=1, max_size=6)


@given(pairs=PAIRS)
def test_the_parts_of_households_sum_to_the_difference(book: RuleBook, pairs: list[Any]) -> None:
    evidence = []
    for rows, known in (
        [[p[0] for p in pairs], [p[2] for p in pairs]],
        [[p[1] for p in pairs], [p[3] for p in pairs]],
    ):
        inputs = billing_input(*rows)
        evidence.append(HouseholdEvidence(inputs, facts_of(price(inputs, book).amount_fen, known), book))
    found = explain_households(*evidence)
    assert found.separable.all()
    sums_to_the_difference(found)


SHOPS = st.lists(st.tuples(shops(), shops(), FACTS, FACTS), min_size=1, max_size=4)


@settings(deadline=None)
@given(pairs=SHOPS)
def test_the_parts_of_commercial_bills_sum_to_the_difference(
    placeholders: RuleBook, pairs: list[Any]
) -> None:
    evidence, priced = [], []
    for at in (0, 1):
        inputs = commercial_input(*(pair[at] for pair in pairs))
        bills = price_commercial_across_changes(inputs, placeholders, "province/example").bills
        known = facts_of(bills.amount_fen, [pair[at + 2] for pair in pairs], loss=True)
        evidence.append(CommercialEvidence(inputs, known, placeholders))
        priced.append(bills.priced)
    found = explain_commercial(*evidence, "province/example")
    np.testing.assert_array_equal(found.separable, priced[0] & priced[1])
    sums_to_the_difference(found)


@given(row=households(), known=FACTS)
def test_identical_household_bills_have_no_parts(book: RuleBook, row: dict[str, Any], known: Any) -> None:
    inputs = billing_input(row)
    bill = HouseholdEvidence(inputs, facts_of(price(inputs, book).amount_fen, [known]), book)
    assert len(explain_households(bill, bill).effects) == 0


@settings(deadline=None)
@given(row=shops(), known=FACTS)
def test_identical_commercial_bills_have_no_parts(placeholders: RuleBook, row: Any, known: Any) -> None:
    inputs = commercial_input(row)
    bills = price_commercial_across_changes(inputs, placeholders, "province/example").bills
    bill = CommercialEvidence(inputs, facts_of(bills.amount_fen, [known], loss=True), placeholders)
    assert len(explain_commercial(bill, bill, "province/example").effects) == 0


@given(pairs=PAIRS, wrong=st.integers(1, 10**6))
def test_a_bill_its_evidence_does_not_make_again_has_one_honest_part(
    book: RuleBook, pairs: list[Any], wrong: int
) -> None:
    before, after = (billing_input(*(pair[at] for pair in pairs)) for at in (0, 1))
    amounts = [price(each, book).amount_fen for each in (before, after)]
    found = explain_households(
        HouseholdEvidence(before, Facts.plain(amounts[0]), book),
        HouseholdEvidence(after, Facts.plain(amounts[1] + wrong), book),
    )
    sums_to_the_difference(found)
    assert not found.separable.any()
    assert set(found.effects.cause.tolist()) <= {Cause.OTHER}


@given(known=st.lists(st.tuples(FACTS, FACTS), min_size=1, max_size=4), fen=st.integers(-(10**9), 10**9))
def test_what_two_engines_priced_is_the_class_and_the_corrections(known: list[Any], fen: int) -> None:
    zeros = np.zeros(len(known), np.int64)
    before, after = (facts_of(zeros + at * fen, [each[at] for each in known]) for at in (0, 1))
    found = explain_unlike(before, after, zeros)
    sums_to_the_difference(found)
    assert set(found.effects.cause.tolist()) <= {Cause.CLASS, Cause.ADJUSTMENT}


@given(
    energy=st.integers(0, 4 * 10**12), estimate=st.integers(0, 4 * 10**12),
    days=st.integers(1, 400), before=st.integers(1, 400),
)  # fmt: skip
def test_what_makes_up_for_an_estimate_and_the_rest_use_the_same_a_day(
    energy: int, estimate: int, days: int, before: int
) -> None:
    each = [np.array([value]) for value in (energy, days, estimate, before)]
    own, true = energy - int(trued_up_wh(*each)[0]), estimate + int(trued_up_wh(*each)[0])
    assert own + true == energy + estimate
    # own / days = true / before, but for the Wh that is rounded down
    assert 0 <= true * days - own * before < days + before
    assert int(trued_up_wh(*each[:3], np.array([0]))[0]) == 0


def test_the_later_bill_alone_decides_the_last_part() -> None:
    """A new price after equal use is the whole difference."""
    old, new = book_of(), book_of(transmission=component_price("transmission", "0.13"))
    inputs = commercial_input({"power_factor_standard": 0})
    bills = [price_commercial_across_changes(inputs, book, "province/example").bills for book in (old, new)]
    before, after = (
        CommercialEvidence(inputs, Facts.plain(bill.amount_fen), book)
        for bill, book in zip(bills, (old, new), strict=True)
    )
    found = explain_commercial(before, after, "province/example").effects
    assert [(Cause(cause), fen) for cause, fen in zip(found.cause, found.amount_fen, strict=True)] == [
        (Cause.PRICE, 150_000_000 // 1000)
    ]


def test_every_column_of_the_input_is_changed_by_some_cause(book: RuleBook) -> None:
    """What a later version adds to the input must not be forgotten: the last link is the later bill itself."""
    inputs = billing_input({"energy_wh": 1000})
    for each in fields(inputs):
        if each.name in ("from_day", "to_day", "period", "price_class", "voltage_class"):
            continue
        changed = replace(inputs, **{each.name: getattr(inputs, each.name) + (each.type != "Bool")})
        old, new = (
            HouseholdEvidence(one, Facts.plain(price(one, book).amount_fen), book)
            for one in (inputs, changed)
        )
        sums_to_the_difference(explain_households(old, new))
