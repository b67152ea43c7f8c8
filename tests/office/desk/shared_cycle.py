"""Runs a month in two processes and waits until the other one has written something (used by the test of sharing).

``NOTHING`` then goes on; ``HAND`` kills the other process first, ``HOLDER`` this one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

from diansuo.cli import office

COMES_WITHIN_SECONDS = 120


def main(period: str, kill: str) -> None:
    """Run the month; prints the number of the other process."""
    office.wake(migrate=False)
    from django.utils import timezone

    from diansuo.office.base.jobs import hands
    from diansuo.office.base.models import JobChunk, Station
    from diansuo.office.desk import cycle

    started: list[subprocess.Popen[bytes]] = []

    class Remembered(subprocess.Popen):  # type: ignore[type-arg]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            started.append(self)

    hands.subprocess.Popen = Remembered  # type: ignore[attr-defined]
    before = JobChunk.objects.count()

    def wait_for_the_other(_state: object) -> None:
        if not started or getattr(wait_for_the_other, "met", False):
            return
        until = time.monotonic() + COMES_WITHIN_SECONDS
        while JobChunk.objects.count() == before:
            assert time.monotonic() < until, "the other process wrote nothing"
            time.sleep(0.05)
        wait_for_the_other.met = True  # type: ignore[attr-defined]
        sys.stdout.write(f"{started[0].pid}\n")
        sys.stdout.flush()
        if kill == "HAND":
            started[0].kill()
        if kill == "HOLDER":
            os.kill(os.getpid(), signal.SIGKILL)

    job = cycle.prepare(
        Station.objects.get(), int(period), issue_date=timezone.localdate(), user=None, now=timezone.now()
    )
    cycle.run(job, clock=timezone.now, on_progress=wait_for_the_other)
    assert getattr(wait_for_the_other, "met", False), "nobody shared the month"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
