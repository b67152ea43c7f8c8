"""Where archive and lake become the areas' days the engine works on, and its answers become the office's rows again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db.models import Sum

from diansuo.core.metering import Rule
from diansuo.core.network.causes import NOBODY, NOWHERE, CauseKind, Causes, Evidence
from diansuo.core.network.causes.columns import THREE_PHASES, UNKNOWN_PHASE, AreaDays, StationDays
from diansuo.core.network.causes.registers import divided
from diansuo.core.network.transformer_economy import TransformerUnit
from diansuo.core.quantity.arrays import Bool
from diansuo.office.archive.models import (
    AreaTerm,
    ContractTerm,
    FeedIn,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    PointTerm,
)
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering.days import clocks
from diansuo.office.metering.models import DayFinding
from diansuo.office.network.causes import power_factor, told
from diansuo.office.network.causes.keeping import Found
from diansuo.office.network.causes.limits import WHOLE_BP
from diansuo.office.network.causes.registers import NAMES, PHASE_COLUMNS, Registers, read_registers
from diansuo.office.network.columns import EPOCH
from diansuo.office.network.outlets import inner
from diansuo.office.network.technical import queries as technical
from diansuo.office.network.technical import rules as technical_rules
from diansuo.office.network.technical.queries import TechnicalDays

HISTORY_DAYS: Final = 90
JUDGED_DAYS: Final = 30
STEP_WH: Final = 10
PHASES: Final = {
    PointArea.Phase.A: 0, PointArea.Phase.B: 1, PointArea.Phase.C: 2, PointArea.Phase.THREE: THREE_PHASES,
}  # fmt: skip
PHASE_NAMES: Final = (PointArea.Phase.A, PointArea.Phase.B, PointArea.Phase.C)
Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the engine is asked about, and whose its rows are: areas, and each area's points and meters by row."""

    days: StationDays
    areas: list[int]
    points: list[list[int]]
    meters: list[list[int | None]]


def asked(station_id: int, last: date) -> Asked:
    """Load a station's areas with their ninety days up to ``last``, of which the last thirty are judged."""
    first = last - timedelta(days=HISTORY_DAYS - 1)
    terms = AreaTerm.objects.in_force(last).filter(area__station=station_id, dedicated=False)
    capacity = dict(terms.order_by("area__number", "area").values_list("area", "capacity_va"))
    masters: dict[int, list[int]] = defaultdict(list)
    rows = MeteringPoint.objects.filter(station=station_id, master_of__in=capacity).order_by("pk")
    for point, area in rows.values_list("pk", "master_of"):
        masters[area].append(point)
    areas = [area for area in capacity if masters[area]]
    people = _people(areas, first, last)
    held = read_registers(station_id, first, last)
    traits = _traits(station_id, first, last)
    station, scope = Station.objects.get(pk=station_id), Scope(frozenset({station_id}))
    made = [
        _area(people[area], masters[area], held, traits, capacity[area] or 0, _technical(days))
        for area, days in technical.of_areas(scope, station, areas, first, last)
    ]
    points = [[one.point for one in people[area]] for area in areas]
    seen = _with_curves(station_id, areas, [masters[area] for area in areas], points, made, last)
    return Asked(
        StationDays(tuple(seen), (first - EPOCH).days, JUDGED_DAYS),
        areas,
        points,
        [[traits.meter.get(point) for point in each] for each in points],
    )


def _with_curves(
    station_id: int,
    areas: list[int],
    masters: list[list[int]],
    points: list[list[int]],
    made: list[AreaDays],
    last: date,
) -> list[AreaDays]:
    """Add what the transformers might be, the power factors, and what curves tell of where meters hang."""
    judged, sizes = last - timedelta(days=JUDGED_DAYS - 1), _sizes(last)
    factors = power_factor.of_areas(station_id, dict(zip(areas, masters, strict=True)), judged, last)
    hanging = [
        told.Hanging(of, (each.phase != THREE_PHASES) & ~each.left)
        for of, each in zip(points, made, strict=True)
    ]
    says = told.by_voltage(station_id, hanging, masters, told.feeders_of(areas, last), last)
    return [
        replace(
            each,
            power_factor=factors.get(area, np.nan),
            sizes=sizes,
            voltage_area=one.area,
            voltage_phase=one.phase,
        )
        for area, each, one in zip(areas, made, says, strict=True)
    ]


