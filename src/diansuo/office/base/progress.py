"""How far long work is, kept in a small file so that looking at it never waits for the database."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a job is: the stage, chunks done of all, since when, and as of when."""

    stage: str
    done: int
    total: int
    started_at: datetime | None
    as_of_at: datetime

    @property
    def percent(self) -> int:
        """Return the share of the stage's chunks done, in whole percent."""
        return 100 * self.done // self.total if self.total else 100

    @property
    def seconds_left(self) -> int | None:
        """Return the seconds the rest of the stage should take, or None while nothing is done."""
        if not self.done or self.started_at is None:
            return None
        spent = (self.as_of_at - self.started_at).total_seconds()
        return round(spent * (self.total - self.done) / self.done)


def _path(job_id: int) -> Path:
    return settings.HOME.progress / f"job-{job_id}.json"


def save(job_id: int, state: Progress) -> None:
    """Replace the job's progress file, whole or not at all."""
    path = _path(job_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    record = {
        "stage": state.stage,
        "done": state.done,
        "total": state.total,
        "started_at": state.started_at.isoformat() if state.started_at else None,
        "as_of_at": state.as_of_at.isoformat(),
    }
    draft.write_text(json.dumps(record), encoding="utf-8")
    draft.replace(path)


def load(job_id: int) -> Progress | None:
    """Return how far the job is, or None when nothing runs."""
    try:
        record = json.loads(_path(job_id).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    started = record.pop("started_at")
    return Progress(
        started_at=datetime.fromisoformat(started) if started else None,
        as_of_at=datetime.fromisoformat(record.pop("as_of_at")),
        **record,
    )


def clear(job_id: int) -> None:
    """Remove the job's progress file."""
    _path(job_id).unlink(missing_ok=True)
