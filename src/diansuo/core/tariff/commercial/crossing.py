"""Commercial months within which a price or the customer's own terms change: divided, priced part by part, joined.

Monthly price sheets change on the first of a month, so every customer who is read on another day crosses one. Source:
domain.md §1.2, §4.4, §6.4 (step id ``price-change-days``); docs/rules/price-change.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int32, Int64
from diansuo.core.rules import NoSuchRule, NoValueInForce, RuleBook
from diansuo.core.tariff.commercial.columns import (
    CommercialBills,
    CommercialInput,
    CommercialLines,
    CommercialRefusal,
    CommercialRefusalCode,
)
from diansuo.core.tariff.commercial.dividing import CommercialFreeze, Divided, divide_energy
from diansuo.core.tariff.commercial.faults import find_faults
from diansuo.core.tariff.commercial.price import place_of, price_commercial
from diansuo.core.tariff.commercial.resolve import resolve
from diansuo.core.tariff.commercial.schedules import CHARGE_PRICE, CHARGE_TERMS, COMPONENTS
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.splitting import Split, divide_by_days, split_at

MOST_CHANGES: Final = 40
OF_MONTH: Final = ("period", "month_days", "active_wh", "reactive_varh", "demand_w", "month_energy_wh")
"""What every part of a month has from the month, whatever its own terms are."""
CHARGES: Final = ("capacity_va_days", "demand_days")


@dataclass(frozen=True, slots=True)
class LaterTerms:
    """Terms that come to hold within the days of a row (账期内变更).

    Attributes:
        row: int64 (k,), the row of the input.
        day: int64 (k,), their first day, after the row's first and before the day after its last; ascending by row.
        terms: k rows: class, voltage, purchase, periods, standard, method, capacity and the charged days of these terms
            until the next change. Energy, days and what the month decides are not looked at; of the row itself the
            charged days are then those before its first change.
    """

    row: Int64
    day: Int64
    terms: CommercialInput


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where months are cut: first by their terms into segments, then by changes of prices.

    Attributes:
        segments: one row for each month, or more where its terms change, with the terms and the days of each.
        of_terms: the segments of all months.
        segment: int64 (changes,), the segment a price changes in.
        day: int64 (changes,), the day it changes.
        charge_divided: bool (segments,), whether a price or rule of the capacity or demand charge changes in it.
    """

    segments: CommercialInput
    of_terms: Split
    segment: Int64
    day: Int64
    charge_divided: Bool

    def all(self) -> tuple[Int64, Int64]:
        """Return row of the input and day of every cut, of terms and of prices."""
        later = np.flatnonzero(self.of_terms.part > 1)
        rows = np.append(self.of_terms.row[later], self.of_terms.row[self.segment])
        return rows, np.append(self.of_terms.from_day[later], self.day)


@dataclass(frozen=True, slots=True)
class Crossed:
    """Bills of whole months, and how changes divided them.

    Attributes:
        bills: one bill for each row of the input; its lines follow each other part by part.
        line_part: int16 (lines,), the part a line is of; 0 on a bill that is not divided.
        split: the parts of all rows.
        energy_wh: int64 (parts,), Wh of each part.
        by_days: bool (parts,), whether days divided the part, and not the daily freeze.
    """

    bills: CommercialBills
    line_part: Int16
    split: Split
    energy_wh: Int64
    by_days: Bool


def price_commercial_across_changes(
    inputs: CommercialInput,
    book: RuleBook,
    place: str | None = None,
    freeze: CommercialFreeze | None = None,
    later: LaterTerms | None = None,
) -> Crossed:
    """Price every row like :func:`price_commercial`, also those within whose days of use a rule or the terms change.

    Such a row is divided period by period, by the daily freeze of the day where it is given and else by days. Each part
    is priced by its own terms and bears its own adjustment by the power factor of the month. The capacity or demand
    charge is divided where the terms change or its own price or rule does; else the last part bears it whole.

    Args:
        inputs: one row per contract and month.
        book: the rules.
        place: whose rules; None: the book's default place.
        freeze: what rows had used up to days of change.
        later: terms that come to hold within the days of a row.

    Returns:
        One bill for each row. A row of which one part cannot be priced is refused with the reason of that part.

    Raises:
        WrongColumn: a column has the wrong dtype, shape or length.
        ValueError: no place is named and the book has no default.
    """
    return price_cut(inputs, cuts_of(inputs, book, place, later), book, place, freeze)


