"""How far back the books of a place go: told by the apps above, asked when an archive is first imported."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

FirstDay = Callable[[], date | None]

_first_days: list[FirstDay] = []


def add_first_day(first_day: FirstDay) -> None:
    """Publish a function that gives the first day an app has something of (from its ``ready``)."""
    if first_day not in _first_days:
        _first_days.append(first_day)


def first_day() -> date | None:
    """Return the first day that anything above the archive stands on, or None while there is nothing."""
    return min((day for ask in _first_days if (day := ask()) is not None), default=None)
