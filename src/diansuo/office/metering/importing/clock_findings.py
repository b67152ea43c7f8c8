"""What a list of clocks moves among the findings: the months it tells of are checked again, and forgotten with it."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from diansuo.core.metering import Rule
from diansuo.office.base.models import ImportBatch, ImportChange, Job
from diansuo.office.metering.days import clocks, running
from diansuo.office.metering.models import ClockRead, DayFinding

MANY = 2_000


def check_again(batch: ImportBatch, now: datetime) -> list[Job]:
    """Make ready the checks of the months that a batch brought reads of, or changed."""
    changed = ImportChange.objects.filter(batch=batch, model=ClockRead._meta.label).values("row")
    months = _months(batch)
    for read in ClockRead.objects.filter(pk__in=changed).select_related("point"):
        months.add((read.point.station_id, _month(read.read_at)))
    return running.ready(sorted(months), batch.created_by, now)


def forget(batch: ImportBatch) -> None:
    """Take with the batch what was found in its reads; a point another batch tells of too keeps its finding."""
    for station, month in _months(batch):
        told = clocks.of_month(station, month)
        found = DayFinding.objects.filter(
            month=month, rule=Rule.CLOCK.id, point__in=told.filter(batch=batch).values("point")
        )
        found.exclude(point__in=told.exclude(batch=batch).values("point")).delete()


def _months(batch: ImportBatch) -> set[tuple[int, int]]:
    """Return the stations and calendar months that a batch brought reads of."""
    rows = ClockRead.objects.filter(batch=batch).values_list("point__station", "read_at")
    return {(station, _month(read_at)) for station, read_at in rows.iterator(chunk_size=MANY)}


def _month(instant: datetime) -> int:
    day = timezone.localdate(instant)
    return day.year * 100 + day.month
