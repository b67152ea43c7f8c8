"""A job run before the eyes of whoever asked for it: a bar while it runs, and who is at it where somebody else is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from diansuo.cli.say import Failure, bar, t

if TYPE_CHECKING:  # read before Django is loaded
    from diansuo.office.base.models import Job


def run(prepare: Callable[[], Job], title: str, *, quiet: bool = False) -> Job:
    """Make a job ready and run it to its end with a bar on stderr; interrupted and asked again it goes on.

    Raises:
        Failure: a living process is at it; the text names it.
    """
    from django.utils import timezone

    from diansuo.office.base import jobs

    try:
        job = prepare()
        with bar(title, quiet=quiet) as advance:
            return jobs.run(
                job.pk,
                clock=timezone.now,
                on_progress=lambda state: advance(state.stage, state.done, state.total),
            )
    except jobs.JobBusy as busy:
        raise Failure(
            t(
                f"{title}：正由 {busy} 执行；等它结束再来",
                f"{title}: being done by {busy}; wait until it ends",
            )
        ) from busy
