"""How likely each kind of cause is before anything is seen, as logarithms against no cause at all.

Chosen on the tuning seeds of the laboratory; a field record of checked causes would put better ones in their place.
"""

from __future__ import annotations

from math import log
from typing import Final

# Shares of the kinds among areas with a residual beyond the band.
KIND: Final = log(1 / 10)
HALF: Final = log(1 / 2)
"""Always so, or from some day on: either may be."""

RARE: Final = log(1 / 30)
"""For what hardly ever happens: a direct meter booked without the transformer it has, a roof nobody has heard of."""

DIRECT: Final = log(20)
"""A register, an event or a clock says so itself."""


def free(days: int) -> float:
    """Return what an amplitude that may be anything costs against one that is fixed beforehand."""
    return -0.5 * log(max(days, 2))


def among(count: int) -> float:
    """Return what it costs to be one of so many."""
    return -log(max(count, 1))
