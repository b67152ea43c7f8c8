"""Where some points are, as lists show it: customer, area and area manager on a day."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from diansuo.office.archive.models import MeteringPoint, PointArea, Responsibility
from diansuo.office.base.scope import Scope

MANY = 5_000


@dataclass(slots=True, kw_only=True)
class PointRow:
    """A point with what it belongs to; a master or gate has no customer, a gate no area but its feeder's name."""

    point_id: int
    station_id: int
    customer_id: int | None = None
    customer_number: str = ""
    customer_name: str = ""
    area_id: int | None = None
    area_number: str = ""
    area: str = ""
    manager_id: int | None = None
    manager: str = ""


def point_rows(scope: Scope, points: Collection[int], day: date) -> dict[int, PointRow]:
    """Return these points by id, with their customer, and the area and area manager of a day."""
    ordered = sorted(points)
    rows: dict[int, PointRow] = {}
    for start in range(0, len(ordered), MANY):
        rows |= _some(scope, ordered[start : start + MANY], day)
    return rows


def _some(scope: Scope, points: list[int], day: date) -> dict[int, PointRow]:
    found = MeteringPoint.objects.filter(scope.limit("station"), pk__in=points)
    rows = {
        point.pk: _row(point)
        for point in found.select_related("contract__customer", "master_of", "gate_of").order_by("pk")
    }
    for hang in PointArea.objects.in_force(day).filter(point__in=rows).select_related("area"):
        row = rows[hang.point_id]
        row.area_id, row.area_number, row.area = hang.area_id, hang.area.number, hang.area.name
    duties = Responsibility.objects.in_force(day).filter(point__in=rows, duty=Responsibility.Duty.MANAGER)
    for duty in duties.select_related("staff"):
        rows[duty.point_id].manager_id, rows[duty.point_id].manager = duty.staff_id, duty.staff.name
    return rows


def _row(point: MeteringPoint) -> PointRow:
    row = PointRow(point_id=point.pk, station_id=point.station_id)
    if point.contract:
        customer = point.contract.customer
        row.customer_id, row.customer_number, row.customer_name = customer.pk, customer.number, customer.name
    if point.master_of:
        area = point.master_of
        row.area_id, row.area_number, row.area = area.pk, area.number, area.name
    elif point.gate_of:
        row.area = point.gate_of.name
    return row
