"""The check of meter clocks as they were read (召测): one that is off shifts freezes, curves and parts of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.day_thresholds import DayThresholds
from diansuo.core.metering.findings import Findings, Rule, found
from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Int64, require


@dataclass(frozen=True, slots=True)
class ClockReads:
    """Clocks that were read, shape (m,), in the order of the reads.

    Attributes:
        row: whose clock it is, as the findings name it.
        day: days since 1970-01-01, of the read.
        ahead_s: by how many seconds the clock is ahead of the time of the read; behind is negative.
    """

    row: Int64
    day: Int64
    ahead_s: Int64

    def __post_init__(self) -> None:
        require(np.int64, row=self.row, day=self.day, ahead_s=self.ahead_s)
        same_length(row=self.row, day=self.day, ahead_s=self.ahead_s)


def check_clocks(reads: ClockReads, limits: DayThresholds) -> Findings:
    """Hold every clock against the time.

    R-CLOCK 时钟偏差 (domain.md §9.2, M-TIME): `actual` seconds ahead, beyond `limit` either way. Of several reads of a
    row on one day the last counts: it may have been set after the first.
    """
    order = np.lexsort((reads.day, reads.row))
    row, day, ahead = reads.row[order], reads.day[order], reads.ahead_s[order]
    last = np.ones(len(row), np.bool_)
    last[:-1] = (row[1:] != row[:-1]) | (day[1:] != day[:-1])
    wrong = np.flatnonzero(last & (np.abs(ahead) > limits.clock_s))
    return found(
        Rule.CLOCK,
        due_row=row[wrong],
        actual=ahead[wrong],
        limit=limits.clock_s,
        from_day=day[wrong],
        to_day=day[wrong] + 1,
    )
