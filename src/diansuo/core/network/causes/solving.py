"""Least squares within bounds, column by column: small, dense, and with an end that can be checked."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.network.causes.kinds import Float

SWEEPS: Final = 500
CLOSE: Final = 1e-7


def bounded_least_squares(
    columns: Float, target: Float, low: Float | float, high: Float | float, ridge: float = 0.0
) -> Float:
    """Return the x in [low, high] that makes Σ(columns·x − target)² + ridge·Σx² least.

    One coordinate after another is set to its best value while the others stand; the sum of squares falls with every
    step, and for a convex problem in a box the only place where no step helps is the least one.

    Args:
        columns: float64 (rows, n).
        target: float64 (rows,).
        low: bound of every x, or (n,).
        high: likewise.
        ridge: how dear a large x is, in the unit of the squares of the columns.
    """
    gram = columns.T @ columns
    gram[np.diag_indices_from(gram)] += ridge
    pull = columns.T @ target
    count = len(pull)
    lower, upper = np.broadcast_to(low, count), np.broadcast_to(high, count)
    x = np.clip(np.zeros(count), lower, upper)
    slope = pull - gram @ x
    diagonal = np.maximum(np.diag(gram), 1e-300)
    largest = max(float(np.abs(pull).max(initial=0)), 1e-300)
    for _sweep in range(SWEEPS):
        moved = 0.0
        for at in range(count):
            new = min(max(x[at] + slope[at] / diagonal[at], lower[at]), upper[at])
            step = new - x[at]
            if step:
                slope -= step * gram[:, at]
                x[at] = new
                moved = max(moved, abs(step) * diagonal[at])
        if moved < CLOSE * largest:
            break
    return x
