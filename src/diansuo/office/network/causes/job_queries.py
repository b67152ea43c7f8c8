"""How far the search for causes has come: the job of a station that counts, its progress, the day it looks up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from diansuo.office.base import progress
from diansuo.office.base.models import Job, Station
from diansuo.office.base.progress import Progress
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries as losses
from diansuo.office.network.causes import running

WORKING: Final = (Job.State.QUEUED, Job.State.RUNNING)
LOOKED_BACK: Final = 40
"""One job a day: those of more than a month ago no longer say how things stand."""


@dataclass(frozen=True, slots=True)
class Search:
    """A station's search for causes.

    ``job``, up to ``day``, is the one at work, else the one that ended last, None where none was ever made; ``could``
    is the latest day a search could look up to, None where no daily freezes have come.
    """

    station: Station
    whole: bool
    could: date | None
    job: Job | None
    day: date | None
    working: bool
    progress: Progress | None

    @property
    def done_day(self) -> date | None:
        """Return the day up to which all was looked at, None where nothing was yet."""
        return self.day if self.job and self.job.state == Job.State.DONE else None

    @property
    def behind(self) -> bool:
        """Tell whether registers of later days have come since."""
        return self.could is not None and self.day is not None and self.day < self.could


def searches(scope: Scope, today: date) -> list[Search]:
    """Return the search of every station of the scope; ``whole`` tells whether all of it is within."""
    return [_search(scope, station, today) for station in scope.stations_in_part()]


def search_of(scope: Scope, station_id: int, today: date) -> Search | None:
    """Return a station's search, None where not all of the station lies within the scope."""
    stations = scope.stations().filter(pk=station_id)
    return next((_search(scope, station, today) for station in stations), None)


def _search(scope: Scope, station: Station, today: date) -> Search:
    rows = Job.objects.filter(kind=running.KIND, station=station).order_by("-created_at")[:LOOKED_BACK]
    job = max(rows, key=lambda one: (one.state in WORKING, one.finished_at or one.created_at), default=None)
    working = job is not None and job.state in WORKING
    return Search(
        station=station,
        whole=scope.allows(station.pk) and scope.part is None,
        could=losses.latest_loss_day(scope.within(station.pk), today),
        job=job,
        day=running.day_of(job) if job else None,
        working=working,
        progress=progress.load(job.pk) if job and working else None,
    )
