"""A register read on another day than the fixed one (例日), taken back to it by what the meter froze.

The settlement register is that of 00:00 of the fixed day. Where the meter's freezes of both days are known, what was
read less what flowed between them is that register; where one is missing or they contradict what was read, nothing is
made up (domain.md §8.1: the freeze settles).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.metering.evidence import Frozen, Known
from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Int64, require

WH_PER_KWH: Final = 1000


class Taken(IntEnum):
    """What became of a reading."""

    TAKEN = 0  # its register of the fixed day is known
    NO_FREEZE = 1  # the freeze of one of the two days is missing: left as it is
    CONTRADICTED = 2  # what was read does not lie between the freezes of its day and the next: left as it is
    EXCHANGED = 3  # a meter or its multiplier was exchanged between the two days: left as it is


@dataclass(frozen=True, slots=True)
class TakenBack:
    """One row a reading: int64 (n,) each; ``register_wh`` is 0 where it is not ``TAKEN``."""

    register_wh: Int64
    outcome: Int64


def take_back(read_wh: Int64, fixed: Known, read_day: Frozen, rolls_at_wh: Int64) -> TakenBack:
    """Return the registers of the fixed day behind registers read on other days.

    Args:
        read_wh: int64 (n,), what was read.
        fixed: (n,), what the same meter froze at 00:00 of the fixed day.
        read_day: (n,), what it froze at 00:00 of the day of the reading, and of the day after where that is known.
        rolls_at_wh: int64 (n,), where the meter begins again at 0; above every register.

    A register read in whole kWh may stand up to one kWh below the freeze, for its decimals were not read. A meter that
    rolled between the days is counted on; a result below 0 is none.

    Raises:
        WrongColumn: a column has another length or type.
    """
    require(np.int64, read_wh=read_wh, rolls_at_wh=rolls_at_wh)
    same_length(read_wh=read_wh, fixed=fixed.value, read_day=read_day.on_day.value, rolls_at_wh=rolls_at_wh)
    known = fixed.known & read_day.on_day.known
    half = rolls_at_wh // 2
    # How far the reading lies above the freeze of its day, the short way round: below is negative.
    above = (read_wh - read_day.on_day.value + half) % rolls_at_wh - half
    of_day = (read_day.next_day.value - read_day.on_day.value) % rolls_at_wh
    unread = np.where(read_wh % WH_PER_KWH == 0, WH_PER_KWH - 1, 0)
    fits = (above >= -unread) & (~read_day.next_day.known | (above <= of_day))
    between = (read_day.on_day.value - fixed.value + half) % rolls_at_wh - half
    back = read_wh - between
    rolled = np.where(back >= rolls_at_wh, back - rolls_at_wh, back)
    # Rolled after the fixed day: the register then stood near the end, and what was read near the beginning.
    rolled = np.where((back < 0) & (fixed.value > half), back + rolls_at_wh, rolled)
    taken = known & fits & (rolled >= 0)
    outcome = np.where(
        taken, int(Taken.TAKEN), np.where(known, int(Taken.CONTRADICTED), int(Taken.NO_FREEZE))
    )
    return TakenBack(np.where(taken, rolled, 0), outcome.astype(np.int64))
