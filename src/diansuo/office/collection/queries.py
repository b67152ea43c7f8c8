"""Reads about money owed: arrears by responsible person and by customer, and their age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    F,
    FilteredRelation,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Coalesce

from diansuo.core.receivables import AgeingTable, ageing, ageing_table
from diansuo.office.archive.models import Responsibility
from diansuo.office.base.models import Staff, Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents.dues import Due
from diansuo.office.collection import open_books
from diansuo.office.collection.models import ArrearsList, Receivable

NOBODY = 0
STATIONS_KEPT = 128
"""Of a county, on two days."""


@dataclass(frozen=True, slots=True)
class PersonArrears:
    """What the customers of one person owe; ``staff_id`` is 0 where nobody answers for them."""

    staff_id: int
    name: str
    duty: str
    customers: int
    receivables: int
    overdue_fen: int
    not_due_fen: int


@dataclass(frozen=True, slots=True)
class Open:
    """What is open in all, in fen: overdue on a day, and not due yet; and how many customers are overdue."""

    overdue_fen: int
    not_due_fen: int
    overdue_customers: int


def open_receivables(scope: Scope) -> QuerySet[Receivable]:
    """Return what is not fully paid: of our own bills where a station runs alone, of the imported list beside."""
    return ruling_receivables(scope).filter(paid_fen__lt=F("amount_fen"))


def ruling_receivables(scope: Scope) -> QuerySet[Receivable]:
    """Return the receivables of the books that rule at their station, paid or not: our own, or the imported ones."""
    ours = Q(bill__isnull=False) | Q(correction__isnull=False) | Q(temporary__isnull=False)
    own = ours & Q(customer__station__mode=Station.Mode.ALONE)
    imported = ~ours & Q(customer__station__mode=Station.Mode.BESIDE)
    return Receivable.objects.filter(own | imported, scope.limit("customer__station"))


def open_by_person(scope: Scope, *, day: date) -> QuerySet[Receivable]:
    """Return what is open with ``staff_id``, who answers for it that day: area manager, else reader, else NOBODY.

    ``managed`` is the area manager alone. A bill's own point says who; what was imported has none, so the
    customer's first one does.
    """
    return (
        open_receivables(scope)
        .annotate(manager=_on_duty(Responsibility.Duty.MANAGER, day))
        .annotate(reader=_on_duty(Responsibility.Duty.READER, day))
        .annotate(
            managed=Coalesce(
                "manager__staff",
                _of_customer(Responsibility.Duty.MANAGER, day),
                output_field=BigIntegerField(),
            )
        )
        .annotate(
            staff_id=Coalesce(
                "managed",
                "reader__staff",
                _of_customer(Responsibility.Duty.READER, day),
                NOBODY,
                output_field=BigIntegerField(),
            )
        )
    )


def _of_customer(duty: str, day: date) -> Case:
    people = Responsibility.objects.in_force(day).filter(
        duty=duty, point__contract__customer=OuterRef("customer")
    )
    first = Subquery(people.order_by("point").values("staff")[:1], output_field=BigIntegerField())
    return Case(When(bill__isnull=True, then=first), output_field=BigIntegerField())


def open_by_customer(scope: Scope, *, station_id: int | None = None) -> dict[str, int]:
    """Return what every customer with something open owes, in fen, by customer number; of one station if asked.

    Raises:
        ValueError: a number stands for customers of several companies; ask for one station.
    """
    rows = open_receivables(scope)
    if station_id is not None:
        rows = rows.filter(customer__station=station_id)
    owed = rows.values("customer").annotate(owed=Sum(F("amount_fen") - F("paid_fen")))
    found: dict[str, int] = {}
    for number, owed_fen in owed.order_by("customer__number").values_list("customer__number", "owed"):
        if number in found:
            raise ValueError(f"customer {number} exists in several companies: ask for one station")
        found[number] = owed_fen
    return found


def arrears_by_person(scope: Scope, *, day: date) -> list[PersonArrears]:
    """Return what is open by responsible person of the day: the area manager, else the reader; most overdue first."""
    sums: dict[int, dict[str, int]] = {}
    for station_id, state in open_books.states(scope).items():
        for row in _people_of(scope.within(station_id), day, state):
            mine = sums.setdefault(row["staff_id"], dict.fromkeys(row, 0))
            for name, value in row.items():
                mine[name] = value if name == "staff_id" else mine[name] + value
    names = dict(Staff.objects.filter(pk__in=list(sums)).values_list("id", "name"))
    rows = sorted(sums.values(), key=lambda row: (-row["overdue_fen"], -row["not_due_fen"], row["staff_id"]))
    return [
        PersonArrears(
            name=names.get(row["staff_id"], ""), duty=_duty(row.pop("as_manager"), row["staff_id"]), **row
        )
        for row in rows
    ]


@lru_cache(maxsize=STATIONS_KEPT)
def _people_of(scope: Scope, day: date, _state: tuple[int, int, str]) -> tuple[dict[str, int], ...]:
    """Return the sums of one station, or of a part, by person; a customer is of one station, so that counts add up."""
    open_fen, overdue = F("amount_fen") - F("paid_fen"), Q(due_date__lt=day)
    return tuple(
        open_by_person(scope, day=day)
        .values("staff_id")
        .annotate(
            customers=Count("customer", distinct=True),
            receivables=Count("id"),
            overdue_fen=Sum(open_fen, filter=overdue, default=0),
            not_due_fen=Sum(open_fen, filter=~overdue, default=0),
            as_manager=Count("managed"),
        )
    )


def arrears_by_manager(scope: Scope, day: date) -> dict[int | None, tuple[int, int]]:
    """Return, by area manager of the day (None: nobody), how many customers are overdue and by how many fen."""
    found: dict[int | None, tuple[int, int]] = {}
    for station_id, state in open_books.states(scope).items():
        for manager, customers, fen in _managers_of(scope.within(station_id), day, state):
            held = found.get(manager, (0, 0))
            found[manager] = held[0] + customers, held[1] + fen
    return found


@lru_cache(maxsize=STATIONS_KEPT)
def _managers_of(
    scope: Scope, day: date, _state: tuple[int, int, str]
) -> tuple[tuple[int | None, int, int], ...]:
    manager = Responsibility.objects.in_force(day).filter(
        duty=Responsibility.Duty.MANAGER, point__contract__customer=OuterRef("customer")
    )
    sums = (
        open_receivables(scope)
        .filter(due_date__lt=day)
        .annotate(manager=Subquery(manager.order_by("point").values("staff")[:1]))
        .values("manager")
        .annotate(customers=Count("customer", distinct=True), fen=Sum(F("amount_fen") - F("paid_fen")))
    )
    return tuple(sums.order_by("manager").values_list("manager", "customers", "fen"))


def open_in_all(scope: Scope, *, day: date) -> Open:
    """Return the sums of what is open."""
    rows = [
        _open_of(scope.within(station_id), day, state)
        for station_id, state in open_books.states(scope).items()
    ]
    return Open(*(sum(getattr(one, name) for one in rows) for name in Open.__slots__))


@lru_cache(maxsize=STATIONS_KEPT)
def _open_of(scope: Scope, day: date, _state: tuple[int, int, str]) -> Open:
    open_fen, overdue = F("amount_fen") - F("paid_fen"), Q(due_date__lt=day)
    return Open(
        **open_receivables(scope).aggregate(
            overdue_fen=Sum(open_fen, filter=overdue, default=0),
            not_due_fen=Sum(open_fen, filter=~overdue, default=0),
            overdue_customers=Count("customer", filter=overdue, distinct=True),
        )
    )


def any_receivables(scope: Scope) -> bool:
    """Tell whether there ever was anything to collect: no arrears then means all paid, else no data."""
    owed = Receivable.objects.filter(scope.limit("customer__station")).exists()
    return owed or ArrearsList.objects.filter(scope.limit("station")).exists()


def _on_duty(duty: str, day: date) -> FilteredRelation:
    """Who has this duty at the point of a receivable's bill on this day (there is one at most)."""
    points = "bill__consumption__point__duties"
    ends = Q(**{f"{points}__valid_to__isnull": True}) | Q(**{f"{points}__valid_to__gt": day})
    began = Q(**{f"{points}__duty": duty, f"{points}__valid_from__lte": day})
    return FilteredRelation(points, condition=began & ends)


