"""How far somebody sees: every station of the company, one, what their team answers for, or what they do themselves.

A part of a station is a set of transformer areas. A room says once which of its rows lie in a part (:func:`register`);
rows nobody spoke of lie in none, so that what is forgotten stays closed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Q

from diansuo.office.base.models import Staff, Station, User


@dataclass(frozen=True, slots=True)
class Part:
    """The part of one station that somebody sees: its areas, and the people whose work it is."""

    station_id: int
    area_ids: frozenset[int]
    staff_ids: frozenset[int]


RowsOf = Callable[[Part], Any]

_rows: dict[type[models.Model], RowsOf | None] = {}
_areas_of: list[Callable[[frozenset[int]], frozenset[int]]] = []


def register(model: type[models.Model], rows: RowsOf | None) -> None:
    """Say which rows of a model with a station lie in a part: their keys; None: all of the station's."""
    _rows[model] = rows


def register_areas(areas: Callable[[frozenset[int]], frozenset[int]]) -> None:
    """Say which areas some people answer for (from the app that knows)."""
    _areas_of.append(areas)


def areas_of(staff_ids: Iterable[int]) -> frozenset[int]:
    """Return the areas that some people answer for."""
    people = frozenset(staff_ids)
    return frozenset().union(*(areas(people) for areas in _areas_of))


def part_of(user: User) -> tuple[frozenset[int], Part | None]:
    """Return the stations a user sees whole, or none and the part of one."""
    rows = Staff.objects.filter(user=user).values_list(
        "pk", "station_id", "station__company_id", "reach", "team_id"
    )
    for staff_id, station_id, company_id, reach, team_id in rows:
        if reach == Staff.Reach.COMPANY:
            stations = Station.objects.filter(company=company_id).values_list("pk", flat=True)
            return frozenset(stations), None
        if reach == Staff.Reach.STATION:
            return frozenset({station_id}), None
        people = {staff_id}
        if reach == Staff.Reach.TEAM and team_id is not None:
            people.update(Staff.objects.filter(team=team_id).values_list("pk", flat=True))
        return frozenset(), Part(station_id, areas_of(people), frozenset(people))
    return frozenset(), None


class Reached:
    """The condition that a row lies in a part, found out from the model of the query it comes to stand in."""

    conditional = True

    def __init__(self, path: str, part: Part) -> None:
        self.path, self.part = path, part

    def resolve_expression(self, query: Any, *args: Any, **given: Any) -> Any:
        """Return the condition for this query's model."""
        return self.condition(query.model).resolve_expression(query, *args, **given)

    def condition(self, model: type[models.Model]) -> Q:
        """Return the condition for a model from which the path leads to the station."""
        *steps, last = self.path.split("__")
        for step in steps:
            model = model._meta.get_field(step).related_model  # type: ignore[assignment]
        rows = _rows.get(model, _nothing) if last == "station" else _nothing
        if rows is None:
            return Q()
        return Q(**{f"{'__'.join(steps) or 'pk'}__in": rows(self.part)})


def _nothing(_part: Part) -> list[int]:
    return []
