"""Rows of use divided at the days on which their prices change: by daily frozen registers, else by days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.rules import NoSuchRule, RuleBook, ValueAbsent
from diansuo.core.tariff.classes import RULES_OF_CLASS, SETTLEMENT
from diansuo.core.tariff.columns import BillingInput, Freeze, Parts, Refusal, RefusalCode
from diansuo.core.tariff.resolve import Timeline, day_of
from diansuo.core.tariff.settlement import Settlement
from diansuo.core.tariff.splitting import Split, divide_at, divide_by_days, fit_within, split_at

DAYS: Final = 2**32


@dataclass(frozen=True, slots=True)
class Divided:
    """Rows in parts, and the rows whose frozen registers contradict the reading (with no parts to be priced)."""

    parts: Parts
    refusals: dict[int, Refusal]


def divide(
    inputs: BillingInput, change_row: Int64, change_day: Int64, freeze: Freeze, step_wh: Int64
) -> Divided:
    """Divide rows at days of change; domain.md §6.4.

    A change day of which the frozen register is known divides by it; the others divide by days what lies between
    the known ones.

    Args:
        inputs: sound rows.
        change_row: int64 (changes,), the row of each change.
        change_day: int64 (changes,), its day.
        freeze: frozen registers; those of other days are not looked at.
        step_wh: int64 (rows,), precision of settled energy: parts but the first are multiples of it.
    """
    at = _place_of(change_row, change_day, freeze)
    known = at >= 0
    frozen = split_at(inputs.from_day, inputs.to_day, change_day[known], change_row[known])
    register = _place_of(frozen.row, frozen.from_day, freeze)
    used = {
        name: np.where(frozen.part > 1, np.append(getattr(freeze, name), 0)[register], 0)
        for name in ("energy_wh", "peak_wh", "valley_wh")
    }
    refusals = _contradictions(inputs, frozen, used)
    whole = {
        name: divide_at(getattr(inputs, name), frozen, getattr(inputs, name)[frozen.row] - column, step_wh)
        for name, column in used.items()
    }
    start = _key(frozen.row, frozen.from_day)
    within = np.searchsorted(start, _key(change_row[~known], change_day[~known]), side="right") - 1
    split = split_at(frozen.from_day, frozen.to_day, change_day[~known], within.astype(np.int64))
    step = step_wh[frozen.row]
    energy_wh = divide_by_days(whole["energy_wh"], split, step)
    fitting = fit_within(whole["peak_wh"], whole["energy_wh"], frozen)
    row = frozen.row[split.row]
    first = np.flatnonzero(np.diff(row, prepend=-1))
    number = np.arange(len(row)) - np.repeat(first, np.diff(first, append=len(row))) + 1
    parts = Parts(
        row=row,
        part=number.astype(np.int16),
        from_day=split.from_day,
        to_day=split.to_day,
        energy_wh=energy_wh,
        peak_wh=fit_within(divide_by_days(fitting, split, step), energy_wh, split),
        valley_wh=divide_by_days(whole["valley_wh"], split, step),
        by_days=(np.bincount(split.row, minlength=len(frozen)) > 1)[split.row],
        settlement_rule=np.full(len(row), -1, np.int16),
        terms_rule=np.full(len(row), -1, np.int16),
    )
    return Divided(parts, refusals)


def _contradictions(inputs: BillingInput, frozen: Split, used: dict[str, Int64]) -> dict[int, Refusal]:
    """Refuse rows whose registers run backwards between the frozen days, or whose peak outruns their total."""
    between = {}
    for name, column in used.items():
        until = np.where(frozen.ends_row, getattr(inputs, name)[frozen.row], np.roll(column, -1))
        between[name] = until - column
    parts = has_periods(inputs)[frozen.row]
    wrong = between["energy_wh"] < 0
    wrong |= parts & ((between["peak_wh"] < 0) | (between["valley_wh"] < 0))
    wrong |= parts & (between["peak_wh"] > between["energy_wh"])
    wrong &= np.bincount(frozen.row, minlength=len(inputs))[frozen.row] > 1
    refusals: dict[int, Refusal] = {}
    for at in np.flatnonzero(wrong).tolist():
        row = int(frozen.row[at])
        params = {
            "from_date": day_of(int(frozen.from_day[at])).isoformat(),
            "to_date": day_of(int(frozen.to_day[at])).isoformat(),
            **{name: int(column[at]) for name, column in between.items()},
        }
        refusals.setdefault(row, Refusal(row, RefusalCode.FREEZE_CONTRADICTS_READING, params))
    return refusals


def has_periods(inputs: BillingInput) -> Bool:
    """Return which rows have a price by peak and valley."""
    classes = [each for each, rules in RULES_OF_CLASS.items() if rules.time_of_use is not None]
    return np.isin(inputs.price_class, classes)


def energy_precision(inputs: BillingInput, book: RuleBook, place: str) -> Int64:
    """Return the precision each row's energy settles to on its first day, 1 Wh where none is known.

    Returns:
        int64 (rows,), Wh.
    """
    try:
        timeline = Timeline.of(book, f"{place}/{SETTLEMENT}")
    except NoSuchRule:
        return np.ones(len(inputs), np.int64)
    steps = []
    for entry in timeline.held:
        try:
            steps.append(1 if entry is None else Settlement.from_entry(entry).energy_step_wh)
        except ValueAbsent:
            steps.append(1)
    return np.array(steps, dtype=np.int64)[timeline.positions(inputs.from_day)]


def _key(row: Int64, day: Int64) -> Int64:
    """Return one number for a row and a day, ordered like the two."""
    return row * DAYS + day + DAYS // 2


def _place_of(row: Int64, day: Int64, freeze: Freeze) -> Int64:
    """Return for each row and day the place of its frozen register, -1 where there is none."""
    if not len(freeze.row):
        return np.full(len(row), -1, dtype=np.int64)
    wanted, held = _key(row, day), _key(freeze.row, freeze.day)
    order = np.argsort(held)
    place = np.minimum(np.searchsorted(held[order], wanted), len(held) - 1)
    at = order[place]
    return np.where(held[at] == wanted, at, -1)
