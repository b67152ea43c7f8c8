"""疑似窃电: energy past the meter of one customer, told by the residual following the customer, and by its own history.

Three scores and their ranks fused (technical anchors: no single one is best): the sign-free multiple regression of the
residual on all customers, non-negative least squares of the residual's rise on the customers' deficits against their
own
clean history, and the customer's own drop. The master's total is never among the regressors: the residual is the master
less the sum, which would make every coefficient −1 and every customer a thief.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import fit, lasting_error, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence, Float
from diansuo.core.network.causes.scene import LEAST_AFTER, LEAST_BEFORE, Scene, Suspect
from diansuo.core.network.causes.solving import bounded_least_squares

LOW, HIGH = 0.1, 12.0
"""Energy past the meter against energy through it: from a tenth to twelve times."""

PULL: Final = 3.0
"""How many logarithms lie between the best and the worst fused rank."""

RIDGE: Final = 0.05


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield for every customer that energy past its meter moves as what it meters, always or from some day on."""
    count = len(scene.area)
    if not count:
        return
    ranks = fused_ranks(scene)
    lead = PULL * ranks
    lead = lead - np.log(np.exp(lead).mean())
    found = fit(since(scene.use_wh, scene.on), scene.on, LOW, HIGH)
    base = weights.KIND + weights.HALF + weights.free(scene.days) + weights.among(count) + lead[:, None]
    always = base[:, 0] + found.gain[:, 0]
    later = base + found.gain + scene.own(-np.log1p(found.amplitude)) + weights.among(scene.days)
    later[:, :LEAST_BEFORE] = -np.inf
    later[:, scene.days - LEAST_AFTER :] = -np.inf
    for row in range(count):
        day = int(np.argmax(later[row]))
        for begun, score in ((0, float(always[row])), (day, float(later[row, day]))):
            if not np.isfinite(score):
                continue
            amplitude = float(found.amplitude[row, begun])
            yield Suspect(
                CauseKind.THEFT,
                row,
                score - float(found.gain[row, begun]),
                amplitude * scene.use_wh[row] * (np.arange(scene.days) >= begun),
                Evidence.FOLLOWS_OWN,
                (amplitude, float(scene.use_wh[row, begun:].mean()), float(ranks[row])),
                since=begun,
            )


def fused_ranks(scene: Scene) -> Float:
    """Return the mean rank of each customer in the three scores, float64 (n,), 0 the least suspicious, 1 the most."""
    scores = (regression(scene), deficit(scene), own_drop(scene))
    count = max(len(scene.area) - 1, 1)
    return np.asarray(np.mean([_ranks(each) / count for each in scores], axis=0), np.float64)


def _ranks(score: Float) -> Float:
    """Return each one's rank from 0; equals share their mean rank, so that the order of the rows says nothing."""
    _values, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + last - 1) / 2)[inverse.reshape(-1)]


def regression(scene: Scene) -> Float:
    """Return the size of each customer's t in the multiple regression of the residual, (n,), whatever its sign."""
    weight = np.sqrt(scene.on.weight)
    against = np.column_stack([scene.use_wh.T, scene.on.technical, np.ones(scene.days)]) * weight[:, None]
    scale = np.maximum(np.sqrt((against**2).mean(axis=0)), 1e-9)
    columns = against / scale
    target = scene.on.residual * weight
    gram = columns.T @ columns + RIDGE * scene.days * np.eye(columns.shape[1])
    inverse = np.linalg.inv(gram)
    slope = inverse @ (columns.T @ target)
    left = target - columns @ slope
    variance = max(float((left**2).mean()), 1e-12)
    spread = np.sqrt(variance * np.maximum(np.diag(inverse @ (columns.T @ columns) @ inverse), 1e-12))
    return np.asarray(np.abs(slope / spread)[: len(scene.area)], np.float64)


def deficit(scene: Scene) -> Float:
    """Return which share of its deficit against its own clean history each customer explains of the residual, (n,) ≥ 0.

    The first third of the days is the history.
    """
    clean = max(scene.days // 3, 1)
    shape = scene.shape
    level = scene.use_wh[:, :clean].sum(axis=1) / np.maximum(shape[:, :clean].sum(axis=1), 1e-9)
    short = np.maximum(level[:, None] * shape - scene.use_wh, 0)[:, clean:]
    weight = np.sqrt(scene.on.weight[clean:])
    left = scene.on.residual - lasting_error(scene.on) * scene.on.technical
    rise = (left - left[:clean].mean())[clean:]
    share = bounded_least_squares((short * weight).T, rise * weight, 0.0, 2.0, RIDGE * clean)
    return np.asarray(share * short.mean(axis=1), np.float64)


def own_drop(scene: Scene) -> Float:
    """Return how far each customer's last third lies below its first, in its own spreads, (n,)."""
    day = scene.days - max(scene.days // 3, 1)
    fall = -scene.change[:, day] / scene.change_spread[:, day]
    return np.maximum(np.nan_to_num(fall), 0)
