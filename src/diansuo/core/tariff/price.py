"""The price engine: columns of use and a rulebook in, bills with their lines and their evidence out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from diansuo.core.rules import Entry, RuleBook
from diansuo.core.tariff.columns import AppliedRule, BillingInput, Bills, Lines
from diansuo.core.tariff.faults import find_faults
from diansuo.core.tariff.kernel import price_rows, write_lines
from diansuo.core.tariff.resolve import Resolution, resolve
from diansuo.core.tariff.tables import Tables, build_tables


def price(inputs: BillingInput, book: RuleBook, place: str | None = None) -> Bills:
    """Price every row exactly, or refuse it with a reason; docs/rules/residential-steps.md.

    The lines of a row sum to its amount; the quantities of its steps to its energy; peak and valley to its
    energy, with the difference of the registers as the named remainder of the valley line.

    Args:
        inputs: one row per contract and settlement.
        book: the rules.
        place: whose rules, e.g. ``province/henan``; None: the book's default place.

    Returns:
        Bills in the order of the input; a refused row has ``priced`` False and no lines.

    Raises:
        WrongColumn: a column has the wrong dtype or length.
        ValueError: no place is named and the book has no default.
    """
    inputs.check()
    where = place or book.default_place
    if not where:
        raise ValueError("no place is named and the rulebook has no default place; pass place=…")
    faults = find_faults(inputs)
    sound = np.ones(len(inputs), dtype=np.bool_)
    sound[[refusal.row for refusal in faults]] = False
    resolution = resolve(inputs, book, where, sound)
    rules = _applied_rules(resolution)
    tables = build_tables(resolution.schedules, {rule.slice_hash: index for index, rule in enumerate(rules)})
    refusals = tuple(sorted([*faults, *resolution.refusals], key=lambda refusal: refusal.row))
    total_fen, settled_wh, step, lines = _run(inputs, resolution, tables)
    priced = resolution.schedule >= 0
    settlement_rule = np.full(len(inputs), -1, dtype=np.int16)
    settlement_rule[priced] = tables.settlement_rule[resolution.schedule[priced]]
    return Bills(total_fen, priced, step, settled_wh, settlement_rule, lines, rules, refusals, book.hash)


def recompute(inputs: BillingInput, slices: Iterable[Mapping[str, Any]], place: str | None = None) -> Bills:
    """Price rows again from the slices stored with their bills, whatever the rulebook says today.

    Args:
        inputs: the rows as they were priced.
        slices: ``AppliedRule.to_slice()`` of every rule the bills used; repeats do no harm.
        place: as in :func:`price`; None: the place of the slices.

    Returns:
        Bills whose amounts and lines equal the first ones byte for byte; ``rulebook_hash`` is that of the
        slices.

    Raises:
        AlteredSlice: a slice no longer has the hash it was stored under.
    """
    return price(inputs, RuleBook.from_slices(slices), place)


def _applied_rules(resolution: Resolution) -> tuple[AppliedRule, ...]:
    """List the entries in use once each, in the order of rule and day."""
    entries: dict[str, Entry] = {}
    rounding: dict[str, tuple[str, ...]] = {}
    for schedule in resolution.schedules:
        for entry in (schedule.energy, schedule.time_of_use, schedule.settlement):
            if entry is not None:
                entries[entry.slice_hash] = entry
        rounding |= schedule.rounding_steps()
    ordered = sorted(entries.values(), key=lambda entry: (entry.rule_id, entry.effective))
    return tuple(
        AppliedRule(
            entry.rule_id,
            entry.slice_hash,
            entry.effective.isoformat(),
            entry.values,
            entry.source.as_mapping(),
            entry.unverified_used,
            rounding[entry.slice_hash],
            entry,
        )
        for entry in ordered
    )


def _run(inputs: BillingInput, resolution: Resolution, tables: Tables) -> tuple[Any, Any, Any, Lines]:
    """Run the two loops over all rows and return totals, settled energy, steps reached and lines."""
    rows = len(inputs)
    total_fen, settled_wh = np.zeros(rows, np.int64), np.zeros(rows, np.int64)
    step = np.zeros(rows, np.int16)
    quantity_wh = np.empty((rows, tables.slots), np.int64)
    amount_fen = np.empty((rows, tables.slots), np.int64)
    count = price_rows(
        resolution.schedule,
        inputs.energy_wh,
        inputs.peak_wh,
        inputs.year_to_date_wh,
        inputs.months_in_year,
        tables.limits_wh,
        tables.step_count,
        tables.full_form,
        tables.has_time_of_use,
        tables.energy_step_wh,
        tables.price_nano,
        quantity_wh,
        amount_fen,
        total_fen,
        settled_wh,
        step,
    )
    lines = _empty_lines(int(count))
    write_lines(
        resolution.schedule,
        inputs.energy_wh,
        inputs.peak_wh,
        inputs.valley_wh,
        settled_wh,
        quantity_wh,
        amount_fen,
        tables.price_nano,
        tables.component,
        tables.step,
        tables.rule,
        *(getattr(lines, each.name) for each in fields(Lines)),
    )
    return total_fen, settled_wh, step, lines


def _empty_lines(count: int) -> Lines:
    dtypes = {"Int64": np.int64, "Int16": np.int16}
    return Lines(**{each.name: np.empty(count, dtypes[str(each.type)]) for each in fields(Lines)})
