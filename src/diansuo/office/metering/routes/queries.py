"""Reads about reading routes: how many points are due in a month, read, missed with a reason, by whom, until when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from diansuo.core.metering import Register
from diansuo.core.metering.energy import month_set
from diansuo.office.archive.models import MeteringPoint, PointTerm, Responsibility, Route, UseTerm
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import MissedReading, RegisterReading
from diansuo.office.metering.routes import calendar, visiting
from diansuo.office.metering.routes.calendar import Group, RouteDays, group_of
from diansuo.office.metering.routes.visiting import Visit


class Progress(StrEnum):
    """How a route stands in a month."""

    NOTHING = "nothing"
    COMING = "coming"
    DUE = "due"
    LATE = "late"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads most points of a route, since when at least, and how many others read there."""

    name: str
    months: int
    others: int
    rotate: bool


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A reading route in a month; route 0 stands for the points that are on none."""

    id: int
    title: str
    reading_day: int
    period: int
    points: int
    read: int
    missed: int
    visit: Visit
    progress: Progress
    reader: Reader | None


def _progress(points: int, read: int, visit: Visit, today: date) -> Progress:
    """Say how a route stands on a day: late from the day after the upload's limit on."""
    if not points:
        return Progress.NOTHING
    if read >= points:
        return Progress.DONE
    if today < visit.scheduled:
        return Progress.COMING
    return Progress.LATE if today > visit.upload_by else Progress.DUE


def routes(scope: Scope, *, today: date, period: int | None = None) -> list[RouteRow]:
    """Return the routes with their progress in a month; without one, in the month nearest to today for each."""
    found = list(Route.objects.filter(scope.limit("station")).order_by("number"))
    names = {route.pk: str(route) for route in found}
    days = calendar.of_routes(names)
    if MeteringPoint.objects.filter(scope.limit("station"), contract__isnull=False, route=None).exists():
        names[calendar.NO_ROUTE], days[calendar.NO_ROUTE] = _("未分抄表段"), calendar.UNROUTED
    groups: dict[Group, list[int]] = {}
    for route in names:
        groups.setdefault(group_of(days[route], period or days[route].period_of(today)), []).append(route)
    rows = {
        route: _row(route, names[route], days[route], counts, today)
        for group, mine in groups.items()
        for counts in [_counted(scope, group, mine, today)]
        for route in mine
    }
    return [rows[route] for route in names]


@dataclass(frozen=True, slots=True)
class _Counts:
    """What the routes of one fixed day come to, by route (None: on none)."""

    group: Group
    visit: Visit
    points: dict[int | None, int]
    read: dict[int | None, int]
    missed: dict[int | None, int]
    readers: dict[int | None, Reader]


def _row(route: int, title: str, days: RouteDays, counts: _Counts, today: date) -> RouteRow:
    key, period = route or None, counts.group.period
    points, read = counts.points.get(key, 0), counts.read.get(key, 0)
    return RouteRow(
        route,
        title,
        days.spell(period).reading_day,
        period,
        points,
        read,
        counts.missed.get(key, 0),
        counts.visit,
        _progress(points, read, counts.visit, today),
        counts.readers.get(key),
    )


def _counted(scope: Scope, group: Group, routes: Sequence[int], today: date) -> _Counts:
    due = due_points(scope, group, routes)
    ids = due.values("pk")
    visit = visiting.visit(group.scheduled)
    readings = RegisterReading.objects.filter(_settling(visit.scheduled), point__in=ids, period=group.period)
    missed = MissedReading.objects.filter(point__in=ids, period=group.period).exclude(
        Exists(readings.filter(point=OuterRef("point")))
    )
    return _Counts(
        group,
        visit,
        _count(due, "route", "pk"),
        _count(readings, "point__route", "point"),
        _count(missed, "point__route", "point"),
        readers(scope, due, min(today, visit.upload_by)),
    )


def due_points(scope: Scope, group: Group, routes: Sequence[int]) -> QuerySet[MeteringPoint]:
    """Return the points due on some routes of a group (0: on none), by the rules of the month's run.

    A contract that closes before the day is due for the last time; a share is not read; in a month it stands idle a
    point is due only where somebody read it all the same.
    """
    if not group.is_read:
        return MeteringPoint.objects.none()
    last = group.scheduled - timedelta(days=1)
    on = Q(route__in=[route for route in routes if route])
    if calendar.NO_ROUTE in routes:
        on |= Q(route=None)
    shares = PointTerm.objects.touching(last, group.scheduled).filter(point=OuterRef("pk"), share__gt=0)
    idle = UseTerm.objects.touching(last, group.scheduled).annotate(
        here=F("idle_months").bitand(month_set(last.month))
    )
    read = RegisterReading.objects.filter(point=OuterRef("pk"), period=group.period)
    return MeteringPoint.objects.filter(
        ~Exists(shares),
        ~Exists(idle.filter(contract=OuterRef("contract"), here__gt=0)) | Exists(read),
        scope.limit("station"),
        Q(contract__opened_date=None) | Q(contract__opened_date__lte=group.scheduled),
        Q(contract__closed_date=None) | Q(contract__closed_date__gt=group.before),
        on,
        contract__isnull=False,
    )


def readers(scope: Scope, due: QuerySet[MeteringPoint], day: date) -> dict[int | None, Reader]:
    """Return who reads the points of each route on a day, whoever reads most of it first."""
    rows = (
        Responsibility.objects.in_force(day)
        .filter(scope.limit("staff__station"), point__in=due.values("pk"), duty=Responsibility.Duty.READER)
        .values_list("point__route", "staff__name")
        .annotate(points=Count("pk"), since=Min(_known_since()))
        .order_by("point__route", "-points", "staff__name")
    )
    most = visiting.limits(day).reader_months_most
    by_route: dict[int | None, list[tuple[str, date]]] = {}
    for route, name, _points, since in rows:
        by_route.setdefault(route, []).append((name, since))
    return {route: _reader(found, day, most) for route, found in by_route.items()}


def _known_since() -> Case:
    """Return from when a duty is known to hold.

    The first duty an archive list brings begins with the supply, years before anybody knows who read there: it counts
    from its import on. One that follows another began where that ended.
    """
    earlier = Responsibility.objects.filter(
        point=OuterRef("point"), duty=OuterRef("duty"), valid_to=OuterRef("valid_from")
    )
    imported = TruncDate("batch__applied_at")
    return Case(
        When(Q(Exists(earlier)) | Q(batch=None) | Q(batch__applied_at=None), then=F("valid_from")),
        When(valid_from__gte=imported, then=F("valid_from")),
        default=imported,
        output_field=DateField(),
    )


def _reader(found: list[tuple[str, date]], day: date, most: int) -> Reader:
    name, since = found[0]
    months = visiting.months_between(since, day)
    return Reader(name, months, len(found) - 1, months >= most)


def _settling(day: date) -> Q:
    """Keep the registers that make a point read: energy taken, or for one that only feeds in, energy given."""
    feeding = PointTerm.objects.touching(day - timedelta(days=1), day).filter(
        point=OuterRef("point"), feed_in=1
    )
    return Q(register=Register.ACTIVE_TOTAL) | Q(Exists(feeding), register=Register.REVERSE_TOTAL)


def _count(rows: QuerySet[Any], route: str, point: str) -> dict[int | None, int]:
    found: Iterable[tuple[int | None, int]] = (
        rows.order_by().values_list(route).annotate(number=Count(point, distinct=True))
    )
    return dict(found)
