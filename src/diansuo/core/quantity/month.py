"""电费年月, the billing month: an int YYYYMM such as 202408, and how a reading finds its month.

The month of a bill is the month of the scheduled reading day unless the place says the month of use; the
annual steps accumulate by it (domain.md §2.1, design §6). Prices never do: they apply by the days of use.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int16, Int64, require

MONTHS: Final = 12
UNKNOWN_DAY: Final = -(2**63)
"""In a column of days since 1970-01-01: the day is not known (the same bits as NumPy's NaT)."""


class BillMonthBasis(StrEnum):
    """Which month a reading belongs to; settlement parameter ``bill_month_basis``."""

    READING_DAY = "reading_day"
    MONTH_OF_USE = "month_of_use"


def month_of(day: date) -> int:
    """Return the month YYYYMM the day lies in."""
    return day.year * 100 + day.month


def split_month(month: int) -> tuple[int, int]:
    """Return year and month of the year of a YYYYMM.

    Raises:
        ValueError: not a month.
    """
    year, month_of_year = divmod(month, 100)
    if not (1 <= year <= 9999 and 1 <= month_of_year <= MONTHS):
        raise ValueError(f"{month} is not a month; write YYYYMM, for example 202408")
    return year, month_of_year


def next_month(month: int, count: int = 1) -> int:
    """Return the month ``count`` months later; a negative count goes back."""
    year, month_of_year = split_month(month)
    year, zero_based = divmod(year * MONTHS + month_of_year - 1 + count, MONTHS)
    return year * 100 + zero_based + 1


def previous_month(month: int) -> int:
    """Return the month before."""
    return next_month(month, -1)


def first_day(month: int) -> date:
    """Return the first day of the month."""
    return date(*split_month(month), 1)


def scheduled_day(month: int, reading_day: int) -> date:
    """Return the fixed reading day (抄表例日) of the month, at the latest the month's last day.

    Raises:
        ValueError: the reading day is not 1 to 31, or the month is none.
    """
    if not 1 <= reading_day <= 31:
        raise ValueError(f"reading day {reading_day}: must be 1 to 31")
    year, month_of_year = split_month(month)
    return date(year, month_of_year, min(reading_day, monthrange(year, month_of_year)[1]))


def bill_month(scheduled: date, basis: BillMonthBasis) -> int:
    """Return the 电费年月 of the reading whose scheduled day this is.

    ``reading_day``: the month of the scheduled day (read on 2024-08-01: 202408). ``month_of_use``: the
    month of the last day of use, which is the day before, since the register is that of 0:00 (read on
    2024-08-01: 202407).
    """
    return month_of(scheduled if basis is BillMonthBasis.READING_DAY else scheduled - timedelta(days=1))


def scheduled_day_of_bill(month: int, reading_day: int, basis: BillMonthBasis) -> date:
    """Return the scheduled reading day that ends the bill of this 电费年月: :func:`bill_month` backwards."""
    candidate = scheduled_day(month, reading_day)
    return (
        candidate if bill_month(candidate, basis) == month else scheduled_day(next_month(month), reading_day)
    )


def billing_year(month: int, year_start_month: int = 1) -> int:
    """Return the year in which the billing year (阶梯年度) of this month began."""
    year, month_of_year = split_month(month)
    return year if month_of_year >= year_start_month else year - 1


def months_in_year(open_day: Int64 | None, period: Int64, year_start_month: int = 1) -> Int16:
    """Return how many months of its billing year each customer is entitled to steps for (domain.md §2.3).

    A customer connected within the billing year counts from the month of connection, a part of a month as a
    whole: with the calendar year m = 13 - opening month. Connected earlier, or not known when: 12.

    Args:
        open_day: int64 (rows,), days since 1970-01-01, ``UNKNOWN_DAY`` where not known; None: nobody's is
            known.
        period: int64 (rows,), the bill's 电费年月.
        year_start_month: month of the year in which the billing year begins.

    Returns:
        int16 (rows,), 1 to 12.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, period=period)
    if open_day is None:
        return np.full(len(period), MONTHS, dtype=np.int16)
    require(np.int64, open_day=open_day, period=period)
    known = open_day != UNKNOWN_DAY
    opened = np.where(known, open_day, 0).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    opened_in_year = opened + 1970 * MONTHS - (year_start_month - 1)
    billed = period // 100 * MONTHS + period % 100 - 1 - (year_start_month - 1)
    same_year = known & (opened_in_year // MONTHS == billed // MONTHS)
    return np.where(same_year, MONTHS - opened_in_year % MONTHS, MONTHS).astype(np.int16)
