"""Days as parts of calendar months: what is computed by month is cut to the days that are asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from diansuo.core.quantity.month import first_day as first_day_of
from diansuo.core.quantity.month import month_of, next_month

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Days = TypeVar("Days", bound=DataclassInstance)


def month_parts(first_day: date, last_day: date) -> Iterator[tuple[int, int, int]]:
    """Yield the months from the first day to the last, each with the days of it that are asked for, ``[begin, end)``.

    Days are counted from 0 within the month; the last day is included.
    """
    month = month_of(first_day)
    while month <= month_of(last_day):
        start, after = first_day_of(month), first_day_of(next_month(month))
        begin = max((first_day - start).days, 0)
        yield month, begin, min((last_day - start).days + 1, (after - start).days)
        month = next_month(month)


def joined(parts: Sequence[tuple[Days, int, int]]) -> Days:
    """Return the days ``[begin, end)`` of successive months as one; what is no column is as the last month says."""
    last = parts[-1][0]
    names = [each.name for each in fields(last) if isinstance(getattr(last, each.name), np.ndarray)]
    return replace(
        last,
        **{
            name: np.concatenate([getattr(month, name)[begin:end] for month, begin, end in parts])
            for name in names
        },
    )
