"""The one rounding of the house: exact integer division, halves away from zero; docs/rules/rounding.md.

The functions here are compiled for one number and inlined into the loops that use them. Numba caches a
compiled loop under the time stamp of the loop's own file, so after a change here delete ``__pycache__``
(``make clean``).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from diansuo.core.quantity.arrays import Int64

INT64_MAX: Final = 2**63 - 1


@njit(cache=True, inline="always")
def round_half_away(numerator: int, divisor: int) -> int:
    """Divide int64 by a positive int64 and round halves away from zero: 5/10 -> 1, -5/10 -> -1.

    The caller guarantees ``divisor > 0`` and ``|numerator| + divisor / 2 < 2**63``.
    """
    magnitude = (abs(numerator) + divisor // 2) // divisor
    return magnitude if numerator >= 0 else -magnitude


@njit(cache=True)
def _round_to_multiple(values: Int64, step: int, rounded: Int64) -> None:
    for row in range(len(values)):
        rounded[row] = round_half_away(values[row], step) * step


def to_multiple_half_away(values: Int64, step: int) -> Int64:
    """Round every value to the nearest multiple of ``step``, halves away from zero.

    Raises:
        ValueError: ``step`` is not positive.
        OverflowError: a value lies so near the end of int64 that its multiple would not fit.
    """
    if step <= 0:
        raise ValueError(f"the step of a rounding must be positive, got {step}")
    if len(values) and max(int(values.max()), -int(values.min())) > INT64_MAX - step:
        raise OverflowError(f"a value is too large to be rounded to a multiple of {step}")
    rounded = np.empty_like(values)
    _round_to_multiple(values, step, rounded)
    return rounded