def _sizes(day: date) -> tuple[TransformerUnit, ...]:
    """Return the transformers of the series every area's one is taken to be of here, whatever its model."""
    series = technical_rules.in_force(day).terms.transformer_series
    return tuple(
        TransformerUnit(capacity, Fraction(round(no_load_w), 1000), Fraction(round(load_w), 1000))
        for (model, capacity), (no_load_w, load_w) in sorted(technical_rules.transformers(day).items())
        if model == series
    )


@dataclass(frozen=True, slots=True)
class _Person:
    """A customer's point on an area: on which phase (the latest), and on which of the days, bool (days,)."""

    point: int
    phase: int
    hung: Bool


def _people(areas: list[int], first: date, last: date) -> dict[int, list[_Person]]:
    """Return who hangs on each area on any of the days, as the statistical and the technical loss count them."""
    found: dict[int, dict[int, _Person]] = {area: {} for area in areas}
    hangs = PointArea.objects.filter(area__in=areas, point__contract__isnull=False, valid_from__lte=last)
    hangs = hangs.exclude(valid_to__lte=first).exclude(point__in=inner(last))
    hangs = hangs.order_by("point", "valid_from")
    after = last + timedelta(days=1)
    rows = hangs.values_list(
        "point", "area", "phase", "valid_from", "valid_to", "point__contract__closed_date"
    )
    for point, area, phase, since, until, closed in rows:
        end = min(each for each in (until, closed, after) if each is not None)
        if end <= max(since, first):
            continue
        held = found[area].get(point)
        hung = held.hung if held else np.zeros((after - first).days, dtype=np.bool_)
        hung[max((since - first).days, 0) : (end - first).days] = True
        found[area][point] = _Person(point, PHASES.get(PointArea.Phase(phase), UNKNOWN_PHASE), hung)
    return {area: list(each.values()) for area, each in found.items()}


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the archive says of a station's points, how often a phase had no voltage, how far a clock was off."""

    meter: dict[int, int]
    multiplier: dict[int, int]
    digits: dict[int, int]
    group: dict[int, int]
    roofs: frozenset[int]
    voltage_lost: dict[int, int]
    clock: dict[int, float]


def _traits(station_id: int, first: date, last: date) -> _Traits:
    # Of who has left the last one that hung there: its registers are counted too.
    hung = MeterInstallation.objects.filter(point__station=station_id, valid_from__lte=last)
    hung = hung.exclude(valid_to__lte=first).order_by("point", "valid_from")
    rows = list(hung.values_list("point", "meter", "multiplier", "meter__integer_digits"))
    terms = ContractTerm.objects.in_force(last).filter(contract__points__station=station_id)
    roofs = PointTerm.objects.in_force(last).filter(point__station=station_id).exclude(feed_in=FeedIn.NONE)
    judged = last - timedelta(days=JUDGED_DAYS - 1)
    events = DayFinding.objects.filter(
        point__station=station_id, rule=Rule.PHASE_LOST.id, to_date__gt=judged, from_date__lte=last
    )
    meter = {row[0]: row[1] for row in rows}
    # The night after the last day closes it: a clock read then is what its registers were frozen by.
    read = clocks.minutes(station_id, judged, last + timedelta(days=1))
    return _Traits(
        meter=meter,
        multiplier={row[0]: row[2] for row in rows},
        digits={row[0]: row[3] for row in rows},
        group=dict(terms.values_list("contract__points", "price_class")),
        roofs=frozenset(roofs.values_list("point", flat=True)),
        voltage_lost=dict(events.order_by().values_list("point").annotate(days=Sum("times"))),
        clock={point: off for (point, of), off in read.items() if meter.get(point) == of},
    )


