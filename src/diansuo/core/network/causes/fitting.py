"""How well one suspicion explains what is left of an area's loss, beside the error the technical loss may have.

The residual of day d is taken as e·T(d) + a·s(d) + noise: T the technical loss, e its lasting relative error (a priori
0 ± bias), s what the suspicion says would be missing, a how much of it. Nothing here depends on a suspicion's kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diansuo.core.network.causes.kinds import Float
from diansuo.core.network.causes.thresholds import CauseThresholds

# Difference of two registers cut off at a step: triangular, this share of the step (√(1/6)).
STEP_NOISE = 0.408
# The days' own noise is believed from so many pairs of neighbours on, and down to this share of the expected one.
LEAST_PAIRS, CALMEST = 20, 0.4
# The median of the difference of two normal variables, in standard deviations of one.
MEDIAN_OF_DIFFERENCE = 0.954
# What a score gains when the noise is smaller than it ought to be is bounded by this share of the expected variance.
QUIET = 0.25


@dataclass(frozen=True, slots=True)
class Ground:
    """What a residual is fitted against: all float64 (days,), weight 0 where the day is not known.

    Attributes:
        residual: Wh.
        technical: Wh.
        weight: 1 / expected variance.
        stiffness: of the technical loss's lasting error: 1 / its variance a priori.
    """

    residual: Float
    technical: Float
    weight: Float
    stiffness: float

    @property
    def known(self) -> int:
        """Return how many days are known."""
        return int((self.weight > 0).sum())

    def less(self, energy_wh: Float) -> Ground:
        """Return the same when this energy is explained already."""
        return Ground(self.residual - energy_wh, self.technical, self.weight, self.stiffness)


def ground(
    residual: Float,
    technical: Float,
    step_wh: float,
    bias_share: float,
    limits: CauseThresholds,
    guessed: Float | float = 0.0,
) -> Ground:
    """Return what to fit against.

    Args:
        residual: Wh (days,), nan where unknown.
        technical: Wh (days,).
        step_wh: of the master's register.
        bias_share: how far the technical loss may be off lastingly (standard deviation).
        limits: how far from day to day.
        guessed: variance of energy that stands in for what is not known of a day, (days,).
    """
    known = ~np.isnan(residual) & ~np.isnan(technical)
    spread = (limits.daily_share * np.nan_to_num(technical)) ** 2 + (STEP_NOISE * step_wh) ** 2
    weight = np.where(known, 1 / np.maximum(spread, 1.0), 0)
    on = Ground(np.where(known, residual, 0), np.nan_to_num(technical), weight, 1 / bias_share**2)
    return replace(on, weight=1 / (_calm(on) ** 2 / np.where(known, weight, 1) + guessed) * known)


def _calm(on: Ground) -> float:
    """Return how much calmer the days are than the thresholds expect, 1 where they are not.

    Told by neighbouring days, so that what goes missing for good from some day on hardly counts, and by their median.
    """
    left = (on.residual - lasting_error(on) * on.technical) * np.sqrt(on.weight)
    both_known = (on.weight[1:] > 0) & (on.weight[:-1] > 0)
    apart = np.abs(np.diff(left))[both_known]
    if len(apart) < LEAST_PAIRS:
        return 1.0
    return float(np.clip(np.median(apart) / MEDIAN_OF_DIFFERENCE, CALMEST, 1.0))


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums a fit needs of signatures, float64 of any one shape: Σws², ΣwTs, Σwsr."""

    square: Float
    technical: Float
    residual: Float


def since(signature: Float, on: Ground) -> Sums:
    """Return the sums of signatures (…, days) that hold from each day on: column t counts days t and after."""
    weighted = on.weight * signature

    def upwards(column: Float) -> Float:
        return np.cumsum(column[..., ::-1], axis=-1)[..., ::-1]

    return Sums(
        upwards(weighted * signature), upwards(weighted * on.technical), upwards(weighted * on.residual)
    )


@dataclass(frozen=True, slots=True)
class Fit:
    """Amplitudes and scores of the same shape as the sums; a score of 0 is that of no suspicion at all."""

    amplitude: Float
    gain: Float
    error: Float


