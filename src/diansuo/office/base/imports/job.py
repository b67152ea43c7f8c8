"""A large batch applied as a job of its own: with progress, and taken up again if the worker dies on the way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from diansuo.office.base import jobs, progress
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch, Job, User
from diansuo.office.base.scope import Scope

KIND = "import"
STAGE = "apply"
ROWS_AT_ONCE = 5_000
"""A batch with more rows to write than this does not make its user wait for the answer."""


def wants_job(batch: ImportBatch) -> bool:
    """Tell whether a batch is large enough to be applied in the background."""
    return batch.counts.get(Outcome.NEW, 0) + batch.counts.get(Outcome.CHANGED, 0) > ROWS_AT_ONCE


def prepare(batch: ImportBatch, *, user: User, now: datetime) -> Job:
    """Make the batch's job ready for the worker.

    Raises:
        JobBusy: it is being applied already.
    """
    return jobs.prepare(
        KIND, _key(batch), station=batch.station, options={"batch": batch.pk}, user=user, now=now
    )


def of_batch(batch: ImportBatch) -> Job | None:
    """Return the job that applies a batch, if there is one."""
    return Job.objects.filter(key=_key(batch)).first()


def register() -> None:
    """Make the kind of job known."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(STAGE, _plan, _apply),), _basis))


def _key(batch: ImportBatch) -> str:
    return f"{KIND}:{batch.pk}"


def _plan(job: Job) -> list[Any]:
    return [job.options["batch"]]


def _basis(job: Job) -> str:
    return str(job.options["batch"])


def _apply(job: Job, batch_id: int) -> jobs.Write:
    """Apply the batch in its own short transactions; applied to the end before, there is nothing left to do."""
    batch = ImportBatch.objects.get(pk=batch_id)
    scope = Scope.of(job.created_by) if job.created_by else Scope.everything()
    began = timezone.now()

    def advance(done: int, total: int) -> None:
        now = timezone.now()
        progress.save(job.pk, progress.Progress(STAGE, done, total, began, now))
        jobs.renew(job, now)

    if batch.state != ImportBatch.State.APPLIED:
        operations.apply(batch, scope=scope, now=began, advance=advance)
    return lambda: {"rows": batch.counts[Outcome.NEW] + batch.counts[Outcome.CHANGED]}
