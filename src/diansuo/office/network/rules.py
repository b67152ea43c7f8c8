"""What the rulebook says about the classes of loss."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from diansuo.core.network import LossThresholds
from diansuo.core.network.thresholds import PARAMETERS
from diansuo.office.config.rulebook import book, follow

CHECKS = "national/checks/line_loss"


@lru_cache(maxsize=64)
def thresholds(day: date) -> LossThresholds:
    """Return the thresholds of the classes of loss in force on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    entry = book().in_force(CHECKS, day)
    return LossThresholds.from_parameters({name: entry.number(name) for name in PARAMETERS})


for _kept in (thresholds,):
    follow(_kept.cache_clear)