def fit(sums: Sums, on: Ground, low: Float | float, high: Float | float) -> Fit:
    """Fit amplitude and lasting error together; the amplitude is held within bounds.

    The gain is the logarithm of how much likelier the residual is with the suspicion than without: (n/2)·ln of the
    ratio of the mean squares, so that noise larger than expected weakens every suspicion.
    """
    technical = float((on.weight * on.technical**2).sum()) + on.stiffness
    both = float((on.weight * on.technical * on.residual).sum())
    whole = float((on.weight * on.residual**2).sum())
    free = sums.square - sums.technical**2 / technical
    pull = sums.residual - sums.technical * both / technical
    amplitude = np.clip(np.divide(pull, free, out=np.zeros_like(pull), where=free > 0), low, high)
    without = max(whole - both**2 / technical, 0.0)
    left = np.maximum(without - 2 * amplitude * pull + amplitude**2 * free, 0)
    count = max(on.known, 1)
    gain = count / 2 * np.log((without / count + QUIET) / (left / count + QUIET))
    error = (both - amplitude * sums.technical) / technical
    return Fit(amplitude, gain, error)


TURNS = 200


def both(
    one: Float, others: Float, on: Ground, of_one: tuple[float, float], of_others: tuple[float, float]
) -> tuple[Float, Float]:
    """Fit one signature and, beside it, each of others, with the lasting error: both amplitudes, (n,), within bounds.

    Args:
        one: (days,), the same for all.
        others: (n, days).
        on: what to fit against.
        of_one: least and most of its amplitude.
        of_others: likewise.
    """
    technical = float((on.weight * on.technical**2).sum()) + on.stiffness

    def shared(left: Float, right: Float) -> Float:
        lasting = (on.weight * on.technical * left).sum(axis=-1) * (on.weight * on.technical * right).sum(
            axis=-1
        )
        return np.asarray((on.weight * left * right).sum(axis=-1) - lasting / technical, np.float64)

    square = np.maximum(shared(one, one), 1e-12)
    squares = np.maximum(shared(others, others), 1e-12)
    across, pull, pulls = shared(others, one), shared(one, on.residual), shared(others, on.residual)
    first, second = np.full(len(others), np.clip(pull / square, *of_one)), np.zeros(len(others))
    # One is set to its best while the other stands: only the least sum of squares in the box is at rest.
    for _turn in range(TURNS):
        second = np.clip((pulls - first * across) / squares, *of_others)
        first = np.clip((pull - second * across) / square, *of_one)
    return first, second


# Degrees of freedom of the days' noise: long tails, so that one odd day does not decide.
TAILS = 4.0


def likelier(on: Ground, energy_wh: Float, hidden: Float) -> Float:
    """Return how much likelier the residual is with each energy explained than with nothing, logarithm, (n,).

    Every day's noise has long tails (Student, `TAILS` degrees of freedom); where energy was seen by nobody its own
    swing comes on top.

    Args:
        on: the ground.
        energy_wh: what each suspicion explains, (n, days).
        hidden: (n,), swing of that energy, a share.
    """
    nothing = np.zeros((1, energy_wh.shape[1]))
    return _likelihood(on, energy_wh, hidden) - _likelihood(on, nothing, np.zeros(1))


def _likelihood(on: Ground, energy_wh: Float, hidden: Float) -> Float:
    known = on.weight > 0
    variance = 1 / on.weight[known] + (hidden[:, None] * energy_wh[:, known]) ** 2
    left = on.residual[known] - energy_wh[:, known]
    technical = on.technical[known]
    error = (technical * left / variance).sum(axis=1) / ((technical**2 / variance).sum(axis=1) + on.stiffness)
    square = (left - error[:, None] * technical) ** 2 / variance
    days = -(TAILS + 1) / 2 * np.log1p(square / TAILS) - 0.5 * np.log(variance)
    return np.asarray(days.sum(axis=1) - 0.5 * error**2 * on.stiffness, np.float64)


def lasting_error(on: Ground) -> float:
    """Return the technical loss's lasting error when nothing else explains the residual."""
    technical = float((on.weight * on.technical**2).sum()) + on.stiffness
    return float((on.weight * on.technical * on.residual).sum()) / technical
