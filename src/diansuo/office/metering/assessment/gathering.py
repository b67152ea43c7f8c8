"""A month of reading as columns, a row a due point: read, in time, estimated, misread, collected from afar.

A misread is charged to the month and reader of the reading, whenever it was found.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl
from django.db.models import F, Q
from django.utils import timezone

from diansuo.core.metering import Purpose, Register
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.archive.models import MeteringPoint, PointArea, Responsibility
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.metering import columns, lake
from diansuo.office.metering.columns import as_date, days_since_epoch
from diansuo.office.metering.models import ReadingChange, RegisterReading, SiteCheck
from diansuo.office.metering.routes import calendar, visiting
from diansuo.office.metering.routes.calendar import RouteDays

EVERYONE: Final = (0, int(np.iinfo(np.int64).max))
COLLECTED_WITHIN_DAYS: Final = 31
"""A meter counts as read from afar if any register came within so many days up to its fixed day."""


@dataclass(frozen=True, slots=True)
class Month:
    """Due points of a station's month, ascending, shape (n,).

    ``timed``: when the first true value came in is known; ``on_time``: by the limit of the upload. ``remote``: the
    meter is read from afar; ``collected``: its register of the fixed day came. ``reader``, ``route`` and ``area`` are
    ids, 0 none.
    """

    point: Int64
    due_day: Int64
    read: Bool
    estimated: Bool
    timed: Bool
    on_time: Bool
    misread: Bool
    remote: Bool
    collected: Bool
    reader: Int64
    route: Int64
    area: Int64

    def __len__(self) -> int:
        return len(self.point)

    def take(self, rows: Any) -> Month:
        """Return these rows (indices or a mask)."""
        return Month(*(getattr(self, each.name)[rows] for each in fields(self)))


def gather(station_id: int, period: int) -> Month:
    """Load a station's month of reading. A month a contract stands idle is not due."""
    due = columns.due_points(station_id, period, *EVERYONE, unbilled=False)
    due = due.take(~due.idle)
    point, count = due.point, len(due)
    read, estimated, timed, on_time, misread = (np.zeros(count, np.bool_) for _ in range(5))
    readings = RegisterReading.objects.filter(
        point__station=station_id, period=period, purpose=Purpose.PERIODIC, register=Register.ACTIVE_TOTAL
    )
    rows = list(readings.values_list("point", "estimated", "entered_at"))
    at = rows_of(point, np.array([row[0] for row in rows], np.int64))
    route = _routes(point, station_id)
    limit = _upload_by(due.due_day, route, calendar.of_station(station_id), period)
    for place, (_point, guessed, entered) in zip(at.tolist(), rows, strict=True):
        if place < 0:
            continue
        read[place], estimated[place] = True, guessed
        if entered is not None and not guessed:
            timed[place] = True
            came = days_since_epoch(timezone.localtime(entered).date())
            on_time[place] = came <= limit[place]
    misread[rows_of(point, _misread(station_id, period, point))] = True
    remote, collected = _collected(station_id, point, due.due_day)
    day = as_date(int(due.due_day.max())) if count else date(1970, 1, 1)
    return Month(
        point, due.due_day, read, estimated, timed, on_time, misread & read, remote, collected,
        reader=_key(point, Responsibility, day, station_id, "staff", duty=Responsibility.Duty.READER),
        route=route,
        area=_key(point, PointArea, day, station_id, "area"),
    )  # fmt: skip


def _upload_by(due_day: Int64, route: Int64, days: dict[int, RouteDays], period: int) -> Int64:
    """The day by which each point's reading must be in: of its fixed day and of how its route is read."""
    limit = np.zeros(len(due_day), np.int64)
    for day, on in np.unique(np.stack([due_day, route]), axis=1).T.tolist():
        visit = visiting.visit(as_date(day), days.get(on, calendar.UNROUTED).spell(period).method)
        limit[(due_day == day) & (route == on)] = days_since_epoch(visit.upload_by)
    return limit


