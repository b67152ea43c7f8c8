"""The year of the annual steps: how many months of it a household has, and where its energy begins to count.

Source: domain.md §2.3 (各省通行口径); docs/rules/residential-steps.md. A part of a month counts as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64, require
from diansuo.core.quantity.month import MONTHS, UNKNOWN_DAY, billing_year
from diansuo.core.tariff.terms import CorrectionYear, TransferOfOwnership

EVERY_MONTH: Final = (1 << MONTHS) - 1


def months_with_steps(first_day: Int64, end_day: Int64, period: Int64, year_start_month: int = 1) -> Int16:
    """Return for how many months of the bill's year the steps apply: ``m = last month - first month + 1``.

    The steps apply from the day of connection, or of a change of class to steps (开户、合表改一户一表), and up to the
    day of closing, or of a change of class away from steps (销户). With neither within the year: 12.

    Args:
        first_day: int64 (rows,), first day with steps, days since 1970-01-01; ``UNKNOWN_DAY``: long ago.
        end_day: int64 (rows,), the day after the last one with steps; ``UNKNOWN_DAY``: they go on.
        period: int64 (rows,), the bill's 电费年月, which says the billing year.
        year_start_month: month of the year in which the billing year begins.

    Returns:
        int16 (rows,), 1 to 12; 1 where the last day lies before the billing year of the bill (read after its end).

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    first, last, _ = _window(first_day, end_day, period, year_start_month)
    return (last - first + 1).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Spans:
    """Days on which something holds for some rows: so many persons, heating with electricity.

    Attributes:
        row: int64 (spans,), the row of the bills; a row may have several.
        from_day: int64 (spans,), first day.
        to_day: int64 (spans,), the day after the last one; ``UNKNOWN_DAY``: it goes on.
    """

    row: Int64
    from_day: Int64
    to_day: Int64


