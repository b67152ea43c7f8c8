"""The technical loss of an area by day, with the band it is known to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from diansuo.core.network.technical import Method
from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class TechnicalDays:
    """Technical loss of an area on successive days; lists of one length, in the order of the days.

    Attributes:
        day: the days.
        technical_wh: lines and meters, Wh; None where it is not known.
        low_wh: the least it may be, None likewise.
        high_wh: the most it may be.
        method_code: `core.network.technical.Method`, UNKNOWN where there is no number.
    """

    day: list[date]
    technical_wh: list[int | None]
    low_wh: list[int | None]
    high_wh: list[int | None]
    method_code: list[int]


def of_area(scope: Scope, area: int, first_day: date, last_day: date) -> TechnicalDays:
    """Return the technical loss of an area on the days from the first to the last, both included.

    Args:
        scope: an area outside it has no number on any day.
        area: its id.
        first_day: the first day.
        last_day: the last day.
    """
    days = [first_day + timedelta(days=at) for at in range((last_day - first_day).days + 1)]
    nothing: list[int | None] = [None] * len(days)
    return TechnicalDays(days, nothing, nothing.copy(), nothing.copy(), [int(Method.UNKNOWN)] * len(days))
