"""Reads about failed collection: the latest list, who failed on a day, and how many of each area manager's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Max, OuterRef, QuerySet

from diansuo.office.archive.models import Meter, Responsibility
from diansuo.office.base.scope import Scope
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


def failure_rows(scope: Scope, found: Iterable[CollectionFailure], day: date) -> list[FailureRow]:
    """Add to some failures their customer, area and area manager of a day."""
    found = list(found)
    where = point_rows(scope, {failure.point_id for failure in found}, day)
    meters = Meter.objects.in_bulk({failure.meter_id for failure in found})
    return [
        FailureRow(
            **asdict(where[failure.point_id]),
            id=failure.pk,
            fail_date=failure.fail_date,
            days=failure.days,
            reason=failure.reason,
            meter=meters[failure.meter_id].asset_number,
        )
        for failure in found
        if failure.point_id in where
    ]
