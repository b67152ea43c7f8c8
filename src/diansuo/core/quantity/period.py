"""Half-open periods of days ``[start, end)``: what holds from one day until, not including, another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``start`` up to, not including, ``end``; open-ended while ``end`` is None.

    Raises:
        ValueError: the end does not come after the start.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end <= self.start:
            raise ValueError(
                f"the period [{self.start}, {self.end}) is empty: its end must come after its start"
            )

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period; the end day does not."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether the two share at least one day."""
        return self.intersection(other) is not None

    def intersection(self, other: Period) -> Period | None:
        """Return the days both hold, or None when there are none."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        return None if end is not None and end <= start else Period(start, end)

    @property
    def days(self) -> int:
        """Number of days.

        Raises:
            ValueError: the period is open-ended.
        """
        if self.end is None:
            raise ValueError(f"the period from {self.start} has no end, so it has no number of days")
        return (self.end - self.start).days


def overlaps(periods: Iterable[Period]) -> list[Period]:
    """Return the stretches that more than one of the periods covers, in order of their start."""
    shared: list[Period] = []
    reached: Period | None = None
    for period in sorted(periods, key=lambda each: each.start):
        common = None if reached is None else reached.intersection(period)
        if common is not None:
            shared.append(common)
        if reached is None or _ends_later(period, reached):
            reached = period
    return shared


def gaps(periods: Iterable[Period], within: Period) -> list[Period]:
    """Return the stretches of ``within`` that none of the periods covers, in order."""
    missing: list[Period] = []
    uncovered_from: date | None = within.start
    for period in sorted(periods, key=lambda each: each.start):
        if uncovered_from is None or (within.end is not None and uncovered_from >= within.end):
            break
        if period.start > uncovered_from:
            hole = Period(uncovered_from, period.start).intersection(within)
            if hole is not None:
                missing.append(hole)
        uncovered_from = None if period.end is None else max(uncovered_from, period.end)
    if uncovered_from is not None and (within.end is None or uncovered_from < within.end):
        missing.append(Period(uncovered_from, within.end))
    return missing


def _ends_later(period: Period, other: Period) -> bool:
    if other.end is None:
        return False
    return period.end is None or period.end > other.end
