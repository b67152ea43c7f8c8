"""Days of capacity used without right, as shares of months: by 30 days a month, or by the days of the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from diansuo.core.quantity.month import first_day, month_of, next_month
from diansuo.core.tariff.commercial.capacity import DayBase

THIRTY_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class MonthShare:
    """A calendar month, the days of it that count, and which share of its monthly charge they are."""

    month: int
    days: int
    share: Fraction


def month_shares(start: date, end: date, base: DayBase) -> tuple[MonthShare, ...]:
    """Divide the days ``[start, end)`` into calendar months; a whole month is 1, of however many days it is.

    Under ``thirty`` a part of a month is never more than the whole one: 30 of 31 days are 1.

    Args:
        start: first day the capacity was used.
        end: the day after the last one. Taken out on 30 September, after use on that day: 1 October.
        base: what a day counts.

    Raises:
        ValueError: no day lies between.

    Source: domain.md §4.4, §7.4.
    """
    if end <= start:
        raise ValueError(f"[{start}, {end}): there is no day between them")
    shares, month = [], month_of(start)
    while first_day(month) < end:
        first, after = first_day(month), first_day(next_month(month))
        days = (min(end, after) - max(start, first)).days
        whole = (after - first).days
        divisor = whole if base is DayBase.CALENDAR_DAYS else THIRTY_DAYS
        share = Fraction(1) if days == whole else min(Fraction(days, divisor), Fraction(1))
        shares.append(MonthShare(month, days, share))
        month = next_month(month)
    return tuple(shares)
