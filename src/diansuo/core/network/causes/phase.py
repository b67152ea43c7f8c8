"""相别错误: a customer is booked on one phase and hangs on another; the area's loss stays, the phases' do not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.area import HIGH, LOW
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence
from diansuo.core.network.causes.scene import Scene, Suspect


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield customers of one phase whose energy is too much on the booked phase and missing on another one."""
    single = np.flatnonzero((scene.area.phase >= 0) & (scene.area.phase < 3) & ~scene.area.left)
    if not scene.by_phase or not len(single):
        return
    use = scene.use_wh[single]
    away = np.stack([fit(since(use, on), on, -HIGH, -LOW).gain[:, 0] for on in scene.by_phase])
    here = np.stack([fit(since(use, on), on, LOW, HIGH).gain[:, 0] for on in scene.by_phase])
    prior = weights.KIND + weights.HALF + weights.among(2 * len(single))
    told = scene.area.told("voltage_phase")
    for place, row in enumerate(single.tolist()):
        booked = int(scene.area.phase[row])
        for other in {0, 1, 2} - {booked}:
            yield Suspect(
                CauseKind.WRONG_PHASE,
                row,
                float(
                    prior
                    + away[booked, place]
                    + here[other, place]
                    + weights.voltage(told[row], other, booked)
                ),
                np.zeros(scene.days),
                Evidence.PHASES_EXCHANGE,
                (booked, other, float(use[place].mean())),
                other=other,
                direct=bool(told[row] == other),
            )
