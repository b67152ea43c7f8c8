"""Which dated rules price which row: by price class, voltage class and the days of use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int32, Int64
from diansuo.core.rules import Entry, NoSuchRule, RuleBook, ValueAbsent
from diansuo.core.tariff.classes import RULES_OF_CLASS, SETTLEMENT, PriceClass, VoltageClass
from diansuo.core.tariff.columns import BillingInput, Refusal, RefusalCode
from diansuo.core.tariff.tables import Schedule

EPOCH: Final = date(1970, 1, 1)
VOLTAGES: Final = max(VoltageClass) + 1


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
    for price_class, names in RULES_OF_CLASS.items():
        rows = np.flatnonzero(sound & (inputs.price_class == price_class))
        if len(rows) == 0:
            continue
        wanted = [name for name in (names.energy, names.time_of_use, SETTLEMENT) if name is not None]
        try:
            timelines = [Timeline.of(book, f"{place}/{name}") for name in wanted]
        except NoSuchRule as missing:
            params = {"place": place, "price_class": int(price_class), "detail": str(missing)}
            _refuse(resolution, rows, RefusalCode.NO_SUCH_RULE, params)
            continue
        _resolve_class(inputs, rows, timelines, price_class, resolution)
    resolution.refusals.sort(key=lambda refusal: refusal.row)
    return resolution


def _resolve_class(
    inputs: BillingInput,
    rows: Int64,
    timelines: list[Timeline],
    price_class: PriceClass,
    resolution: Resolution,
) -> None:
    """Group the rows of one price class by voltage class and entries in force."""
    first_day, last_day = inputs.from_day[rows], inputs.to_day[rows] - 1
    key = inputs.voltage_class[rows].astype(np.int64)
    sizes = [VOLTAGES, *(len(timeline.held) for timeline in timelines)]
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
        voltage, *positions = (int(each) for each in np.unravel_index(group, sizes))
        held = [timeline.held[position] for timeline, position in zip(timelines, positions, strict=True)]
        _schedule_group(resolution, members, held, VoltageClass(voltage))


def _schedule_group(
    resolution: Resolution, members: Int64, held: Iterable[Entry | None], voltage: VoltageClass
) -> None:
    """Give one group of rows its schedule, or refuse it where a value is not known."""
    energy, *time_of_use, settlement = [entry for entry in held if entry is not None]
    try:
        schedule = Schedule.compile(energy, time_of_use[0] if time_of_use else None, settlement, voltage)
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
