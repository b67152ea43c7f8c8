"""What is asked about orders: one, those of a person, an area or a customer, and the counts of the morning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from diansuo.office.base.models import Staff, User, WorkOrder, WorkOrderEvent, WorkOrderPhoto
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders.links import Subject

State = WorkOrder.State
UNDONE = Q(state=State.OPEN)


@dataclass(frozen=True, slots=True)
class OpenCount:
    """How many orders a person has still to do, and how many of them are past their day."""

    staff_id: int
    staff: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """A person's orders that were due on a day or answered on it: how many are done, how many are not."""

    staff_id: int
    staff: str
    done: int
    not_done: int


def orders(scope: Scope) -> QuerySet[WorkOrder]:
    """Return the orders of the scope's stations, with who dispatched and who is to do them."""
    rows = WorkOrder.objects.filter(scope.limit("station"))
    return rows.select_related("station", "assignee", "created_by", "replied_by", "closed_by")


def order(scope: Scope, order_id: int) -> WorkOrder | None:
    """Return one order, or None if there is none in the scope."""
    return orders(scope).filter(pk=order_id).first()


def overdue(scope: Scope, day: date) -> QuerySet[WorkOrder]:
    """Return the orders that were to be done before this day and are not answered, the longest overdue first."""
    return orders(scope).filter(UNDONE, due_date__lt=day).order_by("due_date", "id")


def open_by_staff(scope: Scope, day: date) -> list[OpenCount]:
    """Return how much each person has still to do on a day, by name; whoever has nothing is not listed."""
    rows = (
        WorkOrder.objects.filter(UNDONE, scope.limit("station"))
        .values("assignee", "assignee__name")
        .annotate(number_open=Count("id"), late=Count("id", filter=Q(due_date__lt=day)))
        .order_by("assignee__name", "assignee")
    )
    return [
        OpenCount(row["assignee"], row["assignee__name"], row["number_open"], row["late"]) for row in rows
    ]


def due_or_answered_on(scope: Scope, day: date) -> QuerySet[WorkOrder]:
    """Return the orders that were due on a day or were answered on it, done or not."""
    return orders(scope).filter(_due_or_answered(day))


def _due_or_answered(day: date) -> Q:
    return Q(due_date=day) | Q(replied_at__date=day)


def due_or_done_on(scope: Scope, day: date) -> list[DayCount]:
    """Return, by person, what became of the orders that were due on a day or were answered on it."""
    rows = (
        WorkOrder.objects.filter(_due_or_answered(day), scope.limit("station"))
        .values("assignee", "assignee__name")
        .annotate(not_done=Count("id", filter=UNDONE), done=Count("id", filter=~UNDONE))
        .order_by("assignee__name", "assignee")
    )
    return [DayCount(row["assignee"], row["assignee__name"], row["done"], row["not_done"]) for row in rows]


def open_of(
    scope: Scope, *, staff_ids: Iterable[int] | None = None, area_number: str | None = None
) -> QuerySet[WorkOrder]:
    """Return the orders not closed yet of these people, or of an area, the most urgent first."""
    rows = orders(scope).exclude(state=State.CLOSED)
    if staff_ids is not None:
        rows = rows.filter(assignee__in=list(staff_ids))
    if area_number is not None:
        rows = rows.filter(area_number=area_number)
    return rows.order_by("due_date", "id")


def open_tasks(scope: Scope, area_numbers: Iterable[str]) -> dict[tuple[int, str], list[tuple[int, str]]]:
    """Return the orders about areas that are not closed, by station and area number: id and number of each."""
    rows = orders(scope).exclude(state=State.CLOSED).filter(area_number__in=list(area_numbers))
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    columns = ("station", "area_number", "id", "number")
    for station, area, *order in rows.order_by("id").values_list(*columns):
        found.setdefault((station, area), []).append((order[0], order[1]))
    return found


def standing_about(scope: Scope, subject: Subject) -> QuerySet[WorkOrder]:
    """Return the orders not closed yet that are about the same customer, or else the same area."""
    rows = orders(scope).exclude(state=State.CLOSED)
    if subject.station_id is not None:
        rows = rows.filter(station=subject.station_id)
    if subject.customer_number:
        return rows.filter(customer_number=subject.customer_number).order_by("id")
    if subject.area_number:
        return rows.filter(area_number=subject.area_number, customer_number="").order_by("id")
    return rows.none()


def latest_of_source(
    scope: Scope, source: str, numbers: Iterable[str], since: date
) -> dict[tuple[int, str], WorkOrder]:
    """Return the latest order of a source about each customer (else area) since a day, by station and number."""
    wanted = [number for number in numbers if number]
    rows = orders(scope).filter(
        Q(customer_number__in=wanted) | Q(customer_number="", area_number__in=wanted),
        source=source,
        created_at__date__gte=since,
    )
    return {(one.station_id, one.customer_number or one.area_number): one for one in rows.order_by("id")}


def of_customer(scope: Scope, number: str, *, company_id: int) -> QuerySet[WorkOrder]:
    """Return every order about a customer of a company, the latest first."""
    rows = orders(scope).filter(customer_number=number, station__company=company_id)
    return rows.order_by("-id")


def mine(scope: Scope, user: User) -> QuerySet[WorkOrder]:
    """Return the orders whose assignee is this user, the most urgent first."""
    return orders(scope).filter(assignee__user=user).order_by("due_date", "id")


def to_close(scope: Scope, user: User) -> QuerySet[WorkOrder]:
    """Return the answered orders that this user may close: neither done nor answered by themselves."""
    rows = orders(scope).filter(state=State.ANSWERED)
    return (
        rows.exclude(replied_by=user)
        .exclude(assignee__user__isnull=False, assignee__user=user)
        .order_by("id")
    )


def sent_back(scope: Scope, order_ids: Iterable[int]) -> dict[int, str]:
    """Return, of open orders that were sent back, the last reason why."""
    rows = WorkOrderEvent.objects.filter(
        scope.limit("order__station"),
        order__in=list(order_ids),
        order__state=State.OPEN,
        kind=WorkOrderEvent.Kind.RETURNED,
    )
    return dict(rows.order_by("id").values_list("order", "text"))


def open_of_user(scope: Scope, user: User, day: date) -> tuple[int, int]:
    """Return how many orders a user has still to do, and how many of them are past their day on a day."""
    rows = mine(scope, user).filter(state=State.OPEN)
    return rows.count(), rows.filter(due_date__lt=day).count()


def events(scope: Scope, order_id: int) -> QuerySet[WorkOrderEvent]:
    """Return the steps of an order, oldest first."""
    rows = WorkOrderEvent.objects.filter(scope.limit("order__station"), order=order_id)
    return rows.select_related("user").order_by("id")


def photos(scope: Scope, order_id: int) -> QuerySet[WorkOrderPhoto]:
    """Return the photos of an order, oldest first."""
    return WorkOrderPhoto.objects.filter(scope.limit("order__station"), order=order_id).order_by("id")


def photo(scope: Scope, photo_id: int) -> WorkOrderPhoto | None:
    """Return one photo, or None if there is none in the scope."""
    return WorkOrderPhoto.objects.filter(scope.limit("order__station"), pk=photo_id).first()


def people(scope: Scope, station_ids: Iterable[int] | None = None) -> QuerySet[Staff]:
    """Return who can be given an order: the staff of the scope's stations, or of some of them, by name."""
    rows = Staff.objects.filter(scope.limit("station")).select_related("station")
    if station_ids is not None:
        rows = rows.filter(station__in=list(station_ids))
    return rows.order_by("name", "id")
