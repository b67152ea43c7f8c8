"""The engine of commercial bills: columns of use and a rulebook in, bills with lines and evidence out."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import numpy as np

from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.rules import Entry, RuleBook
from diansuo.core.tariff.columns import AppliedRule
from diansuo.core.tariff.commercial.columns import (
    NO_BAND,
    NO_POWER_FACTOR,
    NOT_KNOWN,
    ByBand,
    CommercialBills,
    CommercialInput,
    CommercialLines,
)
from diansuo.core.tariff.commercial.demand import nano_times
from diansuo.core.tariff.commercial.faults import find_faults
from diansuo.core.tariff.commercial.kernel import price_rows
from diansuo.core.tariff.commercial.kernel_columns import (
    ALL_BANDS,
    CHARGES,
    EXTRA_SLOTS,
    LineColumns,
    Output,
    Rows,
    Tables,
)
from diansuo.core.tariff.commercial.kernel_lines import write_lines
from diansuo.core.tariff.commercial.resolve import CommercialResolution, resolve
from diansuo.core.tariff.commercial.tables import build_tables

UNUSED: Final = 0


def price_commercial(inputs: CommercialInput, book: RuleBook, place: str | None = None) -> CommercialBills:
    """Price every row exactly, or refuse it with a reason; docs/rules/commercial-prices.md.

    The lines of a row sum to its amount, and the quantities of a component to its energy. Every (component, period) is
    rounded to the fen for itself; the power factor adjusts the sum of the rounded lines that take part.

    Args:
        inputs: one row per contract and month, or part of one.
        book: the rules.
        place: whose rules, e.g. ``province/henan``; None: the book's default place.

    Returns:
        Bills in the order of the input; a refused row has ``priced`` False and no lines.

    Raises:
        WrongColumn: a column has the wrong dtype, shape or length.
        ValueError: no place is named and the book has no default.
    """
    inputs.check()
    where = place_of(book, place)
    faults = find_faults(inputs)
    sound = np.ones(len(inputs), dtype=np.bool_)
    sound[[refusal.row for refusal in faults]] = False
    resolution = resolve(inputs, book, where, sound)
    rules = _applied_rules(resolution)
    index = {rule.slice_hash: at for at, rule in enumerate(rules)}
    out, lines = _run(kernel_rows(inputs, resolution), build_tables(resolution.schedules, index))
    return CommercialBills(
        amount_fen=out.total_fen,
        priced=resolution.schedule >= 0,
        energy_wh=out.settled_wh,
        power_factor=out.power_factor,
        adjustment_rate=out.adjustment_rate,
        adjusted_fen=out.adjusted_fen,
        schedule=resolution.schedule,
        schedule_rules=tuple(
            tuple(sorted({index[entry.slice_hash] for entry, _ in schedule.rounding_steps()}))
            for schedule in resolution.schedules
        ),
        lines=lines,
        rules=rules,
        refusals=tuple(sorted([*faults, *resolution.refusals], key=lambda refusal: refusal.row)),
        rulebook_hash=book.hash,
    )


def place_of(book: RuleBook, place: str | None) -> str:
    """Return whose rules hold: those of the place that is named, else of the book's default one.

    Raises:
        ValueError: there is neither.
    """
    where = place or book.default_place
    if not where:
        raise ValueError("no place is named and the rulebook has no default place; pass place=…")
    return where


def kernel_rows(inputs: CommercialInput, resolution: CommercialResolution) -> Rows:
    """Return the columns of the input as the kernel reads them, own prices with their ratios."""
    return Rows(
        schedule=resolution.schedule,
        energy_wh=inputs.energy_wh,
        band_wh=inputs.band_wh,
        own_price_nano=_own_prices(inputs, resolution),
        active_wh=inputs.active_wh,
        reactive_varh=inputs.reactive_varh,
        capacity_va=inputs.capacity_va,
        capacity_va_days=inputs.capacity_va_days,
        demand_days=inputs.demand_days,
        month_days=inputs.month_days,
        contract_demand_w=inputs.contract_demand_w,
        demand_w=inputs.demand_w,
        month_energy_wh=inputs.month_energy_wh,
    )


def _own_prices(inputs: CommercialInput, resolution: CommercialResolution) -> ByBand:
    """Return int64 (rows, 6): a contract's own price by period, or its flat price times the government's ratios."""
    own = np.full((len(inputs), BANDS + 1), UNUSED, dtype=np.int64)
    for index, schedule in enumerate(resolution.schedules):
        slots = [slot for slot in schedule.slots if slot.own]
        if not slots:
            continue
        rows = np.flatnonzero(resolution.schedule == index)
        if schedule.own_bands:
            mine = inputs.own_price_nano[rows]
            # A period without a price has no energy (:mod:`faults`).
            own[rows, :BANDS] = np.where(mine == NOT_KNOWN, UNUSED, mine)
            continue
        flat = inputs.own_price_nano[rows, Band.FLAT].tolist()
        for slot in slots:
            column = ALL_BANDS if slot.band == NO_BAND else slot.band
            own[rows, column] = [nano_times(price, slot.ratio) for price in flat]
    return own


def _applied_rules(resolution: CommercialResolution) -> tuple[AppliedRule, ...]:
    """List the entries in use once each, in the order of rule and day."""
    entries: dict[str, Entry] = {}
    rounding: dict[str, set[str]] = {}
    for schedule in resolution.schedules:
        for entry, steps in schedule.rounding_steps():
            entries[entry.slice_hash] = entry
            rounding.setdefault(entry.slice_hash, set()).update(steps)
    ordered = sorted(entries.values(), key=lambda entry: (entry.rule_id, entry.effective))
    return tuple(applied_rule(entry, tuple(sorted(rounding[entry.slice_hash]))) for entry in ordered)


def applied_rule(entry: Entry, rounding_steps: tuple[str, ...]) -> AppliedRule:
    """Return a dated entry as what a bill keeps of it, with the ids of the roundings it brought."""
    return AppliedRule(
        entry.rule_id,
        entry.slice_hash,
        entry.effective.isoformat(),
        entry.values,
        entry.source.as_mapping(),
        entry.unverified_used,
        rounding_steps,
        entry,
    )


def empty_output(rows: int, slots: int) -> Output:
    """Return the arrays the first pass of the kernel writes, for tables of so many slots."""
    return Output(
        amount_fen=np.zeros((rows, slots + EXTRA_SLOTS), np.int64),
        charge_quantity=np.zeros((rows, CHARGES), np.int64),
        charge_price_nano=np.zeros((rows, CHARGES), np.int64),
        total_fen=np.zeros(rows, np.int64),
        settled_wh=np.zeros(rows, np.int64),
        power_factor=np.full(rows, NO_POWER_FACTOR, np.int16),
        adjustment_rate=np.zeros(rows, np.int64),
        adjusted_fen=np.zeros(rows, np.int64),
    )


def _run(rows: Rows, tables: Tables) -> tuple[Output, CommercialLines]:
    """Run the two loops over all rows."""
    out = empty_output(len(rows.schedule), int(tables.price_nano.shape[1]))
    count = int(price_rows(rows, tables, out))
    dtypes = {"Int64": np.int64, "Int16": np.int16}
    columns = {each.name: np.empty(count, dtypes[str(each.type)]) for each in fields(CommercialLines)}
    lines = CommercialLines(**columns)
    write_lines(rows, tables, out, LineColumns(**columns))
    return out, lines
