"""One area made ready for the methods: gaps filled, what remains to explain, how each customer's own use changed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diansuo.core.network.causes.columns import AreaDays
from diansuo.core.network.causes.filling import fill
from diansuo.core.network.causes.fitting import Ground, ground
from diansuo.core.network.causes.kinds import NOWHERE, CauseKind, Evidence, Float
from diansuo.core.network.causes.thresholds import CauseThresholds
from diansuo.core.network.causes.usual import Shapes, levels_before

# Days of history before a change can be seen, and of days after it.
LEAST_BEFORE, LEAST_AFTER = 10, 4
# How far a customer's own level wanders from one month to the next (standard deviation of its logarithm).
WANDER = 0.2
LEAST_RATIO = 0.01
LEAST_BIAS = 0.01
BY_ITSELF = np.log(0.03)
"""Share of customers that change for good within the days by themselves."""
FARTHEST = -30.0


@dataclass(frozen=True, slots=True)
class Suspect:
    """One suspicion about an area.

    ``prior`` is the logarithm of its odds against no cause at all by everything but the area's residual;
    ``energy_wh`` what
    it explains of the residual, float64 (days,), ``hidden`` how far a day of that may lie from it by itself (a share:
    nobody saw it). ``direct``: a register, an event or a clock says so itself.
    """

    kind: CauseKind
    customer: int
    prior: float
    energy_wh: Float
    evidence: Evidence
    figures: tuple[float, ...]
    since: int = 0
    other: int = NOWHERE
    direct: bool = False
    hidden: float = 0.0


@dataclass(frozen=True, slots=True)
class Scene:
    """An area with what the methods share; (n, days) where nothing else is said.

    Attributes:
        area: its columns.
        shapes: of the station.
        on: the residual once missing reads are filled.
        band_wh: half the band of the technical loss, (days,); the residual is against its middle.
        by_phase: the residuals of the phases, filled likewise; empty where the master has no registers of phases.
        shape: how those who use power alike moved, mean 1.
        missing_wh: what stands in for energy that is not known, 0 where it is.
        use_wh: energy with missing days filled.
        level_wh: each customer's own level before each day, nan without history.
        change: logarithm of the energy from each day on against what it would have been, nan without history.
        change_spread: how far that lies from 0 by itself (standard deviation).
        day_cost: how much less likely a change of the customer is on each day than on the day it fits best, ≤ 0,
            logarithm.
        month: how many of the last days are judged.
        limits: thresholds.
    """

    area: AreaDays
    shapes: Shapes
    on: Ground
    band_wh: Float
    by_phase: tuple[Ground, ...]
    shape: Float
    missing_wh: Float
    use_wh: Float
    level_wh: Float
    change: Float
    change_spread: Float
    day_cost: Float
    month: int
    limits: CauseThresholds
    days: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", self.area.days)

    def own(self, predicted: Float | float) -> Float:
        """Return how much likelier a customer's own change is if predicted than by itself, (n, days), logarithm.

        By itself a customer goes on as before, or changes on any day: people move out, and that is no fault. A
        predicted change on another day than the own one is unlikely (``day_cost``). Without history nothing is said.
        """
        apart = (self.change - predicted) / self.change_spread
        steady = -0.5 * (np.nan_to_num(self.change) / self.change_spread) ** 2
        by_itself = np.logaddexp(steady, BY_ITSELF - np.log(self.days))
        gain = np.maximum(-0.5 * apart**2, FARTHEST) - by_itself
        return np.asarray(np.nan_to_num(gain) + self.day_cost, np.float64)

    def of_month(self, energy_wh: Float) -> float:
        """Return the mean Wh a day of the judged days."""
        return float(np.mean(energy_wh[-self.month :]))


def scene(area: AreaDays, shapes: Shapes, month: int, limits: CauseThresholds) -> Scene:
    """Prepare an area."""
    shape = shapes.rows(area)
    middle, half = area.band_wh(limits.band_share)
    # The band is taken as two biases to either side, whether it is the rulebook's or the area's own.
    wide = float(np.nansum(half) / max(float(np.nansum(middle)), 1e-9)) / limits.band_share
    bias = max(limits.bias_share * wide, LEAST_BIAS)
    lines = middle - area.technical_wh + area.line_wh
    residual = area.residual_wh + area.technical_wh - middle
    error = bias * float(np.nansum(lines)) / max(area.days, 1)
    filled = fill(area, shapes, shape, residual, error)
    missing, guessed = filled.missing_wh, filled.variance
    use = np.where(np.isnan(area.use_wh), missing, area.use_wh)
    residual = residual - missing.sum(axis=0)
    on = ground(residual, lines, area.register_step_wh, bias, limits, guessed.sum(axis=0))
    here = area.here_wh
    level = levels_before(here, shape)
    change, spread = _change(here, shape, level)
    return Scene(
        area=area,
        shapes=shapes,
        on=on,
        band_wh=half,
        by_phase=_by_phase(area, missing, guessed, middle, bias, limits),
        shape=shape,
        missing_wh=missing,
        use_wh=use,
        level_wh=level,
        change=change,
        change_spread=spread,
        day_cost=_day_cost(here, shape),
        month=month,
        limits=limits,
    )


def _by_phase(
    area: AreaDays, missing: Float, guessed: Float, middle: Float, bias: float, limits: CauseThresholds
) -> tuple[Ground, ...]:
    residual = area.residual_by_phase_wh()
    if np.isnan(residual).all():
        return ()
    on = (area.phase[:, None] == np.arange(3)) + (area.phase == 3)[:, None] / 3
    share = area.phases_wh**2 / np.maximum((area.phases_wh**2).sum(axis=0), 1e-9)
    left = residual - on.T @ missing - share * (middle - area.technical_wh)
    lines = share * (middle - area.technical_wh + area.line_wh)
    unsure = (on**2).T @ guessed
    return tuple(
        ground(left[at], lines[at], area.register_step_wh, bias, limits, unsure[at]) for at in range(3)
    )


def _change(use: Float, shape: Float, level: Float) -> tuple[Float, Float]:
    """Return the logarithm of each customer's change from each day on, and its spread."""
    known = ~np.isnan(use)

    def upwards(column: Float) -> Float:
        return np.cumsum(column[:, ::-1], axis=1)[:, ::-1]

    after = upwards(np.where(known, use, 0))
    would = level * upwards(np.where(known, shape, 0))
    before_days = np.cumsum(known, axis=1) - known
    after_days = upwards(known.astype(np.float64))
    fits = (before_days >= LEAST_BEFORE) & (after_days >= LEAST_AFTER) & (would > 0)
    ratio = np.divide(after, would, out=np.ones_like(after), where=fits)
    change = np.where(fits, np.log(np.maximum(ratio, LEAST_RATIO)), np.nan)
    swing = _swing(use, shape)[:, None] ** 2
    spread = np.sqrt(WANDER**2 + swing * (1 / np.maximum(before_days, 1) + 1 / np.maximum(after_days, 1)))
    return change, spread


