"""Sudden months once more, one customer at a time with fractions, as domain.md §8.2 says them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from statistics import median_low


@dataclass(frozen=True)
class Month:
    """A customer's month with what it is held against; ``year_ago`` is None where it is not known."""

    area: int
    residential: bool
    days: int
    energy_wh: int
    last_wh: int
    last_days: int
    year_ago_wh: int | None
    year_ago_days: int


def village(months: list[Month], of: Month, least: int) -> Fraction | None:
    """Return the middle change a day, in whole thousandths, of the area's like, else of the station's."""

    def changes(alike: list[Month]) -> list[int]:
        return [
            min(floor(Fraction(one.energy_wh * one.last_days * 1000, one.last_wh * one.days)), 100_000)
            for one in alike
            if one.last_wh > 0 and one.last_days > 0 and one.days > 0
        ]

    like = [one for one in months if one.residential == of.residential]
    near = changes([one for one in like if one.area == of.area])
    for found in (near if of.area else [], changes(like)):
        if len(found) >= least:
            return Fraction(median_low(found), 1000)
    return None


def sudden(months: list[Month], of: Month, *, percent: int, floor_wh: int, least: int) -> str:
    """Return UP, DOWN, ZERO or nothing."""
    if of.last_days <= 0 or of.days <= 0:
        return ""
    last = floor(Fraction(of.last_wh * of.days, of.last_days))
    change = village(months, of, least)
    views = [last, floor(last * (Fraction(1) if change is None else change))]
    if of.year_ago_wh is not None:
        views.append(floor(Fraction(of.year_ago_wh * of.days, of.year_ago_days)))

    def unlike(gap: int, view: int) -> bool:
        return gap >= floor_wh and gap * 100 >= view * percent

    if all(unlike(of.energy_wh - view, view) for view in views):
        return "UP"
    if all(unlike(view - of.energy_wh, view) for view in views):
        return "DOWN" if of.energy_wh else "ZERO"
    return ""
