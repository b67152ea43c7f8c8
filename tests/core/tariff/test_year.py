"""How many months of steps a year has, and what a transfer and a late correction do to it."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.month import UNKNOWN_DAY
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import (
    CorrectionYear,
    TransferOfOwnership,
    after_transfer,
    ends_within,
    months_in_year,
    months_with_steps,
    year_of_correction,
)
from diansuo.core.tariff.resolve import day_number
from diansuo.core.tariff.terms import correction_year, transfer_of_ownership
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.placeholders import PLACE, document, lay_over, terms


def days(day: date | None) -> np.ndarray:
    return np.array([UNKNOWN_DAY if day is None else day_number(day)])


def months(first: date | None, end: date | None, period: int, year_start_month: int = 1) -> int:
    return int(months_with_steps(days(first), days(end), np.array([period]), year_start_month)[0])


@pytest.mark.parametrize(
    ("first", "end", "period", "expected"),
    [
        (None, None, 202407, 12),
        (date(2024, 9, 10), None, 202410, 4),
        (date(2023, 9, 10), None, 202410, 12),
        (None, date(2024, 7, 15), 202407, 7),
        (None, date(2024, 7, 2), 202407, 7),
        (None, date(2024, 7, 1), 202407, 6),
        (None, date(2024, 12, 31), 202412, 12),
        (date(2024, 3, 31), date(2024, 7, 15), 202407, 5),
        (date(2024, 7, 1), date(2024, 7, 15), 202407, 1),
        (date(2023, 3, 31), date(2024, 1, 15), 202401, 1),
        (None, date(2024, 1, 1), 202401, 1),
        (date(2025, 1, 3), None, 202412, 12),
    ],
    ids=[
        "all the year",
        "opened in September",
        "opened the year before",
        "closed in July",
        "last day is the first of July",
        "last day is the end of June",
        "closed in December",
        "opened in March and closed in July",
        "opened and closed in one month",
        "closed in January",
        "last day before the year of the bill",
        "opened after the year of the bill",
    ],
)
def test_a_part_of_a_month_counts_as_a_whole(
    first: date | None, end: date | None, period: int, expected: int
) -> None:
    assert months(first, end, period) == expected


def test_a_year_that_begins_in_july_counts_from_july() -> None:
    assert months(date(2024, 9, 10), None, 202412, 7) == 10
    assert months(None, date(2024, 9, 10), 202409, 7) == 3
    assert months(None, date(2025, 2, 10), 202502, 7) == 8


def test_openings_count_as_months_in_year_counts_them() -> None:
    random = np.random.default_rng(7)
    opened = day_number(date(2022, 1, 1)) + random.integers(0, 1500, 500)
    opened[::7] = UNKNOWN_DAY
    period = random.choice([202301, 202306, 202312, 202407], 500)
    never = np.full(500, UNKNOWN_DAY)
    for start in (1, 4, 7):
        np.testing.assert_array_equal(
            months_with_steps(opened, never, period, start), months_in_year(opened, period, start)
        )


def test_a_change_of_class_counts_like_an_opening_and_a_closing() -> None:
    change = date(2024, 6, 15)
    to_steps, from_steps = months(change, None, 202407), months(None, change, 202406)
    assert (to_steps, from_steps) == (7, 6)


def test_a_transfer_that_continues_keeps_the_months_and_the_energy_of_the_former_owner() -> None:
    start = after_transfer(
        TransferOfOwnership.CONTINUE,
        days(date(2020, 1, 1)),
        days(date(2024, 9, 10)),
        np.array([202410]),
        former_wh=np.array([1_500_000]),
        own_wh=np.array([70_000]),
    )
    assert (start.months_in_year.tolist(), start.year_to_date_wh.tolist()) == ([12], [1_570_000])


def test_a_transfer_that_restarts_is_an_opening_for_the_new_owner() -> None:
    start = after_transfer(
        TransferOfOwnership.RESTART,
        days(date(2020, 1, 1)),
        days(date(2024, 9, 10)),
        np.array([202410]),
        former_wh=np.array([1_500_000]),
        own_wh=np.array([70_000]),
    )
    assert (start.months_in_year.tolist(), start.year_to_date_wh.tolist()) == ([4], [70_000])
    assert months(date(2020, 1, 1), date(2024, 9, 10), 202409) == 9, "and a closing for the former one"


def test_a_late_correction_goes_to_the_year_the_place_says() -> None:
    assert year_of_correction(CorrectionYear.ORIGINAL, 202311, 202403) == 2023
    assert year_of_correction(CorrectionYear.CURRENT, 202311, 202403) == 2024
    assert year_of_correction(CorrectionYear.ORIGINAL, 202403, 202409, year_start_month=7) == 2023


def test_both_choices_are_read_from_the_terms_of_the_place() -> None:
    values = terms(transfer_of_ownership="restart", rebill_tier_year="current")
    book: RuleBook = lay_over(load(), document("residential_terms", "parameters", {"2024-01-01": values}))
    entry = book.in_force(f"{PLACE}/residential_terms", date(2024, 6, 1))
    assert transfer_of_ownership(entry) is TransferOfOwnership.RESTART
    assert correction_year(entry) is CorrectionYear.CURRENT


@pytest.mark.parametrize(
    ("end", "last"),
    [
        (date(2024, 6, 1), False),
        (date(2024, 6, 2), True),
        (date(2024, 7, 1), True),
        (date(2024, 7, 2), False),
        (None, False),
    ],
)
def test_the_bill_that_holds_the_last_day_with_steps_settles_the_year(end: date | None, last: bool) -> None:
    assert ends_within(days(end), days(date(2024, 6, 1)), days(date(2024, 7, 1))).tolist() == [last]


def test_a_column_of_another_kind_is_refused() -> None:
    with pytest.raises(WrongColumn, match="period: expected int64"):
        months_with_steps(days(None), days(None), np.array([202407.0]))
