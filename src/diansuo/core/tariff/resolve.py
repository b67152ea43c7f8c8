"""Which dated rules price which row: by price class, voltage class and the days of use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int32, Int64
from diansuo.core.rules import Entry, NoSuchRule, RuleBook, ValueAbsent
from diansuo.core.tariff.classes import (
    RESIDENTIAL_TERMS,
    RULES_OF_CLASS,
    SETTLEMENT,
    ClassRules,
    VoltageClass,
)
from diansuo.core.tariff.columns import BillingInput, Refusal, RefusalCode
from diansuo.core.tariff.tables import Schedule
from diansuo.core.tariff.terms import Need

EPOCH: Final = date(1970, 1, 1)
VOLTAGES: Final = max(VoltageClass) + 1
NEEDS: Final = sum(Need) + 1


@dataclass(frozen=True, slots=True)
class Timeline:
    """When each entry of a rule holds: ``held[i]`` holds before ``days[i]`` and from ``days[i - 1]`` on.

    ``None`` stands before the first entry, in a gap and after an end.
    """

    rule_id: str
    days: Int64
    held: tuple[Entry | None, ...]

    @classmethod
    def of(cls, book: RuleBook, rule_id: str) -> Timeline:
        """Lay out the entries of a rule.

        Raises:
            NoSuchRule: the book has none of this name.
        """
        changes: list[tuple[int, Entry | None]] = []
        for entry in book.rule(rule_id).entries:
            if changes and changes[-1][0] == day_number(entry.effective):
                changes.pop()
            changes.append((day_number(entry.effective), entry))
            if entry.until is not None:
                changes.append((day_number(entry.until), None))
        days = np.array([day for day, _ in changes], dtype=np.int64)
        return cls(rule_id, days, (None, *(entry for _, entry in changes)))

    def positions(self, day: Int64) -> Int64:
        """Return for each day the index of what holds then."""
        return np.searchsorted(self.days, day, side="right").astype(np.int64)

    def known(self) -> Bool:
        """Return for each position whether an entry holds there."""
        return np.array([entry is not None for entry in self.held])

    def not_in_force(self, row: int, day: int) -> Refusal:
        """Refuse a row with a day of use on which nothing holds."""
        entries = [entry for entry in self.held if entry is not None]
        params = {
            "rule_id": self.rule_id,
            "file": entries[0].file,
            "day": day_of(day).isoformat(),
            "first_date": entries[0].effective.isoformat(),
        }
        return Refusal(row, RefusalCode.NO_VALUE_IN_FORCE, params)

    def changed(self, row: int, position: int) -> Refusal:
        """Refuse a row whose days of use lie on both sides of a change."""
        entry = self.held[position]
        params = {
            "rule_id": self.rule_id,
            "file": entry.file if entry else "",
            "change_date": day_of(int(self.days[position])).isoformat(),
        }
        return Refusal(row, RefusalCode.PRICE_CHANGE_WITHIN_PERIOD, params)


@dataclass(slots=True)
class Resolution:
    """What prices each row.

    Attributes:
        schedule: int32 (rows,), index into ``schedules``; -1 for a refused row.
        schedules: every combination of entries in use.
        refusals: one for each row without a price.
    """

    schedule: Int32
    schedules: list[Schedule] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)


def resolve(inputs: BillingInput, book: RuleBook, place: str, sound: Bool) -> Resolution:
    """Find the schedule of every sound row.

    Args:
        inputs: the rows.
        book: the rules.
        place: whose rules, e.g. ``province/henan``.
        sound: bool (rows,), rows to look at; the others keep schedule -1.
    """
    resolution = Resolution(np.full(len(inputs), -1, dtype=np.int32))
    for same in _alike(inputs, sound):
        try:
            timelines = same.timelines(book, place)
        except NoSuchRule as missing:
            price_class = int(inputs.price_class[same.rows[0]])
            params = {"place": place, "price_class": price_class, "detail": str(missing)}
            _refuse(resolution, same.rows, RefusalCode.NO_SUCH_RULE, params)
            continue
        _resolve_alike(inputs, same, timelines, resolution)
    resolution.refusals.sort(key=lambda refusal: refusal.row)
    return resolution


def changes_within(inputs: BillingInput, book: RuleBook, place: str) -> tuple[Int64, Int64]:
    """Return every day within the days of use of a row on which an entry that prices the row changes.

    Returns:
        int64 (changes,) twice: row, and day since 1970-01-01; ordered by row and day, each once. Rows whose
        rules the book does not have are left out.
    """
    pairs = []
    for same in _alike(inputs, np.ones(len(inputs), dtype=np.bool_)):
        try:
            timelines = same.timelines(book, place)
        except NoSuchRule:
            continue
        first, last = inputs.from_day[same.rows], inputs.to_day[same.rows]
        days = np.unique(np.concatenate([timeline.days for timeline in timelines]))
        for day in days[(days > first.min()) & (days < last.max())].tolist():
            rows = same.rows[(first < day) & (day < last)]
            pairs.append(np.stack([rows, np.full(len(rows), day)]))
    if not pairs:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    row, day_of_change = np.concatenate(pairs, axis=1)
    order = np.lexsort((day_of_change, row))
    return row[order], day_of_change[order]


@dataclass(frozen=True, slots=True)
class _Alike:
    """Rows of one price class which the same rules price, ``need`` says for what the terms are needed."""

    rows: Int64
    names: ClassRules
    need: Int64
    with_terms: bool

    def timelines(self, book: RuleBook, place: str) -> list[Timeline]:
        """Lay out the rules of these rows: energy, time of use, terms, settlement, as far as there are.

        Raises:
            NoSuchRule: the book lacks one of them.
        """
        terms = RESIDENTIAL_TERMS if self.with_terms else None
        wanted = (self.names.energy, self.names.time_of_use, terms, SETTLEMENT)
        return [Timeline.of(book, f"{place}/{name}") for name in wanted if name is not None]


def _alike(inputs: BillingInput, sound: Bool) -> Iterator[_Alike]:
    """Sort the sound rows by price class, and apart those that need the terms for households."""
    need = np.where(inputs.persons_months > 0, Need.MANY_PERSONS, 0)
    need |= np.where(inputs.heating_months > 0, Need.HEATING_SEASON, 0)
    need |= np.where(inputs.free_months > 0, Need.FREE_ENERGY, 0)
    for price_class, names in RULES_OF_CLASS.items():
        rows = np.flatnonzero(sound & (inputs.price_class == price_class))
        of_class = need[rows] | (Need.SHARED_TIME_OF_USE if names.choice_needs_terms else 0)
        for with_terms in (False, True):
            members = (of_class > 0) == with_terms
            if members.any():
                yield _Alike(rows[members], names, of_class[members], with_terms)


def _resolve_alike(
    inputs: BillingInput, same: _Alike, timelines: list[Timeline], resolution: Resolution
) -> None:
    """Group rows of one price class by voltage class, need and entries in force."""
    rows = same.rows
    first_day, last_day = inputs.from_day[rows], inputs.to_day[rows] - 1
    key = inputs.voltage_class[rows].astype(np.int64) * NEEDS + same.need
    sizes = [VOLTAGES, NEEDS, *(len(timeline.held) for timeline in timelines)]
    good = np.ones(len(rows), dtype=np.bool_)
    for timeline in timelines:
        first, last = timeline.positions(first_day), timeline.positions(last_day)
        known = timeline.known()
        missing = good & ~(known[first] & known[last])
        for at in np.flatnonzero(missing).tolist():
            day = last_day[at] if known[first[at]] else first_day[at]
            resolution.refusals.append(timeline.not_in_force(int(rows[at]), int(day)))
        changed = good & ~missing & (first != last)
        for at in np.flatnonzero(changed).tolist():
            resolution.refusals.append(timeline.changed(int(rows[at]), int(first[at])))
        good &= ~missing & ~changed
        key = key * len(timeline.held) + first
    for group in np.flatnonzero(np.bincount(key[good])).tolist():
        members = rows[good & (key == group)]
        voltage, need, *positions = (int(each) for each in np.unravel_index(group, sizes))
        held = [timeline.held[position] for timeline, position in zip(timelines, positions, strict=True)]
        _schedule_group(resolution, members, same, held, VoltageClass(voltage), Need(need))


def _schedule_group(
    resolution: Resolution,
    members: Int64,
    same: _Alike,
    held: Iterable[Entry | None],
    voltage: VoltageClass,
    need: Need,
) -> None:
    """Give one group of rows its schedule, or refuse it where a value is not known or a choice not allowed."""
    energy, *others, settlement = [entry for entry in held if entry is not None]
    terms = others.pop() if same.with_terms else None
    try:
        schedule = Schedule.compile(energy, others[0] if others else None, settlement, terms, voltage, need)
    except ValueAbsent as absent:
        params = {
            "rule_id": absent.rule_id,
            "file": absent.file,
            "effective": absent.effective.isoformat(),
            "field": absent.field,
            "why": absent.why,
        }
        _refuse(resolution, members, RefusalCode.VALUE_ABSENT, params)
        return
    if terms is not None and Need.SHARED_TIME_OF_USE in need and not schedule.residential.shared_time_of_use:
        params = {"rule_id": terms.rule_id, "file": terms.file, "effective": terms.effective.isoformat()}
        _refuse(resolution, members, RefusalCode.TIME_OF_USE_NOT_ALLOWED, params)
        return
    resolution.schedule[members] = len(resolution.schedules)
    resolution.schedules.append(schedule)


def _refuse(resolution: Resolution, rows: Int64, code: RefusalCode, params: dict[str, Any]) -> None:
    resolution.refusals.extend(Refusal(row, code, params) for row in rows.tolist())


def day_number(day: date) -> int:
    """Return a day as the number of days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(number: int) -> date:
    """Return the day with this number of days since 1970-01-01."""
    return EPOCH + timedelta(days=number)
