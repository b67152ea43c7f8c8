"""Which areas people answer for, and which points, customers and routes lie in a part of the station."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q

from diansuo.office.archive.models import (
    AreaReach,
    Contract,
    Customer,
    MeteringPoint,
    PointArea,
    Responsibility,
    Route,
    TransformerArea,
)
from diansuo.office.base import reach
from diansuo.office.base.reach import Part


def areas_of(staff_ids: frozenset[int]) -> frozenset[int]:
    """Return the areas with a point that these people read or manage now, and those that were named for them."""
    named = AreaReach.objects.filter(staff__in=staff_ids)
    return answered_by(staff_ids) | frozenset(named.values_list("area", flat=True))


def answered_by(staff_ids: frozenset[int]) -> frozenset[int]:
    """Return the areas with a point that these people read or manage now."""
    duties = Responsibility.objects.filter(staff__in=staff_ids, valid_to=None)
    hung = PointArea.objects.filter(point__in=duties.values("point"), valid_to=None)
    return frozenset(hung.values_list("area", flat=True))


def points(part: Part) -> Any:
    """Return the points that hang, or hung last, in the areas of a part, and the areas' master points."""
    later = PointArea.objects.filter(point=OuterRef("point"), valid_from__gt=OuterRef("valid_from"))
    last = PointArea.objects.filter(~Exists(later), area__in=part.area_ids)
    return MeteringPoint.objects.filter(
        Q(pk__in=last.values("point")) | Q(master_of__in=part.area_ids)
    ).values("pk")


def customers(part: Part) -> Any:
    """Return the customers with a point in a part."""
    return Contract.objects.filter(points__in=points(part)).values("customer")


def routes(part: Part) -> Any:
    """Return the reading routes with a point in a part."""
    return MeteringPoint.objects.filter(pk__in=points(part), route__isnull=False).values("route")


def register() -> None:
    """Say what lies in a part (from the app's ``ready``)."""
    reach.register_areas(areas_of)
    reach.register(TransformerArea, lambda part: part.area_ids)
    reach.register(MeteringPoint, points)
    reach.register(Customer, customers)
    reach.register(Route, routes)
