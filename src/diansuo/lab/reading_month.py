"""A month of the book as the columns of the checks, and what they say of it, some registers written otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from diansuo.core.metering import (
    Due,
    Evidence,
    Findings,
    History,
    Known,
    Purpose,
    Readings,
    Register,
    SettledMonths,
    Severity,
    Source,
    Thresholds,
    check_readings,
    history,
    part_mask,
    segments,
    settle,
)
from diansuo.core.metering.evidence import Frozen
from diansuo.core.metering.movement import NO_LIKE, unlike_the_like
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.tariff.auditing.alike import changes_permille
from diansuo.core.tariff.auditing.rules import ABSENT
from diansuo.core.tariff.classes import PriceClass
from diansuo.lab import reading_book
from diansuo.lab.misreading import CANNOT, Shown
from diansuo.lab.reading_book import DIGITS, Book

TOTAL, PEAK, VALLEY = Register.ACTIVE_TOTAL, Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY
RESIDENTIAL: Final = (
    PriceClass.RESIDENTIAL_STEPS,
    PriceClass.RESIDENTIAL_STEPS_TOU,
    PriceClass.RESIDENTIAL_SHARED,
)


@dataclass(frozen=True, slots=True)
class Month:
    """One month, ready to be checked; the total's readings of the month are the rows (n, 2n) of `readings`."""

    period: int
    readings: Readings
    due: Due
    history: History
    frozen: Frozen
    usual_permille: Int64
    shown: Shown
    true_wh: Int64
    mean_wh: Int64


def prepare(book: Book, opening: int, period: int, limits: Thresholds) -> Month:
    """Put a month's columns together; what every customer used since the opening is known as billed."""
    past_months = reading_book.months(opening, period)
    ends = [book.at(month) for month in past_months]
    used = np.stack([book.daily_wh[:, a:b].sum(axis=1) for a, b in zip(ends, ends[1:], strict=False)], axis=1)
    days = np.diff(np.array(ends, np.int64))
    now, before = ends[-1], ends[-2]
    count, billed = len(book), len(days) - 1
    point = np.arange(count, dtype=np.int64)
    past = SettledMonths(
        np.repeat(point, billed),
        np.tile(np.array([_number(month) for month in past_months[1:-1]], np.int64), count),
        used[:, :-1].ravel(),
        np.tile(days[:-1], count),
    )
    known = history(point, _number(period), past, limits.history_periods)
    usual = changes_permille(
        book.area, book.price_class, used[:, -1], np.full(count, days[-1]),
        known.recent_energy_wh, known.recent_days, least_members=limits.history_least_members,
    )  # fmt: skip
    readings, frozen = _readings(book, before, now)
    total = book.registers[TOTAL]
    return Month(
        period,
        readings,
        _due(book, before, now),
        known,
        frozen,
        np.where(usual == ABSENT, np.int64(NO_LIKE), usual),
        Shown(total[:, now], total[:, before], total[:, now : now + reading_book.DAYS_AFTER]),
        used[:, -1],
        used[:, :-1].mean(axis=1).astype(np.int64),
    )


def _number(period: int) -> int:
    return period // 100 * 12 + period % 100 - 1


def _due(book: Book, before: int, now: int) -> Due:
    count = len(book)
    day = np.full(count, now, np.int64)
    return Due(
        point=np.arange(count, dtype=np.int64),
        due_day=day,
        open_day=np.full(count, before, np.int64),
        earliest_day=day,
        latest_day=day,
        capacity_w=book.capacity_w,
        parts_expected=np.where(book.time_of_use, np.int64(part_mask(PEAK, VALLEY)), np.int64(0)),
        residential=np.isin(book.price_class, RESIDENTIAL),
        inactive=np.zeros(count, np.bool_),
    )


def _readings(book: Book, before: int, now: int) -> tuple[Readings, Frozen]:
    """Readings of both days: totals of the day before, totals of the month, then the parts; and their freezes."""
    everyone = np.arange(len(book), dtype=np.int64)
    some = np.flatnonzero(book.time_of_use)
    blocks = [
        (kind, day, rows)
        for kind, rows in ((TOTAL, everyone), (PEAK, some), (VALLEY, some))
        for day in (before, now)
    ]
    point = np.concatenate([rows for _kind, _day, rows in blocks])
    day = np.concatenate([np.full(len(rows), at, np.int64) for _kind, at, rows in blocks])
    shown = [
        np.concatenate([book.registers[kind][rows, at + more] for kind, at, rows in blocks])
        for more in (0, 1)
    ]
    readings = Readings(
        point=point,
        meter=point,
        register=np.concatenate([np.full(len(rows), kind, np.int16) for kind, _day, rows in blocks]),
        day=day,
        purpose=np.full(len(point), Purpose.PERIODIC, np.int16),
        register_wh=shown[0],
        multiplier=book.multiplier[point],
        integer_digits=np.full(len(point), DIGITS, np.int16),
        estimated=np.zeros(len(point), np.bool_),
    )
    known = np.ones(len(point), np.bool_)
    return readings, Frozen(Known(shown[0], known), Known(shown[1], known))


def check(month: Month, limits: Thresholds, *, frozen: bool, written: Int64 | None = None) -> Findings:
    """Return what the checks say of the month; ``written`` stands for the total's register, but for `CANNOT`."""
    readings = month.readings
    if written is not None:
        count = len(written)
        register_wh = readings.register_wh.copy()
        register_wh[count : 2 * count] = np.where(written == CANNOT, register_wh[count : 2 * count], written)
        readings = replace(readings, register_wh=register_wh)
    source = np.full(len(readings), Source.LIST, np.int64)
    if frozen:
        apart = np.abs(month.frozen.on_day.value - readings.register_wh)
        source[apart <= limits.freeze_tolerance_wh] = Source.HEAD_END
    evidence = Evidence(history=month.history, freeze=month.frozen if frozen else None, source=source)
    made = segments(readings, month.due.capacities(), limits)
    settled = settle(made, month.due)
    found = check_readings(readings, made, month.due, settled, limits, evidence)
    return unlike_the_like(found, month.usual_permille, month.due.residential, limits)


def told(findings: Findings, count: int, but: frozenset[int] = frozenset()) -> Bool:
    """Return of whom something is said that holds a bill or asks somebody to look, rules of ``but`` aside; (count,)."""
    marked = np.zeros(count, np.bool_)
    counts = (findings.severity >= Severity.WARNING) & ~np.isin(findings.rule, list(but))
    marked[findings.due_row[counts]] = True
    return marked
