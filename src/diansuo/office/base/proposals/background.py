"""A preview over very many customers, worked out as a job of its own: with progress, and anew if the worker dies."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from diansuo.office.base import jobs, progress
from diansuo.office.base.models import Job, Proposal, User
from diansuo.office.base.proposals import operations

KIND: Final = "proposal"
STAGE: Final = "preview"


def prepare(proposal: Proposal, *, user: User, now: datetime) -> Job:
    """Make the job of a proposal's preview ready for the worker.

    Raises:
        JobBusy: it is being worked out already.
    """
    return jobs.prepare(
        KIND, _key(proposal), station=proposal.station, options={"proposal": proposal.pk}, user=user, now=now
    )


def of_proposal(proposal: Proposal) -> Job | None:
    """Return the job that works out a proposal's preview, if there is one."""
    return Job.objects.filter(key=_key(proposal)).first()


def register() -> None:
    """Make the kind of job known."""
    jobs.register(jobs.Kind(KIND, (jobs.Stage(STAGE, _plan, _preview),), _basis))


def _key(proposal: Proposal) -> str:
    return f"{KIND}:{proposal.pk}"


def _plan(job: Job) -> list[Any]:
    return [job.options["proposal"]]


def _basis(job: Job) -> str:
    return str(job.options["proposal"])


def _preview(job: Job, proposal_id: int) -> jobs.Write:
    """Work it out; the effect is kept in one short transaction of its own, with the proposal."""
    began = timezone.now()

    def advance(done: int, total: int) -> None:
        now = timezone.now()
        progress.save(job.pk, progress.Progress(STAGE, done, total, began, now))
        jobs.renew(job, now)

    operations.preview(Proposal.objects.get(pk=proposal_id), now=began, on_progress=advance)
    return lambda: {"proposals": 1}
