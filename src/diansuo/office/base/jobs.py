"""Long work that survives a kill: stages cut into chunks, each chunk written in one transaction with its own mark.

A chunk is computed outside any transaction and written in a short one, together with the mark that it is written.
Killed anywhere, the same job run again skips what is marked and does the rest: the same result, nothing twice.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from diansuo.office.base import progress
from diansuo.office.base.models import Job, JobChunk, JobStage, Station, User

LEASE = timedelta(seconds=60)

Chunk = Any
Summary = dict[str, int]
Write = Callable[[], Summary]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of a kind of job.

    ``plan(job)`` cuts the work into chunks (plain data, kept with the stage). ``compute(job, chunk)`` reads and
    computes and returns the function that writes: it is called inside a transaction and returns counts, which are
    added up over the chunks.
    """

    name: str
    plan: Callable[[Job], Sequence[Chunk]]
    compute: Callable[[Job, Chunk], Write]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its stages in order, and a text that changes whenever its inputs change."""

    name: str
    stages: tuple[Stage, ...]
    basis: Callable[[Job], str]


class JobBusy(RuntimeError):
    """Another living process holds the job; the message names it."""


class UnknownStage(ValueError):
    """The stage asked for does not exist; the message lists those that do."""


_kinds: dict[str, Kind] = {}
_running_here: set[int] = set()


def register(kind: Kind) -> None:
    """Make a kind of job known (from an app's ``ready``)."""
    _kinds[kind.name] = kind


def stage_names(kind: str) -> list[str]:
    """Return the names of a kind's stages, in order."""
    return [stage.name for stage in _kinds[kind].stages]


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
        _refuse_if_held(job, now)
        for sequence, name in enumerate(stage_names(kind)):
            JobStage.objects.get_or_create(job=job, name=name, defaults={"sequence": sequence})
        if job.state == Job.State.DONE:
            _next_round(job)
        job.until, job.error, job.state = until, "", Job.State.QUEUED
        job.save()
    return job


def run(job_id: int, *, clock: Clock, on_progress: Callable[[progress.Progress], None] | None = None) -> Job:
    """Run a job from where it stands to its end (or to its ``until`` stage) and return it.

    Raises:
        JobBusy: a living process holds the job.
    """
    job = _claim(job_id, clock())
    kind = _kinds[job.kind]
    _running_here.add(job.pk)
    try:
        for stage in kind.stages:
            _run_stage(job, stage, clock, on_progress)
            if stage.name == job.until:
                break
    except Exception as failure:
        Job.objects.filter(pk=job.pk).update(state=Job.State.FAILED, error=str(failure), lease_until_at=None)
        raise
    finally:
        _running_here.discard(job.pk)
        progress.clear(job.pk)
    finished = not job.stages.exclude(state=JobStage.State.DONE).exists()
    job.state = Job.State.DONE if finished else Job.State.PAUSED
    job.finished_at, job.lease_until_at, job.holder = clock(), None, ""
    job.save()
    return job


def renew(job: Job, now: datetime) -> None:
    """Keep the lease of a job whose chunk takes long (called by the chunk itself, as it gets on)."""
    Job.objects.filter(pk=job.pk).update(lease_until_at=now + LEASE)


def is_running(job: Job, now: datetime) -> bool:
    """Tell whether a living process works on the job."""
    return job.state == Job.State.RUNNING and _alive(job, now)


def waiting(now: datetime) -> list[int]:
    """Return the jobs that should be worked on and are not: queued ones, and those whose worker died."""
    candidates = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("created_at")
    return [job.pk for job in candidates if job.state == Job.State.QUEUED or not _alive(job, now)]


def _claim(job_id: int, now: datetime) -> Job:
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job_id)
        _refuse_if_held(job, now)
        basis = _kinds[job.kind].basis(job)
        if job.basis != basis:
            if job.basis:
                _next_round(job)
            job.basis = basis
        job.state, job.error, job.holder = Job.State.RUNNING, "", _holder()
        job.lease_until_at, job.finished_at = now + LEASE, None
        job.save()
    return job


def _next_round(job: Job) -> None:
    job.round += 1
    job.stages.update(state=JobStage.State.PENDING, plan=[], summary={}, started_at=None, finished_at=None)


def _run_stage(
    job: Job, stage: Stage, clock: Clock, on_progress: Callable[[progress.Progress], None] | None
) -> None:
    row = JobStage.objects.get(job=job, name=stage.name)
    if row.state == JobStage.State.DONE:
        return
    if row.state == JobStage.State.PENDING:
        row.plan, row.state, row.started_at = list(stage.plan(job)), JobStage.State.RUNNING, clock()
        row.save()
    written = set(row.chunks.filter(round=job.round).values_list("number", flat=True))
    for number, chunk in enumerate(row.plan):
        state = progress.Progress(stage.name, number, len(row.plan), row.started_at, clock())
        progress.save(job.pk, state)
        if on_progress:
            on_progress(state)
        if number not in written:
            _write_chunk(job, row, number, stage.compute(job, chunk), clock)
    with transaction.atomic():
        row.summary = _add_up(row.chunks.filter(round=job.round).values_list("summary", flat=True))
        row.state, row.finished_at = JobStage.State.DONE, clock()
        row.save()
    if on_progress:
        on_progress(progress.Progress(stage.name, len(row.plan), len(row.plan), row.started_at, clock()))


def _write_chunk(job: Job, row: JobStage, number: int, write: Write, clock: Clock) -> None:
    with transaction.atomic():
        chunk = JobChunk.objects.create(stage=row, round=job.round, number=number)
        chunk.summary = write()
        chunk.save(update_fields=["summary"])
        Job.objects.filter(pk=job.pk).update(lease_until_at=clock() + LEASE)


def _add_up(summaries: Sequence[Summary]) -> Summary:
    total: Summary = {}
    for summary in summaries:
        for name, count in summary.items():
            total[name] = total.get(name, 0) + count
    return total


def _refuse_if_held(job: Job, now: datetime) -> None:
    if is_running(job, now):
        raise JobBusy(job.holder)


def _holder() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _alive(job: Job, now: datetime) -> bool:
    if job.holder == _holder():
        return job.pk in _running_here
    if job.lease_until_at is None or job.lease_until_at <= now:
        return False
    host, _, pid = job.holder.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return True
    return _process_exists(int(pid))


def _process_exists(pid: int) -> bool:
    if os.name == "nt":
        return True  # no cheap probe there: the lease runs out within a minute
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
