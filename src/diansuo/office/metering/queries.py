"""Reads about metering: readings of a point, used energy, what is held and why, how far the reading month is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from diansuo.core.metering import Purpose, Register
from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.base import registry
from diansuo.office.base.registry import Words
from diansuo.office.base.scope import Scope
from diansuo.office.metering import columns, rules
from diansuo.office.metering.models import (
    PURPOSE_NAMES,
    REGISTER_NAMES,
    Consumption,
    Finding,
    MissedReading,
    RegisterReading,
)


@dataclass(frozen=True, slots=True)
class Held:
    """A point whose month is held, and why."""

    point_id: int
    customer_number: str
    customer_name: str
    reasons: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a month is: points due, read, reported as missed, and neither yet."""

    due: int
    read: int
    missed: int

    @property
    def waiting(self) -> int:
        """Points nobody has reported on."""
        return max(self.due - self.read - self.missed, 0)


@dataclass(slots=True)
class RouteRow:
    """A point of a route as a reader walks it: its meter, its last registers and those of the month, in Wh."""

    point: MeteringPoint
    meter: str
    multiplier: int
    scheduled_date: date
    last: dict[int, int] = field(default_factory=dict)
    now: dict[int, int] = field(default_factory=dict)
    missed: str | None = None


def readings_of_point(
    scope: Scope, *, point_id: int, from_date: date, to_date: date
) -> QuerySet[RegisterReading]:
    """Return a point's readings between two days, both included, in the order of time (the evidence of a bill)."""
    rows = RegisterReading.objects.filter(
        scope.limit("point__station"), point=point_id, read_date__range=(from_date, to_date)
    )
    return rows.select_related("meter").order_by("read_date", "purpose", "register")


def consumption_history(scope: Scope, *, customer_id: int, limit: int = 24) -> QuerySet[Consumption]:
    """Return a customer's latest settled months, latest first."""
    rows = Consumption.objects.filter(scope.limit("point__station"), point__contract__customer=customer_id)
    return rows.filter(status=Consumption.Status.OK).order_by("-period")[:limit]


def findings_of_period(scope: Scope, *, period: int) -> QuerySet[Finding]:
    """Return what the checks found in a month, what holds a bill first."""
    rows = Finding.objects.filter(scope.limit("point__station"), period=period)
    return rows.select_related("point__contract__customer").order_by("-severity", "point", "rule")


def held(scope: Scope, *, period: int) -> list[Held]:
    """Return the points whose month is held, with every reason in words, by customer number."""
    reasons: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings_of_period(scope, period=period).filter(severity=Finding.Severity.BLOCKING):
        reasons[finding.point_id].append(finding)
    found = [
        Held(
            point,
            findings[0].point.contract.customer.number,
            findings[0].point.contract.customer.name,
            tuple(registry.words_of(finding) for finding in findings),
        )
        for point, findings in reasons.items()
    ]
    return sorted(found, key=lambda each: each.customer_number)


def progress(scope: Scope, *, period: int) -> Progress:
    """Return how far the reading of a month is, over all stations of the scope."""
    read = _periodic(scope, period).filter(register=Register.ACTIVE_TOTAL)
    return Progress(
        due=sum(columns.count_due(station.pk, period) for station in scope.stations()),
        read=read.values("point").distinct().count(),
        missed=missed(scope, period=period).count(),
    )


def missed(scope: Scope, *, period: int) -> QuerySet[MissedReading]:
    """Return the points reported as not read in a month and not read since."""
    later = RegisterReading.objects.filter(
        point=OuterRef("point"), period=OuterRef("period"), purpose=Purpose.PERIODIC
    )
    rows = MissedReading.objects.filter(scope.limit("point__station"), ~Exists(later), period=period)
    return rows.select_related("point__contract__customer").order_by("point")


def route_list(scope: Scope, *, route_id: int, period: int) -> list[RouteRow]:
    """Return the points of a route in walking order, with last registers and this month's, for entry."""
    points = list(
        MeteringPoint.objects.filter(scope.limit("station"), route=route_id)
        .select_related("route", "contract__customer", "contract__premise")
        .prefetch_related(
            Prefetch(
                "installations",
                MeterInstallation.objects.filter(valid_to__isnull=True).select_related("meter"),
                to_attr="present",
            )
        )
        .order_by("walk_order", "id")
    )
    rows = {point.pk: _route_row(point, period) for point in points if point.present}
    _add_registers(rows, period)
    for point, reason in missed(scope, period=period).filter(point__in=rows).values_list("point", "reason"):
        rows[point].missed = reason
    return list(rows.values())


def readings_of_period(scope: Scope, *, period: int, station: str = "") -> Iterator[tuple[str, ...]]:
    """Yield a month's readings as text, by customer number: the columns of ``diansuo export readings``.

    Customer, meter, register, month, day, register in kWh, multiplier, purpose.
    """
    rows = RegisterReading.objects.filter(
        scope.limit("point__station"), period=period, point__contract__isnull=False
    )
    if station:
        rows = rows.filter(point__station__name=station)
    multiplier = _multipliers(scope)
    ordered = rows.order_by("point__contract__customer__number", "point", "read_date", "register").values_list(
        "point__contract__customer__number", "meter__asset_number", "register", "read_date", "register_wh",
        "purpose", "point", "meter",
    )  # fmt: skip
    for number, meter, register, day, register_wh, purpose, point, meter_id in ordered.iterator(
        chunk_size=10_000
    ):
        yield (
            number,
            meter,
            str(REGISTER_NAMES[register]),
            str(period),
            day.isoformat(),
            str(kwh_from_wh(register_wh)),
            str(_multiplier_on(multiplier.get((point, meter_id), []), day)),
            str(PURPOSE_NAMES[purpose]),
        )


def _periodic(scope: Scope, period: int) -> QuerySet[RegisterReading]:
    return RegisterReading.objects.filter(
        scope.limit("point__station"), period=period, purpose=Purpose.PERIODIC, point__contract__isnull=False
    )


def _route_row(point: MeteringPoint, period: int) -> RouteRow:
    installation = point.present[0]
    return RouteRow(
        point,
        installation.meter.asset_number,
        installation.multiplier,
        rules.scheduled_day(period, point.route.reading_day),
    )


def _add_registers(rows: dict[int, RouteRow], period: int) -> None:
    """Add to every row the registers of the month, and the latest ones before it."""
    if not rows:
        return
    end = max(row.scheduled_date for row in rows.values())
    readings = RegisterReading.objects.filter(point__in=rows).order_by("read_date", "purpose")
    for point, register, register_wh, of_period, day in readings.values_list(
        "point", "register", "register_wh", "period", "read_date"
    ):
        if of_period == period:
            rows[point].now[register] = register_wh
        elif day < end:
            rows[point].last[register] = register_wh


def _multipliers(scope: Scope) -> dict[tuple[int, int], list[tuple[date, int]]]:
    found: dict[tuple[int, int], list[tuple[date, int]]] = defaultdict(list)
    rows = MeterInstallation.objects.filter(scope.limit("point__station")).order_by("valid_from")
    for point, meter, start, multiplier in rows.values_list(
        "point", "meter", "valid_from", "multiplier"
    ).iterator():
        found[point, meter].append((start, multiplier))
    return found


def _multiplier_on(known: list[tuple[date, int]], day: date) -> int:
    """The multiplier in force on a day; before the first installation, that of the first."""
    held = [multiplier for start, multiplier in known if start <= day]
    return held[-1] if held else (known[0][1] if known else 1)
