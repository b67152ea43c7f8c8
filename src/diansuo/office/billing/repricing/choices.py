"""Which of the choices the rules leave a customer would have been cheapest over a year (方案比选); nothing written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day, next_month
from diansuo.core.rules import NoSuchRule, NoValueInForce, RuleBook, ValueAbsent
from diansuo.core.rules.entry import Entry
from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.what_if import Change, Rows, changed
from diansuo.core.tariff.what_if.change import COMMERCIAL
from diansuo.core.tariff.what_if.contract import contract_candidates_w
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing.comparing import as_billed
from diansuo.office.billing.repricing.loading import Billed, load
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.pricing import Repriced, reprice
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place

MONTHS: Final = 12
VA_PER_KVA: Final = 1000
SCHEMES: Final = "national/commercial_terms"
CHARGE: Final = "national/capacity_charge"
SINGLE: Final = PriceClass.COMMERCIAL_SINGLE_PART
DOUBLE: Final = PriceClass.COMMERCIAL_TWO_PART
NOT_PRICED: Final = -1


class Option(StrEnum):
    """What can be chosen."""

    WITHOUT_PERIODS = "without_periods"
    WITH_PERIODS = "with_periods"
    SINGLE_PART = "single_part"
    CAPACITY = "capacity"
    CONTRACT_DEMAND = "contract_demand"
    ACTUAL_DEMAND = "actual_demand"


CHANGES: Final = {
    Option.WITHOUT_PERIODS: Change(time_of_use=False),
    Option.WITH_PERIODS: Change(time_of_use=True),
    Option.SINGLE_PART: Change(price_class=(DOUBLE, SINGLE)),
    Option.CAPACITY: Change(price_class=(SINGLE, DOUBLE), capacity_method=CapacityMethod.CAPACITY),
    Option.CONTRACT_DEMAND: Change(
        price_class=(SINGLE, DOUBLE), capacity_method=CapacityMethod.CONTRACT_DEMAND
    ),
    Option.ACTUAL_DEMAND: Change(price_class=(SINGLE, DOUBLE), capacity_method=CapacityMethod.ACTUAL_DEMAND),
}
METHODS: Final = {
    CapacityMethod.CAPACITY: Option.CAPACITY,
    CapacityMethod.CONTRACT_DEMAND: Option.CONTRACT_DEMAND,
    CapacityMethod.ACTUAL_DEMAND: Option.ACTUAL_DEMAND,
}
HOUSEHOLDS: Final = {
    PriceClass.RESIDENTIAL_STEPS: Option.WITHOUT_PERIODS,
    PriceClass.RESIDENTIAL_STEPS_TOU: Option.WITH_PERIODS,
    PriceClass.RESIDENTIAL_SHARED: Option.WITHOUT_PERIODS,
    PriceClass.RESIDENTIAL_SHARED_TOU: Option.WITH_PERIODS,
}
PARAMETERS: Final = {
    "time_of_use_lock_months": RESIDENTIAL_TERMS,
    "single_part_up_to_capacity": SCHEMES,
    "two_part_from_capacity": SCHEMES,
    "method_change_every": CHARGE,
    "method_change_notice": CHARGE,
    "contract_change_notice": CHARGE,
}
"""The values that say when one may choose, and whose they are."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A year by one option.

    Attributes:
        option: which.
        month_fen: money by month; None where a bill of the month could not be priced so.
        total_fen: of all months; None where one is missing.
        contract_demand_w: the best contract demand, of the option with one.
        refused: code and params of the first refusal.
    """

    option: Option
    month_fen: tuple[int | None, ...]
    total_fen: int | None
    contract_demand_w: int | None = None
    refused: tuple[str, dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """A value of the rulebook that says when one may choose; ``value`` is None where it is not known."""

    name: str
    value: str | None
    rule_id: str
    file: str


@dataclass(frozen=True, slots=True)
class Choices:
    """The options of one contract over its months.

    Attributes:
        contract: id.
        price_class: of the last month.
        capacity_va: of the last month.
        months: YYYYMM, ascending.
        billed_fen: what was billed in each.
        current: the option of the last month; None where the class leaves no choice.
        options: in the order of :class:`Option`.
        conditions: what the rulebook says about choosing.
        not_as_billed: months that do not reprice to what was billed: their figures are not of the choice alone.
    """

    contract: int
    price_class: int
    capacity_va: int
    months: tuple[int, ...]
    billed_fen: tuple[int, ...]
    current: Option | None
    options: tuple[Priced, ...]
    conditions: tuple[Condition, ...]
    not_as_billed: tuple[int, ...]

    @property
    def billed_total_fen(self) -> int:
        """What was billed in all months."""
        return sum(self.billed_fen)

    @property
    def cheapest(self) -> Priced | None:
        """The option that costs least, of those that all months could be priced by; the present one of equals."""
        known = [one for one in self.options if one.total_fen is not None]
        return min(known, key=lambda one: (one.total_fen, one.option != self.current), default=None)

    @property
    def saving_fen(self) -> int | None:
        """What the cheapest option would have saved of what was billed."""
        best = self.cheapest
        return None if best is None or best.total_fen is None else self.billed_total_fen - best.total_fen


def choices(scope: Scope, number: str, period: int) -> list[Choices]:
    """Return the options of each contract of a customer over the twelve months up to one.

    Args:
        scope: whose bills may be seen.
        number: the customer's (用户编号).
        period: the last 电费年月 YYYYMM.
    """
    book, place = priced_book(), commercial_place()
    population = Population(next_month(period, 1 - MONTHS), period, customers=(number,))
    billed = load(scope, population, book)
    if not len(billed):
        return []
    before, refused = as_billed(billed, book, place)
    return [
        _of_contract(_Contract(billed, contract, book, place), set(refused))
        for contract in np.unique(billed.contract).tolist()
    ]


class _Contract:
    """The bills of one contract and the ways they can be priced."""

    def __init__(self, billed: Billed, contract: int, book: RuleBook, place: str) -> None:
        self.billed, self.contract, self.book, self.place = billed, contract, book, place
        self.bills = np.flatnonzero(billed.contract == contract)
        self.months: Int64 = np.unique(billed.period[self.bills])
        last = self.bills[np.argmax(billed.period[self.bills])]
        self.price_class = PriceClass(int(billed.price_class[last]))
        self.rows = _only(billed.rows, self.bills)
        self.capacity_va = int(billed.capacity_va[last])
        if len(self.rows.commercial):
            self.capacity_va = int(self.rows.commercial.capacity_va[-1]) or self.capacity_va

    def reprice(self, rows: Rows, count: int) -> Repriced:
        return reprice(rows, count, _freeze_of(self), self.book, self.place)

    def by_month(self, values: Int64) -> list[int]:
        """Return the sums of the bills' values by month."""
        periods = self.billed.period[self.bills]
        return [int(values[self.bills][periods == month].sum()) for month in self.months.tolist()]


