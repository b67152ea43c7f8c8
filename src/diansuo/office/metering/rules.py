"""What the rulebook says about reading: thresholds of the checks, the month a reading belongs to, its scheduled day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from diansuo.core.metering import Thresholds
from diansuo.core.metering.day_thresholds import DAY_PARAMETERS, DayThresholds
from diansuo.core.metering.thresholds import PARAMETERS
from diansuo.core.quantity import month as months
from diansuo.core.quantity.month import BillMonthBasis
from diansuo.office.archive.route_models import FIRST_READING_DAY as FIRST_READING_DAY
from diansuo.office.config.rulebook import book, follow

CHECKS = "national/checks/reading"
DAY_CHECKS = "national/checks/day"


@lru_cache(maxsize=64)
def thresholds(day: date) -> Thresholds:
    """Return the thresholds of the reading checks in force on a day.

    Raises:
        NoValueInForce, ValueAbsent: the rulebook does not say; the message names the file.
    """
    entry = book().in_force(CHECKS, day)
    return Thresholds.from_parameters({name: entry.number(name) for name in PARAMETERS})


@lru_cache(maxsize=64)
def day_thresholds(day: date) -> DayThresholds:
    """Return the thresholds of the checks of daily freezes in force on a day; raises as :func:`thresholds`."""
    entry = book().in_force(DAY_CHECKS, day)
    return DayThresholds.from_parameters({name: entry.number(name) for name in DAY_PARAMETERS})


@lru_cache(maxsize=64)
def month_basis(period: int) -> BillMonthBasis:
    """Return which month a reading belongs to here (settlement parameter ``bill_month_basis``)."""
    rulebook = book()
    entry = rulebook.in_force(f"{rulebook.default_place}/settlement", months.first_day(period))
    return BillMonthBasis(entry.word("bill_month_basis"))


@lru_cache(maxsize=4096)
def scheduled_day(period: int, reading_day: int) -> date:
    """Return the day on which a route with this 抄表例日 is read for this 电费年月."""
    return months.scheduled_day_of_bill(period, reading_day, month_basis(period))


for _kept in (thresholds, month_basis, scheduled_day):
    follow(_kept.cache_clear)
