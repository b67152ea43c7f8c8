"""What must hold of every trial: no change makes no difference, sums add up, and the best contract is the best."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.rules import NoSuchRule, RuleBook
from diansuo.core.rules.supposing import as_of, risen, rules_begun, supposed
from diansuo.core.tariff import PriceClass, price_across_changes
from diansuo.core.tariff.commercial import (
    NOT_KNOWN,
    CapacityMethod,
    PurchaseMode,
    price_commercial_across_changes,
)
from diansuo.core.tariff.what_if import BOUNDS_FEN, Change, Rows, changed, spread_of
from diansuo.core.tariff.what_if.contract import contract_candidates_w
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input
from tests.core.tariff.commercial.books_of import PLACE, book_of
from tests.core.tariff.commercial.columns_of import commercial_input

HENAN = "province/henan"
STEPS = f"{HENAN}/residential_steps"
CLASSES = st.sampled_from(list(PriceClass)[:4])
FEN = st.one_of(st.integers(-200, 200), st.integers(-(10**9), 10**9), st.sampled_from([*BOUNDS_FEN, 0]))


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load()


@pytest.fixture(scope="module")
def factory_book() -> RuleBook:
    return book_of()


@st.composite
def households(draw: st.DrawFn) -> dict[str, Any]:
    peak, valley = draw(st.integers(0, 500)) * 1000, draw(st.integers(0, 500)) * 1000
    return {
        "price_class": draw(CLASSES),
        "energy_wh": peak + valley,
        "peak_wh": peak,
        "valley_wh": valley,
        "has_time_of_use": draw(st.booleans()),
        "year_to_date_wh": draw(st.integers(0, 4000)) * 1000,
        "months_in_year": draw(st.integers(1, 12)),
    }


def rows_of(home: list[dict[str, Any]], factories: list[dict[str, Any]] | None = None) -> Rows:
    given_home, works = billing_input(*home), commercial_input(*(factories or [{}]))
    count = len(home)
    return Rows(
        given_home,
        np.arange(count),
        works,
        np.arange(count, count + len(works)),
        works.demand_w,
        np.append(given_home.year_to_date_wh, np.zeros(len(works), np.int64)),
    )


def same(one: Any, other: Any) -> bool:
    return all(np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(one))


@given(st.lists(households(), min_size=1, max_size=6), st.sampled_from(list(PriceClass)))
def test_no_change_and_a_class_turned_into_itself_leave_every_row_as_it_is(
    home: list[dict[str, Any]], price_class: PriceClass
) -> None:
    rows = rows_of(home)
    for change in (Change(), Change(price_class=(price_class, price_class))):
        found = changed(rows, change)
        order = np.argsort(found.of_household), np.argsort(found.of_commercial)
        assert same(found.households.take(order[0]), rows.households)
        assert same(found.commercial.take(order[1]), rows.commercial)


@given(st.lists(households(), min_size=1, max_size=6), st.booleans())
def test_peak_and_valley_of_a_household_can_be_taken_and_left_again(
    book: RuleBook, home: list[dict[str, Any]], chosen: bool
) -> None:
    rows = rows_of(home)
    found = changed(rows, Change(time_of_use=chosen)).households
    back = changed(replace(rows, households=found), Change(time_of_use=not chosen)).households
    assert set(found.price_class.tolist()) & {1, 3} == (
        set() if chosen else {1, 3} & set(found.price_class.tolist())
    )
    assert set(back.price_class.tolist()) & {2, 7} == (
        set() if chosen else {2, 7} & set(back.price_class.tolist())
    )
    bills = price_across_changes(found, book)
    timed = np.isin(found.price_class, [2, 7])
    without = ~rows.households.has_time_of_use & timed
    assert not bills.priced[without].any()


@given(st.lists(households(), min_size=1, max_size=6))
def test_households_that_become_commercial_take_all_their_energy_with_them(
    home: list[dict[str, Any]],
) -> None:
    rows = rows_of(home)
    old = PriceClass(int(rows.households.price_class[0]))
    found = changed(rows, Change(price_class=(old, PriceClass.COMMERCIAL_SINGLE_PART)))
    moved = found.of_commercial < len(home)
    assert len(found.households) + int(moved.sum()) == len(home)
    assert old not in found.households.price_class
    assert (found.commercial.band_wh.sum(axis=1) == found.commercial.energy_wh)[moved].all()
    total = found.households.energy_wh.sum() + found.commercial.energy_wh[moved].sum()
    assert total == rows.households.energy_wh.sum()
    assert sorted([*found.of_household.tolist(), *found.of_commercial.tolist()]) == list(range(len(home) + 1))


def test_a_class_with_steps_counts_what_the_year_used_before_it_had_steps() -> None:
    rows = rows_of([{"price_class": PriceClass.RESIDENTIAL_SHARED, "energy_wh": 100_000}])
    rows = replace(rows, year_wh=np.array([2_500_000, 7], np.int64))
    found = changed(rows, Change(price_class=(PriceClass.RESIDENTIAL_SHARED, PriceClass.RESIDENTIAL_STEPS)))
    assert found.households.year_to_date_wh.tolist() == [2_500_000]
    single = changed(rows, Change(price_class=(PriceClass.COMMERCIAL_TWO_PART, PriceClass.RESIDENTIAL_STEPS)))
    assert single.households.year_to_date_wh.tolist() == [0, 7]
    assert len(single.commercial) == 0


def test_a_change_of_terms_concerns_those_it_names_and_nobody_else() -> None:
    rows = rows_of(
        [{"price_class": 1}, {"price_class": 3}],
        [{}, {"two_part": False}, {"purchase_mode": PurchaseMode.MARKET}, {"capacity_exempt": True}],
    )
    demand = changed(rows, Change(capacity_method=CapacityMethod.ACTUAL_DEMAND)).commercial
    assert demand.capacity_method.tolist() == [3, 1, 3, 1]
    assert changed(rows, Change(raised=True)).commercial.purchase_mode.tolist() == [2, 2, 1, 2]
    persons = changed(rows, Change(persons=6)).households
    assert (persons.persons.tolist(), persons.persons_months.tolist()) == ([6, 0], [12, 0])


def test_a_demand_that_begins_to_be_charged_has_the_losses_in_it() -> None:
    rows = rows_of([{}], [{"demand_w": 100_000}])
    rows = replace(rows, demand_w=np.array([104_000], np.int64))
    found = changed(rows, Change(capacity_method=CapacityMethod.ACTUAL_DEMAND))
    assert found.commercial.demand_w.tolist() == [104_000]
    stays = changed(rows, Change(capacity_method=CapacityMethod.CAPACITY))
    assert stays.commercial.demand_w.tolist() == [100_000]


@given(st.lists(FEN, max_size=60))
def test_a_spread_counts_everybody_once_and_its_parts_make_up_the_whole(differences: list[int]) -> None:
    found = spread_of(np.array(differences, np.int64))
    assert sum(found.bins) == found.count == len(differences)
    assert found.total_fen == sum(differences) == found.dearer_fen + found.cheaper_fen
    middle = len(BOUNDS_FEN) + 1
    assert sum(found.bins[:middle]) == found.cheaper == sum(each < 0 for each in differences)
    assert found.bins[middle] == differences.count(0)
    assert sum(found.bins[middle + 1 :]) == found.dearer
    assert found.bins[middle + 1] == sum(0 < each <= BOUNDS_FEN[0] for each in differences)
    assert found.bins[0] == sum(each < -BOUNDS_FEN[-1] for each in differences)
    if differences:
        ordered = sorted(differences)
        assert (found.ranks_fen[0], found.ranks_fen[100]) == (ordered[0], ordered[-1])
        for percent, fen in found.ranks_fen.items():
            assert sum(each <= fen for each in ordered) * 100 >= percent * len(ordered)


@given(
    st.lists(st.tuples(st.integers(0, 900), st.booleans()), min_size=1, max_size=5),
    st.integers(100, 1000),
)
def test_no_other_contract_demand_in_whole_kilowatts_is_cheaper_than_the_best_candidate(
    factory_book: RuleBook, months: list[tuple[int, bool]], capacity_kva: int
) -> None:
    def cost(kilowatts: list[int]) -> list[int]:
        rows = [
            {
                "capacity_method": CapacityMethod.CONTRACT_DEMAND,
                "capacity_va": capacity_kva * 1000,
                "capacity_va_days": capacity_kva * 31_000,
                "demand_w": kw * 1000,
                "contract_demand_w": contract * 1000,
                "month_energy_wh": capacity_kva * 261_000 if earns else 0,
                "power_factor_standard": 0,
                "time_of_use": False,
            }
            for contract in kilowatts
            for kw, earns in months
        ]
        bills = price_commercial_across_changes(commercial_input(*rows), factory_book, PLACE).bills
        assert bills.priced.all()
        return bills.amount_fen.reshape(len(kilowatts), len(months)).sum(axis=1).tolist()

    candidates = contract_candidates_w(
        np.array([kw * 1000 for kw, _earns in months], np.int64),
        np.full(len(months), capacity_kva * 1000, np.int64),
        400_000,
        1_050_000,
    )
    others = range(-(-capacity_kva * 2 // 5), 1000, 7)
    # Less than the floor is not agreed. Each month's charge is rounded for itself: that much may lie between equals.
    assert min(cost([each // 1000 for each in candidates.tolist()])) <= min(cost(list(others))) + 2 * len(
        months
    )


def test_prices_moved_up_and_down_again_are_the_same_and_only_from_the_day_on(book: RuleBook) -> None:
    first = date(2024, 7, 1)
    up = risen(book, STEPS, Decimal("0.01"), first)
    assert up.in_force(STEPS, date(2024, 6, 30)).slice_hash == book.in_force(STEPS, first).slice_hash
    assert up.in_force(STEPS, first).values["prices"]["below_1kv"] == ["0.57", "0.62", "0.87"]
    assert up.in_force(STEPS, first).values["prices"]["kv_1_10"] is None
    down = risen(up, STEPS, Decimal("-0.01"), first)
    home = billing_input(*({"energy_wh": wh} for wh in (0, 100_000, 5_000_000)))
    assert (
        price_across_changes(home, down).amount_fen.tolist()
        == price_across_changes(home, book).amount_fen.tolist()
    )
    assert rules_begun(up, date(2024, 6, 30), first) >= {STEPS}
    assert not rules_begun(up, first, date(2024, 7, 31))
    with pytest.raises(ValueError, match="no prices"):
        risen(book, f"{HENAN}/settlement", Decimal(1), first)
    with pytest.raises(NoSuchRule):
        risen(book, "nowhere/nothing", Decimal(1), first)


def test_a_book_as_of_a_day_goes_on_with_what_held_then(book: RuleBook) -> None:
    up = risen(book, STEPS, Decimal("0.01"), date(2024, 7, 1))
    old = as_of(up, date(2024, 6, 30))
    assert (
        old.in_force(STEPS, date(2030, 1, 1)).slice_hash == book.in_force(STEPS, date(2030, 1, 1)).slice_hash
    )
    assert as_of(up, date(1900, 1, 1)).rules == {}


def test_supposed_values_take_the_place_of_those_of_their_days_and_no_others(book: RuleBook) -> None:
    entry = book.in_force(STEPS, date(2024, 1, 1))
    values = dict(entry.values)

    def document(until: str | None, price: str) -> dict[str, Any]:
        prices = {**values["prices"], "below_1kv": [price, "0.61", "0.86"]}
        body = {
            "source": {"document": "试算", "clause": None, "published": None, "url": None},
            "checked": "2026-11-25",
            "unverified": dict(entry.unverified),
            **values,
            "prices": prices,
        }
        body |= {"until": until} if until else {}
        return {
            f"trial#/{STEPS}.yaml": {
                "id": STEPS,
                "kind": entry.kind,
                "title": {"zh": "试算", "en": "trial"},
                "values": {"2024-03-01": body},
            }
        }

    def base(of: RuleBook, day: date) -> str:
        return str(of.in_force(STEPS, day).values["prices"]["below_1kv"][0])

    for_a_month = supposed(book, document("2024-04-01", "0.50"))
    days = (date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 31), date(2024, 4, 1))
    assert [base(for_a_month, day) for day in days] == ["0.56", "0.5", "0.5", "0.56"]
    replaced = supposed(for_a_month, document(None, "0.40"))
    assert base(replaced, date(2024, 3, 15)) == "0.4"
    assert base(replaced, date(2024, 4, 1)) == "0.56"
    assert base(book, date(2024, 3, 15)) == "0.56"


def test_what_is_not_known_never_becomes_a_number() -> None:
    rows = rows_of([{"energy_wh": 1000}])
    found = changed(rows, Change(price_class=(PriceClass.RESIDENTIAL_STEPS, PriceClass.COMMERCIAL_TWO_PART)))
    assert (found.commercial.demand_w == NOT_KNOWN).all()
    assert (found.commercial.own_price_nano == NOT_KNOWN).all()
