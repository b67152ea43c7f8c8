"""A meter's clock as it was read: off by more than the limit either way is said, what was set since is not."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering import Rule
from diansuo.core.metering.clock_checks import ClockReads, check_clocks
from tests.core.metering.test_day_checks import LIMITS, told


def said(*reads: tuple[int, int, int]) -> list[tuple[Rule, int, int, int, int, int]]:
    """Check reads given as (row, day, seconds ahead)."""
    columns = np.array(reads, np.int64).reshape(-1, 3)
    return told(check_clocks(ClockReads(*columns.T.copy()), LIMITS))


def test_a_clock_off_by_more_than_five_minutes_is_said() -> None:
    assert said((4, 100, 301)) == [(Rule.CLOCK, 301, 0, 300, 100, 101)]
    assert said((4, 100, -301)) == [(Rule.CLOCK, -301, 0, 300, 100, 101)]


def test_five_minutes_are_allowed_and_a_clock_nobody_read_says_nothing() -> None:
    assert said((4, 100, 300), (5, 100, -300)) == []
    assert said() == []


def test_of_several_reads_of_a_day_the_last_counts_and_every_day_and_meter_stands_for_itself() -> None:
    assert said((4, 100, 900), (4, 100, 2)) == []
    assert said((4, 100, 2), (4, 100, 900)) == [(Rule.CLOCK, 900, 0, 300, 100, 101)]
    both = said((5, 101, 400), (4, 101, 400), (4, 100, 500))
    assert both == [
        (Rule.CLOCK, 500, 0, 300, 100, 101),
        (Rule.CLOCK, 400, 0, 300, 101, 102),
        (Rule.CLOCK, 400, 0, 300, 101, 102),
    ]
