"""What the queue runs. It only wakes a job: the truth about it stands in the job's own row."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django_tasks import task

from diansuo.office.base import jobs
from diansuo.office.base.models import Job


@task()
def wake(job_id: int) -> None:
    """Work on a job, unless it is held or finished by now."""
    if job_id in jobs.waiting(timezone.now()):
        jobs.run(job_id, clock=timezone.now)


def enqueue(job: Job) -> None:
    """Let the worker take the job up."""
    wake.enqueue(job.pk)


def wake_forgotten(now: datetime) -> int:
    """Wake every job that waits with nobody working on it; return how many."""
    forgotten = jobs.waiting(now)
    for job_id in forgotten:
        wake.enqueue(job_id)
    return len(forgotten)
