"""Other processes that lend a hand with one large job: started by the one that holds it, and gone when it is.

They are a help and never a condition: whoever holds the job does every chunk that is not written in the end, so a hand
that is killed, or cannot start, costs time and nothing else.
"""

from __future__ import annotations

import os
import subprocess
import sys
from types import TracebackType
from typing import Final, Self

from django.db import connection

from diansuo.office.base.models import Job

MOST: Final = 4
"""More processes than this only wait for each other: they write one at a time."""

CHUNKS_WORTH_IT: Final = 12
"""A process takes seconds to start; a job with fewer chunks than this is done by then."""

ENDS_WITHIN_SECONDS: Final = 10


def processes() -> int:
    """Return how many processes work on one large job: ``DIANSUO_JOB_PROCESSES``, else one for each processor."""
    asked = os.environ.get("DIANSUO_JOB_PROCESSES", "")
    return max(int(asked), 1) if asked.isdigit() else min(os.cpu_count() or 1, MOST)


class Hands:
    """The other processes at work on a job, none at first."""

    def __init__(self, job: Job) -> None:
        """Remember the job, which this process holds."""
        self._job = job
        self._at_work: list[subprocess.Popen[bytes]] = []

    def call(self, chunks: int) -> int:
        """Return how many processes share so many chunks, this one included; starts the others at the first call."""
        wanted = processes()
        if not self._at_work and chunks >= CHUNKS_WORTH_IT:
            self._at_work = [self._start(place, wanted) for place in range(1, wanted)]
        return 1 + len(self._at_work)

    def _start(self, place: int, of: int) -> subprocess.Popen[bytes]:
        # The database by name: a test's is not the one the settings name, and no hand must write into that.
        database = str(connection.settings_dict["NAME"])
        command = [sys.executable, "-m", "diansuo.office.base.job_hand"]
        arguments = [str(self._job.pk), self._job.holder, str(place), str(of), database]
        return subprocess.Popen([*command, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def __enter__(self) -> Self:
        """Begin with nobody."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send the others home; one that is still writing is cut off, which its transaction undoes."""
        for one in self._at_work:
            one.terminate()
        for one in self._at_work:
            try:
                one.wait(timeout=ENDS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
