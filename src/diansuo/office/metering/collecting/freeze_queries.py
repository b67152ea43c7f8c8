"""Reads about the daily freeze: which meters should have a register of a day in the lake and have none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import polars as pl
from django.db.models import Case, IntegerField, Max, QuerySet, Value, When

from diansuo.core.quantity.month import first_day, month_of
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.metering.collecting.failure_queries import LONG_DAYS
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.models import LakeFile

LOOK_BACK_DAYS = 92
MOST = 5_000
"""Points a page can list at once; more than that is no work for people, but a system that is down."""


@dataclass(slots=True, kw_only=True)
class FreezeGap(PointRow):
    """A meter without a register of the day: since when, and for how many days, that one included."""

    meter: str
    since_date: date
    days: int

    @property
    def long(self) -> bool:
        """Tell whether it has lasted long enough to be urgent."""
        return self.days >= LONG_DAYS


def latest_freeze_day(scope: Scope, day: date) -> date | None:
    """Return the latest day, not after this one, of which the lake has freezes of any station of the scope."""
    stations = list(scope.stations().values_list("id", flat=True))
    files = LakeFile.objects.filter(station__in=stations, kind=lake.FREEZE, month__lte=month_of(day))
    month = files.aggregate(latest=Max("month"))["latest"]
    if month is None:
        return None
    rows = lake.read_freeze_rows(stations, first_day(month), day + timedelta(days=1), ("day",))
    return rows["day"].max() or latest_freeze_day(scope, first_day(month) - timedelta(days=1))


def gap_points(scope: Scope, gaps: Sequence[FreezeGap]) -> QuerySet[MeteringPoint]:
    """Return the points of some gaps as a list page asks for them, with ``days``; at most the ``MOST`` longest."""
    points_of: dict[int, list[int]] = defaultdict(list)
    for gap in gaps[:MOST]:
        points_of[gap.days].append(gap.point_id)
    days = Case(
        *(When(pk__in=points, then=Value(number)) for number, points in points_of.items()),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = MeteringPoint.objects.filter(scope.limit("station"))
    return rows.annotate(days=days).filter(days__gt=0)


def freeze_missing(scope: Scope, day: date) -> list[FreezeGap]:
    """Return the meters whose register of 0:00 of a day is missing from the lake; the longest missing first.

    Expected is every meter that hung there the day before and still does, at a point that was frozen within
    ``LOOK_BACK_DAYS``: what never came is not collected by that system. A station of which no freeze of the day has
    been imported has no gaps yet.
    """
    last = _last_days(scope, day)
    gone = {point: last_day for point, last_day in last.items() if last_day < day}
    meters = _meters(scope, gone, day)
    where = point_rows(scope, meters, day)
    gaps = [
        FreezeGap(
            **asdict(where[point]),
            meter=meter,
            since_date=gone[point] + timedelta(days=1),
            days=(day - gone[point]).days,
        )
        for point, meter in meters.items()
    ]
    return sorted(gaps, key=lambda gap: (-gap.days, gap.point_id))


def _last_days(scope: Scope, day: date) -> dict[int, date]:
    """Return the last day, not after this one, that each point was frozen, of the stations frozen on it."""
    found: dict[int, date] = {}
    names = ("point", "day", "active_total_wh")
    for station_id in scope.stations().values_list("id", flat=True):
        start, end = day - timedelta(days=LOOK_BACK_DAYS), day + timedelta(days=1)
        rows = lake.read_freeze_rows([station_id], start, end, names).drop_nulls("active_total_wh")
        if rows["day"].max() == day:
            found |= dict(rows.group_by("point").agg(pl.col("day").max()).iter_rows())
    return found


def _meters(scope: Scope, points: dict[int, date], day: date) -> dict[int, str]:
    """Return the meter of each of these points that hung there the whole day before this one, and still does."""
    if not points:
        return {}
    hung = MeterInstallation.objects.in_force(day).filter(scope.limit("point__station"), valid_from__lt=day)
    rows = hung.values_list("point", "meter__asset_number").iterator(chunk_size=10_000)
    return {point: meter for point, meter in rows if point in points}
