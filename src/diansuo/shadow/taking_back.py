"""A meter read on another day than the fixed one: what it showed on it, by its freezes, one register at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Final

from diansuo.shadow.registers import (
    DEMAND,
    FINAL,
    INITIAL,
    OPENING,
    PARTS,
    PERIODIC,
    REACTIVE_FORWARD,
    REACTIVE_REVERSE,
    TOTAL,
    Read,
    Terms,
)

REVERSE_TOTAL: Final = 10
SETTLES: Final = frozenset({TOTAL, *PARTS, REVERSE_TOTAL, REACTIVE_FORWARD, REACTIVE_REVERSE, DEMAND})
Froze = Callable[[Read, int], Decimal | None]
"""What the meter of a reading froze in the same register at 0:00 of a day, in kWh before the multiplier."""


def taken_back(reads: Iterable[Read], terms: Terms, froze: Froze) -> list[Read]:
    """Return readings with those that end the month on another day moved to the fixed one, where freezes prove it.

    All registers of the point that settle, or none.
    """
    listed = list(reads)
    read_day = _read_day(listed, terms)
    if read_day is None:
        return listed
    ends = [
        one for one in listed if one.day == read_day and one.purpose == PERIODIC and one.register in SETTLES
    ]
    if any(one.estimated for one in ends) or not any(one.register == TOTAL for one in ends):
        return listed
    first, last = sorted((read_day, terms.due_day))
    joints = {one.day for one in listed if one.purpose in (FINAL, INITIAL)} | terms.multiplier_days
    if any(first <= day <= last for day in joints):
        return listed
    moved = {}
    for one in ends:
        kwh = _on_fixed_day(one, terms.due_day, froze)
        if kwh is None:
            return listed
        moved[one] = replace(one, day=terms.due_day, kwh=kwh)
    return [moved.get(one, one) for one in listed]


def _read_day(reads: list[Read], terms: Terms) -> int | None:
    """The day the month ends on, where that is not the fixed day; of two equally near the later."""
    days = {
        one.day
        for one in reads
        if one.register == TOTAL
        and terms.earliest_day <= one.day <= terms.latest_day
        and (terms.open_day is None or one.day > terms.open_day)
        and (one.purpose in (PERIODIC, OPENING) or one.day == terms.due_day)
    }
    nearest = min(days, key=lambda day: (abs(day - terms.due_day), -day), default=terms.due_day)
    return None if nearest == terms.due_day else nearest


def _on_fixed_day(one: Read, fixed_day: int, froze: Froze) -> Decimal | None:
    fixed, then, after = froze(one, fixed_day), froze(one, one.day), froze(one, one.day + 1)
    if one.register == DEMAND:
        return fixed
    if fixed is None or then is None:
        return None
    end = Decimal(10) ** one.digits
    above = _nearest_way(then, one.kwh, end)
    of_day = None if after is None else after - then + (end if after < then else 0)
    lowest = Decimal("-0.999") if one.kwh % 1 == 0 else Decimal(0)
    if above < lowest or (of_day is not None and above > of_day):
        return None
    kwh = one.kwh - _nearest_way(fixed, then, end)
    if kwh >= end:
        kwh -= end
    if kwh < 0 and fixed > end / 2:
        kwh += end
    return kwh if kwh >= 0 else None


def _nearest_way(start: Decimal, end: Decimal, rolls_at: Decimal) -> Decimal:
    """How far a register moved from one value to another, whichever way round is the shorter."""
    ways = (end - start, end - start + rolls_at, end - start - rolls_at)
    return min(ways, key=lambda way: (abs(way), way))
