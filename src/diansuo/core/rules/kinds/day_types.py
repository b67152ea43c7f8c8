"""Types of day (日类型): working days, weekends, holidays, or any days a rule names, each day of exactly one type.

The types stand in order and the first that has a day takes it. What a type has is said in one of four ways: days of the
public calendar, days of the week, dates, or days announced one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, Final

from diansuo.core.rules.kinds.frame import Values
from diansuo.core.rules.kinds.parameters import PARAMETER_NAME
from diansuo.core.rules.node import Node

CALENDAR: Final = ("working_day", "weekend", "holiday")
"""What a public calendar says of a day, each day one of them: worked (moved working days included), a weekend, a
public holiday."""
WEEKDAYS: Final = tuple(str(day) for day in range(1, 8))
"""Monday is 1."""
WAYS: Final = ("calendar", "of_week", "dates", "announced")


def day_types(node: Node) -> list[Values]:
    """Read the types of day in their order; together they must have every day there is."""
    found = len(node.problems)
    types = [each for each in map(_type, node.sequence()) if each is not None]
    names = [each["name"] for each in types]
    for name in dict.fromkeys(name for name in names if names.count(name) > 1):
        node.refuse(f"the type of day {name!r} stands there twice", "name each type once")
    if len(node.problems) == found:
        for rest in list(_days_of_no_type(types))[:1]:
            node.refuse(f"a day of no type: {rest}", "let a last type have all days that are left")
    return types


def _type(node: Node) -> Values | None:
    members = node.fields(("name",), WAYS)
    ways = [way for way in WAYS if way in members]
    if len(ways) != 1 and isinstance(node.value, Mapping):
        node.refuse(f"{len(ways)} ways to know these days", f"give exactly one of: {', '.join(WAYS)}")
    name = members["name"].text() if "name" in members else None
    if name is not None and not PARAMETER_NAME.fullmatch(name):
        members["name"].refuse(f"the name {name!r}", "write lower case words joined by _")
    if name is None or len(ways) != 1:
        return None
    return {"name": name, ways[0]: READERS[ways[0]](members[ways[0]])}


def _words(node: Node, known: tuple[str, ...], what: str) -> list[str]:
    read = [each.choice(known, what) for each in node.sequence()]
    if not read and isinstance(node.value, list):
        node.refuse("no day", f"name at least one of: {', '.join(known)}")
    return [each for each in read if each is not None]


def _dates(node: Node) -> list[list[str]]:
    """Read spans of days ``[["2026-02-15", "2026-02-24"]]``, each up to but without its end."""
    spans = []
    for each in node.sequence():
        ends = [end.day() for end in each.sequence()]
        if len(ends) != 2 or (ends[0] and ends[1] and ends[0] >= ends[1]):
            each.refuse("is not a span of days", 'write ["from", "first day after it"], quoted')
        elif ends[0] and ends[1]:
            spans.append([ends[0].isoformat(), ends[1].isoformat()])
    return spans


READERS: Final[Mapping[str, Callable[[Node], Any]]] = {
    "calendar": lambda node: _words(node, CALENDAR, "day of the calendar"),
    "of_week": lambda node: _words(node, WEEKDAYS, "day of the week"),
    "dates": _dates,
    "announced": lambda node: node.choice(("yes",), "word"),
}


def _days_of_no_type(types: list[Values]) -> Iterator[str]:
    """Yield days that no type has for certain: dates and announced days come on top of the others."""
    for weekday, word in product(WEEKDAYS, CALENDAR):
        if not any(weekday in each.get("of_week", ()) or word in each.get("calendar", ()) for each in types):
            yield f"day {weekday} of the week where it is a {word}"
