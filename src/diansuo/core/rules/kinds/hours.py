"""Hours of a day in minutes, and whether they fill it exactly once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from diansuo.core.rules.node import Node

CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
DAY_MINUTES: Final = 24 * 60
HALF_OPEN_REMEDY: Final = (
    "let the hours run from 00:00 to 24:00, each from its start up to but without its end"
)

Stretch = tuple[int, int]


def stretches(node: Node) -> list[Stretch]:
    """Read a list of stretches ``[["08:00", "22:00"]]``; wrong ones are refused and left out."""
    read = [_stretch(each) for each in node.sequence()]
    return [stretch for stretch in read if stretch is not None]


def _stretch(node: Node) -> Stretch | None:
    """Read a stretch of hours ["08:00", "22:00"] as minutes of the day, start before end."""
    ends = [each.value for each in node.sequence()]
    if len(ends) == 2 and all(isinstance(end, str) and CLOCK.fullmatch(end) for end in ends):
        start, end = map(minutes, ends)
        if start < end:
            return start, end
    node.refuse("is not a stretch of hours", 'write ["HH:MM", "HH:MM"], quoted, from early to late')
    return None


def minutes(text: str) -> int:
    """Return the minutes of the day of ``HH:MM``."""
    return int(text[:2]) * 60 + int(text[3:])


def clock(of_day: int) -> str:
    """Write minutes of the day as ``HH:MM``; the end of the day is ``24:00``."""
    return f"{of_day // 60:02}:{of_day % 60:02}"


def written(known: Iterable[Stretch]) -> list[list[str]]:
    """Write stretches as the rulebook does."""
    return [[clock(start), clock(end)] for start, end in known]


def faults_of_day(owned: Iterable[tuple[Stretch, str]]) -> Iterator[str]:
    """Say where a day is not covered exactly once.

    Args:
        owned: every stretch of the day with the name of the period it belongs to.

    Yields:
        One sentence for each gap and each overlap, in the order of the day.
    """
    reached, holder = 0, ""
    for (start, end), name in sorted(owned):
        if start > reached:
            yield f"{clock(reached)}-{clock(start)} belongs to no period"
        elif start < reached:
            yield f"{clock(start)}-{clock(min(end, reached))} belongs to {holder} and to {name}"
        if end > reached:
            reached, holder = end, name
    if reached < DAY_MINUTES:
        yield f"{clock(reached)}-{clock(DAY_MINUTES)} belongs to no period"
