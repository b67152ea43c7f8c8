"""The days a case is about, and which of the two sets of rules holds on them.

The rules of supply (供电营业规则) of 1996 hold until 2024-05-31, those of 2024 from 2024-06-01 on.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from diansuo.core.casework.given import Given

NEW_RULES_FROM: Final = date(2024, 6, 1)
LONGEST_MONTH_DAYS: Final = 45
RULES: Final = ("1996", "2024")
KEYS: Final = ("from", "to", "month", "month_days", "rules")


@dataclass(frozen=True, slots=True)
class Span:
    """The days ``[start, end)`` of a bill, the days its month has, and the rules that hold.

    ``start`` and ``end`` are None where the case gives no days: a whole month is meant.
    """

    start: date | None
    end: date | None
    month_days: int
    rules: str

    @property
    def days(self) -> int:
        """Number of days; those of the month where none are given."""
        return (self.end - self.start).days if self.start and self.end else self.month_days

    @property
    def day_base(self) -> int:
        """By how many days a month's charge is divided: 30 by the rules of 1996, its own days since 2024."""
        return 30 if self.rules == "1996" else self.month_days

    def overlap(self, start: date | None, end: date | None) -> int:
        """Return how many days of this span lie in ``[start, end)``; an open side reaches over its edge."""
        if self.start is None or self.end is None:
            return self.days
        first = self.start if start is None else max(start, self.start)
        last = self.end if end is None else min(end, self.end)
        return max(0, (last - first).days)


def read_span(given: Given) -> Span:
    """Read ``from``, ``to`` or ``month``, ``month_days`` and ``rules``.

    The month of a span that is none by the calendar (read on the 24th) has the days of the span.
    """
    start, end = given.day("from"), given.day("to")
    if given.has("month"):
        start, end = _month(given, start, end)
    if (start is None) != (end is None):
        given.refuse("from", "only one of from and to", "give both days, or month")
    if start and end and end <= start:
        given.refuse("to", f"{end} does not come after {start}", "to is the day after the last day")
    days = 30
    if start and end:
        whole = monthrange(start.year, start.month)[1]
        within_month = (end - timedelta(days=1)).strftime("%Y%m") == start.strftime("%Y%m")
        days = whole if within_month else max(1, (end - start).days)
    rules = given.choice("rules", RULES, "2024" if end is None or end > NEW_RULES_FROM else "1996")
    return Span(start, end, max(1, int(given.number("month_days", days))), rules)


def units_of(given: Given, per: str, span: Span) -> Fraction:
    """Return how many days, months or years a span has, for a charge by the day, month or year.

    Whole months and years by the calendar count as such; a part of a month is its days over those of the month (30
    under the rules of 1996), a part of a year is its days over 365.
    """
    if span.start is None or span.end is None:
        if per != "month":
            given.refuse(
                "per", f"a charge per {per} in a bill without days", "add from and to, or month, to the bill"
            )
        return Fraction(1)
    if per == "day":
        return Fraction(span.days)
    months = (span.end.year - span.start.year) * 12 + span.end.month - span.start.month
    whole = span.end.day == span.start.day and months > 0
    if per == "year":
        return Fraction(months, 12) if whole and months % 12 == 0 else Fraction(span.days, 365)
    if whole:
        return Fraction(months)
    if span.days > LONGEST_MONTH_DAYS:
        given.refuse(
            "per", f"{span.days} days are no whole months", "write quantity with the months, without per"
        )
    return Fraction(1) if span.days == span.month_days else Fraction(span.days, span.day_base)


def _month(given: Given, start: date | None, end: date | None) -> tuple[date | None, date | None]:
    text = given.text("month")
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        given.refuse("month", f"{text!r} is not a month", 'write "2024-08"')
        return start, end
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return start or first, end or after
