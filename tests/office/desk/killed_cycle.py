"""Runs a month of the cycle in a process that kills itself at a given SQL statement (used by the kill test)."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from diansuo.cli import office


def main(period: str, statement: int) -> None:
    """Run the month; at the given statement (counted from 1) the process is gone, with no chance to tidy up."""
    office.wake(migrate=False)
    from django.db import connection
    from django.utils import timezone

    from diansuo.office.base.models import Station
    from diansuo.office.desk import cycle

    seen = 0

    def kill_at(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(kill_at):
        job = cycle.prepare(
            Station.objects.get(),
            int(period),
            issue_date=timezone.localdate(),
            user=None,
            now=timezone.now(),
        )
        cycle.run(job, clock=timezone.now)
    sys.stdout.write(f"{seen}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
