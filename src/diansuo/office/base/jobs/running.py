"""A job from its making to its end: prepared, claimed, its stages in order, begun afresh where its inputs changed."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from diansuo.office.base import progress
from diansuo.office.base.jobs.hands import Hands
from diansuo.office.base.jobs.holding import LEASE, alive, holder, mine, refuse_if_held, running_here
from diansuo.office.base.jobs.kinds import (
    BasisChanged,
    Clock,
    Kind,
    LostLease,
    UnknownStage,
    kind_of,
    stage_names,
)
from diansuo.office.base.jobs.stages import OnProgress, run_stage
from diansuo.office.base.models import Job, JobStage, Station, User
from diansuo.office.base.trail import acts

RESTARTS = 5
"""How often a run begins afresh because its inputs changed under it, before it gives up."""


def prepare(
    kind: str,
    key: str,
    *,
    station: Station | None,
    options: dict[str, Any],
    user: User | None,
    now: datetime,
    until: str = "",
) -> Job:
    """Return the job with this key, made or made ready to run again; a finished one starts its next round.

    Raises:
        UnknownStage: ``until`` is not a stage of this kind.
        JobBusy: the job is being run by a living process.
    """
    if until and until not in stage_names(kind):
        raise UnknownStage(f"{until!r}: {', '.join(stage_names(kind))}")
    with transaction.atomic():
        job, _made = Job.objects.get_or_create(
            key=key,
            defaults={
                "kind": kind,
                "station": station,
                "options": options,
                "created_by": user,
                "created_at": now,
            },
        )
        refuse_if_held(job, now)
        for sequence, name in enumerate(stage_names(kind)):
            JobStage.objects.get_or_create(job=job, name=name, defaults={"sequence": sequence})
        if job.state == Job.State.DONE:
            _next_round(job)
        job.until, job.error, job.state = until, "", Job.State.QUEUED
        # What the latest request says counts: the day of issue is given with the issue, often days after the pricing.
        job.options, job.created_by = options, user
        job.save()
    return job


def run(job_id: int, *, clock: Clock, on_progress: OnProgress | None = None) -> Job:
    """Run a job from where it stands to its end (or to its ``until`` stage) and return it.

    When the inputs change while it runs, the round begins afresh; what was written is computed again.

    Raises:
        JobBusy: a living process holds the job.
        BasisChanged: the inputs would not keep still.
    """
    asked = Job.objects.select_related("created_by").filter(pk=job_id).first()
    with acts.of_job(asked):
        return _run(job_id, clock, on_progress)


def _run(job_id: int, clock: Clock, on_progress: OnProgress | None) -> Job:
    job = _claim(job_id, clock())
    kind = kind_of(job)
    running_here.add(job.pk)
    try:
        with Hands(job) as hands:
            _run_rounds(job, kind, hands, clock, on_progress)
    except LostLease:
        return Job.objects.get(pk=job.pk)
    except Exception as failure:
        mine(job).update(state=Job.State.FAILED, error=str(failure), lease_until_at=None, holder="")
        raise
    finally:
        running_here.discard(job.pk)
        progress.clear(job.pk)
    finished = not job.stages.exclude(state=JobStage.State.DONE).exists()
    state = Job.State.DONE if finished else Job.State.PAUSED
    mine(job).update(state=state, finished_at=clock(), lease_until_at=None, holder="")
    return Job.objects.get(pk=job.pk)


def _run_rounds(job: Job, kind: Kind, hands: Hands, clock: Clock, on_progress: OnProgress | None) -> None:
    for restart in range(RESTARTS + 1):
        try:
            for stage in kind.stages:
                run_stage(job, stage, hands, clock, on_progress)
                if stage.name == job.until:
                    break
        except BasisChanged:
            if restart == RESTARTS:
                raise
            _begin_afresh(job, kind)
        else:
            return


def _begin_afresh(job: Job, kind: Kind) -> None:
    with transaction.atomic():
        job.basis = kind.basis(job)
        _next_round(job)
        if not mine(job).update(basis=job.basis, round=job.round):
            raise LostLease(job.key)


def waiting(now: datetime) -> list[int]:
    """Return the jobs that should be worked on and are not: queued ones, and those whose worker died."""
    candidates = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("created_at")
    return [job.pk for job in candidates if job.state == Job.State.QUEUED or not alive(job, now)]


def _claim(job_id: int, now: datetime) -> Job:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        refuse_if_held(job, now)
        basis = kind_of(job).basis(job)
        if job.basis != basis:
            if job.basis:
                _next_round(job)
            job.basis = basis
        # A holder of its own for every claim: a run that lost its lease no longer finds itself there.
        job.state, job.error, job.holder = Job.State.RUNNING, "", f"{holder()}:{secrets.token_hex(4)}"
        job.lease_until_at, job.finished_at = now + LEASE, None
        job.save()
    return job


def _next_round(job: Job) -> None:
    job.round += 1
    job.stages.update(state=JobStage.State.PENDING, plan=[], summary={}, started_at=None, finished_at=None)
