"""One fit many times over: all customers of a station against one area's residual, one energy against every area's.

The same figures as `fitting.fit` gives one by one; a station of 500 areas asks for fifteen million of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from diansuo.core.network.causes.fitting import QUIET, Fit, Ground
from diansuo.core.network.causes.kinds import Float
from diansuo.core.quantity.arrays import Int64


@dataclass(frozen=True, slots=True)
class Grounds:
    """The grounds of all areas of a station, one a row, and what a fit needs of each beside the energy.

    Attributes:
        residual: (areas, days), and so technical and weight, as in `fitting.Ground`.
        square: (areas,), ΣwT² with the stiffness.
        both: ΣwTr.
        whole: Σwr².
        known: days, at least 1.
    """

    residual: Float
    technical: Float
    weight: Float
    square: Float
    both: Float
    whole: Float
    known: Float

    @classmethod
    def of(cls, grounds: Sequence[Ground]) -> Grounds:
        """Stack the grounds of areas of the same days."""
        residual, technical, weight = (
            np.stack([getattr(each, name) for each in grounds])
            for name in ("residual", "technical", "weight")
        )
        stiffness = np.array([each.stiffness for each in grounds])
        return cls(
            residual,
            technical,
            weight,
            (weight * technical**2).sum(axis=1) + stiffness,
            (weight * technical * residual).sum(axis=1),
            (weight * residual**2).sum(axis=1),
            np.maximum((weight > 0).sum(axis=1), 1).astype(np.float64),
        )

    def fit(self, energy_wh: Float, low: float, high: float) -> Fit:
        """Fit one energy (days,) to the residual of every area, as `fitting.fit` does; columns are (areas,)."""
        weighted = self.weight * energy_wh
        technical = (weighted * self.technical).sum(axis=1)
        free = weighted @ energy_wh - technical**2 / self.square
        pull = (weighted * self.residual).sum(axis=1) - technical * self.both / self.square
        amplitude = np.clip(np.divide(pull, free, out=np.zeros_like(pull), where=free > 0), low, high)
        without = np.maximum(self.whole - self.both**2 / self.square, 0.0)
        left = np.maximum(without - 2 * amplitude * pull + amplitude**2 * free, 0)
        gain = self.known / 2 * np.log((without / self.known + QUIET) / (left / self.known + QUIET))
        return Fit(amplitude, gain, (self.both - amplitude * technical) / self.square)


def best_on_grid(
    use_wh: Float, who: Int64, on: Ground, lead: Float, grid: tuple[int, int], bounds: tuple[float, float]
) -> Float:
    """Return how much the best of some first days lets each customer's energy explain, with its lead, (n,), logarithm.

    Args:
        use_wh: (N, days), of all customers.
        who: int64 (n,), rows of those asked about.
        on: what to explain.
        lead: (N, days), added to the gain of each first day.
        grid: every so many days one first day is tried, and none among the last so many.
        bounds: least and most amplitude.
    """
    square = float((on.weight * on.technical**2).sum()) + on.stiffness
    both = float((on.weight * on.technical * on.residual).sum())
    without = max(float((on.weight * on.residual**2).sum()) - both**2 / square, 0.0)
    columns = np.stack([on.weight, on.weight * on.technical, on.weight * on.residual])
    return _best_on_grid(
        use_wh, who, columns, lead, grid, bounds, (square, both, without, float(max(on.known, 1)))
    )


@njit(cache=True)
def _best_on_grid(
    use: Float,
    who: Int64,
    columns: Float,
    lead: Float,
    grid: tuple[int, int],
    bounds: tuple[float, float],
    ground: tuple[float, float, float, float],
) -> Float:
    step, least_after = grid
    low, high = bounds
    square, both, without, known = ground
    days = use.shape[1]
    last = (days - least_after - 1) // step * step
    best = np.full(len(who), -np.inf)
    for place in range(len(who)):
        row = who[place]
        own = technical = residual = 0.0
        day = days
        # Backwards, so that the sums of a first day are those of the one after it and the days between.
        for begun in range(last, -1, -step):
            while day > begun:
                day -= 1
                energy = use[row, day]
                own += columns[0, day] * energy * energy
                technical += columns[1, day] * energy
                residual += columns[2, day] * energy
            free = own - technical * technical / square
            pull = residual - technical * both / square
            amplitude = min(max(pull / free if free > 0 else 0.0, low), high)
            left = max(without - 2 * amplitude * pull + amplitude * amplitude * free, 0.0)
            gain = known / 2 * np.log((without / known + QUIET) / (left / known + QUIET))
            best[place] = max(best[place], gain + lead[row, begun])
    return best