def _misread(station_id: int, period: int, point: Int64) -> Int64:
    """Points of which a true value of the month was replaced on a later day than it came in."""
    readings = RegisterReading.objects.filter(
        point__station=station_id, period=period, purpose=Purpose.PERIODIC
    )
    entered = {
        (row[1], row[2], row[3]): (row[0], row[4])
        for row in readings.values_list("pk", "point", "register", "read_date", "entered_at")
    }
    by_pk = {pk: (key[0], came) for key, (pk, came) in entered.items()}
    changes = ReadingChange.objects.filter(point__station=station_id, purpose=Purpose.PERIODIC)
    days = [key[2] for key in entered]
    changes = changes.filter(read_date__gte=min(days), read_date__lte=max(days)) if days else changes.none()
    found = set()
    changes = changes.exclude(before_wh=F("after_wh"))
    for at, register, day, changed in changes.values_list("point", "register", "read_date", "changed_at"):
        if (at, register, day) in entered and _later(changed, entered[at, register, day][1]):
            found.add(at)
    listed = ImportChange.objects.filter(
        model=RegisterReading._meta.label, field="register_wh", batch__state=ImportBatch.State.APPLIED
    )
    for pk, applied in listed.values_list("row", "batch__applied_at"):
        if pk in by_pk and _later(applied, by_pk[pk][1]):
            found.add(by_pk[pk][0])
    found |= _found_on_site(station_id, period)
    known = np.array(sorted(found), np.int64)
    return known[np.isin(known, point)]


def _found_on_site(station_id: int, period: int) -> set[int]:
    """Points whose reading of the month a check on site calls wrong, or whose second reading is off."""
    checks = SiteCheck.objects.filter(
        Q(found=SiteCheck.Found.MISREAD) | Q(kind=SiteCheck.Kind.REREAD, off_wh__isnull=False),
        station=station_id,
        period=period,
    )
    return set(checks.values_list("point", flat=True))


def _later(changed: Any, entered: Any) -> bool:
    return entered is None or timezone.localtime(changed).date() > timezone.localtime(entered).date()


def _collected(station_id: int, point: Int64, due_day: Int64) -> tuple[Bool, Bool]:
    """Which meters are read from afar, and of which of them the register of the fixed day came."""
    remote, collected = (np.zeros(len(point), np.bool_) for _ in range(2))
    if not len(point):
        return remote, collected
    first = as_date(int(due_day.min()) - COLLECTED_WITHIN_DAYS)
    after = as_date(int(due_day.max())) + timedelta(days=1)
    frame = lake.read_freeze_rows([station_id], first, after, ("point", "day", "active_total_wh"))
    frame = frame.drop_nulls("active_total_wh")
    place = rows_of(point, frame["point"].to_numpy())
    day = frame["day"].cast(pl.Int32).to_numpy().astype(np.int64)
    place, day = place[place >= 0], day[place >= 0]
    until = due_day[place]
    remote[place[(day <= until) & (day >= until - COLLECTED_WITHIN_DAYS)]] = True
    collected[place[day == until]] = True
    return remote, collected & remote


def _key(point: Int64, model: Any, day: date, station_id: int, name: str, **more: Any) -> Int64:
    out = np.zeros(len(point), np.int64)
    rows = list(
        model.objects.in_force(day).filter(point__station=station_id, **more).values_list("point", name)
    )
    at = rows_of(point, np.array([row[0] for row in rows], np.int64))
    out[at[at >= 0]] = np.array([row[1] for row in rows], np.int64)[at >= 0]
    return out


def _routes(point: Int64, station_id: int) -> Int64:
    out = np.zeros(len(point), np.int64)
    rows = list(
        MeteringPoint.objects.filter(station=station_id, route__isnull=False).values_list("pk", "route")
    )
    at = rows_of(point, np.array([row[0] for row in rows], np.int64))
    out[at[at >= 0]] = np.array([row[1] for row in rows], np.int64)[at >= 0]
    return out