def _freeze_of(one: _Contract) -> Any:
    """Return the registers that divided the contract's households' rows, under their new numbers."""
    kept = np.isin(one.billed.rows.of_household, one.bills)
    place: Int64 = np.cumsum(kept) - 1
    freeze = one.billed.freeze
    mine = kept[freeze.row] if len(freeze.row) else np.zeros(0, np.bool_)
    return freeze.take(mine, place[freeze.row[mine]])


def _only(rows: Rows, bills: Int64) -> Rows:
    households = np.flatnonzero(np.isin(rows.of_household, bills))
    commercial = np.flatnonzero(np.isin(rows.of_commercial, bills))
    return replace(
        rows,
        households=rows.households.take(households),
        of_household=rows.of_household[households],
        commercial=rows.commercial.take(commercial),
        of_commercial=rows.of_commercial[commercial],
        demand_w=rows.demand_w[commercial],
    )


def _of_contract(one: _Contract, refused: set[int]) -> Choices:
    off = {int(one.billed.period[row]) for row in one.bills.tolist() if row in refused}
    return Choices(
        contract=one.contract,
        price_class=int(one.price_class),
        capacity_va=one.capacity_va,
        months=tuple(one.months.tolist()),
        billed_fen=tuple(one.by_month(one.billed.amount_fen)),
        current=_current(one),
        options=tuple(_priced(one, option) for option in _allowed(one)),
        conditions=tuple(_conditions(one)),
        not_as_billed=tuple(sorted(off)),
    )


def _current(one: _Contract) -> Option | None:
    if one.price_class in HOUSEHOLDS:
        return HOUSEHOLDS[one.price_class]
    if one.price_class == SINGLE:
        return Option.SINGLE_PART
    if one.price_class == DOUBLE and len(one.rows.commercial):
        return METHODS.get(CapacityMethod(int(one.rows.commercial.capacity_method[-1])))
    return None


def _allowed(one: _Contract) -> Sequence[Option]:
    """Return what the rules leave: households their periods; the scheme between two capacities; the method of two."""
    if one.price_class in HOUSEHOLDS:
        return (Option.WITHOUT_PERIODS, Option.WITH_PERIODS)
    if one.price_class not in COMMERCIAL:
        return ()
    single_up_to, double_from = (
        _value(one, SCHEMES, name) for name in ("single_part_up_to_capacity", "two_part_from_capacity")
    )
    single = one.price_class == SINGLE or (
        double_from is not None and one.capacity_va < int(double_from) * VA_PER_KVA
    )
    double = one.price_class == DOUBLE or (
        single_up_to is not None and one.capacity_va > int(single_up_to) * VA_PER_KVA
    )
    return (*([Option.SINGLE_PART] if single else []), *(METHODS.values() if double else []))


