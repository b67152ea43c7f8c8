"""Meter clocks as they were read: what the check of a month looks at, and how far off each was last."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

import numpy as np
from django.db.models import QuerySet
from django.utils import timezone

from diansuo.core.metering.clock_checks import ClockReads
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.metering.columns import days_since_epoch
from diansuo.office.metering.models import ClockRead

MINUTE_S: Final = 60


def of_days(station_id: int, from_date: date, to_date: date) -> QuerySet[ClockRead]:
    """Return a station's reads on the civil days ``[from_date, to_date)``."""
    return ClockRead.objects.filter(
        point__station=station_id, read_at__gte=_midnight(from_date), read_at__lt=_midnight(to_date)
    )


def of_month(station_id: int, month: int) -> QuerySet[ClockRead]:
    """Return a station's reads of a calendar month."""
    return of_days(station_id, first_day(month), first_day(next_month(month)))


def reads(station_id: int, month: int, points: tuple[int, int]) -> tuple[Int64, ClockReads]:
    """Return the reads of a range of points in a month; with them the points, one a row of the columns."""
    rows = of_month(station_id, month).filter(point__gte=points[0], point__lte=points[1])
    found = list(rows.order_by("point", "read_at", "pk").values_list("point", "read_at", "ahead_s"))
    known, row = np.unique(np.array([point for point, _at, _s in found], np.int64), return_inverse=True)
    return known, ClockReads(
        row=row.astype(np.int64),
        day=np.array([days_since_epoch(timezone.localdate(at)) for _point, at, _s in found], np.int64),
        ahead_s=np.array([seconds for _point, _at, seconds in found], np.int64),
    )


def minutes(station_id: int, from_date: date, last: date) -> dict[tuple[int, int], float]:
    """Return by how many minutes the clock of each (point, meter) was ahead when it was last read in these days."""
    rows = of_days(station_id, from_date, last + timedelta(days=1)).order_by("read_at", "pk")
    return {
        (point, meter): seconds / MINUTE_S
        for point, meter, seconds in rows.values_list("point", "meter", "ahead_s")
    }


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
