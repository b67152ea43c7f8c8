"""Days a transformer ran, parts of a month, and months a seasonal customer stands idle."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.wide import quotient

HOURS_PER_DAY: Final = 24
MONTHS_PER_YEAR: Final = 12
EVERY_MONTH: Final = (1 << MONTHS_PER_YEAR) - 1


def hours_in_service(
    from_day: Int64, to_day: Int64, *, out_row: Int64, out_from_day: Int64, out_to_day: Int64
) -> Int64:
    """Hours a transformer ran in its period: 24 × (days of the period − days it was sealed).

    The day of sealing (加封) is out of service, the day of unsealing (启封) in service again: half-open days, as
    for the capacity charge. Days sealed twice over are counted once.

    Args:
        from_day: int64 (rows,), first day of the period, days since 1970-01-01.
        to_day: int64 (rows,), the day after the last.
        out_row: int64 (k,), the row each time out of service belongs to.
        out_from_day: int64 (k,), day of sealing.
        out_to_day: int64 (k,), day of unsealing.

    Returns:
        int64 (rows,), hours.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a period or a time out of service ends before it begins, or belongs to no row.

    Source: domain.md §4.4 (加封日起), §6.2 (T = 24 × 运行天数) [K]; docs/rules/transformer-loss.md.
    """
    require(np.int64, from_day=from_day, to_day=to_day)
    require(np.int64, out_row=out_row, out_from_day=out_from_day, out_to_day=out_to_day)
    if (to_day < from_day).any() or (out_to_day < out_from_day).any():
        raise ValueError("a period ends before it begins")
    if len(out_row) and (out_row.min() < 0 or out_row.max() >= len(from_day)):
        raise ValueError("out_row: a time out of service belongs to no row")
    order = np.lexsort((out_from_day, out_row))
    row = out_row[order]
    begin = np.clip(out_from_day[order], from_day[row], to_day[row])
    end = np.clip(out_to_day[order], from_day[row], to_day[row])
    out = np.zeros(len(from_day), np.int64)
    np.add.at(out, row, np.maximum(end - np.maximum(begin, _reached(row, end)), 0))
    return (to_day - from_day - out) * HOURS_PER_DAY


def _reached(row: Int64, end: Int64) -> Int64:
    """The latest end among earlier stretches of the same row, far in the past for the first of a row."""
    far = np.int64(-(1 << 40))
    reached = np.empty(len(row), np.int64)
    if len(row):
        # Rows ascend, so a lift that grows with the row makes the running maximum start afresh at each.
        lift = row * (1 << 24)
        latest = np.maximum.accumulate(lift + end)
        reached[0] = far
        reached[1:] = np.where(row[1:] == row[:-1], latest[:-1] - lift[1:], far)
    return reached


def part_of_month_wh(
    month_wh: Int64, days: Int64, period_days: Int64, base_days: Int64, step_wh: int
) -> Int64:
    """A monthly quantity for part of a month: ``month value × days / base`` (按天折算), the whole for the whole.

    In service for the whole period the quantity is the month's own, however many days the month has; otherwise at
    most the base counts. 304 kWh × 20 / 30 = 203 kWh (published).

    Args:
        month_wh: int64 (rows,), Wh (or varh) a month.
        days: int64 (rows,), days the quantity holds in the period.
        period_days: int64 (rows,), days of the period, one billing month.
        base_days: int64 (rows,), 30, or the calendar days of the month.
        step_wh: to how many Wh it is rounded, halves away from zero (step id ``part-month``).

    Returns:
        int64 (rows,), Wh.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a negative number of days, more days than the period has, or a base that is not positive.

    Source: domain.md §6.2 [S24], §6.3 [K形状]; docs/rules/transformer-loss.md.
    """
    require(np.int64, month_wh=month_wh, days=days, period_days=period_days, base_days=base_days)
    if (days < 0).any() or (days > period_days).any():
        raise ValueError("days: expected 0 to the days of the period")
    counted = np.where(days == period_days, base_days, np.minimum(days, base_days))
    counted = np.where(days == 0, 0, counted)
    return quotient([month_wh, counted], [base_days], rounding="half_away", step=step_wh)


def idle_in(month: Int64, idle_months: Int64) -> Bool:
    """Whether a month is one in which a seasonal customer (季节性用户, 农业排灌) is known to use nothing.

    The answer goes into ``Due.inactive``: a zero month is then no finding.

    Args:
        month: int64 (rows,), month of the year, 1 to 12.
        idle_months: int64 (rows,), a set of months, bit 0 for January (:func:`month_set`); 0 for none.

    Returns:
        bool (rows,).

    Raises:
        WrongColumn: dtype or length.
        ValueError: a month outside 1 to 12, or a set with more than twelve months.

    Source: domain.md §14.3 [K]; docs/rules/settled-energy.md.
    """
    require(np.int64, month=month, idle_months=idle_months)
    if len(month) and (month.min() < 1 or month.max() > MONTHS_PER_YEAR):
        raise ValueError("month: expected 1 to 12")
    if ((idle_months < 0) | (idle_months > EVERY_MONTH)).any():
        raise ValueError("idle_months: expected a set of twelve months")
    return np.asarray((idle_months >> (month - 1)) & 1 == 1, np.bool_)


def month_set(*months: int) -> int:
    """A set of months as one integer, bit 0 for January.

    Raises:
        ValueError: a month outside 1 to 12.
    """
    if any(not 1 <= month <= MONTHS_PER_YEAR for month in months):
        raise ValueError(f"months {months}: expected 1 to 12")
    return sum(1 << (month - 1) for month in set(months))
