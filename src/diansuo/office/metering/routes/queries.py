"""Reads about reading routes: how many points are due in a month, read, missed with a reason, by whom, until when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from django.db.models import Case, Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, When
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from diansuo.core.metering import Register
from diansuo.core.metering.energy import month_set
from diansuo.office.archive.models import (
    MeteringPoint,
    PointTerm,
    Responsibility,
    Route,
    RouteStandIn,
    RouteTerm,
    UseTerm,
)
from diansuo.office.archive.terms.holding import OF_ROUTES
from diansuo.office.base.models import Proposal
from diansuo.office.base.proposal_models import OPEN
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import MissedReading, RegisterReading
from diansuo.office.metering.routes import calendar, keeping, standing_in, visiting
from diansuo.office.metering.routes.calendar import Group, group_of
from diansuo.office.metering.routes.keeping import Kept
from diansuo.office.metering.routes.visiting import Visit


class Progress(StrEnum):
    """How a route stands in a month."""

    NOTHING = "nothing"
    COMING = "coming"
    DUE = "due"
    LATE = "late"
    DONE = "done"


AT_ONCE: Final = 5_000
COUNTS_KEPT: Final = 512
"""So many groups of routes of stations; a county of twenty has some eighty."""
PRESSING: Final = (Progress.LATE, Progress.DUE, Progress.COMING, Progress.DONE, Progress.NOTHING)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads most points of a route, since when at least, and how many others read there."""

    name: str
    months: int
    others: int
    rotate: bool


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A reading route in a month; route 0 stands for the points that are on none.

    ``owner`` answers for it, ``stand_in`` reads it for the owner until ``until``; ``reader`` reads most of it.
    These and ``missed`` are filled in by :func:`with_people`.
    """

    id: int
    title: str
    number: str
    group: Group
    points: int
    read: int
    missed: int
    visit: Visit
    progress: Progress
    reading_day: int
    owner: Kept | None = None
    stand_in: str = ""
    until: date | None = None
    reader: Reader | None = None

    @property
    def period(self) -> int:
        """The 电费年月."""
        return self.group.period


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
    """Return the routes with their progress in a month and who reads them, as :func:`progressed`."""
    return with_people(scope, progressed(scope, today=today, period=period), today)


def progressed(scope: Scope, *, today: date, period: int | None = None) -> list[RouteRow]:
    """Return the routes with their progress in a month, the most pressing first.

    Without a month each is shown in the one nearest to today, and beside it in the one before while that is late.
    """
    found = {route.pk: route for route in Route.objects.filter(scope.limit("station")).order_by("number")}
    days = calendar.of_routes(found)
    if MeteringPoint.objects.filter(scope.limit("station"), contract__isnull=False, route=None).exists():
        days[calendar.NO_ROUTE] = calendar.UNROUTED
    nearest = {route: period or days[route].period_of(today) for route in days}
    wanted = list(nearest.items())
    began = _began(scope) if period is None else None
    if began is not None:
        wanted += [
            (route, days[route].earlier(month))
            for route, month in nearest.items()
            if days[route].earlier(month) >= began
        ]
    groups: dict[Group, list[int]] = {}
    for route, month in wanted:
        groups.setdefault(group_of(days[route], month), []).append(route)
    rows = []
    for group, mine in groups.items():
        counts = _counts(scope, group, mine, {route: one.station_id for route, one in found.items()})
        for route in mine:
            spell = days[route].spell(group.period)
            visit = visiting.visit(group.scheduled, spell.method)
            points, read = counts.get(route, (0, 0))
            progress = _progress(points, read, visit, today)
            if group.period == nearest[route] or progress == Progress.LATE:
                title, number = (str(found[route]), found[route].number) if route else (_("未分抄表段"), "")
                day = spell.reading_day
                rows.append(RouteRow(route, title, number, group, points, read, 0, visit, progress, day))
    return sorted(rows, key=lambda row: (PRESSING.index(row.progress), row.period, not row.id, row.number))


def _began(scope: Scope) -> int | None:
    """Return the first month anybody was read in: what was before the books began is not late."""
    rows = RegisterReading.objects.filter(scope.limit("point__station"), period__isnull=False)
    return rows.order_by("period").values_list("period", flat=True).first()


def _counts(
    scope: Scope, group: Group, routes: Sequence[int], station_of: Mapping[int, int]
) -> dict[int, tuple[int, int]]:
    """Return how many points of each route are due, and how many of them read.

    Kept station by station while its revision stays: whatever moves a count, in the archive or among the readings,
    moves it. Of a part of a station they are counted every time.
    """
    if scope.part is not None:
        return _counted(scope, group, routes)
    found: dict[int, tuple[int, int]] = {}
    for station, revision in scope.stations().values_list("pk", "revision"):
        here = tuple(one for one in routes if station_of.get(one, station) == station)
        for route, (points, read) in _kept_counts(station, revision, group, here).items() if here else ():
            before = found.get(route, (0, 0))
            found[route] = (before[0] + points, before[1] + read)
    return found


@lru_cache(maxsize=COUNTS_KEPT)
def _kept_counts(
    station_id: int, revision: int, group: Group, routes: tuple[int, ...]
) -> dict[int, tuple[int, int]]:
    del revision  # part of the key alone
    return _counted(Scope(frozenset({station_id})), group, routes)


def _counted(scope: Scope, group: Group, routes: Sequence[int]) -> dict[int, tuple[int, int]]:
    readings = RegisterReading.objects.filter(
        _settling(group.scheduled), point=OuterRef("pk"), period=group.period
    )
    rows = (
        due_points(scope, group, routes)
        .order_by()
        .values_list("route")
        .annotate(
            due=Count("pk"),
            read=Count("pk", filter=Exists(readings)),
        )
    )
    return {route or calendar.NO_ROUTE: (points, read) for route, points, read in rows}


def with_people(scope: Scope, rows: Sequence[RouteRow], today: date) -> list[RouteRow]:
    """Return rows with what a page shows beside: who reads them, and how many points were missed with a reason."""
    owners = keeping.of_routes({row.id for row in rows if row.id}, today)
    stand_ins = standing_in.of_routes(scope, owners.keys() | {row.id for row in rows if row.id}, today)
    by_group: dict[Group, list[RouteRow]] = {}
    for row in rows:
        by_group.setdefault(row.group, []).append(row)
    found: dict[tuple[int, Group], Reader] = {}
    missed: dict[tuple[int, Group], int] = {}
    for group, mine in by_group.items():
        due = due_points(scope, group, [row.id for row in mine])
        day = min(today, visiting.visit(group.scheduled).upload_by)
        for route, reader in _readers(scope, group, [row.id for row in mine], day).items():
            found[route or calendar.NO_ROUTE, group] = reader
        for route, number in _missed(scope, due, group).items():
            missed[route or calendar.NO_ROUTE, group] = number
    return [
        replace(
            _with(row, owners.get(row.id), stand_ins.get(row.id), found.get((row.id, row.group))),
            missed=missed.get((row.id, row.group), 0),
        )
        for row in rows
    ]


def _missed(scope: Scope, due: QuerySet[MeteringPoint], group: Group) -> dict[int | None, int]:
    """Return how many due points of each route were missed with a reason and not read all the same.

    What was missed is little: it is asked first, and of it alone whether it was due.
    """
    readings = RegisterReading.objects.filter(
        _settling(group.scheduled), point=OuterRef("point"), period=group.period
    )
    missed = MissedReading.objects.filter(
        scope.limit("point__station"), ~Exists(readings), period=group.period
    ).order_by()
    points = list(missed.values_list("point", flat=True))
    found: Counter[int | None] = Counter()
    for start in range(0, len(points), AT_ONCE):
        some = due.filter(pk__in=points[start : start + AT_ONCE]).order_by()
        found.update(dict(some.values_list("route").annotate(number=Count("pk"))))
    return found


def _readers(scope: Scope, group: Group, routes: Sequence[int], day: date) -> dict[int | None, Reader]:
    """Return who reads routes on a day: kept by station as the counts are, but for points on no route."""
    if scope.part is not None:
        return readers(scope, due_points(scope, group, routes), day)
    found: dict[int | None, Reader] = {}
    if calendar.NO_ROUTE in routes:
        found |= readers(scope, due_points(scope, group, [calendar.NO_ROUTE]), day)
    of_station: dict[tuple[int, int], list[int]] = {}
    rows = Route.objects.filter(pk__in=[one for one in routes if one]).order_by("pk")
    for route, station, revision in rows.values_list("pk", "station", "station__revision"):
        of_station.setdefault((station, revision), []).append(route)
    for (station, revision), mine in of_station.items():
        found |= _kept_readers(station, revision, group, tuple(mine), day)
    return found


@lru_cache(maxsize=COUNTS_KEPT)
def _kept_readers(
    station_id: int, revision: int, group: Group, routes: tuple[int, ...], day: date
) -> dict[int | None, Reader]:
    del revision  # part of the key alone
    scope = Scope(frozenset({station_id}))
    return readers(scope, due_points(scope, group, routes), day)


def _with(
    row: RouteRow, owner: Kept | None, stand_in: RouteStandIn | None, reader: Reader | None
) -> RouteRow:
    name = stand_in.staff.name if stand_in else ""
    until = standing_in.last_day(stand_in) if stand_in else None
    return replace(row, owner=owner, stand_in=name, until=until, reader=reader)


def history(scope: Scope, route: Route) -> list[RouteTerm]:
    """Return what a route is and was, the latest first."""
    rows = RouteTerm.objects.filter(scope.limit("route__station"), route=route).select_related("owner")
    return list(rows.order_by("-valid_from"))


def waiting(scope: Scope, route: Route) -> list[Proposal]:
    """Return the changes of a route that wait for somebody."""
    terms = set(
        RouteTerm.objects.filter(scope.limit("route__station"), route=route).values_list("pk", flat=True)
    )
    rows = Proposal.objects.filter(scope.limit("station"), kind=OF_ROUTES, state__in=OPEN)
    return [
        one
        for one in rows.order_by("pk")
        if any(
            change["row"] in terms and change["model"] == RouteTerm._meta.label
            for change in one.terms["changes"]
        )
    ]


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


REMEMBERED: Final = (_kept_counts, _kept_readers)


def _settling(day: date) -> Q:
    """Keep the registers that make a point read: energy taken, or for one that only feeds in, energy given."""
    feeding = PointTerm.objects.touching(day - timedelta(days=1), day).filter(
        point=OuterRef("point"), feed_in=1
    )
    return Q(register=Register.ACTIVE_TOTAL) | Q(Exists(feeding), register=Register.REVERSE_TOTAL)
