"""无表用电: energy that is the same every day and belongs to nobody, from the first day or from some day on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import NOBODY, CauseKind, Evidence, Float
from diansuo.core.network.causes.scene import LEAST_AFTER, LEAST_BEFORE, Scene, Suspect

LEAST_WH, MOST_WH = 500.0, 300_000.0
LEAST_YOUNG = 2
"""Days of it that are enough where each of them shows it: no customer's own habit is to be told from it."""
ALIKE = 0.5
"""How far each of so few days may lie from their mean, a share of it: one day beyond all others is no supply."""


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield a steady supply without meter: one that was always there, and one begun on the day that fits best."""
    found = fit(since(np.ones(scene.days), scene.on), scene.on, LEAST_WH, MOST_WH)
    score = weights.KIND + weights.HALF + weights.free(scene.days) + found.gain
    later = score + weights.among(scene.days)
    later[:LEAST_BEFORE] = -np.inf
    for day in range(max(scene.days - LEAST_AFTER, 0), scene.days):
        if not _each_day(scene.on.residual[day:], float(found.amplitude[day])):
            later[day] = -np.inf
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


def _each_day(residual_wh: Float, steady_wh: float) -> bool:
    """Return whether so few days are enough, and each of them shows the supply."""
    if len(residual_wh) < LEAST_YOUNG:
        return False
    return bool((np.abs(residual_wh - steady_wh) <= ALIKE * steady_wh).all())