def months_within(
    spans: Spans,
    first_day: Int64,
    end_day: Int64,
    period: Int64,
    year_start_month: int = 1,
    season: int = EVERY_MONTH,
) -> Int16:
    """Return in how many of the months of :func:`months_with_steps` something holds, a part of a month as a whole.

    Args:
        spans: when it holds; a month that two of them touch counts once.
        first_day: int64 (rows,), as in :func:`months_with_steps`, and so the three that follow.
        end_day: int64 (rows,).
        period: int64 (rows,).
        year_start_month: month of the year in which the billing year begins.
        season: the calendar months that count, bit 0 for January; all of them unless said.

    Returns:
        int16 (rows,), 0 to 12.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, row=spans.row, from_day=spans.from_day, to_day=spans.to_day)
    first, last, first_of_year = _window(first_day, end_day, period, year_start_month)
    held = np.zeros(len(period), np.int64)
    year_start = year_start_month - 1
    goes_on = spans.to_day == UNKNOWN_DAY
    start = _month(spans.from_day) - year_start
    end = np.where(goes_on, last[spans.row], _month(np.where(goes_on, 1, spans.to_day) - 1) - year_start)
    for place in range(MONTHS):
        month = first_of_year[spans.row] + place
        counts = (np.maximum(start, first[spans.row]) <= month) & (month <= np.minimum(end, last[spans.row]))
        in_season = season >> (place + year_start) % MONTHS & 1
        np.bitwise_or.at(held, spans.row[counts], in_season << place)
    return np.bitwise_count(held).astype(np.int16)


def _window(
    first_day: Int64, end_day: Int64, period: Int64, year_start_month: int
) -> tuple[Int64, Int64, Int64]:
    """Return first and last month with steps of each bill's year, and the year's first month, in months since year 0.

    All three count from the month in which billing years begin.
    """
    require(np.int64, first_day=first_day, end_day=end_day, period=period)
    year_start = year_start_month - 1
    billed = period // 100 * MONTHS + period % 100 - 1 - year_start
    first_of_year = billed // MONTHS * MONTHS
    first = np.where(first_day == UNKNOWN_DAY, first_of_year, _month(first_day) - year_start)
    ends = end_day != UNKNOWN_DAY
    last = np.where(ends, _month(np.where(ends, end_day, 1) - 1) - year_start, first_of_year + MONTHS)
    # Opened after the year the bill counts for: as long connected, as months_in_year has it.
    first = np.where(first >= first_of_year + MONTHS, first_of_year, np.maximum(first, first_of_year))
    last = np.clip(last, first, first_of_year + MONTHS - 1)
    return first, last, first_of_year


@dataclass(frozen=True, slots=True)
class YearStart:
    """Where the steps of a bill begin.

    Attributes:
        months_in_year: int16 (rows,), for :class:`BillingInput`.
        year_to_date_wh: int64 (rows,), likewise.
    """

    months_in_year: Int16
    year_to_date_wh: Int64


def after_transfer(
    policy: TransferOfOwnership,
    opened_day: Int64,
    transfer_day: Int64,
    period: Int64,
    former_wh: Int64,
    own_wh: Int64,
    year_start_month: int = 1,
) -> YearStart:
    """Return where the new owner's bill begins after a transfer of ownership (过户); domain.md §2.3.

    ``continue``: the year goes on, with the former owner's energy of this billing year. ``restart``: an opening in
    the month of the transfer; the former owner's last bill then settles the year anew, as a closing
    (:func:`months_with_steps` with ``transfer_day`` as its end, :func:`settle_year_anew`).

    Args:
        policy: parameter ``transfer_of_ownership``.
        opened_day: int64 (rows,), when the supply was connected; ``UNKNOWN_DAY``: long ago.
        transfer_day: int64 (rows,), first day of the new owner.
        period: int64 (rows,), 电费年月 of the new owner's bill.
        former_wh: int64 (rows,), energy that counted in the billing year of ``period`` before the transfer.
        own_wh: int64 (rows,), the new owner's energy of that year before this bill.
        year_start_month: month of the year in which the billing year begins.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, opened_day=opened_day, transfer_day=transfer_day, period=period)
    require(np.int64, period=period, former_wh=former_wh, own_wh=own_wh)
    for_ever = np.full(len(period), UNKNOWN_DAY, dtype=np.int64)
    if policy is TransferOfOwnership.RESTART:
        return YearStart(months_with_steps(transfer_day, for_ever, period, year_start_month), own_wh.copy())
    months = months_with_steps(opened_day, for_ever, period, year_start_month)
    return YearStart(months, former_wh + own_wh)


def year_of_correction(policy: CorrectionYear, concerned: int, billed: int, year_start_month: int = 1) -> int:
    """Return the billing year in whose steps a correction is charged (补收往年电量); parameter ``rebill_tier_year``.

    Args:
        policy: ``original``: the year the energy was used in; ``current``: the year of the correcting bill.
        concerned: 电费年月 the energy belongs to.
        billed: 电费年月 of the correcting bill.
        year_start_month: month of the year in which the billing year begins.
    """
    return billing_year(concerned if policy is CorrectionYear.ORIGINAL else billed, year_start_month)


def ends_within(end_day: Int64, from_day: Int64, to_day: Int64) -> Bool:
    """Return which bills are the last ones with steps, so that their year is to be settled anew.

    Args:
        end_day: int64 (rows,), the day after the last one with steps; ``UNKNOWN_DAY``: they go on.
        from_day: int64 (rows,), first day of use of the bill.
        to_day: int64 (rows,), the day after its last one.

    Returns:
        bool (rows,).
    """
    ends: Bool = (end_day != UNKNOWN_DAY) & (from_day < end_day) & (end_day <= to_day)
    return ends


def _month(day: Int64) -> Int64:
    """Return months since year 0 of each day; of ``UNKNOWN_DAY`` those of 1970-01-01."""
    known = np.where(day == UNKNOWN_DAY, 0, day)
    return known.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * MONTHS
