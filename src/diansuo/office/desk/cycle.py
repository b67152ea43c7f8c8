"""The monthly cycle (电费月度流程): settle, check, price, audit, issue; one job a station and month.

Every stage works through the station's metering points in chunks. Points that already have an issued bill in the
month are left alone by all of them, so running a finished month again bills only what was late or has been mended.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, datetime

import numpy as np
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base import jobs, progress, revision, wording
from diansuo.office.base.bulk import fetch_columns
from diansuo.office.base.models import ImportBatch, Job, JobStage, Station, User
from diansuo.office.billing import operations as billing
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.collection import operations as collection
from diansuo.office.desk import issuing
from diansuo.office.metering import settling
from diansuo.office.metering.routes import calendar

KIND = "cycle"
STAGES = ("readings", "check", "bill", "audit", "issue")
POINTS_A_CHUNK = int(os.environ.get("DIANSUO_CYCLE_CHUNK", "10000"))

Chunk = list[int]

POINTS = """
    SELECT id FROM archive_meteringpoint WHERE station_id = %s AND contract_id IS NOT NULL ORDER BY id
"""


class UnableToRun(ValueError):
    """The cycle cannot start; the message says why and what to do."""


def job_key(station_id: int, period: int) -> str:
    """Return the key of a station's month: there is one job for it, ever."""
    return f"{KIND}:{station_id}:{period}"


def prepare(
    station: Station,
    period: int,
    *,
    issue_date: date,
    user: User | None,
    now: datetime,
    until: str = "",
    confirmed: issuing.Standing | None = None,
) -> Job:
    """Make the month's job ready to run (for this process, or for the worker).

    ``confirmed``: what somebody saw and confirmed; nothing is issued where it is no longer so.

    Raises:
        UnableToRun: the month's reading day has not come, the day of issue cannot be, or an import of this station
            is being written; or the issue is asked of a station whose bills another system issues.
        UnknownStage, JobBusy: see :mod:`diansuo.office.base.jobs`.
    """
    _require_due(station, period, issue_date, timezone.localdate(now))
    mine = Q(station=station) | Q(station__isnull=True)
    importing = ImportBatch.objects.filter(mine, state=ImportBatch.State.APPLYING).first()
    if importing:
        raise UnableToRun(
            _("导入批次 %(batch)s 还没有写完；在导入页把它做完或撤回，再执行本月流程") % {"batch": importing}
        )
    with transaction.atomic():
        beside = billing.is_beside(station.pk)
        job = jobs.prepare(
            KIND,
            job_key(station.pk, period),
            station=station,
            options={"period": period, "issue_date": _issue_date(station, period, issue_date)}
            | (issuing.confirmed(confirmed) if confirmed else {}),
            user=user,
            now=now,
            until=_last_stage(until) if beside else until,
        )
        if beside:
            billing.reopen_opinions(station.pk, since=period)
            billing.keep_opinions(station.pk, before=period)
    return job


def _last_stage(until: str) -> str:
    """Return where a month ends whose bills another system issues: after the audit.

    Raises:
        UnableToRun: the issue is asked for.
    """
    if until == "issue":
        raise UnableToRun(_("旁运行不发行电费：电费由营销2.0发行，本系统执行到审核为止"))
    return until or "audit"


def obstacles(station: Station, _mode: str) -> list[str]:
    """Say which months forbid the station to change its way of running: those at work, and those half issued."""
    mine = Job.objects.filter(station=station, kind=KIND)
    working = mine.filter(state__in=(Job.State.QUEUED, Job.State.RUNNING))
    found = [
        _("%(month)s 的电费流程正在执行；等它结束再改") % {"month": wording.month(_period(job))}
        for job in working
    ]
    half = JobStage.objects.filter(job__in=mine, name="issue", state=JobStage.State.RUNNING).exclude(
        job__in=working
    )
    return found + [
        _("%(month)s 的电费发行到一半停下了；先在“电费流程”把它发行完再改")
        % {"month": wording.month(_period(stage.job))}
        for stage in half.select_related("job")
    ]


def on_mode(station: Station, mode: str) -> None:
    """Let nobody be billed twice where a station begins to bill for itself."""
    if mode == Station.Mode.ALONE:
        billing.keep_answered(station.pk)


def _first_day(station: Station, period: int) -> date:
    routes = calendar.of_station(station.pk)
    used = {route: days for route, days in routes.items() if route} or routes
    return min(days.scheduled(period) for days in used.values())


