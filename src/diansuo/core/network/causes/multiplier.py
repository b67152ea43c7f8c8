"""倍率错误: the archive's multiplier is not that of the transformers on site; of a customer's or of the master's."""

from __future__ import annotations

from collections.abc import Iterator
from math import log
from typing import Final

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.columns import THREE_PHASES
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import NOBODY, CauseKind, Evidence
from diansuo.core.network.causes.scene import LEAST_AFTER, LEAST_BEFORE, Scene, Suspect

PLAUSIBLE: Final = (1, 10, 15, 20, 30, 40, 50, 60, 80, 100, 120, 150, 160, 200, 250, 300, 400)
"""Ratios of low-voltage current transformers to 5 A that are made (50/5 … 2000/5); 1 is a meter without."""

FARTHEST: Final = 5.0
LOSS_OF_CUSTOMER: Final = 0.06
"""What a customer adds to the loss of the lines besides its energy, at most."""

SLACK: Final = 0.02
"""How far an amplitude that is known beforehand may be off besides."""


def around(amplitude: float) -> tuple[float, float]:
    """Return the bounds of an amplitude that is known beforehand but for the loss of the lines."""
    low, high = (1 - SLACK) * amplitude, (1 + SLACK + LOSS_OF_CUSTOMER) * amplitude
    return min(low, high), max(low, high)


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield customers, and the master, whose energy at another plausible multiplier fits the residual."""
    area = scene.area
    for row in np.flatnonzero((area.multiplier > 1) | (area.phase == THREE_PHASES)).tolist():
        yield from _of_customer(scene, row)
    yield from _of_master(scene)


def _of_customer(scene: Scene, row: int) -> Iterator[Suspect]:
    booked = int(scene.area.multiplier[row])
    sums = since(scene.use_wh[row], scene.on)
    prior = weights.KIND + (weights.RARE if booked == 1 else 0)
    candidates = [
        each for each in PLAUSIBLE if each != booked and max(each / booked, booked / each) <= FARTHEST
    ]
    for true in candidates:
        share = true / booked - 1
        found = fit(sums, scene.on, *around(share))
        own = scene.own(log(booked / true))[row]
        base = prior + weights.HALF + weights.among(len(candidates))
        score = base + found.gain + own + weights.among(scene.days)
        score[:LEAST_BEFORE] = -np.inf
        score[scene.days - LEAST_AFTER :] = -np.inf
        score[0] = base + found.gain[0]
        day = int(np.argmax(score))
        energy = found.amplitude[day] * scene.use_wh[row] * (np.arange(scene.days) >= day)
        yield Suspect(
            CauseKind.WRONG_MULTIPLIER,
            row,
            float(score[day] - found.gain[day]),
            energy,
            Evidence.RATIO_FITS,
            (booked, true, _explained(scene, energy)),
            since=day,
        )


def _explained(scene: Scene, energy: np.ndarray) -> float:
    """Return which share of the residual's squares an energy takes away."""
    left = float((scene.on.weight * (scene.on.residual - energy) ** 2).sum())
    whole = float((scene.on.weight * scene.on.residual**2).sum())
    return max(0.0, 1 - left / whole) if whole > 0 else 0.0


def _of_master(scene: Scene) -> Iterator[Suspect]:
    booked = scene.area.multiplier_of_master
    supply = np.nan_to_num(scene.area.supply_wh)
    sums = since(supply, scene.on)
    candidates = [
        each for each in PLAUSIBLE if each != booked and max(each / booked, booked / each) <= FARTHEST
    ]
    for true in candidates if booked > 1 else ():
        share = 1 - true / booked
        found = fit(sums, scene.on, share - 0.01, share + 0.01)
        yield Suspect(
            CauseKind.WRONG_MULTIPLIER,
            NOBODY,
            weights.KIND + weights.RARE + weights.among(len(candidates)),
            found.amplitude[0] * supply,
            Evidence.MASTER_RATIO,
            (booked, true),
        )
