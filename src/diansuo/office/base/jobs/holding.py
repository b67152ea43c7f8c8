"""Who works on a job: one living process holds it, for as long as it shows that it is alive."""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from diansuo.office.base.jobs.kinds import JobBusy, LostLease
from diansuo.office.base.models import Job

LEASE = timedelta(seconds=60)
LATE_AT_MOST = timedelta(minutes=10)

running_here: set[int] = set()
"""The jobs this very process is at work on."""


def mine(job: Job) -> Any:
    """Return the job's row as long as this run still holds it."""
    return Job.objects.filter(pk=job.pk, holder=job.holder)


def renew(job: Job, now: datetime) -> None:
    """Keep the lease of a job whose chunk takes long (called by the chunk itself, as it gets on)."""
    if not mine(job).update(lease_until_at=now + LEASE):
        raise LostLease(job.key)


def is_running(job: Job, now: datetime) -> bool:
    """Tell whether a living process works on the job."""
    return job.state == Job.State.RUNNING and alive(job, now)


def refuse_if_held(job: Job, now: datetime) -> None:
    """Raise :class:`JobBusy` where a living process works on the job."""
    if is_running(job, now):
        raise JobBusy(job.holder)


def holder() -> str:
    """Name this process among all machines that share the database."""
    return f"{socket.gethostname()}:{os.getpid()}"


def alive(job: Job, now: datetime) -> bool:
    """Tell whether the holder still works: on this machine by its process, elsewhere by its lease."""
    process, _, _token = job.holder.rpartition(":")
    if process == holder():
        return job.pk in running_here
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
