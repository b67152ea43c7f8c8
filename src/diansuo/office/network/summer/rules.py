"""What the rulebook says about the daily lists."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from diansuo.core.network.list_thresholds import PARAMETERS, ListThresholds
from diansuo.office.config.rulebook import book, follow

CHECKS = "national/checks/daily_lists"


@lru_cache(maxsize=64)
def thresholds(day: date) -> ListThresholds:
    """Return the thresholds of the daily lists in force on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    entry = book().in_force(CHECKS, day)
    return ListThresholds.from_parameters({name: entry.number(name) for name in PARAMETERS})


for _kept in (thresholds,):
    follow(_kept.cache_clear)
