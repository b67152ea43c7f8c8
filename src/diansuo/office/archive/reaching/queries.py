"""What the administrator reads of how far people see."""

from __future__ import annotations

from dataclasses import dataclass

from diansuo.office.archive.models import AreaReach, TransformerArea
from diansuo.office.base import reach
from diansuo.office.base.models import Staff
from diansuo.office.base.scope import Scope

AREAS_NAMED = 8
"""So many areas of a person stand in the list by name; of more it says how many."""


@dataclass(frozen=True, slots=True)
class PersonReach:
    """How far one person sees; ``areas`` are the names of their part, none where they see the whole station."""

    staff: Staff
    areas: list[str]
    more: int


def people(scope: Scope) -> list[PersonReach]:
    """Return everybody of the scope's stations who signs in, by name."""
    rows = Staff.objects.filter(scope.limit("station"), user__isnull=False)
    return [_reach(each) for each in rows.select_related("station", "team", "user").order_by("name", "pk")]


def person(scope: Scope, staff_id: int) -> Staff | None:
    """Return one of them, or None if there is none in the scope."""
    rows = Staff.objects.filter(scope.limit("station"), user__isnull=False, pk=staff_id)
    return rows.select_related("station", "team", "user").first()


def areas(scope: Scope, staff: Staff) -> list[TransformerArea]:
    """Return the areas of somebody's station, by number."""
    rows = TransformerArea.objects.filter(scope.limit("station"), station=staff.station_id)
    return list(rows.order_by("number", "pk"))


def named_areas(scope: Scope, staff: Staff) -> set[int]:
    """Return the areas that were named for somebody."""
    rows = AreaReach.objects.filter(scope.limit("staff__station"), staff=staff)
    return set(rows.values_list("area", flat=True))


def _reach(staff: Staff) -> PersonReach:
    _stations, part = reach.part_of(staff.user)
    found = TransformerArea.objects.filter(pk__in=part.area_ids if part else ()).order_by("number", "pk")
    names = list(found.values_list("name", flat=True))
    return PersonReach(staff, names[:AREAS_NAMED], max(len(names) - AREAS_NAMED, 0))
