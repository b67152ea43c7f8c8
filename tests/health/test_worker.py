"""Work whose worker died is taken up again: the job's own row is the truth, not the queue."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from diansuo.office.base import jobs, tasks
from diansuo.office.base.models import Job

NOW = datetime(2024, 8, 1, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def _job(state: Job.State, holder: str = "", lease: timedelta | None = None) -> Job:
    return Job.objects.create(
        kind="probe",
        key=f"probe-{Job.objects.count()}",
        state=state,
        holder=holder,
        lease_until_at=NOW + lease if lease is not None else None,
        created_at=NOW - timedelta(hours=1),
    )


def _dead_process() -> int:
    """Return the number of a process that lived and is gone."""
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    return process.pid


def test_a_job_whose_lease_ran_out_is_requeued() -> None:
    job = _job(Job.State.RUNNING, "elsewhere:17:token", timedelta(seconds=-1))

    assert jobs.waiting(NOW) == [job.pk]
    assert not jobs.is_running(job, NOW)


def test_a_job_is_requeued_as_soon_as_its_worker_on_this_machine_is_gone() -> None:
    job = _job(Job.State.RUNNING, f"{socket.gethostname()}:{_dead_process()}:token", timedelta(seconds=59))

    assert jobs.waiting(NOW) == [job.pk]


def test_a_job_held_by_a_living_worker_is_left_alone() -> None:
    _job(Job.State.RUNNING, "elsewhere:17:token", timedelta(seconds=59))
    _job(Job.State.RUNNING, f"{socket.gethostname()}:{os.getppid()}:token", timedelta(seconds=59))

    assert jobs.waiting(NOW) == []


def test_finished_failed_and_paused_jobs_are_not_requeued() -> None:
    for state in (Job.State.DONE, Job.State.FAILED, Job.State.PAUSED):
        _job(state, "elsewhere:17:token", timedelta(seconds=-1))

    assert jobs.waiting(NOW) == []


def test_the_worker_wakes_every_forgotten_job() -> None:
    _job(Job.State.QUEUED)
    _job(Job.State.RUNNING, "elsewhere:17:token", timedelta(seconds=-1))
    _job(Job.State.RUNNING, "elsewhere:18", timedelta(seconds=59))

    assert tasks.wake_forgotten(NOW) == 2
