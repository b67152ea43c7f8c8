"""From registers at 0:00 to the energy of days, with the days between two known registers told from those beyond."""

from __future__ import annotations

import numpy as np

from diansuo.core.network.causes.kinds import Float
from diansuo.core.network.pieces import ROLLOVER_TENTH
from diansuo.core.quantity.arrays import Bool, Int64

UNKNOWN = -1


def daily_wh(register_wh: Int64, multiplier: Int64, rollover_wh: int) -> Float:
    """Return Wh of each day, float64 (rows, days), times the multiplier; nan outside the known registers.

    Between two registers that are not neighbours the energy is known as a whole and is spread evenly: the sum over any
    days that hold the gap is right (docs/rules/loss-causes.md). A register that falls rolled over only from its last
    tenth into its first, as in `core.network.pieces`; any other fall says nothing of its days.

    Args:
        register_wh: int64 (rows, days + 1), registers at 0:00 before the multiplier, `UNKNOWN` where there is none.
        multiplier: int64 (rows,).
        rollover_wh: where registers begin again at 0.
    """
    begin, end, both = _around(register_wh)
    row = np.arange(len(register_wh))[:, None]
    fall = register_wh[row, np.where(both, end, 0)] - register_wh[row, np.where(both, begin, 0)]
    tenth = rollover_wh // ROLLOVER_TENTH
    start = register_wh[row, np.where(both, begin, 0)]
    both &= (fall >= 0) | ((start > rollover_wh - tenth) & (fall + rollover_wh < tenth))
    energy = fall % rollover_wh / np.maximum(end - begin, 1) * multiplier[:, None]
    return np.where(both, energy, np.nan)


def divided(register_wh: Int64) -> Bool:
    """Return on which days `daily_wh` has a share of what is known over several days only, bool (rows, days)."""
    begin, end, both = _around(register_wh)
    return np.asarray(both & (end - begin > 1))


def _around(register_wh: Int64) -> tuple[Int64, Int64, Bool]:
    """Return the known registers before and after each day, and whether there are both, (rows, days)."""
    count = register_wh.shape[1]
    known = register_wh != UNKNOWN
    place = np.arange(count)
    before = np.maximum.accumulate(np.where(known, place, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, place, count)[:, ::-1], axis=1)[:, ::-1]
    begin, end = before[:, :-1], after[:, 1:]
    return begin, end, (begin >= 0) & (end < count)
