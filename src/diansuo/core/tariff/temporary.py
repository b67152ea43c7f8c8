"""Temporary supply without a meter (临时用电无表): capacity times hours times days, at the prices of the days.

Source: 《供电营业规则》 of 1996, clause 87 (per published examination texts); domain.md §7.1;
docs/rules/temporary-supply.md. Prices and their roundings are those of the engines that price metered energy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.band import BANDS
from diansuo.core.quantity.exact import nearest
from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.core.rules import Entry, RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import NoValueInForce, ValueAbsent
from diansuo.core.tariff.classes import SETTLEMENT, PriceClass
from diansuo.core.tariff.columns import AppliedRule, BillingInput
from diansuo.core.tariff.commercial.columns import NOT_KNOWN, CapacityMethod, CommercialInput, PurchaseMode
from diansuo.core.tariff.commercial.crossing import cuts_of
from diansuo.core.tariff.commercial.price import applied_rule, price_commercial
from diansuo.core.tariff.price import price
from diansuo.core.tariff.resolve import changes_within, day_number, day_of

RULE: Final = "national/temporary_supply"
TEMPORARY_ENERGY: Final = "temporary-energy"
TEMPORARY_REFUND: Final = "temporary-refund"
BY_DAYS: Final = "by_days"
CLASSES: Final = (
    PriceClass.RESIDENTIAL_SHARED,
    PriceClass.AGRICULTURAL,
    PriceClass.COMMERCIAL_SINGLE_PART,
)
"""The classes with one price for every kWh at no meter: no annual steps, no periods of the day, no capacity charge."""
MINUTES_PER_HOUR: Final = 60


@dataclass(frozen=True, slots=True)
class Agreed:
    """What was agreed.

    Attributes:
        price_class: one of :data:`CLASSES`.
        voltage_class: :class:`~diansuo.core.tariff.classes.VoltageClass`.
        capacity_w: W; a kVA counts as a kW.
        minutes_a_day: of use, by the agreement, up to 1440.
        start_day: first day of supply, days since 1970-01-01.
    """

    price_class: int
    voltage_class: int
    capacity_w: int
    minutes_a_day: int
    start_day: int

    def energy_wh(self, days: int, step_wh: int) -> int:
        """Return what the first ``days`` days use, to ``step_wh`` (step id ``temporary-energy``).

        Like a register: the energy of any days is the difference of two of these, so it never depends on how the
        days are divided.
        """
        steps = Fraction(self.capacity_w * self.minutes_a_day * days, MINUTES_PER_HOUR * step_wh)
        return nearest(steps) * step_wh


@dataclass(frozen=True, slots=True)
class TemporaryLine:
    """One line: the energy of some days within one month at one price; ``to_day`` is the day after the last."""

    from_day: int
    to_day: int
    component: int
    quantity_wh: int
    price_nano: int
    amount_fen: int
    rule: AppliedRule


@dataclass(frozen=True, slots=True)
class NotPriced:
    """Days without a price: why, as the engines say it."""

    from_day: int
    to_day: int
    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TemporaryCharge:
    """What some days cost; with a refusal it charges nothing."""

    energy_wh: int
    amount_fen: int
    lines: tuple[TemporaryLine, ...]
    rules: tuple[AppliedRule, ...]
    refusals: tuple[NotPriced, ...]
    rulebook_hash: str


def charge(
    agreed: Agreed, from_day: int, to_day: int, book: RuleBook, place: str | None = None
) -> TemporaryCharge:
    """Price the days ``[from_day, to_day)`` of a supply, month by month and wherever a price changes.

    Args:
        agreed: the supply.
        from_day: first day to charge, not before its start; days since 1970-01-01.
        to_day: the day after the last one.
        book: the rules, price sheets among them.
        place: whose rules; None: the book's default place.

    Raises:
        ValueError: no days, days before the start, a class outside :data:`CLASSES`, hours or capacity out of range.
    """
    _require_sound(agreed, from_day, to_day)
    where = place or book.default_place
    if not where:
        raise ValueError("no place is named and the rulebook has no default place; pass place=…")
    try:
        settlement = book.in_force(f"{where}/{SETTLEMENT}", day_of(agreed.start_day))
        step_wh = settlement.energy_wh("energy_precision")
    except (NoSuchRule, NoValueInForce, ValueAbsent):
        params = {"rule_id": f"{where}/{SETTLEMENT}", "file": "", "day": day_of(agreed.start_day).isoformat()}
        refused = NotPriced(from_day, to_day, "no_value_in_force", params)
        return TemporaryCharge(0, 0, (), (), (refused,), book.hash)
    commercial = agreed.price_class == PriceClass.COMMERCIAL_SINGLE_PART
    edges = _month_edges(from_day, to_day)
    edges = sorted({*edges, *_changes(_rows(agreed, edges, step_wh), book, where, commercial)})
    given = _rows(agreed, edges, step_wh)
    priced = _answer(given, edges, book, where, commercial)
    if any(rule.slice_hash == settlement.slice_hash for rule in priced.rules):
        return priced
    # An extension goes on counting as the first day did, whatever is in force on its own days.
    counted = applied_rule(settlement, (TEMPORARY_ENERGY,))
    return replace(priced, rules=(*priced.rules, counted))


def refund_share(agreed_days: int, used_days: int, entry: Entry) -> Fraction:
    """Return which part of what was paid before an early end gives back.

    Args:
        agreed_days: the days of the agreement, extensions included.
        used_days: those before the end.
        entry: :data:`RULE` in force on the day of the end.

    Raises:
        ValueError: not an early end.
    """
    if not 0 <= used_days < agreed_days:
        raise ValueError(f"{used_days} of {agreed_days} days used: that is no early end")
    used = Fraction(used_days, agreed_days)
    if entry.word("early_end_way") == BY_DAYS:
        return 1 - used
    if used >= Fraction(entry.number("refund_below_ratio")):
        return Fraction(0)
    return Fraction(entry.number("refund_ratio"))


def refund_fen(paid_fen: int, agreed_days: int, used_days: int, entry: Entry) -> int:
    """Return what an early end gives back of everything charged for the agreed days (id ``temporary-refund``)."""
    return nearest(paid_fen * refund_share(agreed_days, used_days, entry))


def _require_sound(agreed: Agreed, from_day: int, to_day: int) -> None:
    if agreed.price_class not in CLASSES:
        raise ValueError(f"class {agreed.price_class} is not billed without a meter")
    if not agreed.start_day <= from_day < to_day:
        raise ValueError(f"days {from_day} to {to_day} of a supply from {agreed.start_day}: no days")
    if not (agreed.capacity_w > 0 and 0 < agreed.minutes_a_day <= 24 * MINUTES_PER_HOUR):
        raise ValueError(f"{agreed.capacity_w} W for {agreed.minutes_a_day} minutes a day: no use")


def _month_edges(from_day: int, to_day: int) -> list[int]:
    """Return the days on which a stretch within one month begins, and the end."""
    edges, month = [from_day], next_month(month_of(day_of(from_day)))
    while (first := day_number(first_day(month))) < to_day:
        edges.append(first)
        month = next_month(month)
    return [*edges, to_day]


def _rows(agreed: Agreed, edges: list[int], step_wh: int) -> BillingInput:
    """Return a row for each stretch."""
    up_to = np.array([agreed.energy_wh(day - agreed.start_day, step_wh) for day in edges], dtype=np.int64)
    count = len(edges) - 1
    none = np.zeros(count, np.int64)
    return BillingInput(
        price_class=np.full(count, agreed.price_class, np.int16),
        voltage_class=np.full(count, agreed.voltage_class, np.int16),
        period=np.array([month_of(day_of(day)) for day in edges[:-1]], dtype=np.int64),
        from_day=np.array(edges[:-1], dtype=np.int64),
        to_day=np.array(edges[1:], dtype=np.int64),
        energy_wh=np.diff(up_to),
        peak_wh=none,
        valley_wh=none,
        has_time_of_use=np.zeros(count, np.bool_),
        year_to_date_wh=none,
        months_in_year=np.full(count, 12, np.int16),
    )


def _commercial(given: BillingInput) -> CommercialInput:
    """Return the rows for the commercial engine: no periods, no power factor, no capacity charge."""
    count = len(given)
    none, no = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    months = [day_of(int(day)) for day in given.from_day]
    days = [(first_day(next_month(month_of(day))) - first_day(month_of(day))).days for day in months]
    return CommercialInput(
        voltage_class=given.voltage_class,
        two_part=no,
        period=given.period,
        from_day=given.from_day,
        to_day=given.to_day,
        energy_wh=given.energy_wh,
        band_wh=np.zeros((count, BANDS), np.int64),
        time_of_use=no,
        has_bands=no,
        purchase_mode=np.full(count, PurchaseMode.AGENT, np.int16),
        own_price_nano=np.full((count, BANDS), NOT_KNOWN, np.int64),
        power_factor_standard=np.zeros(count, np.int16),
        reduced_standard=no,
        active_wh=given.energy_wh,
        reactive_varh=none,
        capacity_method=np.full(count, CapacityMethod.NONE, np.int16),
        capacity_exempt=no,
        capacity_va=none,
        capacity_va_days=none,
        demand_days=none,
        month_days=np.array(days, dtype=np.int64),
        contract_demand_w=none,
        demand_w=np.full(count, NOT_KNOWN, np.int64),
        month_energy_wh=given.energy_wh,
    )


def _changes(given: BillingInput, book: RuleBook, place: str, commercial: bool) -> list[int]:
    """Return the days within stretches on which a price or a rule of theirs changes."""
    day: Int64
    if commercial:
        day = cuts_of(_commercial(given), book, place).day
    else:
        _row, day = changes_within(given, book, place)
    return [int(each) for each in day]


def _answer(
    given: BillingInput, edges: list[int], book: RuleBook, place: str, commercial: bool
) -> TemporaryCharge:
    priced: Any = (
        price_commercial(_commercial(given), book, place) if commercial else price(given, book, place)
    )
    refusals = tuple(
        NotPriced(edges[one.row], edges[one.row + 1], str(one.code), dict(one.params))
        for one in priced.refusals
    )
    if refusals:
        return TemporaryCharge(0, 0, (), (), refusals, book.hash)
    lines = priced.lines
    quantity = lines.quantity if commercial else lines.quantity_wh
    made = tuple(
        TemporaryLine(
            edges[row],
            edges[row + 1],
            int(lines.component[at]),
            int(quantity[at]),
            int(lines.price_nano[at]),
            int(lines.amount_fen[at]),
            priced.rules[int(lines.rule[at])],
        )
        for at, row in enumerate(lines.row.tolist())
    )
    total = int(priced.amount_fen.sum())
    return TemporaryCharge(int(priced.energy_wh.sum()), total, made, priced.rules, (), book.hash)


def recharge(
    agreed: Agreed, from_day: int, to_day: int, slices: Iterable[Mapping[str, Any]], place: str
) -> TemporaryCharge:
    """Price the same days again from the stored values alone; arguments and errors as :func:`charge`."""
    return charge(agreed, from_day, to_day, RuleBook.from_slices(slices), place)
