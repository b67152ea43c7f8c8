"""Commercial months within which a price changes: divided by days, priced part by part, joined to one bill.

Monthly price sheets change on the first of a month, so every customer who is read on another day crosses one. Source:
domain.md §1.2, §6.4 (step id ``price-change-days``); docs/rules/price-change.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int32, Int64
from diansuo.core.quantity.band import BANDS
from diansuo.core.rules import NoSuchRule, NoValueInForce, RuleBook
from diansuo.core.tariff.commercial.columns import (
    CommercialBills,
    CommercialInput,
    CommercialLines,
    CommercialRefusal,
    CommercialRefusalCode,
)
from diansuo.core.tariff.commercial.price import price_commercial
from diansuo.core.tariff.commercial.schedules import CHARGE_PRICE, CHARGE_TERMS, COMPONENTS
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.splitting import Split, divide_by_days, split_at

STEP_WH: Final = 10
MOST_CHANGES: Final = 40


@dataclass(frozen=True, slots=True)
class Crossed:
    """Bills of whole months, and how a change of prices divided them.

    Attributes:
        bills: one bill for each row of the input; its lines follow each other part by part.
        line_part: int16 (lines,), the part a line is of; 0 on a bill that is not divided.
        split: the parts of all rows.
        energy_wh: int64 (parts,), Wh of each part.
    """

    bills: CommercialBills
    line_part: Int16
    split: Split
    energy_wh: Int64


def price_commercial_across_changes(
    inputs: CommercialInput, book: RuleBook, place: str | None = None
) -> Crossed:
    """Price every row like :func:`price_commercial`, also those within whose days of use a rule changes.

    Such a row is divided by days, period by period. Each part bears its own adjustment by the power factor of the
    month. The capacity or demand charge is divided only where its own price or rule changes; else the last part bears
    it whole.

    Args:
        inputs: one row per contract and month.
        book: the rules.
        place: whose rules; None: the book's default place.

    Returns:
        One bill for each row. A row of which one part cannot be priced is refused with the reason of that part.

    Raises:
        WrongColumn: a column has the wrong dtype, shape or length.
        ValueError: no place is named and the book has no default.
    """
    row, day = np.empty(0, np.int64), np.empty(0, np.int64)
    divided = np.zeros(len(inputs), dtype=np.bool_)
    split = split_at(inputs.from_day, inputs.to_day, day, row)
    bills = price_commercial(inputs, book, place)
    for _ in range(MOST_CHANGES):
        changes = [
            one for one in bills.refusals if one.code is CommercialRefusalCode.PRICE_CHANGE_WITHIN_PERIOD
        ]
        if not changes:
            break
        rows = split.row[[one.row for one in changes]]
        days = [date.fromisoformat(one.params["change_date"]) for one in changes]
        row = np.append(row, rows)
        day = np.append(day, [day_number(each) for each in days])
        of_charge = {each: _changes_charge(book, place or book.default_place, each) for each in set(days)}
        divided[rows[[of_charge[each] for each in days]]] = True
        split = split_at(inputs.from_day, inputs.to_day, day, row)
        bills = price_commercial(parts_of(inputs, split, divided), book, place)
    return join(bills, split, len(inputs))


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
    inputs: CommercialInput, slices: Iterable[Mapping[str, Any]], place: str | None = None
) -> CommercialBills:
    """Price rows again from the slices stored with their bills, whatever the rulebook says today.

    Args:
        inputs: the rows as they were priced, divided months whole.
        slices: ``AppliedRule.to_slice()`` of every rule the bills used; repeats do no harm.
        place: as in :func:`price_commercial`; None: the place whose components are among the slices.

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
    return price_commercial_across_changes(inputs, book, place or places.pop()).bills


def parts_of(inputs: CommercialInput, split: Split, charge_divided: Bool) -> CommercialInput:
    """Return the parts of rows as input: energy by days, the charge on the last part unless it is divided too."""
    bands = np.stack(
        [
            divide_by_days(np.ascontiguousarray(inputs.band_wh[:, band]), split, STEP_WH)
            for band in range(BANDS)
        ],
        axis=1,
    )
    by_bands = (inputs.time_of_use & inputs.has_bands)[split.row]
    charges = {
        name: np.where(
            charge_divided[split.row],
            divide_by_days(getattr(inputs, name), split),
            np.where(split.ends_row, getattr(inputs, name)[split.row], 0),
        )
        for name in ("capacity_va_days", "demand_days")
    }
    return replace(
        inputs.take(split.row),
        from_day=split.from_day,
        to_day=split.to_day,
        energy_wh=np.where(by_bands, bands.sum(axis=1), divide_by_days(inputs.energy_wh, split, STEP_WH)),
        band_wh=bands,
        **charges,
    )


def join(bills: CommercialBills, split: Split, rows: int) -> Crossed:
    """Put the bills of parts together to one bill for each row."""
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
    return Crossed(joined, line_part, split, bills.energy_wh)


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
    schedule = np.full(len(priced), -1, dtype=np.int32)
    last = bills.schedule[split.ends_row]
    schedule[priced] = last[priced]
    for row in np.flatnonzero((np.bincount(split.row, minlength=len(priced)) > 1) & priced).tolist():
        parts = bills.schedule[split.row == row].tolist()
        united = tuple(sorted({at for part in parts for at in bills.schedule_rules[part]}))
        schedule[row] = len(schedule_rules)
        schedule_rules.append(united)
    return schedule, tuple(schedule_rules)


def _refusals(bills: CommercialBills, split: Split) -> tuple[CommercialRefusal, ...]:
    """Return one refusal for each row: that of its first part that has one."""
    first: dict[int, CommercialRefusal] = {}
    for one in bills.refusals:
        row = int(split.row[one.row])
        first.setdefault(row, replace(one, row=row))
    return tuple(first[row] for row in sorted(first))