def not_due(station: Station, period: int, today: date) -> str:
    """Say why a month cannot be run yet: its first reading day has not come; empty where it has."""
    first = _first_day(station, period)
    if first <= today:
        return ""
    return _("%(month)s 的抄表例日 %(day)s 还没到，到日抄表后再执行") % {
        "month": f"{period // 100}-{period % 100:02d}",
        "day": first,
    }


def _require_due(station: Station, period: int, issue_date: date, today: date) -> None:
    """Refuse a month that is not read yet, and a day of issue that no bill of the month can carry."""
    first, early = _first_day(station, period), not_due(station, period, today)
    if early:
        raise UnableToRun(early)
    if issue_date > today:
        raise UnableToRun(_("发行日期 %(day)s 还没到，请更正") % {"day": issue_date})
    if issue_date < first:
        raise UnableToRun(
            _("发行日期 %(day)s 早于抄表例日 %(first)s，请更正") % {"day": issue_date, "first": first}
        )


def _issue_date(station: Station, period: int, asked: date) -> str:
    """Return the day of issue asked for; an issue that was interrupted goes on with the day it began with."""
    begun = JobStage.objects.filter(
        job__key=job_key(station.pk, period), name="issue", state=JobStage.State.RUNNING
    ).select_related("job")
    return str(begun[0].job.options["issue_date"]) if begun else asked.isoformat()


def run(
    job: Job, *, clock: jobs.Clock, on_progress: Callable[[progress.Progress], None] | None = None
) -> Job:
    """Run a month's job in this process to its end."""
    return jobs.run(job.pk, clock=clock, on_progress=on_progress)


def register() -> None:
    """Make the cycle known to the jobs."""
    jobs.register(kind_of(KIND, _plan))


def kind_of(name: str, plan: Callable[[Job], list[Chunk]]) -> jobs.Kind:
    """Return a kind of job that takes the points it plans through the five stages of a month."""
    computes = (_settle, _check, _price, _audit, _issue)
    plans = (plan, plan, plan, plan, _as_confirmed(plan))
    # An issue is writing and nothing else: a second process would only keep others from the database.
    stages = tuple(
        jobs.Stage(*each, shared=each[0] != "issue") for each in zip(STAGES, plans, computes, strict=True)
    )
    return jobs.Kind(name, stages, _basis)


def _as_confirmed(plan: Callable[[Job], list[Chunk]]) -> Callable[[Job], list[Chunk]]:
    """Plan an issue only of what was confirmed; one that was interrupted keeps its plan and goes on."""

    def planned(job: Job) -> list[Chunk]:
        issuing.require_as_confirmed(job)
        return plan(job)

    return planned


def _plan(job: Job) -> list[Chunk]:
    points = fetch_columns(POINTS, [job.station_id], id="int")["id"]
    first, last = points[::POINTS_A_CHUNK], points[POINTS_A_CHUNK - 1 :: POINTS_A_CHUNK]
    if len(last) < len(first):
        last = np.append(last, points[-1])
    return [list(pair) for pair in zip(first.tolist(), last.tolist(), strict=True)]


def _basis(job: Job) -> str:
    """Name the state of everything the stages read; when it changes, a half-done month starts afresh."""
    return f"{revision.locked(job.station_id)}:{priced_book().hash[:16]}"


def _period(job: Job) -> int:
    return int(job.options["period"])


def _settle(job: Job, chunk: Chunk) -> jobs.Write:
    store = settling.settle_points(job, _period(job), *chunk)

    def write() -> jobs.Summary:
        billing.drop_drafts(job.station_id, _period(job), *chunk)
        return store()

    return write


def _check(job: Job, chunk: Chunk) -> jobs.Write:
    return settling.check_points(job, _period(job), *chunk)


def _price(job: Job, chunk: Chunk) -> jobs.Write:
    return billing.price_points(job, _period(job), *chunk)


def _audit(job: Job, chunk: Chunk) -> jobs.Write:
    return billing.audit_points(job, _period(job), *chunk)


def _issue(job: Job, chunk: Chunk) -> jobs.Write:
    issue_date = date.fromisoformat(job.options["issue_date"])

    def write() -> jobs.Summary:
        if billing.is_beside(job.station_id):
            raise UnableToRun(_("旁运行不发行电费：电费由营销2.0发行，本系统执行到审核为止"))
        counts = billing.issue_points(job.station_id, _period(job), *chunk, issue_date)
        return counts | collection.raise_receivables(job.station_id, _period(job), *chunk, issue_date)

    return write
