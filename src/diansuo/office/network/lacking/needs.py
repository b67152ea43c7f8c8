"""What each area and feeder of a station wants before its loss of a day, or of a month, can be computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from diansuo.core.network import LossKind, Reason
from diansuo.office.network import rules
from diansuo.office.network.months import Level, StationMonth

WHOLE_BP: Final = 10_000


class Kind(StrEnum):
    """What is missing."""

    NO_MASTER = "no_master"
    SILENT = "silent"
    REVERSE = "reverse"
    EXCHANGE = "exchange"
    FELL = "fell"
    COLLECTION = "collection"
    NO_SUPPLY = "no_supply"


OF_REASON: Final = {
    Reason.NO_MASTER: Kind.NO_MASTER,
    Reason.EXCHANGE_UNKNOWN: Kind.EXCHANGE,
    Reason.REGISTER_FELL: Kind.FELL,
    Reason.NO_SUPPLY: Kind.NO_SUPPLY,
}


@dataclass(frozen=True, slots=True)
class Group:
    """An area, or else a feeder, by its id."""

    id: int
    feeder: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What is missing and where: a silent meter by its point, all else by the group it is missing at."""

    kind: Kind
    group: Group | None = None
    point: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The period asked for, and where its registers stand among the days of a station's month."""

    month: StationMonth
    monthly: bool
    day: date

    @property
    def areas(self) -> Level:
        """The level of the areas."""
        return self.month.area_month if self.monthly else self.month.area

    @property
    def feeders(self) -> Level:
        """The level of the feeders."""
        return self.month.feeder_month if self.monthly else self.month.feeder

    @property
    def column(self) -> int:
        """Where the period stands in the levels."""
        return 0 if self.monthly else self.month.at(self.day)

    @property
    def first(self) -> date:
        """The day whose register begins the period."""
        return self.month.month_start if self.monthly else self.day

    @property
    def end(self) -> date:
        """The day whose register ends it."""
        return self.month.month_end if self.monthly else self.day + timedelta(days=1)


def needs_of(span: Span) -> dict[Group, set[Need]]:
    """Return what is missing by group, of those in operation whose loss cannot be computed: areas, then feeders."""
    month, limits = span.month, rules.thresholds(span.first)
    found: dict[Group, set[Need]] = {}
    for at, group in _uncomputable(span.areas, span.column, month.areas.tolist(), feeder=False):
        if month.public[at]:
            silent = silent_inlets(span, np.flatnonzero(month.inlet_group == at).tolist())
            found[group] = _needs(span.areas, span.column, at, group, silent, limits.area_collection_bp)
    for at, group in _uncomputable(span.feeders, span.column, month.feeders.tolist(), feeder=True):
        own = np.flatnonzero(month.inlet_group == len(month.areas) + at).tolist()
        silent = silent_inlets(span, own)
        needs = _needs(span.feeders, span.column, at, group, silent, limits.feeder_collection_bp)
        below = silent_inlets(span, [place for place, feeder in month.below if feeder == at])
        missing = int(
            span.feeders.of.outlets[at, span.column] - span.feeders.of.outlets_known[at, span.column]
        )
        if Need(Kind.COLLECTION, group) in needs and below:
            needs |= {Need(Kind.SILENT, point=point) for point in below}
            if missing <= len(below):
                needs.discard(Need(Kind.COLLECTION, group))
        found[group] = needs
    return found


def _uncomputable(level: Level, column: int, ids: list[int], *, feeder: bool) -> Iterator[tuple[int, Group]]:
    lives = (level.of.outlets[:, column] > 0) | (level.of.inlets[:, column] > 0)
    wanted = lives & (level.losses.kind[:, column] == LossKind.UNCOMPUTABLE)
    for at in np.flatnonzero(wanted).tolist():
        yield at, Group(ids[at], feeder)


def _needs(level: Level, column: int, at: int, group: Group, silent: list[int], least_bp: int) -> set[Need]:
    """Return what a group wants: not only the first reason against it, but what would stand against it after."""
    reason = Reason(int(level.losses.reason[at, column]))
    needs = {Need(Kind.SILENT, point=point) for point in silent}
    outlets, known = level.of.outlets[at, column], level.of.outlets_known[at, column]
    if known * WHOLE_BP < outlets * least_bp:
        needs.add(Need(Kind.COLLECTION, group))
    if reason == Reason.NO_MASTER_REGISTER and not silent:
        needs.add(Need(Kind.REVERSE, group))
    if reason in OF_REASON:
        needs.add(Need(OF_REASON[reason], group))
    return needs


def silent_inlets(span: Span, places: list[int]) -> list[int]:
    """Return the points of those inlets that have no register at one end of the period."""
    shown, start = span.month.shown, span.month.start
    first, last = (span.first - start).days, (span.end - start).days
    return [int(span.month.inlets[at]) for at in places if not (shown[at, first] and shown[at, last])]


def silent_since(span: Span, point: int) -> tuple[date, bool]:
    """Return the first day without a register of an inlet, and whether one was seen before it at all."""
    place = int(np.searchsorted(span.month.inlets, point))
    shown, start = span.month.shown[place], span.month.start
    first, last = (span.first - start).days, (span.end - start).days
    missing = last if shown[first] else first
    before = np.flatnonzero(shown[:missing])
    return (start + timedelta(days=int(before[-1]) + 1), True) if len(before) else (start, False)


def uncomputable_since(span: Span, group: Group) -> tuple[date, bool]:
    """Return the first of the days without a break on which a group could not be computed, and whether it once could.

    Of a month, those up to its last day with registers.
    """
    month = span.month
    level, ids = (month.feeder, month.feeders) if group.feeder else (month.area, month.areas)
    at = int(np.flatnonzero(ids == group.id)[0])
    last = month.at(span.end - timedelta(days=1))
    can = (level.losses.kind[at, : last + 1] != LossKind.UNCOMPUTABLE) & month.imported[: last + 1]
    before = np.flatnonzero(can)
    return (month.start + timedelta(days=int(before[-1]) + 1), True) if len(before) else (month.start, False)
