"""How likely each kind of cause is before anything is seen, as logarithms against no cause at all.

Chosen on the tuning seeds of the laboratory; a field record of checked causes would put better ones in their place.
"""

from __future__ import annotations

from math import log
from typing import Final

import numpy as np

from diansuo.core.network.causes.kinds import Float
from diansuo.core.quantity.arrays import Int64

# Shares of the kinds among areas with a residual beyond the band.
KIND: Final = log(1 / 10)
HALF: Final = log(1 / 2)
"""Always so, or from some day on: either may be."""

RARE: Final = log(1 / 30)
"""For what hardly ever happens: a direct meter booked without the transformer it has, a roof nobody has heard of."""

DIRECT: Final = log(20)
"""A register, an event or a clock says so itself."""


def voltage(told: Int64, here: Int64 | int, booked: Int64 | int) -> Float:
    """Return what a meter's voltage says of hanging here and not where it is booked; 0 where nothing is told."""
    return np.where(told == here, DIRECT, np.where((told == booked) & (told >= 0), -DIRECT, 0.0))


def free(days: int) -> float:
    """Return what an amplitude that may be anything costs against one that is fixed beforehand."""
    return -0.5 * log(max(days, 2))


def among(count: int) -> float:
    """Return what it costs to be one of so many."""
    return -log(max(count, 1))
