"""The process that lends a hand with a job: ``python -m diansuo.office.base.job_hand JOB HOLDER PLACE OF DATABASE``.

Started by :mod:`.jobs.hands`, by nobody else. It works on the stage the holder has opened and ends with the holder.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Final

LOOKS_EVERY_SECONDS: Final = 0.02
BEHIND_THOSE_WHO_WAIT: Final = 5
"""Added to this process's niceness: whoever opens a page meanwhile goes first."""


def main(job_id: int, holder: str, place: int, of: int, database: str) -> None:
    """Work on a job's shared stages for as long as the process that started this one lives and holds the job."""
    parent = os.getppid()
    if hasattr(os, "nice"):
        os.nice(BEHIND_THOSE_WHO_WAIT)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "diansuo.office.config.settings")
    import django

    django.setup()
    from django.db import connection

    if str(connection.settings_dict["NAME"]) != database:
        return
    from diansuo.office.base.jobs.lending import Lending
    from diansuo.office.base.trail import acts
    from diansuo.office.base.trail.rules import rules

    acts.begin_process(["diansuo", "job-hand", str(place)], rules().secret_options)
    lending = Lending(job_id, holder, place, of)
    while os.getppid() == parent and lending.go_on():
        time.sleep(LOOKS_EVERY_SECONDS)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:5]), sys.argv[5])
