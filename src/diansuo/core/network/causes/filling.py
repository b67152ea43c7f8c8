"""What stands in for energy that is not known of a day, and how far it may lie from the truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.network.causes.columns import AreaDays
from diansuo.core.network.causes.kinds import Float
from diansuo.core.network.causes.usual import Shapes
from diansuo.core.quantity.arrays import Bool

LEAST_KNOWN = 10
"""Known days from which on a customer has a level of its own."""

GUESSED, STRANGE = 0.3, 0.6
"""How far a day lies from what stands in for it (a share): by the customer's own level, or as part of what several days
have together; by the level of those alike."""

MOST = 3.0


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in for unknown energy, 0 where it is known, and the variance of every day's energy, (n, days)."""

    missing_wh: Float
    variance: Float


def fill(area: AreaDays, shapes: Shapes, shape: Float, left: Float, error_wh: float) -> Filled:
    """Return an area's unknown energy: the customer's own level, else the middle one of those alike.

    Who has no level of its own is held against what the area lacks: one that those alike make large where nothing is
    missing uses little, one that they make small where much is missing uses much.

    Args:
        area: its columns.
        shapes: of the station.
        shape: how those alike moved, (n, days).
        left: what the area lacks while unknown energy counts as nothing, (days,), nan where unknown.
        error_wh: how far that may be off lastingly a day, by the technical loss (standard deviation).
    """
    if not len(area):
        return Filled(np.zeros(area.use_wh.shape), np.zeros(area.use_wh.shape))
    known = ~np.isnan(area.here_wh)
    ground = np.where(known, shape, 0).sum(axis=1)
    own = np.nansum(area.here_wh, axis=1) / np.maximum(ground, 1e-9)
    alike = np.array([shapes.level.get(int(group), shapes.general_level) for group in area.group])
    has_own = known.sum(axis=1) >= LEAST_KNOWN
    missing = np.where(~np.isnan(area.use_wh), 0, np.where(has_own, own, alike)[:, None] * shape)
    spread = np.full(len(area), GUESSED)
    if not has_own.all():
        times, spread[~has_own] = _held(missing, has_own, left, error_wh)
        missing[~has_own] *= times
    variance = (missing * spread[:, None]) ** 2
    if area.divided is not None:
        variance = variance + np.where(area.divided, GUESSED * np.nan_to_num(area.use_wh), 0) ** 2
    return Filled(missing, variance)


def _held(missing: Float, has_own: Bool, left: Float, error_wh: float) -> tuple[float, float]:
    """Return by how much the guesses of those without a level of their own are to be multiplied, and their spread."""
    whole = missing[~has_own].mean(axis=1)
    mean = float(whole.sum())
    lacking = left - missing[has_own].sum(axis=0)
    if mean <= 0 or np.isnan(lacking).all():
        return 1.0, STRANGE
    own, other = STRANGE**2 * float((whole**2).sum()), error_wh**2
    trust = own / max(own + other, 1e-9)
    times = 1 + trust * (float(np.nanmean(lacking)) - mean) / mean
    return float(np.clip(times, 0, MOST)), float(np.hypot(STRANGE * (1 - trust) ** 0.5, GUESSED))
