"""The job that looks for the causes of a station's losses on a day and keeps what it found, area by area.

Killed anywhere and run again, or run twice, it comes to the same findings: an open one is found again, never twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from diansuo.core.network.causes import Causes
from diansuo.core.network.causes.ranking import causes_of
from diansuo.core.quantity import month as months_
from diansuo.office.archive.line_models import LineList
from diansuo.office.base import jobs, revision
from diansuo.office.base.imports import kinds
from diansuo.office.base.models import ImportBatch, ImportChange, Job, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering.days import clocks
from diansuo.office.metering.models import ClockRead, LakeFile
from diansuo.office.network import months, prices, queries
from diansuo.office.network.causes import columns, keeping
from diansuo.office.network.causes.columns import HISTORY_DAYS, JUDGED_DAYS, Asked
from diansuo.office.network.causes.limits import limits, thresholds

KIND: Final = "loss_causes"
STAGE: Final = "causes"
INTERVALS: Final = ("freeze", "curve")
LISTS: Final = ("clocks", "lines")
"""Kinds of files that a search looks at: those that come into the lake, and those that become rows."""
AREAS_A_CHUNK: Final = 50


def prepare(station: Station, day: date, *, user: User | None, now: datetime, follows: bool = False) -> Job:
    """Make the job of a station's day ready to run; ``follows``: nobody asked for it but a file that came.

    Raises:
        JobBusy: it is being run.
    """
    key, options = f"{KIND}:{station.pk}:{day}", {"day": day.isoformat(), "follows": follows}
    return jobs.prepare(KIND, key, station=station, options=options, user=user, now=now)


def follow_up(batch: ImportBatch, now: datetime) -> list[Job]:
    """Make ready the search up to the latest day with registers, where a batch brought something a search looks at.

    However many files come, of whichever kind, one search of a day waits. One that is being run begins afresh by
    itself, since what it looks at has changed.
    """
    made = []
    for station in Station.objects.filter(pk__in=_stations(batch)).order_by("pk"):
        last = queries.latest_loss_day(Scope(frozenset({station.pk})), timezone.localdate(now))
        if last is None or not _looked_at(batch, station.pk, last):
            continue
        with suppress(jobs.JobBusy):
            made.append(prepare(station, last, user=batch.created_by, now=now, follows=True))
    return made


def _stations(batch: ImportBatch) -> set[int]:
    """Return the station of a batch, or those its clocks and lines are of where it has several."""
    if batch.station_id is not None:
        return {batch.station_id}
    lists = LineList.objects.filter(batch=batch).values_list("area__station", flat=True)
    return {*_clocks(batch).values_list("point__station", flat=True).distinct(), *lists.distinct()}


def _looked_at(batch: ImportBatch, station_id: int, last: date) -> bool:
    """Tell whether a batch brought registers or curves of the history, clocks of the judged days, or lines."""
    first, judged = (last - timedelta(days=days - 1) for days in (HISTORY_DAYS, JUDGED_DAYS))
    files = LakeFile.objects.filter(batch=batch, station=station_id, month__gte=months_.month_of(first))
    read = clocks.of_days(station_id, judged, last + timedelta(days=2)) & _clocks(batch)
    lists = LineList.objects.filter(batch=batch, area__station=station_id)
    return files.exists() or read.exists() or lists.exists()


def _clocks(batch: ImportBatch) -> QuerySet[ClockRead]:
    """Return the clocks a batch brought, or put right."""
    changed = ImportChange.objects.filter(batch=batch, model=ClockRead._meta.label).values("row")
    return ClockRead.objects.filter(Q(batch=batch) | Q(pk__in=changed))


def register() -> None:
    """Make the kind of job known, and let it follow the files it looks at (from the app's ``ready``)."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(STAGE, _plan, _compute),), _basis))
    for name in (*INTERVALS, *LISTS):
        kinds.add_follow_up(name, follow_up)


def _basis(job: Job) -> str:
    """Name what came: registers, curves, clocks and lines that come meanwhile are looked at afresh.

    Not the station's revision: at a station at work somebody writes to its archive every few minutes, and a search of
    many areas that began again each time would never end.
    """
    revision.locked(job.station_id)  # holds still what an import would move
    files = LakeFile.objects.filter(station=job.station_id).aggregate(newest=Max("pk"), number=Count("pk"))
    of_station = Q(station=job.station_id) | Q(station__isnull=True)
    lists = ImportBatch.objects.filter(of_station, kind__in=LISTS, state=ImportBatch.State.APPLIED)
    listed = lists.aggregate(newest=Max("pk"), number=Count("pk"))
    return ":".join(str(each[name]) for each in (files, listed) for name in ("newest", "number"))


def day_of(job: Job) -> date:
    """Return the last day a search looks at."""
    return date.fromisoformat(job.options["day"])


@lru_cache(maxsize=2)
def _answers(job_id: int, round_number: int, basis: str, station_id: int, day: date) -> tuple[Asked, Causes]:
    """Return what the engine says of a station, computed once for all chunks of a round."""
    del job_id, round_number, basis  # part of the key alone: another round looks at the archive as it is then
    asked = columns.asked(station_id, day)
    return asked, causes_of(asked.days, thresholds(day))


def _answers_of(job: Job) -> tuple[Asked, Causes]:
    return _answers(job.pk, job.round, job.basis, job.station_id or 0, day_of(job))


months.forget_too(_answers)


def _overtaken(job: Job) -> bool:
    """Tell whether a later day waits already: of files that come one after another only the last is looked at."""
    waits = Job.objects.filter(
        kind=KIND, station=job.station_id, state__in=[Job.State.QUEUED, Job.State.RUNNING]
    )
    return bool(job.options.get("follows")) and any(day_of(one) > day_of(job) for one in waits)


def _plan(job: Job) -> Sequence[list[Any]]:
    """Cut the station's areas into chunks, by their ids: which areas there are may change before a chunk's turn."""
    if _overtaken(job):
        return []
    areas = _answers_of(job)[0].areas
    return [areas[start : start + AREAS_A_CHUNK] for start in range(0, len(areas), AREAS_A_CHUNK)]


def _compute(job: Job, chunk: list[Any]) -> jobs.Write:
    day, station_id = day_of(job), job.station_id or 0
    asked, causes = _answers_of(job)
    place = {area: at for at, area in enumerate(asked.areas)}
    held = {place[area]: columns.found_of(asked, causes, place[area]) for area in chunk if area in place}
    nano, limited = prices.price_nano(station_id, months_.month_of(day)), limits(day)

    def write() -> jobs.Summary:
        total = {"new": 0, "again": 0, "gone": 0, "areas": 0}
        for at, found in held.items():
            looked = asked.days.judged(at)
            counts = keeping.keep(station_id, asked.areas[at], found, day, limited, nano, looked=looked)
            total = {name: total[name] + counts.get(name, 0) for name in total}
            total["areas"] += bool(found)
        return total

    return write
