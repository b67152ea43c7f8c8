"""What the pages of assessment read: figures by group, by month, and the readings behind a figure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet

from diansuo.core.metering import Purpose, Register
from diansuo.core.quantity.month import next_month
from diansuo.office.archive.models import MeteringPoint, Route, TransformerArea
from diansuo.office.base.models import Staff
from diansuo.office.base.scope import Scope
from diansuo.office.metering.assessment.figures import Figures, behind, figures_of
from diansuo.office.metering.assessment.gathering import gather
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.columns import as_date
from diansuo.office.metering.models import MissedReading, RegisterReading

GROUPS: Final = ("reader", "route", "area")
MONTHS_SHOWN: Final = 6
MOST: Final = 5_000
"""Readings a page can list at once."""


@dataclass(frozen=True, slots=True)
class Group:
    """The figures of a reader, route, area or month; ``key`` 0: of what belongs to none."""

    key: int
    title: str
    figures: Figures


@dataclass(slots=True, kw_only=True)
class ReadingRow(PointRow):
    """A due point as the list behind a figure shows it."""

    id: int
    meter: str
    due_date: date
    read_date: date | None
    register_wh: int | None
    entered_at: Any
    reason: str


def groups(scope: Scope, station_id: int, period: int, by: str) -> list[Group]:
    """Return a station's month by reader, route or area, by name; what belongs to none comes last."""
    if not scope.allows(station_id):
        return []
    month = gather(station_id, period)
    keys = getattr(month, by)
    names = _names(scope, by)
    found = [
        Group(key, names.get(key, ""), figures_of(month.take(keys == key)))
        for key in np.unique(keys).tolist()
    ]
    return sorted(found, key=lambda one: (one.key == 0, one.title))


def by_month(scope: Scope, station_id: int, period: int) -> list[Group]:
    """Return the figures of a station's latest months, the asked one first."""
    if not scope.allows(station_id):
        return []
    months = [next_month(period, -back) for back in range(MONTHS_SHOWN)]
    found = [Group(one, "", figures_of(gather(station_id, one))) for one in months]
    return [one for one in found if one.figures.due]


def points_behind(
    scope: Scope, station_id: int, period: int, *, by: str, key: int, what: str
) -> tuple[QuerySet[MeteringPoint], dict[int, date]]:
    """Return the points a figure is about, and the day each was due; at most `MOST`."""
    if not scope.allows(station_id):
        return MeteringPoint.objects.none(), {}
    month = gather(station_id, period)
    mask = behind(month, what)
    if by in GROUPS:
        mask = mask & (getattr(month, by) == key)
    kept = month.take(np.flatnonzero(mask)[:MOST])
    due = {point: as_date(day) for point, day in zip(kept.point.tolist(), kept.due_day.tolist(), strict=True)}
    return MeteringPoint.objects.filter(scope.limit("station"), pk__in=list(due)), due


def rows_of(
    scope: Scope, points: list[MeteringPoint], period: int, due: dict[int, date], day: date
) -> list[ReadingRow]:
    """Return points as rows: who, what was read and when it came in, or why not."""
    ids = [one.pk for one in points]
    where = point_rows(scope, ids, day)
    read = {
        one.point_id: one
        for one in RegisterReading.objects.filter(
            scope.limit("point__station"), point__in=ids, period=period, purpose=Purpose.PERIODIC,
            register=Register.ACTIVE_TOTAL,
        ).select_related("meter")
    }  # fmt: skip
    missed = dict(
        MissedReading.objects.filter(scope.limit("point__station"), point__in=ids, period=period).values_list(
            "point", "reason"
        )
    )
    rows = []
    for one in points:
        if one.pk not in where:
            continue
        held = read.get(one.pk)
        rows.append(
            ReadingRow(
                **asdict(where[one.pk]), id=one.pk, due_date=due[one.pk],
                meter=held.meter.asset_number if held else "",
                read_date=held.read_date if held else None,
                register_wh=held.register_wh if held else None,
                entered_at=held.entered_at if held else None,
                reason=missed.get(one.pk, ""),
            )
        )  # fmt: skip
    return rows


def _names(scope: Scope, by: str) -> dict[int, str]:
    if by == "reader":
        return dict(Staff.objects.filter(scope.limit("station")).values_list("pk", "name"))
    if by == "area":
        return dict(TransformerArea.objects.filter(scope.limit("station")).values_list("pk", "name"))
    return {one.pk: str(one) for one in Route.objects.filter(scope.limit("station"))}
