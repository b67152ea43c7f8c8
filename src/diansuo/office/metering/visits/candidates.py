"""Who could be looked at on site in a month, by kind of check: the points each rule means, before any lot is drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import Max

from diansuo.core.metering import Purpose, Register
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day, next_month, previous_month
from diansuo.core.tariff import PriceClass, VoltageClass
from diansuo.office.archive.models import MeteringPoint, PointArea, ReadingMethod, RouteTerm
from diansuo.office.metering import columns, lake, rules
from diansuo.office.metering.models import (
    Consumption,
    Finding,
    RegisterReading,
    RoundEntry,
    SiteCheck,
)
from diansuo.office.metering.visits.ranking import highest_losses

Group = SiteCheck.Group
MANY: Final = 5_000
EVERYONE: Final = (0, int(np.iinfo(np.int64).max))
HOMES: Final = (
    PriceClass.RESIDENTIAL_STEPS,
    PriceClass.RESIDENTIAL_STEPS_TOU,
    PriceClass.RESIDENTIAL_SHARED,
    PriceClass.RESIDENTIAL_SHARED_TOU,
)
LONGEST_CYCLE: Final = 2
"""Months between two readings of a route that is read every other month."""
KNOWN_MONTHS: Final = 12
"""A meter that froze nothing for so many months counts as new when it does again."""


@dataclass(frozen=True, slots=True)
class Due:
    """The points due in a month, ascending, with the group each goes by."""

    point: Int64
    group: np.ndarray[Any, Any]

    def of(self, points: Collection[int]) -> dict[int, str]:
        """Return those of some points that are due, with their group."""
        chosen = np.isin(self.point, np.array(sorted(points), np.int64))
        return dict(zip(self.point[chosen].tolist(), self.group[chosen].tolist(), strict=True))


def due_of(station_id: int, period: int) -> Due:
    """Load the points due in a month; one that stands idle is not looked at."""
    due = columns.due_points(station_id, period, *EVERYONE, unbilled=False)
    due = due.take(~due.idle)
    group = np.where(np.isin(due.price_class, HOMES), Group.HOME.value, Group.OTHER.value)
    return Due(due.point, np.where(due.voltage_class >= VoltageClass.KV_1_10, Group.HIGH.value, group))


def zero_runs(station_id: int, period: int) -> set[int]:
    """Return the points that used nothing in this month and the cycles before it, as many as the reading checks say."""
    length = rules.thresholds(first_day(period)).zero_run_periods
    zero = {"status": Consumption.Status.OK, "total_wh": 0, "estimated": False}
    now = Consumption.objects.filter(point__station=station_id, period=period, **zero)
    found = set()
    earliest = next_month(period, -LONGEST_CYCLE * length)
    for part in _parts(now.values_list("point", flat=True)):
        rows = Consumption.objects.filter(point__in=part, period__gte=earliest, period__lte=period)
        runs: dict[int, list[bool]] = {}
        for point, status, used, guessed in rows.order_by("point", "-period").values_list(
            "point", "status", "total_wh", "estimated"
        ):
            runs.setdefault(point, []).append(status == Consumption.Status.OK and used == 0 and not guessed)
        found |= {point for point, run in runs.items() if len(run) >= length and all(run[:length])}
    return found


def newly_remote(station_id: int, period: int, periods: int) -> set[int]:
    """Return the points whose meter is read from afar since so few months: by its route, or by its first freezes.

    What the lake holds of its first month is not known to be new.
    """
    since, after = first_day(next_month(period, 1 - periods)), first_day(next_month(period))
    switched = set()
    for term in RouteTerm.objects.filter(
        route__station=station_id, method=ReadingMethod.REMOTE, valid_from__gte=since, valid_from__lt=after
    ):
        before = RouteTerm.objects.filter(
            route=term.route_id, valid_to=term.valid_from, method=ReadingMethod.MANUAL
        )
        if before.exists():
            switched.add(term.route_id)
    found = set(
        MeteringPoint.objects.filter(
            station=station_id, route__in=switched, contract__isnull=False
        ).values_list("pk", flat=True)
    )
    earlier = set(
        lake.frozen_meters(station_id, first_day(next_month(period, 1 - periods - KNOWN_MONTHS)), since)
    )
    if earlier:
        found |= {
            point
            for point, meter in set(lake.frozen_meters(station_id, since, after)) - earlier
            if point and meter
        }
    return found


def remote(station_id: int, period: int) -> set[int]:
    """Return the points that are read from afar: frozen in the month, or on a route that says so."""
    first, after = first_day(period), first_day(next_month(period))
    routes = RouteTerm.objects.in_force(first).filter(route__station=station_id, method=ReadingMethod.REMOTE)
    on_routes = MeteringPoint.objects.filter(station=station_id, route__in=routes.values("route"))
    return set(on_routes.values_list("pk", flat=True)) | {
        point for point, _meter in lake.frozen_meters(station_id, first, after)
    }


def last_seen(station_id: int) -> dict[int, date]:
    """Return when somebody last stood before each meter: a check on site, or a reading by the phone."""
    phone = RoundEntry.objects.filter(point__station=station_id, kind=RoundEntry.Kind.READING)
    phone = phone.filter(outcome__in=(RoundEntry.Outcome.STORED, RoundEntry.Outcome.SAME))
    checks = SiteCheck.objects.filter(station=station_id, seen_date__isnull=False)
    found: dict[int, date] = dict(phone.values_list("point").annotate(day=Max("read_date")))
    for point, day in checks.values_list("point").annotate(day=Max("seen_date")):
        found[point] = max(day, found.get(point, day))
    return found


def worst_areas(station_id: int, period: int, count: int) -> list[int]:
    """Return the areas to be read in company: those that lost most, by the month before where this one has none yet.

    They are chosen before the day they are read on; where no loss is known there are none.
    """
    known = highest_losses(station_id, period) or highest_losses(station_id, previous_month(period))
    return known[:count]


def masters_of(areas: Collection[int]) -> set[int]:
    """Return the master points of areas."""
    return set(MeteringPoint.objects.filter(master_of__in=areas).values_list("pk", flat=True))


def points_in(areas: Collection[int], period: int) -> set[int]:
    """Return the points that hang on areas at the beginning of a month."""
    hang = PointArea.objects.in_force(first_day(period)).filter(area__in=areas)
    return set(hang.values_list("point", flat=True))


def truly_read(station_id: int, period: int) -> set[int]:
    """Return the points with a reading of the month that is no estimate."""
    rows = RegisterReading.objects.filter(
        point__station=station_id, period=period, purpose=Purpose.PERIODIC, register=Register.ACTIVE_TOTAL,
        estimated=False,
    )  # fmt: skip
    return set(rows.values_list("point", flat=True))


def at_risk(station_id: int, period: int) -> set[int]:
    """Return the points whose reading of the month has findings, or that were misread in the last twelve months."""
    findings = Finding.objects.filter(
        point__station=station_id, period=period, severity__gte=Finding.Severity.WARNING
    )
    misread = SiteCheck.objects.filter(
        station=station_id, period__gte=next_month(period, -12), period__lt=period,
        found=SiteCheck.Found.MISREAD,
    )  # fmt: skip
    return {*findings.values_list("point", flat=True), *misread.values_list("point", flat=True)}


def _parts(points: Any) -> Iterator[list[int]]:
    ordered = sorted(points)
    for start in range(0, len(ordered), MANY):
        yield ordered[start : start + MANY]
