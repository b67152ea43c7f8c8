"""What the address of a page of the average price asks for: the month, and the month it is held against."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from diansuo.core.quantity import month as months_
from diansuo.office.base.scope import Scope
from diansuo.office.billing.sums import queries as sums


@dataclass(frozen=True, slots=True)
class Asked:
    """``months`` are those with bills, newest first; ``against`` is None where no earlier month has any."""

    months: list[int]
    period: int | None
    against: int | None

    @property
    def earlier(self) -> list[int]:
        """Return the months that this one can be held against."""
        return [one for one in self.months if self.period and one < self.period]

    @property
    def query(self) -> str:
        """Return the address's part that asks for the same months."""
        against = f"&against={self.against}" if self.against else ""
        return f"period={self.period}{against}" if self.period else ""


def asked(request: HttpRequest, scope: Scope) -> Asked:
    """Read ``?period=202410&against=202409``; by default the newest month and the one before it.

    Raises:
        BadRequest: not a month.
    """
    months = sums.periods(scope)
    if not months:
        return Asked([], None, None)
    period = _month(request.GET.get("period", "")) or months[0]
    earlier = [one for one in months if one < period]
    usual = months_.previous_month(period) if months_.previous_month(period) in earlier else None
    against = _month(request.GET.get("against", "")) or usual or (earlier[0] if earlier else None)
    return Asked(months, period, against if against in earlier else (earlier[0] if earlier else None))


def _month(text: str) -> int | None:
    if not text:
        return None
    try:
        period = int(text) if text.isdecimal() and len(text) == 6 else 0
        months_.first_day(period)
    except ValueError as problem:
        raise BadRequest("period") from problem
    return period
