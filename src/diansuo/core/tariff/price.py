"""The price engine: columns of use and a rulebook in, bills with their lines and their evidence out."""

from __future__ import annotations

import numpy as np

from diansuo.core.quantity.arrays import Int16, Int32
from diansuo.core.rules import Entry, RuleBook
from diansuo.core.tariff.benefits import Benefits, benefits_of, free_lines
from diansuo.core.tariff.columns import AppliedRule, BillingInput, Bills, Lines, Parts
from diansuo.core.tariff.faults import find_faults
from diansuo.core.tariff.joining import join_lines
from diansuo.core.tariff.kernel import LineColumns, Priced, Rows, price_rows, write_lines
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
    schedule = resolution.schedule
    benefits = benefits_of(inputs, schedule, tables)
    run, lines = _run(inputs, schedule, tables, benefits)
    free = free_lines(benefits, schedule, tables, on_bill=True)
    if len(free):
        lines = join_lines([lines, free])
        run.total_fen[free.row] += free.amount_fen
    return Bills(
        amount_fen=run.total_fen,
        priced=schedule >= 0,
        step=run.step_reached,
        energy_wh=run.settled_wh,
        counted_wh=run.settled_wh - benefits.uncounted_wh,
        settlement_rule=_index_of(tables.settlement_rule, schedule),
        terms_rule=_index_of(tables.terms_rule, schedule),
        lines=lines,
        refunds=free_lines(benefits, schedule, tables, on_bill=False),
        parts=Parts.none(),
        rules=rules,
        refusals=refusals,
        rulebook_hash=book.hash,
    )


def _applied_rules(resolution: Resolution) -> tuple[AppliedRule, ...]:
    """List the entries in use once each, in the order of rule and day."""
    entries: dict[str, Entry] = {}
    rounding: dict[str, tuple[str, ...]] = {}
    for schedule in resolution.schedules:
        entries |= {entry.slice_hash: entry for entry in schedule.entries}
        for slice_hash, steps in schedule.rounding_steps().items():
            rounding[slice_hash] = tuple(dict.fromkeys((*rounding.get(slice_hash, ()), *steps)))
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


def _index_of(rule: Int16, schedule: Int32) -> Int16:
    """Return the rule of each row's schedule, -1 for a row that has none."""
    return np.append(rule, np.int16(-1))[schedule]


def _run(inputs: BillingInput, schedule: Int32, tables: Tables, benefits: Benefits) -> tuple[Priced, Lines]:
    """Run the two loops over all rows."""
    count = len(inputs)
    rows = Rows(
        schedule,
        inputs.energy_wh,
        inputs.peak_wh,
        inputs.valley_wh,
        inputs.year_to_date_wh,
        inputs.months_in_year,
        benefits.extra_limit_wh,
        benefits.uncounted_wh,
    )
    priced = Priced(
        np.empty((count, tables.slots), np.int64),
        np.empty((count, tables.slots), np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int16),
    )
    lines = Lines.empty(int(price_rows(rows, tables.prices, priced)))
    columns = LineColumns(*(getattr(lines, name) for name in LineColumns._fields))
    write_lines(rows, tables.prices, tables.labels, priced, columns)
    return priced, lines
