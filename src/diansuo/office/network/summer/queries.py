"""The daily lists as rows: transformers by load and by balance of their phases, meters by voltage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import TypeVar

import numpy as np

from diansuo.core.network.daily_lists import (
    Listed,
    Winding,
    imbalance,
    load_at_least,
    loads,
    low_voltage,
    neutral_current,
)
from diansuo.core.network.runs import MINUTES_A_POINT, Verdict
from diansuo.core.quantity.arrays import Int64
from diansuo.office.archive.models import MeteringPoint, MeterInstallation, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile
from diansuo.office.network import managers
from diansuo.office.network.summer import columns, rules

DAYS_KEPT = 32
Row = TypeVar("Row", "AreaRow", "MeterRow")
RANK = {Verdict.FULFILLED: 0, Verdict.UNDECIDED: 1, Verdict.NOT_COLLECTED: 2, Verdict.CLEAR: 3}


@dataclass(frozen=True, slots=True)
class Spell:
    """A condition on a day: how it was judged, the longest run in minutes and where it began, the worst value.

    ``start_minute`` counts from 0:00 of the day, below 0 on the day before; ``worst`` is None where nothing is known.
    """

    verdict: Verdict
    known: int
    minutes: int
    start_minute: int
    total_minutes: int
    worst: int | None
    worst_minute: int


@dataclass(frozen=True, slots=True)
class AreaRow:
    """A transformer on a day: its load, the balance of its phases and its neutral."""

    station_id: int
    day: date
    area_id: int
    number: str
    name: str
    manager_id: int | None
    manager: str
    capacity_va: int
    winding: Winding
    masters: int
    measured: bool
    heavy: Spell
    overloaded: Spell
    imbalance: Spell
    neutral: Spell


@dataclass(frozen=True, slots=True)
class MeterRow:
    """A meter on a day: its voltage; the customer's name and number where it is a customer's."""

    station_id: int
    day: date
    point_id: int
    area_id: int
    area_number: str
    area_name: str
    manager_id: int | None
    manager: str
    customer_id: int
    customer_number: str
    customer_name: str
    meter: str
    phases: int
    low: Spell


@dataclass(frozen=True, slots=True)
class Voltages:
    """The meters of a day that are low or may be, and how the others were judged; ``meters`` are all there are."""

    rows: list[MeterRow]
    counts: Counter[Verdict]
    meters: int


def latest_day(scope: Scope, until: date) -> date | None:
    """Return the latest day, at the latest ``until``, of which the lake holds curves; None: of none."""
    found = [
        day
        for station in scope.stations_in_part()
        if (day := _latest(station.pk, station.revision, until)) is not None
    ]
    return max(found, default=None)


def areas_on(scope: Scope, day: date) -> list[AreaRow]:
    """Return the public areas of the scope on a day, by station and number."""
    rows: list[AreaRow] = []
    for station in scope.stations_in_part():
        rows += [row for row in _areas(station.pk, station.revision, day) if scope.has_area(row.area_id)]
    return _managed(scope, rows, day)


def voltages_on(scope: Scope, day: date) -> Voltages:
    """Return the customers' meters of the scope that are low on a day or may be, the lowest first."""
    rows: list[MeterRow] = []
    counts: Counter[Verdict] = Counter()
    meters = 0
    for station in scope.stations_in_part():
        for area_id, found in _voltages(station.pk, station.revision, day).items():
            if scope.has_area(area_id):
                rows += found.rows
                counts += found.counts
                meters += found.meters
    rows.sort(key=lambda row: (RANK[row.low.verdict], row.low.worst or 0, row.customer_number))
    return Voltages(_managed(scope, rows, day), counts, meters)


