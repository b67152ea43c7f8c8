"""One reading taken back to the fixed day, in whole registers and by hand; what the columns must come to."""

from __future__ import annotations

NO_FREEZE, CONTRADICTED = "no freeze", "contradicted"


def register_of_fixed_day(
    read_wh: int, fixed_wh: int | None, frozen_wh: int | None, next_wh: int | None, rolls_at_wh: int
) -> int | str:
    """Return the register of 00:00 of the fixed day, or why there is none."""
    if fixed_wh is None or frozen_wh is None:
        return NO_FREEZE
    above = shortest(frozen_wh, read_wh, rolls_at_wh)
    if above < 0 and (read_wh % 1000 != 0 or above <= -1000):
        return CONTRADICTED
    if next_wh is not None:
        day = next_wh - frozen_wh
        if day < 0:
            day += rolls_at_wh
        if above > day:
            return CONTRADICTED
    register = read_wh - shortest(fixed_wh, frozen_wh, rolls_at_wh)
    if register >= rolls_at_wh:
        register -= rolls_at_wh
    if register < 0 and fixed_wh > rolls_at_wh // 2:
        register += rolls_at_wh
    return register if register >= 0 else CONTRADICTED


def shortest(before_wh: int, after_wh: int, rolls_at_wh: int) -> int:
    """Return how far a register moved, forwards or backwards, whichever way round is the shorter."""
    ways = (after_wh - before_wh, after_wh - before_wh + rolls_at_wh, after_wh - before_wh - rolls_at_wh)
    return min(ways, key=lambda way: (abs(way), way))
