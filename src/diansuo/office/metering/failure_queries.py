"""Reads about failed collection: the latest list, who failed on a day, and how many of each area manager's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, OuterRef, QuerySet

from diansuo.office.archive.models import PointArea, Responsibility
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import CollectionFailure

LONG_DAYS = 3
"""From so many days in a row on a failure is urgent (mission.md: three days and more in red)."""


@dataclass(slots=True)
class FailureRow:
    """A failure as lists show it; a master or gate has no customer."""

    id: int
    fail_date: date
    days: int
    reason: str
    meter: str
    station_id: int
    customer_id: int | None
    customer_number: str
    customer_name: str
    area_id: int | None = None
    area_number: str = ""
    area: str = ""
    manager_id: int | None = None
    manager: str = ""

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
    scope: Scope, rows: QuerySet[CollectionFailure], staff_id: int, day: date
) -> QuerySet[CollectionFailure]:
    """Keep the failures at points that a person manages on a day; 0 keeps those nobody manages."""
    duty = Responsibility.objects.in_force(day).filter(
        scope.limit("staff__station"), point=OuterRef("point"), duty=Responsibility.Duty.MANAGER
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


def failure_rows(scope: Scope, found: Iterable[CollectionFailure], day: date) -> list[FailureRow]:
    """Add to some failures their customer, area and area manager of a day."""
    found = list(found)
    rows = {}
    for failure in (
        CollectionFailure.objects.filter(scope.limit("point__station"), pk__in=[one.pk for one in found])
        .select_related("meter", "point__contract__customer", "point__master_of", "point__gate_of")
        .order_by("pk")
    ):
        rows[failure.point_id] = _row(failure)
    for hang in PointArea.objects.in_force(day).filter(point__in=rows).select_related("area"):
        row = rows[hang.point_id]
        row.area_id, row.area_number, row.area = hang.area_id, hang.area.number, hang.area.name
    duties = Responsibility.objects.in_force(day).filter(point__in=rows, duty=Responsibility.Duty.MANAGER)
    for duty in duties.select_related("staff"):
        rows[duty.point_id].manager_id, rows[duty.point_id].manager = duty.staff_id, duty.staff.name
    return [rows[one.point_id] for one in found if one.point_id in rows]


def _row(failure: CollectionFailure) -> FailureRow:
    point = failure.point
    customer = point.contract.customer if point.contract else None
    row = FailureRow(
        failure.pk,
        failure.fail_date,
        failure.days,
        failure.reason,
        failure.meter.asset_number,
        point.station_id,
        customer.pk if customer else None,
        customer.number if customer else "",
        customer.name if customer else "",
    )
    if point.master_of:
        row.area_id, row.area_number, row.area = (
            point.master_of_id,
            point.master_of.number,
            point.master_of.name,
        )
    elif point.gate_of:
        row.area = point.gate_of.name
    return row