def cuts_of(
    inputs: CommercialInput, book: RuleBook, place: str | None = None, later: LaterTerms | None = None
) -> Cuts:
    """Find the days on which rows must be divided; arguments and errors as above."""
    inputs.check()
    where = place_of(book, place)
    segments, of_terms = _segments(inputs, later)
    segment, day = np.empty(0, np.int64), np.empty(0, np.int64)
    divided = np.zeros(len(segments), dtype=np.bool_)
    looked_at = np.ones(len(segments), dtype=np.bool_)
    looked_at[[fault.row for fault in find_faults(segments)]] = False
    for _ in range(MOST_CHANGES):
        split = split_at(segments.from_day, segments.to_day, day, segment)
        parts = replace(segments.take(split.row), from_day=split.from_day, to_day=split.to_day)
        changes = [
            one
            for one in resolve(parts, book, where, looked_at[split.row]).refusals
            if one.code is CommercialRefusalCode.PRICE_CHANGE_WITHIN_PERIOD
        ]
        if not changes:
            break
        rows = split.row[[one.row for one in changes]]
        segment = np.append(segment, rows)
        days = [date.fromisoformat(one.params["change_date"]) for one in changes]
        day = np.append(day, np.array([day_number(each) for each in days], dtype=np.int64))
        of_charge = {each: _changes_charge(book, place_of(book, place), each) for each in set(days)}
        divided[rows[[of_charge[each] for each in days]]] = True
        looked_at[:] = False
        looked_at[rows] = True
    return Cuts(segments, of_terms, segment, day, divided)


def price_cut(
    inputs: CommercialInput,
    cuts: Cuts,
    book: RuleBook,
    place: str | None = None,
    freeze: CommercialFreeze | None = None,
) -> Crossed:
    """Divide rows at their cuts, price the parts and join them; arguments and errors as above."""
    registers = CommercialFreeze.none() if freeze is None else freeze
    registers.check()
    within = split_at(cuts.segments.from_day, cuts.segments.to_day, cuts.day, cuts.segment)
    timed = cuts.segments.time_of_use & cuts.segments.has_bands
    by_bands = np.zeros(len(inputs), dtype=np.bool_)
    np.logical_or.at(by_bands, cuts.of_terms.row, timed)
    divided = divide_energy(inputs, *cuts.all(), registers.sound(), by_bands)
    bills = price_commercial(_parts(inputs, cuts, within, divided), book, place)
    return join(bills, divided, len(inputs))


def _segments(inputs: CommercialInput, later: LaterTerms | None) -> tuple[CommercialInput, Split]:
    """Return one row for each stretch of a month that has terms of its own."""
    if later is None or not len(later.row):
        none = np.empty(0, np.int64)
        return inputs, split_at(inputs.from_day, inputs.to_day, none, none)
    split = split_at(inputs.from_day, inputs.to_day, later.day, later.row)
    if len(split) != len(inputs) + len(later.row):
        raise ValueError("later terms begin outside the days of their row, or twice on one day")
    at = np.empty(len(split), np.int64)
    at[split.part == 1] = np.arange(len(inputs))
    at[split.part > 1] = len(inputs) + np.lexsort((later.day, later.row))
    both = {
        each.name: np.concatenate((getattr(inputs, each.name), getattr(later.terms, each.name)))[at]
        for each in fields(CommercialInput)
    }
    month = inputs.take(split.row)
    whole = {name: getattr(month, name) for name in (*OF_MONTH, "energy_wh", "band_wh", "has_bands")}
    terms = CommercialInput(**{**both, **whole, "from_day": split.from_day, "to_day": split.to_day})
    return terms, split


def _parts(inputs: CommercialInput, cuts: Cuts, within: Split, divided: Divided) -> CommercialInput:
    """Return the parts of rows as input: the charge on the last part of its segment unless it is divided too."""
    charges = {
        name: np.where(
            cuts.charge_divided[within.row],
            divide_by_days(getattr(cuts.segments, name), within),
            np.where(within.ends_row, getattr(cuts.segments, name)[within.row], 0),
        )
        for name in CHARGES
    }
    return replace(
        cuts.segments.take(within.row),
        from_day=within.from_day,
        to_day=within.to_day,
        energy_wh=divided.energy_wh,
        band_wh=divided.band_wh,
        **charges,
    )


def _changes_charge(book: RuleBook, place: str, day: date) -> bool:
    """Tell whether price or rule of the charge begin on a day, whichever rule was named for the change of that day."""
    for rule_id in (CHARGE_TERMS, f"{place}/{CHARGE_PRICE}"):
        try:
            before, after = (book.in_force(rule_id, each) for each in (day - timedelta(days=1), day))
        except (NoSuchRule, NoValueInForce):
            continue
        if before is not after:
            return True
    return False


