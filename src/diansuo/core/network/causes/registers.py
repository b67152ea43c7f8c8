"""From registers at 0:00 to the energy of days, with the days between two known registers told from those beyond."""

from __future__ import annotations

import numpy as np

from diansuo.core.network.causes.kinds import Float
from diansuo.core.quantity.arrays import Int64

UNKNOWN = -1


def daily_wh(register_wh: Int64, multiplier: Int64, rollover_wh: int) -> Float:
    """Return Wh of each day, float64 (rows, days), times the multiplier; nan outside the known registers.

    Between two registers that are not neighbours the energy is known as a whole and is spread evenly: the sum over any
    days that hold the gap is right (docs/rules/loss-causes.md).

    Args:
        register_wh: int64 (rows, days + 1), registers at 0:00 before the multiplier, `UNKNOWN` where there is none.
        multiplier: int64 (rows,).
        rollover_wh: where registers begin again at 0.
    """
    rows, count = register_wh.shape
    known = register_wh != UNKNOWN
    place = np.arange(count)
    before = np.maximum.accumulate(np.where(known, place, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, place, count)[:, ::-1], axis=1)[:, ::-1]
    begin, end = before[:, :-1], after[:, 1:]
    both = (begin >= 0) & (end < count)
    row = np.arange(rows)[:, None]
    fall = register_wh[row, np.where(both, end, 0)] - register_wh[row, np.where(both, begin, 0)]
    energy = fall % rollover_wh / np.maximum(end - begin, 1) * multiplier[:, None]
    return np.where(both, energy, np.nan)
