"""电费年月: which month a reading belongs to, and how many months of the year a customer has steps for."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.month import (
    UNKNOWN_DAY,
    BillMonthBasis,
    bill_month,
    billing_year,
    first_day,
    month_of,
    months_in_year,
    next_month,
    previous_month,
    scheduled_day,
    scheduled_day_of_bill,
)

MONTHS = st.dates(date(1990, 1, 1), date(2090, 12, 31)).map(month_of)


def days(*each: date | None) -> np.ndarray:
    return np.array(
        [UNKNOWN_DAY if day is None else (day - date(1970, 1, 1)).days for day in each], dtype=np.int64
    )


def test_the_bill_read_on_the_first_of_august_is_that_of_august_or_of_july() -> None:
    assert bill_month(date(2024, 8, 1), BillMonthBasis.READING_DAY) == 202408
    assert bill_month(date(2024, 8, 1), BillMonthBasis.MONTH_OF_USE) == 202407
    assert bill_month(date(2024, 1, 1), BillMonthBasis.MONTH_OF_USE) == 202312
    assert bill_month(date(2024, 8, 15), BillMonthBasis.MONTH_OF_USE) == 202408


@given(MONTHS, st.integers(1, 31), st.sampled_from(BillMonthBasis))
def test_every_bill_month_has_its_reading_day_and_that_day_its_bill_month(
    month: int, reading_day: int, basis: BillMonthBasis
) -> None:
    assert bill_month(scheduled_day_of_bill(month, reading_day, basis), basis) == month


def test_the_reading_day_of_a_short_month_is_its_last_day() -> None:
    assert scheduled_day(202402, 31) == date(2024, 2, 29)
    assert scheduled_day(202502, 30) == date(2025, 2, 28)
    assert scheduled_day(202404, 31) == date(2024, 4, 30)
    assert scheduled_day(202401, 1) == date(2024, 1, 1)


@pytest.mark.parametrize(("month", "day"), [(202413, 1), (202400, 1), (24, 1), (202401, 0), (202401, 32)])
def test_what_is_no_month_or_no_reading_day_is_refused(month: int, day: int) -> None:
    with pytest.raises(ValueError, match=r"not a month|must be 1 to 31"):
        scheduled_day(month, day)


@given(MONTHS)
def test_the_month_after_the_month_before_is_the_month(month: int) -> None:
    assert next_month(previous_month(month)) == month
    assert first_day(next_month(month)) > first_day(month)
    assert next_month(month, 12) == month + 100


def test_the_billing_year_begins_in_its_month() -> None:
    assert billing_year(202401) == 2024
    assert billing_year(202403, year_start_month=4) == 2023
    assert billing_year(202404, year_start_month=4) == 2024


def test_a_customer_connected_within_the_year_has_its_remaining_months() -> None:
    opened = days(date(2024, 9, 10), date(2024, 1, 1), date(2024, 12, 31), date(2023, 12, 31), None)
    assert months_in_year(opened, np.full(5, 202412)).tolist() == [4, 12, 1, 12, 12]
    assert months_in_year(opened, np.full(5, 202501)).tolist() == [12] * 5
    assert months_in_year(None, np.full(2, 202412)).tolist() == [12, 12]


def test_the_months_count_from_the_start_of_the_billing_year_of_the_place() -> None:
    opened = days(date(2024, 9, 10), date(2024, 3, 31), date(2024, 4, 1))
    assert months_in_year(opened, np.full(3, 202501), year_start_month=4).tolist() == [7, 12, 12]


def test_the_months_are_an_int16_column_as_the_engine_takes_it() -> None:
    assert months_in_year(days(None), np.array([202401])).dtype == np.int16
    with pytest.raises(WrongColumn):
        months_in_year(None, np.array([202401], dtype=np.int32))  # type: ignore[arg-type]
