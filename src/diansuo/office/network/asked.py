"""What the address of a loss page asks for: the month, the day, the manager."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.utils import timezone

from diansuo.core.quantity import month as months_
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries


@dataclass(frozen=True, slots=True)
class Asked:
    """The month and day of a page; ``months`` are those with data, newest first, None of everything: no data."""

    months: list[int]
    period: int | None
    day: date | None
    latest: date | None

    @property
    def earlier(self) -> int | None:
        """Return the month before, if there is data of it."""
        return max((one for one in self.months if self.period and one < self.period), default=None)

    @property
    def later(self) -> int | None:
        """Return the month after, if there is data of it."""
        return min((one for one in self.months if self.period and one > self.period), default=None)


def asked(request: HttpRequest, scope: Scope) -> Asked:
    """Read ``?period=202410`` and ``?day=2024-10-28``; by default the latest day with registers, and its month.

    Raises:
        BadRequest: neither a month nor a day.
    """
    latest = queries.latest_loss_day(scope, timezone.localdate())
    months = queries.months_of_losses(scope)
    if latest is None:
        return Asked([], None, None, None)
    # The register of the 1st alone makes no month.
    months = [one for one in months if one <= months_.month_of(latest)]
    day = _day(request.GET.get("day", ""))
    period = _period(request.GET.get("period", ""))
    if day is None:
        day = latest if period in (None, months_.month_of(latest)) else _last_day(period)
    return Asked(months, period or months_.month_of(day), day, latest)


def _last_day(period: int) -> date:
    return months_.first_day(months_.next_month(period)) - timedelta(days=1)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise BadRequest("day") from problem


def _period(text: str) -> int | None:
    if not text:
        return None
    digits = text.replace("-", "")
    try:
        period = int(digits) if digits.isdecimal() and len(digits) == 6 else 0
        months_.first_day(period)
        months_.first_day(months_.next_month(period))
    except ValueError as problem:
        raise BadRequest("period") from problem
    return period
