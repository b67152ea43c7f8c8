"""The job that looks for the causes of a station's losses on a day and keeps what it found, area by area.

Killed anywhere and run again, or run twice, it comes to the same findings: an open one is found again, never twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

from diansuo.core.network.causes import Causes
from diansuo.core.network.causes.ranking import causes_of
from diansuo.core.quantity import month as months_
from diansuo.office.base import jobs, revision
from diansuo.office.base.models import Job, Station, User
from diansuo.office.network import months, prices
from diansuo.office.network.causes import columns, keeping
from diansuo.office.network.causes.columns import Asked
from diansuo.office.network.causes.limits import limits, thresholds

KIND: Final = "loss_causes"
STAGE: Final = "causes"
AREAS_A_CHUNK: Final = 50


def prepare(station: Station, day: date, *, user: User | None, now: datetime) -> Job:
    """Make the job of a station's day ready to run.

    Raises:
        JobBusy: it is being run.
    """
    key = f"{KIND}:{station.pk}:{day}"
    return jobs.prepare(KIND, key, station=station, options={"day": day.isoformat()}, user=user, now=now)


def register() -> None:
    """Make the kind of job known (from the app's ``ready``)."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(STAGE, _plan, _compute),), _basis))


def _basis(job: Job) -> str:
    return str(revision.locked(job.station_id))


def _day(job: Job) -> date:
    return date.fromisoformat(job.options["day"])


@lru_cache(maxsize=2)
def _answers(station_id: int, basis: str, day: date) -> tuple[Asked, Causes]:
    """Return what the engine says of a station, computed once for all chunks of a round."""
    del basis  # part of the key alone
    asked = columns.asked(station_id, day)
    return asked, causes_of(asked.days, thresholds(day))


months.forget_too(_answers)


def _plan(job: Job) -> Sequence[list[Any]]:
    asked, _causes = _answers(job.station_id or 0, job.basis, _day(job))
    return [
        [start, min(start + AREAS_A_CHUNK, len(asked.areas))]
        for start in range(0, len(asked.areas), AREAS_A_CHUNK)
    ]


def _compute(job: Job, chunk: list[Any]) -> jobs.Write:
    day, station_id = _day(job), job.station_id or 0
    asked, causes = _answers(station_id, job.basis, day)
    held = {at: columns.found_of(asked, causes, at) for at in range(*chunk)}
    nano, limited = prices.price_nano(station_id, months_.month_of(day)), limits(day)

    def write() -> jobs.Summary:
        total = {"new": 0, "again": 0, "areas": 0}
        for at, found in held.items():
            counts = keeping.keep(station_id, asked.areas[at], found, day, limited, nano)
            total = {name: total[name] + counts.get(name, 0) for name in total}
            total["areas"] += bool(found)
        return total

    return write