@lru_cache(maxsize=DAYS_KEPT)
def _latest(station_id: int, revision: int, until: date) -> date | None:
    del revision  # part of the key alone
    files = LakeFile.objects.filter(
        station=station_id, kind=lake.CURVE, month__lte=until.year * 100 + until.month
    )
    for month in sorted(set(files.values_list("month", flat=True)), reverse=True):
        first = date(month // 100, month % 100, 1)
        days = lake.read_curve_days(station_id, first, until + timedelta(days=1))
        if days:
            return max(days)
    return None


@lru_cache(maxsize=DAYS_KEPT)
def _areas(station_id: int, revision: int, day: date) -> list[AreaRow]:
    del revision  # part of the key alone
    limits = rules.thresholds(day)
    found = columns.transformers(station_id, day)
    of = loads(found.days, limits)
    lists = [
        load_at_least(found.days, of, limits.heavy_bp, limits),
        load_at_least(found.days, of, limits.overloaded_bp, limits),
        imbalance(found.days, limits),
        neutral_current(found.days, limits),
    ]
    spells = [_spells(each) for each in lists]
    measured = of.measured[:, lake.CURVE_SLOTS :].any(axis=1)
    named = {
        key: (number, name)
        for key, number, name in TransformerArea.objects.filter(station=station_id).values_list(
            "id", "number", "name"
        )
    }
    return [
        AreaRow(
            station_id, day, area_id, *named[area_id], None, "",
            capacity_va=int(found.days.capacity_va[at]),
            winding=Winding(int(found.days.winding[at])),
            masters=int(found.masters[at]),
            measured=bool(measured[at]),
            heavy=spells[0][at], overloaded=spells[1][at], imbalance=spells[2][at], neutral=spells[3][at],
        )
        for at, area_id in enumerate(found.areas.tolist())
    ]  # fmt: skip


@lru_cache(maxsize=DAYS_KEPT)
def _voltages(station_id: int, revision: int, day: date) -> dict[int, Voltages]:
    """Return the meters of each area, those that are low or may be with their rows."""
    del revision  # part of the key alone
    limits = rules.thresholds(day)
    hangs = columns.customers(station_id, day)
    counts: dict[int, Counter[Verdict]] = {}
    told: list[tuple[int, int, int, Spell]] = []
    for part in columns.chunks(hangs):
        found = columns.meters(station_id, day, part)
        judged = low_voltage(found.voltage_mv, found.wired, limits)
        verdict = judged.runs.verdict
        pairs, numbers = np.unique(np.stack([found.area, verdict], axis=1), axis=0, return_counts=True)
        for (area, code), number in zip(pairs.tolist(), numbers.tolist(), strict=True):
            counts.setdefault(area, Counter())[Verdict(code)] += number
        listed = np.flatnonzero(np.isin(verdict, (Verdict.FULFILLED, Verdict.UNDECIDED)))
        facts = np.stack([found.point, found.area, found.wired.sum(axis=1)], axis=1)[listed].tolist()
        told += [(*fact, spell) for fact, spell in zip(facts, _spells(judged, listed), strict=True)]
    rows = _meter_rows(station_id, day, told)
    result = {area: Voltages([], counts.get(area, Counter()), 0) for _point, area, _phase in hangs}
    every = Counter(area for _point, area, _phase in hangs)
    for row in rows:
        result[row.area_id].rows.append(row)
    for area, count in every.items():
        silent = count - sum(result[area].counts.values())
        whole = result[area].counts + Counter({Verdict.NOT_COLLECTED: silent})
        result[area] = Voltages(result[area].rows, whole, count)
    return result


def _meter_rows(station_id: int, day: date, told: Iterable[tuple[int, int, int, Spell]]) -> list[MeterRow]:
    told = list(told)
    wanted = [point for point, *_rest in told]
    points = MeteringPoint.objects.filter(pk__in=wanted).select_related("contract__customer").in_bulk()
    meters = dict(
        MeterInstallation.objects.in_force(day)
        .filter(point__in=wanted)
        .values_list("point", "meter__asset_number")
    )
    areas = TransformerArea.objects.filter(pk__in={area for _point, area, *_rest in told}).in_bulk()
    rows = []
    for point, area, phases, spell in told:
        customer = points[point].contract.customer
        rows.append(
            MeterRow(
                station_id, day, point, area, areas[area].number, areas[area].name, None, "",
                customer_id=customer.pk, customer_number=customer.number, customer_name=customer.name,
                meter=meters.get(point, ""), phases=phases, low=spell,
            )
        )  # fmt: skip
    return rows


def _spells(of: Listed, rows: Int64 | None = None) -> list[Spell]:
    """Return the rows of a list, or some of them, as spells."""
    runs = of.runs
    table = np.stack(
        [runs.verdict, runs.known, runs.points, runs.start, runs.total, of.worst, of.worst_point], axis=1
    )
    table = table if rows is None else table[rows]
    return [
        Spell(
            Verdict(verdict), known, points * MINUTES_A_POINT, start * MINUTES_A_POINT, total * MINUTES_A_POINT,
            None if worst < 0 else worst, at * MINUTES_A_POINT,
        )
        for verdict, known, points, start, total, worst, at in table.tolist()
    ]  # fmt: skip


def _managed(scope: Scope, rows: list[Row], day: date) -> list[Row]:
    people: dict[int, tuple[int, str]] = {}
    for station in scope.stations_in_part():
        people |= managers.of_areas(station.pk, station.revision, day)
    return [
        replace(row, manager_id=person[0], manager=person[1])
        if (person := people.get(row.area_id)) is not None
        else row
        for row in rows
    ]
