"""Capacity and demand charge (基本电费): charged days, one rounding a segment, when a method may change.

Source: 发改办价格〔2016〕1583号; 供电营业规则 (2024 and 1996); domain.md §4. Page: docs/rules/capacity-charge.md.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require
from diansuo.core.quantity.money import NANO_PER_FEN, NANO_PER_YUAN, AmountTooLarge
from diansuo.core.quantity.month import split_month
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.tariff.commercial.columns import CommercialRefusalCode

CAPACITY_DAYS: Final = "capacity-days"

UNITS_PER_KILO: Final = 1000
"""VA in a kVA, W in a kW."""
QUANTITY_LIMIT: Final = 10**12
"""VA or W: a terawatt."""
PRICE_LIMIT_NANO: Final = 1000 * NANO_PER_YUAN
"""1000 yuan per kVA or kW and month."""
MONTH_DAYS_LIMIT: Final = 31
THIRTY: Final = 30
# the price in two limbs, so that a remainder times a limb stays below 2**59
PRICE_LIMB: Final = 10**6
ONE_DIVISION_LIMIT: Final = 2**62
QUARTER_MONTHS: Final = (1, 4, 7, 10)


class DayBase(StrEnum):
    """What a part of a month is divided by, ``day_base`` (domain.md §4.4)."""

    CALENDAR_DAYS = "calendar_days"
    """当月日历天数, from 2024-06-01"""
    THIRTY = "thirty"
    """1/30 a day, the rule of 1996"""


@njit(cache=True, inline="always")
def charge_fen(quantity_days: int, price_nano: int, month_days: int) -> int:
    """Charge VA-days or W-days of a month exactly, and round to the fen once (step id ``capacity-days``).

    ``quantity_days x price / (1000 x days x 10^7)`` in limbs: bounds ``QUANTITY_LIMIT`` x 31 days and
    ``PRICE_LIMIT_NANO``, neither negative.
    """
    divisor = UNITS_PER_KILO * NANO_PER_FEN * month_days
    if quantity_days == 0 or price_nano <= ONE_DIVISION_LIMIT // quantity_days:
        return round_half_away(quantity_days * price_nano, divisor)
    whole, rest = quantity_days // divisor, quantity_days % divisor
    high = rest * (price_nano // PRICE_LIMB)
    low = high % divisor * PRICE_LIMB + rest * (price_nano % PRICE_LIMB)
    return whole * price_nano + high // divisor * PRICE_LIMB + round_half_away(low, divisor)


@njit(cache=True)
def _charges(quantity_days: Int64, price_nano: Int64, month_days: Int64, amounts_fen: Int64) -> None:
    for row in range(len(quantity_days)):
        amounts_fen[row] = charge_fen(quantity_days[row], price_nano[row], month_days[row])


def capacity_charge_fen(quantity: Int64, days: Int64, price_nano: Int64, month_days: Int64) -> Int64:
    """Charge segments: a quantity at one price for some days of a month; each rounds to the fen once.

    Args:
        quantity: int64 (rows,), VA or W; 0 for what is sealed.
        days: int64 (rows,), charged days (:func:`charged_days`).
        price_nano: int64 (rows,), nano-yuan per kVA or kW and month.
        month_days: int64 (rows,), what the month is divided by (:func:`days_of_month`).

    Returns:
        int64 (rows,), fen.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
        ValueError: something is negative, or days lie beyond the month.
        AmountTooLarge: more than 10^12 VA or W, or 1000 yuan per kVA.
    """
    columns = {"quantity": quantity, "days": days, "price_nano": price_nano, "month_days": month_days}
    require(np.int64, **columns)
    amounts_fen = np.empty_like(quantity)
    if len(quantity) == 0:
        return amounts_fen
    for name, column in columns.items():
        if int(column.min()) < 0:
            raise ValueError(f"{name}: row {int(column.argmin())} is negative")
    if (
        int(month_days.min()) < 1
        or int(month_days.max()) > MONTH_DAYS_LIMIT
        or bool((days > month_days).any())
    ):
        raise ValueError(f"a month has 1 to {MONTH_DAYS_LIMIT} days, and no more of them can be charged")
    if int(quantity.max()) > QUANTITY_LIMIT or int(price_nano.max()) > PRICE_LIMIT_NANO:
        raise AmountTooLarge(
            f"beyond {QUANTITY_LIMIT} VA or W, or {PRICE_LIMIT_NANO} nano-yuan per kVA or kW"
        )
    _charges(quantity * days, price_nano, month_days, amounts_fen)
    return amounts_fen


def days_of_month(month: int, day_base: DayBase) -> int:
    """Return what a part of the month YYYYMM is divided by: its calendar days, or 30 by the old rule.

    Raises:
        ValueError: not a month.
    """
    year, month_of_year = split_month(month)
    return THIRTY if day_base is DayBase.THIRTY else monthrange(year, month_of_year)[1]


def charged_days(
    unit: tuple[Int64, Int64], part: tuple[Int64, Int64], month: tuple[Int64, Int64], month_days: Int64
) -> Int64:
    """Return on how many days of a part of a month each unit is charged (实用天数; domain.md §4.4, §4.5).

    A unit is a transformer or motor, or a contract demand, over a stretch in which it is in service; sealed days lie in
    no stretch, so they are free, and the day of a change belongs to what comes then. A unit that serves the whole
    month is charged the whole month, ``month_days``, whatever its days are; of any other the days count, up to
    ``month_days``. The parts of a month always sum to the month.

    Args:
        unit: int64 (units,) twice: first day in service and the day after the last.
        part: int64 (units,) twice: the days of the bill, inside the month.
        month: int64 (units,) twice: the days of the whole month's bill.
        month_days: int64 (units,), :func:`days_of_month`.

    Returns:
        int64 (units,), days; times the unit's VA and summed by bill: ``capacity_va_days``.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
        ValueError: a part reaches beyond its month.
    """
    names = ("unit_from", "unit_to", "part_from", "part_to", "month_from", "month_to")
    require(np.int64, month_days=month_days, **dict(zip(names, (*unit, *part, *month), strict=True)))
    if bool(((part[0] < month[0]) | (part[1] > month[1])).any()):
        raise ValueError("a part of a month reaches beyond the month")
    start, end = np.maximum(unit[0], month[0]), np.minimum(unit[1], month[1])
    whole = (unit[0] <= month[0]) & (unit[1] >= month[1])

    def charged_until(day: Int64) -> Int64:
        days: Int64 = np.minimum(np.maximum(np.minimum(day, end) - start, 0), month_days)
        return np.where(whole & (day >= month[1]), month_days, days)

    charged: Int64 = charged_until(part[1]) - charged_until(part[0])
    return charged


def demand_of_feeds(feed_w: npt.NDArray[np.int64], larger: Bool) -> Int64:
    """Put the maximum demands of several feeds (多路进线) together: summed, or the larger one, by contract (§4.1).

    Args:
        feed_w: int64 (rows, feeds), W; 0 where a customer has no such feed.
        larger: bool (rows,), True: feeds that stand in for each other, of which the larger counts.

    Returns:
        int64 (rows,), W.

    Raises:
        WrongColumn: not an int64 array of two dimensions, or the lengths differ.
    """
    require(np.bool_, larger=larger)
    if not isinstance(feed_w, np.ndarray) or feed_w.dtype != np.int64 or feed_w.ndim != 2:
        raise WrongColumn("feed_w: expected an int64 array of two dimensions")
    if len(feed_w) != len(larger):
        raise WrongColumn(f"larger: expected {len(feed_w)} rows, got {len(larger)}")
    together: Int64 = np.where(larger, feed_w.max(axis=1, initial=0), feed_w.sum(axis=1))
    return together


def method_change_refusal(day: date) -> CommercialRefusalCode | None:
    """Say why a customer's method may not change on this day: only with a quarter (1583号; domain.md §4.1).

    Returns:
        ``METHOD_CHANGE_WITHIN_QUARTER``, or None on the first of January, April, July and October.
    """
    on_quarter = day.day == 1 and day.month in QUARTER_MONTHS
    return None if on_quarter else CommercialRefusalCode.METHOD_CHANGE_WITHIN_QUARTER


def contract_demand_change_refusal(day: date, month_start: date) -> CommercialRefusalCode | None:
    """Say why a contract demand may not change on this day: only with a month (抄表周期; 1583号; domain.md §4.1).

    Args:
        day: first day of the new contract demand.
        month_start: first day of the month's bill that the day lies in.

    Returns:
        ``CONTRACT_DEMAND_CHANGE_WITHIN_MONTH``, or None when the month begins that day.
    """
    return None if day == month_start else CommercialRefusalCode.CONTRACT_DEMAND_CHANGE_WITHIN_MONTH
