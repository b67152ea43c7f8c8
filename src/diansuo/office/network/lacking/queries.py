"""Reads: what is missing station-wide, each with its meter, since when, who answers for it and the tasks there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.core.network.lacking import Fix, fixes
from diansuo.core.quantity import month as months_
from diansuo.office.archive.models import Feeder, MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.queries import open_tasks
from diansuo.office.network import managers, months, rules
from diansuo.office.network.lacking import collection
from diansuo.office.network.lacking.collection import Silent
from diansuo.office.network.lacking.needs import (
    Group,
    Kind,
    Need,
    Span,
    needs_of,
    silent_since,
    uncomputable_since,
)

NOBODY = (None, "")


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing to mend.

    ``area_id`` and ``feeder_id`` say where it is missing; ``since`` is the first day, ``certain`` whether it was seen
    to work before it. ``areas`` and ``feeders`` can be computed once it is there, ``waiting`` want other things too.
    ``missing`` are the silent meters of a collection too low (others but the named ones are counted in ``unclear``),
    of which ``enough`` would do.
    """

    station_id: int
    station: str
    kind: Kind
    point_id: int | None
    meter: str
    area_id: int | None
    feeder_id: int | None
    number: str
    name: str
    since: date
    certain: bool
    manager_id: int | None
    manager: str
    tasks: tuple[tuple[int, str], ...]
    areas: tuple[str, ...]
    feeders: tuple[str, ...]
    waiting: int
    missing: tuple[Silent, ...] = ()
    unclear: int = 0
    enough: int = 0


@dataclass(frozen=True, slots=True)
class Lacking:
    """What is missing, whatever makes most areas computable first; of how many areas and feeders, that cannot be."""

    lacks: list[Lack]
    areas: int
    feeders: int


def on_day(scope: Scope, day: date) -> Lacking:
    """Return what is missing of a day with registers; nothing of another."""
    return _joined(scope, [_span(one, months_.month_of(day), day) for one in scope.stations_in_part()])


def in_month(scope: Scope, period: int) -> Lacking:
    """Return what is missing of a month, as far as registers have come."""
    return _joined(scope, [_span(one, period, None) for one in scope.stations_in_part()])


def _span(station: Station, period: int, day: date | None) -> tuple[Station, Span]:
    month = months.of_month(station.pk, station.revision, period)
    return station, Span(month, day is None, day or month.month_start)


def _joined(scope: Scope, spans: Iterable[tuple[Station, Span]]) -> Lacking:
    lacks: list[Lack] = []
    areas = feeders = 0
    for station, span in spans:
        if not span.monthly and not span.month.imported[span.column]:
            continue
        wanted = {
            group: needs
            for group, needs in needs_of(span).items()
            if (group.feeder and scope.allows(station.pk)) or (not group.feeder and scope.has_area(group.id))
        }
        areas += sum(not group.feeder for group in wanted)
        feeders += sum(group.feeder for group in wanted)
        lacks += _of_station(scope, station, span, wanted)
    order = sorted(lacks, key=lambda one: (-len(one.areas), -len(one.feeders), -one.waiting, one.number))
    return Lacking(order, areas, feeders)


def _of_station(scope: Scope, station: Station, span: Span, wanted: dict[Group, set[Need]]) -> Iterator[Lack]:
    places = _Places(scope, station, span, wanted)
    for fix in fixes(wanted):
        yield places.lack(fix)


class _Places:
    """What is known of the places where something is missing, asked once for all of a station."""

    def __init__(self, scope: Scope, station: Station, span: Span, wanted: dict[Group, set[Need]]) -> None:
        self.station, self.span = station, span
        points = {need.point for needs in wanted.values() for need in needs if need.point}
        rows = MeteringPoint.objects.filter(scope.limit("station"), pk__in=points)
        self.inlet = {
            key: Group(area, feeder=False) if area else Group(feeder or 0, feeder=True)
            for key, area, feeder in rows.values_list("pk", "master_of", "gate_of")
        }
        held = MeterInstallation.objects.in_force(span.first).filter(point__in=points)
        self.meter = dict(held.values_list("point", "meter__asset_number"))
        groups = {*wanted, *self.inlet.values()}
        self.named = {
            Group(key, feeder): (number, name)
            for feeder, model in ((False, TransformerArea), (True, Feeder))
            for key, number, name in model._default_manager.filter(
                pk__in=[one.id for one in groups if one.feeder == feeder]
            ).values_list("pk", "number", "name")
        }
        self.manager = managers.of_areas(station.pk, station.revision, span.end - timedelta(days=1))
        self.tasks = open_tasks(scope, [self.named[one][0] for one in groups if not one.feeder])
        low = [
            need.group.id
            for needs in wanted.values()
            for need in needs
            if need.kind == Kind.COLLECTION and need.group and not need.group.feeder
        ]
        self.silent = collection.silent(scope, station.pk, low, span.first, span.end) if low else {}

    def lack(self, fix: Fix[Need, Group]) -> Lack:
        """Return a fix with all that is said of it."""
        need, span = fix.need, self.span
        place = need.group or self.inlet[need.point]
        number, name = self.named.get(place, ("", ""))
        since, certain = silent_since(span, need.point) if need.point else uncomputable_since(span, place)
        manager_id, manager = NOBODY if place.feeder else self.manager.get(place.id, NOBODY)
        silent = self.silent.get(place.id, ()) if need.kind == Kind.COLLECTION and not place.feeder else ()
        missing, enough = self._collection(place) if need.kind == Kind.COLLECTION else (0, 0)
        return Lack(
            station_id=self.station.pk,
            station=self.station.name,
            kind=need.kind,
            point_id=need.point or None,
            meter=self.meter.get(need.point, "") if need.point else "",
            area_id=None if place.feeder else place.id,
            feeder_id=place.id if place.feeder else None,
            number=number,
            name=name or number,
            since=since,
            certain=certain,
            manager_id=manager_id,
            manager=manager,
            tasks=tuple(self.tasks.get((self.station.pk, number), ())) if not place.feeder else (),
            areas=tuple(self.named[one][1] or self.named[one][0] for one in fix.alone if not one.feeder),
            feeders=tuple(self.named[one][1] or self.named[one][0] for one in fix.alone if one.feeder),
            waiting=len(fix.together),
            missing=tuple(silent),
            unclear=max(0, missing - len(silent)),
            enough=enough,
        )

    def _collection(self, place: Group) -> tuple[int, int]:
        """Return how many outlets are not known, and how many more would be enough."""
        month, column = self.span.month, self.span.column
        level, ids = (self.span.feeders, month.feeders) if place.feeder else (self.span.areas, month.areas)
        at = ids.tolist().index(place.id)
        limits = rules.thresholds(self.span.first)
        least_bp = limits.feeder_collection_bp if place.feeder else limits.area_collection_bp
        outlets, known = int(level.of.outlets[at, column]), int(level.of.outlets_known[at, column])
        return outlets - known, -(-outlets * least_bp // 10_000) - known
