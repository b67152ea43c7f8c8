"""时钟偏差: a clock that is off moves part of each day's energy to the neighbouring day; the month hardly notices."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence
from diansuo.core.network.causes.scene import Scene, Suspect

MOST = 0.6
"""More than this share of a day does not move: half a day is the farthest a clock is off before the date is wrong."""

LEAST = 0.02
"""A clock that nobody read and that moves less of a day than this share is none: what the lines lose for a customer
moves with its days as well, and where the lines are estimated that is off by as much."""


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield meters whose clock was read and is off, and those whose energy the residual follows from day to day."""
    use = scene.use_wh
    moved = np.diff(use, axis=1, prepend=use[:, :1])
    found = fit(since(moved, scene.on), scene.on, -MOST, MOST)
    minutes = scene.area.clock_minutes
    read = np.abs(np.nan_to_num(minutes)) >= scene.limits.clock_minutes
    # A clock that was read and is right is out of the question.
    prior = weights.KIND + weights.free(scene.days) + weights.among(int(np.isnan(minutes).sum()))
    for row in range(len(use)):
        amplitude = float(found.amplitude[row, 0])
        if read[row]:
            evidence, figures = Evidence.CLOCK_READ, (float(minutes[row]), float(use[row].mean()))
        elif minutes[row] == minutes[row] or abs(amplitude) < LEAST:
            continue
        else:
            evidence, figures = Evidence.DAY_SHIFT, (abs(amplitude), float(use[row].mean()))
        yield Suspect(
            CauseKind.CLOCK_DRIFT,
            row,
            weights.DIRECT if read[row] else prior,
            amplitude * moved[row],
            evidence,
            figures,
            direct=bool(read[row]),
        )
