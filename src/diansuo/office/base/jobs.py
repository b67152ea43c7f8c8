"""Long work that survives a kill: stages cut into chunks, each chunk written in one transaction with its own mark.

A chunk is computed outside any transaction and written in a short one, together with the mark that it is written.
Killed anywhere, the same job run again skips what is marked and does the rest: the same result, nothing twice.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from diansuo.office.base import progress
from diansuo.office.base.models import Job, JobChunk, JobStage, Station, User
from diansuo.office.base.trail import acts, watch
from diansuo.office.config import rulebook

LEASE = timedelta(seconds=60)
LATE_AT_MOST = timedelta(minutes=10)
RESTARTS = 5
"""How often a run begins afresh because its inputs changed under it, before it gives up."""

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
    """A kind of job: its stages in order, and a text that changes whenever its inputs change.

    ``basis(job)`` is asked inside a transaction and must hold the inputs still until that ends.
    """

    name: str
    stages: tuple[Stage, ...]
    basis: Callable[[Job], str]


class BasisChanged(RuntimeError):
    """What a chunk was computed from changed before it was written: nothing of it is written."""


class LostLease(RuntimeError):
    """Another process has taken the job over: this one writes nothing more and ends quietly."""


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
        # What the latest request says counts: the day of issue is given with the issue, often days after the pricing.
        job.options, job.created_by = options, user
        job.save()
    return job


def run(job_id: int, *, clock: Clock, on_progress: Callable[[progress.Progress], None] | None = None) -> Job:
    """Run a job from where it stands to its end (or to its ``until`` stage) and return it.

    When the inputs change while it runs, the round begins afresh; what was written is computed again.

    Raises:
        JobBusy: a living process holds the job.
        BasisChanged: the inputs would not keep still.
    """
    asked = Job.objects.select_related("created_by").filter(pk=job_id).first()
    with acts.of_job(asked):
        return _run(job_id, clock, on_progress)


def _run(job_id: int, clock: Clock, on_progress: Callable[[progress.Progress], None] | None) -> Job:
    job = _claim(job_id, clock())
    kind = _kinds[job.kind]
    _running_here.add(job.pk)
    try:
        _run_rounds(job, kind, clock, on_progress)
    except LostLease:
        return Job.objects.get(pk=job.pk)
    except Exception as failure:
        _mine(job).update(state=Job.State.FAILED, error=str(failure), lease_until_at=None, holder="")
        raise
    finally:
        _running_here.discard(job.pk)
        progress.clear(job.pk)
    finished = not job.stages.exclude(state=JobStage.State.DONE).exists()
    state = Job.State.DONE if finished else Job.State.PAUSED
    _mine(job).update(state=state, finished_at=clock(), lease_until_at=None, holder="")
    return Job.objects.get(pk=job.pk)


def _run_rounds(
    job: Job, kind: Kind, clock: Clock, on_progress: Callable[[progress.Progress], None] | None
) -> None:
    for restart in range(RESTARTS + 1):
        try:
            for stage in kind.stages:
                _run_stage(job, stage, clock, on_progress)
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
        if not _mine(job).update(basis=job.basis, round=job.round):
            raise LostLease(job.key)


def _mine(job: Job) -> Any:
    """Return the job's row as long as this run still holds it."""
    return Job.objects.filter(pk=job.pk, holder=job.holder)


def renew(job: Job, now: datetime) -> None:
    """Keep the lease of a job whose chunk takes long (called by the chunk itself, as it gets on)."""
    if not _mine(job).update(lease_until_at=now + LEASE):
        raise LostLease(job.key)


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
        # A holder of its own for every claim: a run that lost its lease no longer finds itself there.
        job.state, job.error, job.holder = Job.State.RUNNING, "", f"{_holder()}:{secrets.token_hex(4)}"
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
            rulebook.refresh()
            _write_chunk(job, row, number, stage.compute(job, chunk), clock)
    with transaction.atomic():
        row.summary = _add_up(row.chunks.filter(round=job.round).values_list("summary", flat=True))
        row.state, row.finished_at = JobStage.State.DONE, clock()
        row.save()
    if on_progress:
        on_progress(progress.Progress(stage.name, len(row.plan), len(row.plan), row.started_at, clock()))


def _write_chunk(job: Job, row: JobStage, number: int, write: Write, clock: Clock) -> None:
    with transaction.atomic():
        if not _mine(job).update(lease_until_at=clock() + LEASE):
            raise LostLease(job.key)
        if _kinds[job.kind].basis(job) != job.basis:
            raise BasisChanged(job.key)
        chunk = JobChunk.objects.create(stage=row, round=job.round, number=number)
        with watch.in_batches():
            chunk.summary = write()
        chunk.save(update_fields=["summary"])


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
    """Tell whether the holder still works: on this machine by its process, elsewhere by its lease."""
    process, _, _token = job.holder.rpartition(":")
    if process == _holder():
        return job.pk in _running_here
    host, _, pid = process.rpartition(":")
    if job.lease_until_at is None:
        return False
    if host == socket.gethostname() and pid.isdigit() and os.name != "nt":
        # A live process may be late with its lease, but not for ever: its number may be another's by now.
        return _process_exists(int(pid)) and job.lease_until_at + LATE_AT_MOST > now
    return job.lease_until_at > now


def _process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
