"""无表用电: energy that is the same every day and belongs to nobody, from the first day or from some day on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import NOBODY, CauseKind, Evidence
from diansuo.core.network.causes.scene import LEAST_AFTER, LEAST_BEFORE, Scene, Suspect

LEAST_WH, MOST_WH = 500.0, 300_000.0


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield a steady supply without meter: one that was always there, and one begun on the day that fits best."""
    found = fit(since(np.ones(scene.days), scene.on), scene.on, LEAST_WH, MOST_WH)
    score = weights.KIND + weights.HALF + weights.free(scene.days) + found.gain
    later = score + weights.among(scene.days)
    later[:LEAST_BEFORE] = -np.inf
    later[scene.days - LEAST_AFTER :] = -np.inf
    for day, scores in ((0, score), (int(np.argmax(later)), later)):
        steady = float(found.amplitude[day])
        evidence = Evidence.STEADY if day == 0 else Evidence.STEADY_SINCE
        yield Suspect(
            CauseKind.UNMETERED,
            NOBODY,
            float(scores[day] - found.gain[day]),
            np.where(np.arange(scene.days) >= day, steady, 0.0),
            evidence,
            (steady, float(scene.days - day)),
            since=day,
        )
