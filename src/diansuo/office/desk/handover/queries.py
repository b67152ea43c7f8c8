"""What is asked about hand-overs: which there are, whose areas they could be, and what of theirs moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import (
    Customer,
    MeteringPoint,
    PointArea,
    Responsibility,
    TransformerArea,
)
from diansuo.office.base.models import Staff, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import queries as work_orders
from diansuo.office.desk.models import Handover

State = Handover.State


@dataclass(frozen=True, slots=True)
class ManagedArea:
    """An area in which a person manages customers on a day: how many of them."""

    id: int
    number: str
    name: str
    customers: int


def handovers(scope: Scope) -> QuerySet[Handover]:
    """Return the hand-overs of the scope's stations, with the people."""
    rows = Handover.objects.filter(scope.limit("station"))
    rows = rows.select_related("station__company", "outgoing", "incoming", "created_by", "withdrawn_by")
    return rows.prefetch_related("signatures")


def handover(scope: Scope, handover_id: int) -> Handover | None:
    """Return one hand-over, or None if there is none in the scope."""
    return handovers(scope).filter(pk=handover_id).first()


def waiting_for(scope: Scope, user: User) -> QuerySet[Handover]:
    """Return the hand-overs that wait for this user's own signature, oldest first."""
    mine = Q(outgoing__user=user) | Q(incoming__user=user)
    return handovers(scope).filter(mine, state=State.WAITING).exclude(signatures__user=user).order_by("id")


def managers(scope: Scope, day: date) -> list[tuple[int, str]]:
    """Return id and name of everyone who manages customers of an area on a day."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("staff__station"), duty=Responsibility.Duty.MANAGER
    )
    people = Staff.objects.filter(pk__in=duties.values("staff")).order_by("name", "id")
    return list(people.values_list("id", "name"))


def person(scope: Scope, staff_id: int) -> Staff | None:
    """Return one of the staff, or None if there is none in the scope."""
    return Staff.objects.filter(scope.limit("station"), pk=staff_id).select_related("station").first()


def manager_of(scope: Scope, area_id: int, day: date) -> int | None:
    """Return who manages most customers of an area on a day, or None."""
    manager = archive.managers_of_areas(scope, [area_id], day).get(area_id)
    return None if manager is None else manager[0]


def areas_of(scope: Scope, staff_id: int, day: date) -> list[ManagedArea]:
    """Return the areas in which a person manages customers on a day, by number."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("staff__station"), staff=staff_id, duty=Responsibility.Duty.MANAGER
    )
    hangs = PointArea.objects.in_force(day).filter(
        point__in=duties.values("point"), point__contract__isnull=False
    )
    rows = (
        hangs.values("area", "area__number", "area__name")
        .annotate(customers=Count("point__contract__customer", distinct=True))
        .order_by("area__number")
    )
    return [ManagedArea(*row) for row in rows.values_list("area", "area__number", "area__name", "customers")]


def points(
    scope: Scope, areas: Iterable[TransformerArea], outgoing: Staff, day: date
) -> QuerySet[MeteringPoint]:
    """Return the points of these areas, their master meters among them, that a person manages on a day."""
    wanted = [area.pk for area in areas]
    hangs = PointArea.objects.in_force(day).filter(area__in=wanted)
    managed = Responsibility.objects.in_force(day).filter(staff=outgoing, duty=Responsibility.Duty.MANAGER)
    found = MeteringPoint.objects.filter(scope.limit("station"), pk__in=managed.values("point"))
    return found.filter(Q(pk__in=hangs.values("point")) | Q(master_of__in=wanted))


def open_orders(
    scope: Scope, areas: Iterable[TransformerArea], outgoing: Staff, day: date
) -> QuerySet[WorkOrder]:
    """Return a person's orders not closed yet that are about these areas or the customers they manage there."""
    wanted = list(areas)
    moving = points(scope, wanted, outgoing, day).filter(contract__isnull=False)
    customers = Customer.objects.filter(
        scope.limit("station"), pk__in=moving.values("contract__customer"), station=outgoing.station_id
    )
    rows = work_orders.open_of(scope, staff_ids=[outgoing.pk])
    return rows.filter(
        Q(area_number__in=[area.number for area in wanted])
        | Q(customer_number__in=customers.values("number"))
    )


def waiting_areas(scope: Scope, areas: Iterable[TransformerArea]) -> list[str]:
    """Return the names of those areas that already stand on a hand-over that waits for signatures."""
    rows = handovers(scope).filter(state=State.WAITING, areas__in=list(areas))
    return list(rows.order_by("areas__number").values_list("areas__name", flat=True).distinct())
