"""The job that looks for the causes of a station's losses on a day and keeps what it found, area by area.

Killed anywhere and run again, or run twice, it comes to the same findings: an open one is found again, never twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db.models import Count, Max
from django.utils import timezone

from diansuo.core.network.causes import Causes
from diansuo.core.network.causes.ranking import causes_of
from diansuo.core.quantity import month as months_
from diansuo.office.base import jobs, revision
from diansuo.office.base.models import ImportBatch, Job, Station, User
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import LakeFile
from diansuo.office.network import months, prices, queries
from diansuo.office.network.causes import columns, keeping
from diansuo.office.network.causes.columns import HISTORY_DAYS, Asked
from diansuo.office.network.causes.limits import limits, thresholds

KIND: Final = "loss_causes"
STAGE: Final = "causes"
AREAS_A_CHUNK: Final = 50


def prepare(station: Station, day: date, *, user: User | None, now: datetime, follows: bool = False) -> Job:
    """Make the job of a station's day ready to run; ``follows``: nobody asked for it but a file that came.

    Raises:
        JobBusy: it is being run.
    """
    key, options = f"{KIND}:{station.pk}:{day}", {"day": day.isoformat(), "follows": follows}
    return jobs.prepare(KIND, key, station=station, options=options, user=user, now=now)


def follow_up(batch: ImportBatch, now: datetime) -> list[Job]:
    """Make ready the search up to the latest day with registers, where a batch of freezes touches its history.

    One that is being run begins afresh by itself, since what it looks at has changed.
    """
    if batch.station is None:
        return []
    last = queries.latest_loss_day(Scope(frozenset({batch.station.pk})), timezone.localdate(now))
    came = set(LakeFile.objects.filter(batch=batch).values_list("month", flat=True))
    if last is None or not came or max(came) < months_.month_of(last - timedelta(days=HISTORY_DAYS - 1)):
        return []
    with suppress(jobs.JobBusy):
        return [prepare(batch.station, last, user=batch.created_by, now=now, follows=True)]
    return []


def register() -> None:
    """Make the kind of job known (from the app's ``ready``)."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(STAGE, _plan, _compute),), _basis))


def _basis(job: Job) -> str:
    """Name what came into the lake: registers and curves that come meanwhile are looked at afresh.

    Not the station's revision: at a station at work somebody writes to its archive every few minutes, and a search of
    many areas that began again each time would never end.
    """
    revision.locked(job.station_id)  # holds still what an import would move
    files = LakeFile.objects.filter(station=job.station_id).aggregate(newest=Max("pk"), number=Count("pk"))
    return f"{files['newest']}:{files['number']}"


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
        total = {"new": 0, "again": 0, "areas": 0}
        for at, found in held.items():
            counts = keeping.keep(station_id, asked.areas[at], found, day, limited, nano)
            total = {name: total[name] + counts.get(name, 0) for name in total}
            total["areas"] += bool(found)
        return total

    return write