def recompute_commercial(
    inputs: CommercialInput,
    slices: Iterable[Mapping[str, Any]],
    place: str | None = None,
    freeze: CommercialFreeze | None = None,
    later: LaterTerms | None = None,
) -> CommercialBills:
    """Price rows again from the slices stored with their bills, whatever the rulebook says today.

    Args:
        inputs: the rows as they were priced, divided months whole.
        slices: ``AppliedRule.to_slice()`` of every rule the bills used; repeats do no harm.
        place: as in :func:`price_commercial`; None: the place whose components are among the slices.
        freeze: the frozen registers the bills were divided by.
        later: the terms that changed within them.

    Returns:
        Bills whose amounts and lines equal the first ones byte for byte; ``rulebook_hash`` is that of the slices.

    Raises:
        AlteredSlice: a slice no longer has the hash it was stored under.
        ValueError: no place is named and the slices have components of none, or of several.
    """
    book = RuleBook.from_slices(slices)
    places = {rule.removesuffix(f"/{COMPONENTS}") for rule in book.rules if rule.endswith(f"/{COMPONENTS}")}
    if place is None and len(places) != 1:
        raise ValueError(f"the slices have the components of {len(places)} places; pass place=…")
    return price_commercial_across_changes(inputs, book, place or places.pop(), freeze, later).bills


def join(bills: CommercialBills, divided: Divided, rows: int) -> Crossed:
    """Put the bills of parts together to one bill for each row."""
    split = divided.split
    priced = np.ones(rows, dtype=np.bool_)
    priced[split.row[~bills.priced]] = False
    kept = priced[split.row[bills.lines.row]]
    lines = CommercialLines(
        **{each.name: getattr(bills.lines, each.name)[kept] for each in fields(CommercialLines)}
    )
    row = split.row[lines.row]
    several = np.bincount(split.row, minlength=rows) > 1
    first = np.flatnonzero(np.diff(row, prepend=-1))
    sequence = np.arange(len(row)) - np.repeat(first, np.diff(first, append=len(row))) + 1
    schedule, schedule_rules = _schedules(bills, split, priced)
    last = np.flatnonzero(split.ends_row)
    own = np.where(bills.priced & priced[split.row], 1, 0)
    joined = CommercialBills(
        amount_fen=_sum(bills.amount_fen * own, split, rows),
        priced=priced,
        energy_wh=_sum(bills.energy_wh * own, split, rows),
        power_factor=bills.power_factor[last],
        adjustment_rate=bills.adjustment_rate[last],
        adjusted_fen=_sum(bills.adjusted_fen * own, split, rows),
        schedule=schedule,
        schedule_rules=schedule_rules,
        lines=replace(lines, row=row, sequence=sequence.astype(np.int16)),
        rules=bills.rules,
        refusals=_refusals(bills, split),
        rulebook_hash=bills.rulebook_hash,
    )
    line_part = np.where(several[row], split.part[lines.row], 0).astype(np.int16)
    return Crossed(joined, line_part, split, bills.energy_wh, divided.by_days)


def _sum(values: Int64, split: Split, rows: int) -> Int64:
    total = np.zeros(rows, dtype=np.int64)
    np.add.at(total, split.row, values)
    return total


def _schedules(
    bills: CommercialBills, split: Split, priced: Bool
) -> tuple[Int32, tuple[tuple[int, ...], ...]]:
    """Return the schedule of each row: that of its one part, or one that unites those of its parts."""
    # Several schedules may have the same rules (of two voltages, say), so each keeps its place.
    schedule_rules = list(bills.schedule_rules)
    known: dict[tuple[int, ...], int] = {}
    schedule = np.full(len(priced), -1, dtype=np.int32)
    last = bills.schedule[split.ends_row]
    schedule[priced] = last[priced]
    end = np.cumsum(np.bincount(split.row, minlength=len(priced)))
    for row in np.flatnonzero((np.diff(end, prepend=0) > 1) & priced).tolist():
        parts = bills.schedule[end[row - 1] if row else 0 : end[row]].tolist()
        united = tuple(sorted({at for part in parts for at in bills.schedule_rules[part]}))
        if united not in known:
            known[united] = len(schedule_rules)
            schedule_rules.append(united)
        schedule[row] = known[united]
    return schedule, tuple(schedule_rules)


def _refusals(bills: CommercialBills, split: Split) -> tuple[CommercialRefusal, ...]:
    """Return one refusal for each row: that of its first part that has one."""
    first: dict[int, CommercialRefusal] = {}
    for one in bills.refusals:
        row = int(split.row[one.row])
        first.setdefault(row, replace(one, row=row))
    return tuple(first[row] for row in sorted(first))
