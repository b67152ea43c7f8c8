"""接线反: a customer without a roof counts backwards; its use stands in the reverse register, if that is collected."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence
from diansuo.core.network.causes.scene import Scene, Suspect
from diansuo.core.network.causes.usual import mean_wh

LEAST_WH: float = 500.0
"""A reverse register that moves by less a day is no evidence (M-REV; domain.md §9.3)."""


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield customers whose reverse register moves though they have no roof."""
    area = scene.area
    back = np.nan_to_num(area.feed_wh)
    moving = (mean_wh(area.feed_wh[:, -scene.month :]) >= LEAST_WH) & ~area.roof
    for row in np.flatnonzero(moving).tolist():
        # A register that counts as supply is missing twice: it was used, and it is said to have come in besides.
        times = 2.0 if area.counted[row] else 1.0
        found = fit(since(back[row], scene.on), scene.on, 0.8 * times, 1.3 * times)
        begun = int(np.argmax(back[row] > 0))
        forward = float(scene.use_wh[row, begun:].mean())
        backward = float(back[row, begun:].mean())
        yield Suspect(
            CauseKind.REVERSED_WIRING,
            row,
            weights.KIND + weights.DIRECT + (2.0 if forward < 0.1 * backward else -2.0),
            found.amplitude[0] * back[row],
            Evidence.RUNS_BACKWARDS,
            (backward, forward),
            since=begun,
            direct=True,
        )
