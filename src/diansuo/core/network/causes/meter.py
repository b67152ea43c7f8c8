"""停走、失准 and 失压、断相: a customer's own energy falls on a day, and the loss rises by what is not counted."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import Final

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.columns import THREE_PHASES
from diansuo.core.network.causes.fitting import Sums, fit, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence, Float
from diansuo.core.network.causes.multiplier import around
from diansuo.core.network.causes.scene import LEAST_AFTER, LEAST_BEFORE, Scene, Suspect

STOPPED: Final = 0.1
"""Less than this share of the usual energy is a meter that stands."""

LOST: Final = {1: 2 / 3, 2: 1 / 3}
"""What a meter of three phases still counts when it lost one, or two."""

FELL: Final = log(0.95)
LOW, HIGH = 0.6, 1.5
HIDDEN: Final = 0.25
"""How far a household's day lies from its usual one (standard deviation, a share): what no meter saw cannot be told."""


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield the customers that fell with the residual rising, on the best day, and those that lost a phase."""
    found = fit(_dropped(scene), scene.on, LOW, HIGH)
    fell = scene.change < FELL
    own = scene.own(np.where(fell, scene.change, 0))
    prior = weights.KIND + weights.HALF + weights.among(scene.days) + weights.among(len(scene.area))
    score = np.where(fell, prior + found.gain + own, -np.inf)
    for row in range(len(scene.area)):
        day = int(np.argmax(score[row]))
        if np.isfinite(score[row, day]):
            prior_here = float(score[row, day] - found.gain[row, day])
            yield from _fell(scene, row, day, prior_here, float(found.amplitude[row, day]))
    for row in np.flatnonzero(scene.area.phase == THREE_PHASES).tolist():
        yield from _lost(scene, row)


def _dropped(scene: Scene) -> Sums:
    """Return the sums of what each customer would have used more, by the day its history ends, (n, days)."""
    on, level = scene.on, np.nan_to_num(scene.level_wh)
    shape, use = scene.shape, scene.use_wh

    def upwards(column: Float) -> Float:
        return np.cumsum(column[:, ::-1], axis=1)[:, ::-1]

    w = on.weight
    square = level**2 * upwards(w * shape**2) - 2 * level * upwards(w * shape * use) + upwards(w * use**2)
    technical = level * upwards(w * shape * on.technical) - upwards(w * use * on.technical)
    residual = level * upwards(w * shape * on.residual) - upwards(w * use * on.residual)
    return Sums(square, technical, residual)


def _fell(scene: Scene, row: int, day: int, prior: float, amplitude: float) -> Iterator[Suspect]:
    """Yield what a fall may be: a meter that stands or runs slow, or energy that goes past it."""
    after = np.arange(scene.days) >= day
    usual = float(scene.level_wh[row, day] * scene.shape[row, day:].mean())
    now = float(scene.use_wh[row, day:].mean())
    ratio = now / usual if usual > 0 else 1.0
    energy = amplitude * (scene.level_wh[row, day] * scene.shape[row] - scene.use_wh[row]) * after
    figures = (usual, now, amplitude)
    stands = ratio < STOPPED
    for kind, share in (
        (CauseKind.STOPPED_METER, 0.9 if stands else 0.25),
        (CauseKind.THEFT, 0.1 if stands else 0.5),
    ):
        yield Suspect(
            kind, row, prior + log(share), energy, Evidence.DROPPED, figures, since=day, hidden=HIDDEN
        )


def _lost(scene: Scene, row: int) -> Iterator[Suspect]:
    """Yield that a meter of three phases lost one or two of them, on some day or before the first."""
    sums = since(scene.use_wh[row], scene.on)
    event = int(scene.area.voltage_lost_days[row])
    three = max(int((scene.area.phase == THREE_PHASES).sum()), 1)
    for left in LOST.values():
        missing = 1 / left - 1
        found = fit(sums, scene.on, *around(missing))
        base = weights.KIND + weights.HALF + weights.among(2 * three) + (weights.DIRECT if event else 0)
        score = base + found.gain + scene.own(log(left))[row] + weights.among(scene.days)
        score[:LEAST_BEFORE] = -np.inf
        score[scene.days - LEAST_AFTER :] = -np.inf
        score[0] = base + found.gain[0] + (0 if event else weights.RARE)
        day = int(np.argmax(score))
        energy = found.amplitude[day] * scene.use_wh[row] * (np.arange(scene.days) >= day)
        now = float(scene.use_wh[row, day:].mean())
        evidence = Evidence.VOLTAGE_GONE if event else Evidence.ONE_PHASE_OF_THREE
        figures = (float(event), now, left) if event else (now / left, now, left)
        yield Suspect(
            CauseKind.PHASE_LOST,
            row,
            float(score[day] - found.gain[day]),
            energy,
            evidence,
            figures,
            since=day,
            direct=event > 0,
        )
