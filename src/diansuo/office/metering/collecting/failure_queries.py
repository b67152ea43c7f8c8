"""Reads about failed collection: the latest list, who failed on a day, and how many of each area manager's."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from diansuo.office.archive.models import Meter, Responsibility
from diansuo.office.base.models import WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.metering import lake
from diansuo.office.metering.collecting.causes import cause_of
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.models import CollectionFailure

LONG_DAYS = 3
"""From so many days in a row on a failure is urgent (mission.md: three days and more in red)."""


@dataclass(slots=True, kw_only=True)
class FailureRow(PointRow):
    """A failure as lists show it."""

    id: int
    fail_date: date
    days: int
    reason: str
    meter: str
    mended: bool = False
    task: str = ""
    task_id: int | None = None

    @property
    def cause(self) -> str:
        """The kind of cause its reason names."""
        return cause_of(self.reason)

    @property
    def long(self) -> bool:
        """Tell whether it has lasted long enough to be urgent."""
        return self.days >= LONG_DAYS


def latest_failure_day(scope: Scope, day: date) -> date | None:
    """Return the latest day, not after this one, of which a list of failures was imported."""
    rows = CollectionFailure.objects.filter(scope.limit("point__station"), fail_date__lte=day)
    return rows.aggregate(latest=Max("fail_date"))["latest"]


def failures_on(scope: Scope, day: date | None) -> QuerySet[CollectionFailure]:
    """Return the failures of a day."""
    return CollectionFailure.objects.filter(scope.limit("point__station"), fail_date=day)


def of_manager(
    scope: Scope, rows: QuerySet[Any], staff_id: int, day: date, *, point: str = "point"
) -> QuerySet[Any]:
    """Keep the rows at points (named by ``point``) that a person manages on a day; 0 keeps those nobody manages."""
    duty = Responsibility.objects.in_force(day).filter(
        scope.limit("staff__station"), point=OuterRef(point), duty=Responsibility.Duty.MANAGER
    )
    return rows.filter(Exists(duty.filter(staff=staff_id)) if staff_id else ~Exists(duty))


def failures_by_manager(scope: Scope, day: date) -> dict[int | None, tuple[int, int]]:
    """Return, by area manager of the day (None: nobody), how many points failed and how many of them for long."""
    failed = dict(failures_on(scope, day).values_list("point", "days"))
    duties = Responsibility.objects.in_force(day).filter(
        point__collection_failures__in=failures_on(scope, day), duty=Responsibility.Duty.MANAGER
    )
    managers = dict(duties.values_list("point", "staff"))
    count: Counter[int | None] = Counter(managers.get(point) for point in failed)
    long = Counter(managers.get(point) for point, days in failed.items() if days >= LONG_DAYS)
    return {manager: (number, long[manager]) for manager, number in count.items()}


def mended_points(scope: Scope, day: date) -> set[int]:
    """Return the points of a day's failures whose register of that day is in the lake by now: a make-up read came."""
    failed = failures_on(scope, day).values_list("point", "point__station")
    by_station: dict[int, list[int]] = defaultdict(list)
    for point, station in failed:
        by_station[station].append(point)
    found: set[int] = set()
    for station, points in by_station.items():
        frame = lake.read_freeze_span(
            station, day, day + timedelta(days=1), (min(points), max(points)), ("active_total_wh",)
        )
        found |= set(points) & set(frame.drop_nulls("active_total_wh")["point"].to_list())
    return found


def failure_rows(scope: Scope, found: Iterable[CollectionFailure], day: date) -> list[FailureRow]:
    """Add to some failures their customer, area and area manager of a day, their task, and whether they are mended."""
    found = list(found)
    where = point_rows(scope, {failure.point_id for failure in found}, day)
    meters = Meter.objects.in_bulk({failure.meter_id for failure in found})
    mended = {each: mended_points(scope, each) for each in {failure.fail_date for failure in found}}
    since = min((each.fail_date - timedelta(days=each.days) for each in found), default=day)
    numbers = [row.customer_number or row.area_number for row in where.values()]
    orders = work_orders.latest_of_source(scope, WorkOrder.Source.COLLECTION, numbers, since)
    rows = []
    for failure in found:
        if failure.point_id not in where:
            continue
        row = where[failure.point_id]
        order = orders.get((row.station_id, row.customer_number or row.area_number))
        rows.append(
            FailureRow(
                **asdict(row),
                id=failure.pk,
                fail_date=failure.fail_date,
                days=failure.days,
                reason=failure.reason,
                meter=meters[failure.meter_id].asset_number,
                mended=failure.point_id in mended[failure.fail_date],
                task="" if order is None else f"{order.number} {order.get_state_display()}",
                task_id=None if order is None else order.pk,
            )
        )
    return rows
