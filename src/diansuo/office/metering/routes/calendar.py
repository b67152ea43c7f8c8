"""The fixed days of routes by month: each 电费年月 goes by the term in force on its first day, and by no other.

A route is read in every month, or in every other one; a month in which it is not read has a scheduled day all the
same, on which nothing is due.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final, Self

from diansuo.core.quantity.month import first_day, month_of, next_month, previous_month
from diansuo.office.archive.models import Route, RouteCycle, RouteTerm
from diansuo.office.archive.route_models import ReadingMethod
from diansuo.office.config.rulebook import follow
from diansuo.office.metering import rules

NO_ROUTE: Final = 0
A_YEAR: Final = 12
AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Spell:
    """From a day on: the fixed day of a route, its cycle, and how it is read, which moves no day of settlement."""

    since: date
    reading_day: int
    cycle: str = RouteCycle.MONTHLY
    method: str = ReadingMethod.UNKNOWN


@dataclass(frozen=True, slots=True)
class RouteDays:
    """One route's fixed days; ``spells`` are ascending, and the first covers what was before it."""

    spells: tuple[Spell, ...]

    @classmethod
    def always(cls, reading_day: int) -> Self:
        """Return the days of a route that was never read on another fixed day than this one."""
        return cls((Spell(date.min, reading_day),))

    def spell(self, period: int) -> Spell:
        """Return what holds for a month: what is in force on its first day."""
        first, held = first_day(period), self.spells[0]
        for one in self.spells:
            if one.since <= first:
                held = one
        return held

    def is_read(self, period: int) -> bool:
        """Tell whether the route is read in a month at all."""
        cycle = self.spell(period).cycle
        return cycle == RouteCycle.MONTHLY or (cycle == RouteCycle.ODD) == bool(period % 2)

    def scheduled(self, period: int) -> date:
        """Return the fixed day in a month, at whose 00:00 the settlement register stands."""
        return rules.scheduled_day(period, self.spell(period).reading_day)

    def before(self, period: int) -> date:
        """Return the fixed day of the month the route was to be read in last before this one."""
        return self.scheduled(self.earlier(period))

    def earlier(self, period: int) -> int:
        """Return the month the route was to be read in last before this one."""
        found = previous_month(period)
        for _step in range(A_YEAR):
            if self.is_read(found):
                break
            found = previous_month(found)
        return found

    def period_of(self, day: date) -> int:
        """Return the 电费年月, of those it is read in, whose fixed day lies nearest to a day; of two, the later."""
        return _period_of(self, day)

    def belongs(self, period: int, day: date) -> bool:
        """Tell whether a reading of a day can be for a month: the one it lies in, or a neighbour of that."""
        nearest = self.period_of(day)
        return period in [next_month(nearest, step) for step in (-1, 0, 1)]


@dataclass(frozen=True, slots=True)
class Group:
    """A month of routes with the same days: the fixed one, the one before it, and whether anything is due at all."""

    period: int
    scheduled: date
    before: date
    is_read: bool


def group_of(days: RouteDays, period: int) -> Group:
    """Return the days by which a route's points are due in a month."""
    return Group(period, days.scheduled(period), days.before(period), days.is_read(period))


@lru_cache(maxsize=4096)
def _period_of(days: RouteDays, day: date) -> int:
    here = month_of(day)
    near = [next_month(here, step) for step in (-2, -1, 0, 1, 2, 3)]
    read = [each for each in near if days.is_read(each)] or near
    return min(read, key=lambda each: (abs((days.scheduled(each) - day).days), -each))


follow(_period_of.cache_clear)

UNROUTED: Final = RouteDays.always(rules.FIRST_READING_DAY)
"""The days of points on no route."""


def of_routes(ids: Collection[int]) -> dict[int, RouteDays]:
    """Return the days of some routes, by route."""
    spells: dict[int, list[Spell]] = defaultdict(list)
    wanted = sorted(ids)
    for start in range(0, len(wanted), AT_ONCE):
        rows = RouteTerm.objects.filter(route__in=wanted[start : start + AT_ONCE]).order_by("valid_from")
        for route, *spell in rows.values_list("route", "valid_from", "reading_day", "cycle", "method"):
            spells[route].append(Spell(*spell))
    return {route: RouteDays(tuple(spells[route])) if spells[route] else UNROUTED for route in wanted}


def of_route(route_id: int | None) -> RouteDays:
    """Return the days of one route, or of the points on none."""
    return of_routes([route_id])[route_id] if route_id else UNROUTED


def of_station(station_id: int) -> dict[int, RouteDays]:
    """Return the days of every route of a station, and under 0 those of the points on none."""
    found = of_routes(Route.objects.filter(station=station_id).values_list("pk", flat=True))
    return {NO_ROUTE: UNROUTED, **found}
