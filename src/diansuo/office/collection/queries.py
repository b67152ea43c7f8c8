"""Reads about money owed: arrears by responsible person and by customer, and their age."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.db.models import F, QuerySet, Sum

from diansuo.core.receivables import AgeingTable, ageing, ageing_table
from diansuo.office.archive.models import Responsibility
from diansuo.office.base.scope import Scope
from diansuo.office.collection.models import Receivable

NOBODY = 0


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


def open_receivables(scope: Scope) -> QuerySet[Receivable]:
    """Return what is not fully paid."""
    return Receivable.objects.filter(scope.limit("customer__station"), paid_fen__lt=F("amount_fen"))


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
    people = _responsible(scope, day)
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    customers: dict[int, set[int]] = defaultdict(set)
    rows = open_receivables(scope).values_list(
        "bill__consumption__point", "customer", "due_date", F("amount_fen") - F("paid_fen")
    )
    for point, customer, due, open_fen in rows.iterator(chunk_size=10_000):
        staff = people.get(point, (NOBODY, "", ""))[0]
        sums[staff][0] += 1
        sums[staff][1 if due < day else 2] += open_fen
        customers[staff].add(customer)
    known = {staff: (name, duty) for staff, name, duty in people.values()}
    found = [
        PersonArrears(staff, *known.get(staff, ("", "")), len(customers[staff]), count, overdue, not_due)
        for staff, (count, overdue, not_due) in sums.items()
    ]
    return sorted(found, key=lambda each: (-each.overdue_fen, -each.not_due_fen, each.staff_id))


def ageing_of(scope: Scope, *, day: date) -> AgeingTable:
    """Return what is open by customer and age, as of a day; buckets of core.receivables.DEFAULT_EDGES_DAYS."""
    rows = list(open_receivables(scope).values_list("customer", "due_date", F("amount_fen") - F("paid_fen")))
    customer, due, open_fen = zip(*rows, strict=True) if rows else ((), (), ())
    due_day = np.array(due, dtype="datetime64[D]").astype(np.int64)
    aged = ageing(due_day, (day - date(1970, 1, 1)).days)
    return ageing_table(np.array(customer, dtype=np.int64), np.array(open_fen, dtype=np.int64), aged)


def _responsible(scope: Scope, day: date) -> dict[int, tuple[int, str, str]]:
    """Person and duty by point: the area manager of the day, the reader where there is none."""
    duties = Responsibility.objects.in_force(day).filter(scope.limit("point__station"))
    found: dict[int, tuple[int, str, str]] = {}
    for point, staff, name, duty in duties.values_list("point", "staff", "staff__name", "duty").iterator():
        if duty == Responsibility.Duty.MANAGER or point not in found:
            found[point] = (staff, name, duty)
    return found
