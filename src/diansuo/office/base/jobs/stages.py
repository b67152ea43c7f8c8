"""One stage of a job, chunk by chunk; and the transaction that writes a chunk together with its mark."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from diansuo.office.base import progress
from diansuo.office.base.jobs.hands import Hands
from diansuo.office.base.jobs.holding import LEASE, mine
from diansuo.office.base.jobs.kinds import BasisChanged, Clock, LostLease, Stage, Summary, Write, kind_of
from diansuo.office.base.models import Job, JobChunk, JobStage
from diansuo.office.base.trail import watch
from diansuo.office.config import rulebook

OnProgress = Callable[[progress.Progress], None]


def run_stage(job: Job, stage: Stage, hands: Hands, clock: Clock, on_progress: OnProgress | None) -> None:
    """Do what is left of a stage, with others beside this process where its chunks may be shared."""
    row = JobStage.objects.get(job=job, name=stage.name)
    if row.state == JobStage.State.DONE:
        return
    if row.state == JobStage.State.PENDING:
        row.plan, row.state, row.started_at = list(stage.plan(job)), JobStage.State.RUNNING, clock()
        row.save()
    done = written(job, row)
    left = [number for number in range(len(row.plan)) if number not in done]
    processes = hands.call(len(left)) if stage.shared else 1
    for number in in_turn(left, 0, processes):
        done = written(job, row)
        _report(
            job, progress.Progress(stage.name, len(done), len(row.plan), row.started_at, clock()), on_progress
        )
        if number not in done:
            do_chunk(job, stage, row, number, clock)
    with transaction.atomic():
        row.summary = _add_up(row.chunks.filter(round=job.round).values_list("summary", flat=True))
        row.state, row.finished_at = JobStage.State.DONE, clock()
        row.save()
    if on_progress:
        on_progress(progress.Progress(stage.name, len(row.plan), len(row.plan), row.started_at, clock()))


def in_turn(numbers: Sequence[int], place: int, processes: int) -> list[int]:
    """Return chunks in the order in which one of several processes takes them.

    Its own first, the same ones in every stage, because a process remembers what it computed of a chunk. Then those
    of the others, the last first: what a slow or dead one leaves behind is done all the same, and they seldom meet.
    """
    own = [number for number in numbers if number % processes == place]
    others = [number for number in numbers if number % processes != place]
    return own + others[::-1]


def written(job: Job, row: JobStage) -> set[int]:
    """Return the chunks of this round that are written, by whomever."""
    return set(row.chunks.filter(round=job.round).values_list("number", flat=True))


def do_chunk(job: Job, stage: Stage, row: JobStage, number: int, clock: Clock) -> None:
    """Compute and write one chunk; nothing is written where another process has just done it.

    Raises:
        LostLease, BasisChanged: see :mod:`diansuo.office.base.jobs.kinds`; nothing is written.
    """
    rulebook.refresh()
    _write_chunk(job, row, number, stage.compute(job, row.plan[number]), clock)


def _write_chunk(job: Job, row: JobStage, number: int, write: Write, clock: Clock) -> None:
    with transaction.atomic():
        # This holds the job's row, so that one process at a time writes, and sees the marks of the others.
        if not mine(job).update(lease_until_at=clock() + LEASE):
            raise LostLease(job.key)
        if kind_of(job).basis(job) != job.basis:
            raise BasisChanged(job.key)
        if row.chunks.filter(round=job.round, number=number).exists():
            return
        chunk = JobChunk.objects.create(stage=row, round=job.round, number=number)
        with watch.in_batches():
            chunk.summary = write()
        chunk.save(update_fields=["summary"])


def _report(job: Job, state: progress.Progress, on_progress: OnProgress | None) -> None:
    progress.save(job.pk, state)
    if on_progress:
        on_progress(state)


def _add_up(summaries: Sequence[Summary]) -> Summary:
    total: Summary = {}
    for summary in summaries:
        for name, count in summary.items():
            total[name] = total.get(name, 0) + count
    return total