def _day_cost(use: Float, shape: Float) -> Float:
    """Return what it costs that a customer's level changed on a day and not on the one that fits its own use best."""
    known = ~np.isnan(use)
    against = np.where(known, use / shape, 0)
    count = known.astype(np.float64)

    def before(column: Float) -> Float:
        return np.cumsum(column, axis=1) - column

    total, squares, days = against.sum(axis=1), (against**2).sum(axis=1), count.sum(axis=1)
    first, first_days = before(against), before(count)
    rest, rest_days = total[:, None] - first, days[:, None] - first_days
    parts = first**2 / np.maximum(first_days, 1) + rest**2 / np.maximum(rest_days, 1)
    left = np.maximum(squares[:, None] - parts, 0)
    # Nobody's days are steadier than a twentieth of the mean: what is steadier is a register's step.
    least = (0.05 * total / np.maximum(days, 1)) ** 2 * days + 1.0
    return np.asarray(
        -(days / 2)[:, None] * np.log((left + least[:, None]) / (left.min(axis=1) + least)[:, None]),
        np.float64,
    )


def _swing(use: Float, shape: Float) -> Float:
    """Return how far a customer's days lie from its own level: of neighbouring days, so that a step counts little."""
    if use.shape[1] < 2:
        return np.full(len(use), 0.3)
    against = use / shape
    known = ~np.isnan(against)
    mean = np.maximum(np.nansum(against, axis=1) / np.maximum(known.sum(axis=1), 1), 1e-9)
    apart = np.abs(np.diff(against, axis=1)) / mean[:, None]
    middle = np.array([np.median(row[~np.isnan(row)]) if (~np.isnan(row)).any() else 0.3 for row in apart])
    # The median of the difference of two normal variables is 0.954 standard deviations.
    return np.clip(middle / 0.954, 0.05, 2.0)