def _duty(managed: int, staff_id: int) -> str:
    if staff_id == NOBODY:
        return ""
    return Responsibility.Duty.MANAGER if managed else Responsibility.Duty.READER


def ageing_of(scope: Scope, *, day: date) -> AgeingTable:
    """Return what is open by customer and age, as of a day; buckets of core.receivables.DEFAULT_EDGES_DAYS."""
    rows = list(open_receivables(scope).values_list("customer", "due_date", F("amount_fen") - F("paid_fen")))
    customer, due, open_fen = zip(*rows, strict=True) if rows else ((), (), ())
    due_day = np.array(due, dtype="datetime64[D]").astype(np.int64)
    aged = ageing(due_day, (day - date(1970, 1, 1)).days)
    return ageing_table(np.array(customer, dtype=np.int64), np.array(open_fen, dtype=np.int64), aged)


def latest_list_date(scope: Scope) -> date | None:
    """Return the day of the last imported list of arrears; None where none was imported."""
    return ArrearsList.objects.filter(scope.limit("station")).aggregate(day=Max("listed_date"))["day"]


def dues_of_bills(scope: Scope, bill_ids: Sequence[int]) -> dict[int, Due]:
    """Return until when bills issued here are to be paid and what of them is paid, by bill."""
    rows = Receivable.objects.filter(scope.limit("customer__station"), bill__in=list(bill_ids))
    return {
        bill: Due(due_date, paid_fen)
        for bill, due_date, paid_fen in rows.values_list("bill", "due_date", "paid_fen")
    }


REMEMBERED: Final = (_people_of, _managers_of, _open_of)
"""What this process keeps; another database behind the same stations, as in tests, has to clear it."""
