"""Long work that survives a kill: stages cut into chunks, each chunk written in one transaction with its own mark.

A chunk is computed outside any transaction and written in a short one, together with the mark that it is written.
Killed anywhere, the same job run again skips what is marked and does the rest: the same result, nothing twice. So
several processes may work on one job: whoever comes second to a chunk finds it marked and leaves it.
"""

from diansuo.office.base.jobs.holding import is_running, renew
from diansuo.office.base.jobs.kinds import (
    BasisChanged,
    Clock,
    JobBusy,
    Kind,
    LostLease,
    Stage,
    Summary,
    UnknownStage,
    Write,
    forget,
    register,
    stage_names,
)
from diansuo.office.base.jobs.running import prepare, run, waiting

__all__ = [
    "BasisChanged",
    "Clock",
    "JobBusy",
    "Kind",
    "LostLease",
    "Stage",
    "Summary",
    "UnknownStage",
    "Write",
    "forget",
    "is_running",
    "prepare",
    "register",
    "renew",
    "run",
    "stage_names",
    "waiting",
]
