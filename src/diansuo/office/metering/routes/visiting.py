"""The days of a route: the settlement day never moves, a visit moves to a working day, the upload has a limit.

The settlement register is that of 00:00 of the fixed day (例日), whatever the calendar says; holidays and make-up
days come from the package ``chinesecalendar``, which follows the yearly notice of the State Council's office.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from chinese_calendar import is_workday

from diansuo.core.quantity import month as months
from diansuo.office.archive.route_models import ReadingMethod
from diansuo.office.config.rulebook import book, follow

LIMITS: Final = "national/checks/reading_routes"
WEEKEND: Final = 5
DAY: Final = timedelta(days=1)
FIRST_MONTH: Final = 201209
"""The first month whose scheduled days, of either basis, lie where the limits hold."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many days an upload may take, how many months one reader keeps a route, the days of a finding's task."""

    upload_days: int
    reader_months_most: int
    finding_days: int


@dataclass(frozen=True, slots=True)
class Visit:
    """When a route is walked and by when it is uploaded; ``published`` is false where holidays are not known yet.

    ``day`` is None where nobody walks: the registers come from afar.
    """

    scheduled: date
    day: date | None
    upload_by: date
    published: bool

    @property
    def begins(self) -> date:
        """The first day on which the registers can be had."""
        return self.day or self.scheduled


@lru_cache(maxsize=64)
def limits(day: date) -> Limits:
    """Return the limits in force on a day.

    Raises:
        NoValueInForce: the rulebook does not reach back so far.
    """
    entry = book().in_force(LIMITS, day)
    return Limits(
        *(int(entry.number(name)) for name in ("upload_days", "reader_months_most", "finding_days"))
    )


follow(limits.cache_clear)


def working_day(day: date) -> tuple[bool, bool]:
    """Tell whether people work on a day, and whether that year's holidays are published.

    A year nobody has published is Monday to Friday.
    """
    try:
        return is_workday(day), True
    except NotImplementedError:
        return day.weekday() < WEEKEND, False


def visit(scheduled: date, method: str = ReadingMethod.UNKNOWN) -> Visit:
    """Return when a route of this fixed day is walked: that day, else the first working day after it.

    Never before: the register of 00:00 of the fixed day must have been frozen. A route read from afar is not walked,
    and no holiday keeps its registers; one of which nobody has said how it is read counts as walked.
    """
    allowed = limits(scheduled).upload_days * DAY
    if method == ReadingMethod.REMOTE:
        return Visit(scheduled, None, scheduled + allowed, published=True)
    day, published = scheduled, True
    while True:
        works, known = working_day(day)
        published = published and known
        if works:
            return Visit(scheduled, day, day + allowed, published)
        day += DAY


def months_between(since: date, day: date) -> int:
    """Return how many whole months lie between two days, none where the later comes first."""
    gone = (day.year - since.year) * 12 + day.month - since.month
    return max(gone - (day.day < since.day), 0)


def known_month(period: int, today: date) -> bool:
    """Tell whether a month may be asked for: the limits reach back to it, and it is at most a year ahead."""
    latest = months.next_month(months.month_of(today), 12)
    return FIRST_MONTH <= period <= latest