def _area(
    people: list[_Person],
    masters: list[int],
    held: Registers,
    traits: _Traits,
    capacity_va: int,
    technical_wh: tuple[Float, Float, Float, Float],
) -> AreaDays:
    points = [one.point for one in people]
    use, feed = (_energies(points, name, held, traits) for name in NAMES[4:6])
    width = held.meter.shape[1] - 1
    hung = np.array([one.hung for one in people], dtype=np.bool_).reshape(len(people), width)
    # On the other days its energy is another area's, or nobody's.
    use[~hung], feed[~hung] = 0.0, np.nan
    roof = np.array([point in traits.roofs for point in points], dtype=np.bool_)
    ratio = traits.multiplier.get(masters[0], 1)
    return AreaDays(
        use_wh=use,
        feed_wh=feed,
        counted=(~np.isnan(feed)).any(axis=1) | roof,
        roof=roof,
        multiplier=np.array([traits.multiplier.get(point, 1) for point in points], dtype=np.int64),
        phase=np.array([one.phase for one in people], dtype=np.int64),
        group=np.array([traits.group.get(point, 0) for point in points], dtype=np.int64),
        clock_minutes=np.array([traits.clock.get(point, np.nan) for point in points], dtype=np.float64),
        voltage_lost_days=np.array([traits.voltage_lost.get(point, 0) for point in points], dtype=np.int64),
        supply_wh=_energies(masters, "active_total_wh", held, traits).sum(axis=0),
        back_wh=np.nan_to_num(_energies(masters, "reverse_total_wh", held, traits)).sum(axis=0),
        phases_wh=np.stack([_energies(masters, name, held, traits).sum(axis=0) for name in PHASE_COLUMNS]),
        technical_wh=technical_wh[0],
        technical_low_wh=technical_wh[1],
        technical_high_wh=technical_wh[2],
        meter_wh=technical_wh[3],
        divided=_divided(points, held) & hung,
        hung=hung,
        multiplier_of_master=ratio,
        register_step_wh=float(STEP_WH * ratio),
        capacity_va=capacity_va,
    )


def _energies(points: list[int], name: str, held: Registers, traits: _Traits) -> Float:
    """Return Wh of each day of some points, nan of those the lake has nothing of."""
    width = held.meter.shape[1] - 1
    found = np.full((len(points), width), np.nan)
    there = np.array([point in held.row for point in points], dtype=np.bool_)
    if there.any():
        known = [point for point in points if point in held.row]
        rows = np.array([held.row[point] for point in known], dtype=np.int64)
        digits = np.array([traits.digits.get(point, 6) for point in known], dtype=np.int64)
        found[there] = held.energy(name, rows, digits)
    return found


def _divided(points: list[int], held: Registers) -> npt.NDArray[np.bool_]:
    """Return on which days the energy of points is a share of what is known over several days."""
    found = np.zeros((len(points), held.meter.shape[1] - 1), dtype=np.bool_)
    there = [at for at, point in enumerate(points) if point in held.row]
    rows = np.array([held.row[points[at]] for at in there], dtype=np.int64)
    found[there] = divided(held.values[NAMES[4]][rows])
    return found


def _technical(days: TechnicalDays) -> tuple[Float, Float, Float, Float]:
    """Return the technical loss of each day, the band of its method, low and high, and what the meters take of it.

    Where there is no number it is nan.
    """
    wh, low, high, meters = (
        np.array([np.nan if each is None else float(each) for each in column], dtype=np.float64)
        for column in (days.technical_wh, days.low_wh, days.high_wh, days.meter_wh)
    )
    return wh, low, high, meters


def found_of(of: Asked, causes: Causes, area: int) -> list[Found]:
    """Return the engine's causes of one area (its row) with the office's keys."""
    mine = causes.of(area)
    return [_found(of, mine, area, at) for at in range(len(mine))]


def _found(of: Asked, causes: Causes, area: int, at: int) -> Found:
    customer, other, kind = int(causes.customer[at]), int(causes.other[at]), int(causes.kind[at])
    figures: list[Any] = causes.figures[at].tolist()
    phase = kind == CauseKind.WRONG_PHASE and 0 <= other < len(PHASE_NAMES)
    elsewhere = kind == CauseKind.WRONG_AREA and other != NOWHERE
    # The row of a customer is one of the area it is booked on.
    home = other if elsewhere and causes.evidence[at] == Evidence.FOLLOWS_FOREIGN else area
    return Found(
        area_id=of.areas[area],
        rank=int(causes.rank[at]),
        kind=kind,
        point_id=None if customer == NOBODY else of.points[home][customer],
        meter_id=None if customer == NOBODY else of.meters[home][customer],
        other_area_id=of.areas[other] if elsewhere else None,
        other_phase=str(PHASE_NAMES[other]) if phase else "",
        daily_wh=int(causes.wh_per_day[at]),
        confidence_bp=round(float(causes.confidence[at]) * WHOLE_BP),
        evidence=int(causes.evidence[at]),
        figures=tuple(None if np.isnan(figure) else float(figure) for figure in figures),
        first_date=EPOCH + timedelta(days=int(causes.first_day[at])),
        check_kind=int(causes.check[at]),
        begun=int(causes.first_day[at]) > of.days.first_day,
    )
