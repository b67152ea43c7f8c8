"""The laboratory of reading: misreads of a committed table in a book of good readings, and how many are told."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from diansuo.core.metering import Findings, Rule, Severity, Thresholds
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.lab import estimating, reading_book, reading_month
from diansuo.lab.misreading import CANNOT, write_down
from diansuo.lab.reading_book import Book
from diansuo.lab.reading_month import Month

TABLE: Final = Path(__file__).with_name("misreads.yaml")
CONDITIONS: Final = ("with_freeze", "without_freeze")
ABOVE_FEN: Final = 500
ABOVE_MEAN_MONTHS: Final = 3
FACTS: Final = frozenset({int(Rule.ZERO), int(Rule.ZERO_RUN)})
"""What these say of a good reading is true: the meter showed nothing."""


@dataclass(slots=True)
class Count:
    """Misreads of a kind and size under a condition: how many, and of how many somebody was told.

    ``yuan`` are those that move more than 5 yuan, ``mean`` those above three times the customer's mean month; ``rules``
    counts what each rule said of them.
    """

    made: int = 0
    told: int = 0
    yuan: int = 0
    yuan_told: int = 0
    mean: int = 0
    mean_told: int = 0
    rules: dict[str, int] = field(default_factory=dict)

    def add(self, is_made: Bool, is_told: Bool, above_yuan: Bool, above_mean: Bool) -> None:
        """Count the misreads of one month; all bool (customers,)."""
        self.made += int(is_made.sum())
        self.told += int((is_made & is_told).sum())
        self.yuan += int((is_made & above_yuan).sum())
        self.yuan_told += int((is_made & above_yuan & is_told).sum())
        self.mean += int((is_made & above_mean).sum())
        self.mean_told += int((is_made & above_mean & is_told).sum())


@dataclass(slots=True)
class Alarms:
    """Good readings of a month under a condition, and of how many something was said that is not so.

    ``facts`` are those of whom something true was said: a household that has moved out uses less than before.
    """

    readings: int
    alarms: int
    facts: int
    rules: dict[str, int]

    @property
    def per_thousand(self) -> float:
        """For showing; nothing is computed from it."""
        return round(1000 * self.alarms / self.readings, 1) if self.readings else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Misreads by condition, kind and size; good readings by condition and month; estimates by gap and way.
    """

    table: str
    customers: int
    seeds: list[int]
    misreads: dict[str, dict[tuple[str, str], Count]]
    alarms: dict[str, dict[int, Alarms]]
    estimates: dict[str, dict[str, tuple[float, float]]]

    def share(self, condition: str, above: str) -> tuple[int, int]:
        """Return of all misreads above a bound (``yuan`` or ``mean``) how many were told, and how many there were."""
        counts = self.misreads[condition].values()
        return sum(getattr(each, f"{above}_told") for each in counts), sum(
            getattr(each, above) for each in counts
        )


@cache
def table() -> dict[str, Any]:
    """Return the committed table."""
    return dict(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def digest() -> str:
    """Return what tells one table from another."""
    return hashlib.sha256(TABLE.read_bytes()).hexdigest()[:16]


def run(
    limits: Thresholds,
    price_fen_kwh: int,
    *,
    customers: int | None = None,
    seeds: Sequence[int] | None = None,
    months: Sequence[int] | None = None,
    conditions: Sequence[str] = CONDITIONS,
    advance: Any = None,
) -> Report:
    """Make all misreads of the table in the book.

    Args:
        limits: thresholds of the checks.
        price_fen_kwh: what a kWh is worth; the dearest step, so that no misread is made small.
        customers: how many, by default the table's.
        seeds: which of the table's seeds, by default all.
        months: which of the tried months, by default all.
        conditions: with daily freeze, without, or both.
        advance: is told (label, done, total).
    """
    given = table()
    size, tried = customers or given["customers"], list(months or given["tried"])
    chosen = list(seeds or given["seeds"])
    book = reading_book.write(size, given["opening"], max(tried))
    misreads: dict[str, dict[tuple[str, str], Count]] = {name: {} for name in conditions}
    alarms: dict[str, dict[int, Alarms]] = {name: {} for name in conditions}
    for at, period in enumerate(tried):
        if advance is not None:
            advance(f"{period // 100}-{period % 100:02}", at, len(tried))
        month = reading_month.prepare(book, given["opening"], period, limits)
        for name in conditions:
            good = reading_month.check(month, limits, frozen=name == "with_freeze")
            alarms[name][period] = _alarms(good, (book.left_at >= 0) & (book.left_at < book.at(period)))
            before = reading_month.told(good, len(book))
            _misread(book, month, limits, chosen, price_fen_kwh, name, before, misreads[name])
    return Report(digest(), size, chosen, misreads, alarms, estimating.errors(book))


def _alarms(good: Findings, left: Bool) -> Alarms:
    said = (good.severity >= Severity.WARNING) & ~np.isin(good.rule, list(FACTS)) & ~left[good.due_row]
    told = reading_month.told(good, len(left), FACTS)
    rules, times = np.unique(good.rule[said], return_counts=True)
    named = {Rule(int(rule)).id: int(time) for rule, time in zip(rules, times, strict=True)}
    return Alarms(len(left), int((told & ~left).sum()), int((told & left).sum()), named)


def _misread(
    book: Book,
    month: Month,
    limits: Thresholds,
    seeds: Sequence[int],
    price_fen_kwh: int,
    condition: str,
    before: Bool,
    into: dict[tuple[str, str], Count],
) -> None:
    """Make every kind and size in one month; who was told of something already without a misread is passed over."""
    for number, kind in enumerate(table()["kinds"]):
        for size, given in kind["sizes"].items():
            count = into.setdefault((kind["kind"], size), Count())
            for seed in seeds:
                random = np.random.default_rng([seed, month.period, number])
                written = write_down(kind["how"], month.shown, given, random)
                written = np.where(book.household & ~before, written, np.int64(CANNOT))
                made = written != CANNOT
                found = reading_month.check(month, limits, frozen=condition == "with_freeze", written=written)
                moved_wh = np.abs(written - month.shown.now) * book.multiplier
                count.add(
                    made,
                    reading_month.told(found, len(book)),
                    moved_wh * price_fen_kwh > ABOVE_FEN * 1000,
                    moved_wh > ABOVE_MEAN_MONTHS * month.mean_wh,
                )
                _note_rules(found, made, count.rules)


def _note_rules(found: Findings, made: Bool, into: dict[str, int]) -> None:
    """Count of how many misreads each rule said something, suggestions among them."""
    about = (found.due_row >= 0) & made[found.due_row]
    pairs: Int64 = np.unique(found.due_row[about] * 1000 + found.rule[about])
    rules, times = np.unique(pairs % 1000, return_counts=True)
    for rule, time in zip(rules.tolist(), times.tolist(), strict=True):
        into[Rule(rule).id] = into.get(Rule(rule).id, 0) + time