def _priced(one: _Contract, option: Option) -> Priced:
    if option is Option.CONTRACT_DEMAND:
        return _best_contract(one)
    found = one.reprice(changed(one.rows, CHANGES[option]), len(one.billed))
    return _summed(one, option, found.amount_fen, found.priced, found)


def _summed(
    one: _Contract,
    option: Option,
    amount_fen: Int64,
    priced: Any,
    found: Repriced,
    contract_w: int | None = None,
) -> Priced:
    periods = one.billed.period[one.bills]
    month_fen = [
        int(amount_fen[one.bills[periods == month]].sum())
        if priced[one.bills[periods == month]].all()
        else None
        for month in one.months.tolist()
    ]
    whole = None not in month_fen
    why = next((found.refused[row] for row in one.bills.tolist() if row in found.refused), None)
    total = sum(each for each in month_fen if each is not None)
    return Priced(option, tuple(month_fen), total if whole else None, contract_w, None if whole else why)


def _best_contract(one: _Contract) -> Priced:
    """Price the months by every contract demand that can be the cheapest, and return the cheapest."""
    rows = changed(one.rows, CHANGES[Option.CONTRACT_DEMAND])
    count, given = len(one.billed), rows.commercial
    candidates = _candidates(one, rows)
    if not len(given) or not len(candidates):
        found = one.reprice(rows, count)
        return _summed(one, Option.CONTRACT_DEMAND, found.amount_fen, found.priced, found)
    times = np.tile(np.arange(len(given)), len(candidates))
    number = np.repeat(np.arange(len(candidates)), len(given))
    many = replace(
        rows,
        commercial=replace(given.take(times), contract_demand_w=candidates[number]),
        of_commercial=rows.of_commercial[times] + number * count,
        demand_w=rows.demand_w[times],
        households=rows.households.take(np.zeros(0, np.int64)),
        of_household=np.zeros(0, np.int64),
    )
    found = one.reprice(many, count * len(candidates))
    amounts = found.amount_fen.reshape(len(candidates), count)[:, one.bills].sum(axis=1)
    priced = found.priced.reshape(len(candidates), count)[:, one.bills].sum(axis=1)
    # The cheapest of those by which most bills can be priced: what is refused costs nothing and is no bargain.
    best = int(np.lexsort((amounts, -priced))[0])
    mine = slice(best * count, (best + 1) * count)
    refused = {row % count: why for row, why in found.refused.items() if row // count == best}
    return _summed(
        one,
        Option.CONTRACT_DEMAND,
        found.amount_fen[mine],
        found.priced[mine],
        replace(found, refused=refused),
        int(candidates[best]),
    )


def _candidates(one: _Contract, rows: Rows) -> Int64:
    demand_w = rows.commercial.demand_w
    known = demand_w >= 0
    entry = _entry(one, CHARGE)
    if entry is None or not known.any():
        return np.zeros(0, np.int64)
    try:
        floor, over = (
            int(entry.number(name) * 1_000_000) for name in ("contract_floor_ratio", "contract_over_ratio")
        )
    except ValueAbsent:
        return np.zeros(0, np.int64)
    return contract_candidates_w(demand_w[known], rows.commercial.capacity_va[known], floor, over)


def _conditions(one: _Contract) -> list[Condition]:
    """Return what the rulebook says on the last month about choosing, as far as it concerns the class."""
    wanted = [
        name
        for name, rule in PARAMETERS.items()
        if (rule == RESIDENTIAL_TERMS) == (one.price_class in HOUSEHOLDS)
        and one.price_class in (*HOUSEHOLDS, *COMMERCIAL)
    ]
    found = []
    for name in wanted:
        rule_id = _rule_id(one, PARAMETERS[name])
        entry = _entry(one, rule_id)
        found.append(
            Condition(name, _value(one, rule_id, name), rule_id, entry.file if entry else f"{rule_id}.yaml")
        )
    return found


def _rule_id(one: _Contract, rule: str) -> str:
    return f"{one.book.default_place}/{rule}" if rule == RESIDENTIAL_TERMS else rule


def _entry(one: _Contract, rule_id: str) -> Entry | None:
    try:
        return one.book.in_force(rule_id, first_day(int(one.months[-1])))
    except (NoSuchRule, NoValueInForce):
        return None


def _value(one: _Contract, rule_id: str, name: str) -> str | None:
    entry = _entry(one, rule_id)
    if entry is None:
        return None
    try:
        return str(entry.number(name))
    except (ValueAbsent, KeyError):
        return None
