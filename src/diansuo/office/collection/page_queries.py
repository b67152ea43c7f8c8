"""What the collection pages read beyond :mod:`queries`: debtors as a list, a customer's payments, a receipt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Sum

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.collection.models import Payment, Receivable
from diansuo.office.collection.queries import open_by_person, open_receivables

OWED = F("amount_fen") - F("paid_fen")


@dataclass(slots=True)
class Debtor:
    """A customer who owes: how many months, since when, how much and how much of it is overdue (fen)."""

    id: int
    company_id: int
    number: str
    name: str
    months: int = 0
    oldest_period: int | None = None
    owed_fen: int = 0
    overdue_fen: int = 0
    station_id: int | None = None
    manager_id: int | None = None


def debtors(scope: Scope) -> QuerySet[Customer]:
    """Return the customers with something open."""
    owed = open_receivables(scope).filter(customer=OuterRef("pk"))
    return Customer.objects.filter(Exists(owed), scope.limit("station"))


def of_person(scope: Scope, rows: QuerySet[Customer], staff_id: int, *, day: date) -> QuerySet[Customer]:
    """Keep the customers one person answers for that day (area manager, else reader; 0: nobody)."""
    mine = open_by_person(scope, day=day).filter(staff_id=staff_id)
    return rows.filter(pk__in=mine.values("customer"))


def overdue(scope: Scope, rows: QuerySet[Customer], *, day: date) -> QuerySet[Customer]:
    """Keep the customers with something that was to be paid before a day."""
    return rows.filter(pk__in=open_receivables(scope).filter(due_date__lt=day).values("customer"))


def debtor_rows(scope: Scope, found: Iterable[Customer], *, day: date) -> list[Debtor]:
    """Add to some customers what they owe."""
    rows = {
        one.pk: Debtor(one.pk, one.company_id, one.number, one.name, station_id=one.station_id)
        for one in found
    }
    for customer_id, staff_id in archive.manager_ids(scope, rows, day).items():
        rows[customer_id].manager_id = staff_id
    sums = (
        open_receivables(scope)
        .filter(customer__in=rows)
        .values("customer")
        .annotate(
            months=Count("id"),
            oldest=Min("period"),
            owed=Sum(OWED),
            overdue=Sum(OWED, filter=Q(due_date__lt=day), default=0),
        )
    )
    for each in sums:
        row = rows[each["customer"]]
        row.months, row.oldest_period = each["months"], each["oldest"]
        row.owed_fen, row.overdue_fen = each["owed"], each["overdue"]
    return list(rows.values())


def receivables(scope: Scope, customer_id: int) -> QuerySet[Receivable]:
    """Return everything a customer was ever to pay, latest month first."""
    rows = Receivable.objects.filter(scope.limit("customer__station"), customer=customer_id)
    return rows.order_by("-period")


def is_beside(scope: Scope, customer_id: int) -> bool:
    """Tell whether another system bills and collects at the customer's station."""
    rows = Customer.objects.filter(scope.limit("station"), pk=customer_id)
    return rows.filter(station__mode=Station.Mode.BESIDE).exists()


def owed_fen(scope: Scope, customer_id: int) -> int:
    """Return what a customer owes in all, in fen."""
    rows = open_receivables(scope).filter(customer=customer_id)
    return int(rows.aggregate(owed=Sum(OWED, default=0))["owed"])


def credit_fen(scope: Scope, customer_id: int) -> int:
    """Return what a customer has paid beyond what was due, in fen."""
    rows = payments(scope, customer_id)
    return int(rows.aggregate(credit=Sum(F("amount_fen") - F("allocated_fen"), default=0))["credit"])


def payments(scope: Scope, customer_id: int) -> QuerySet[Payment]:
    """Return what a customer paid, latest first."""
    rows = Payment.objects.filter(scope.limit("customer__station"), customer=customer_id)
    return rows.select_related("taken_by").order_by("-paid_date", "-id")


def is_booked(scope: Scope, customer: Customer, *, channel: str, reference: str) -> bool:
    """Tell whether a customer's payment by this channel and reference is booked already."""
    rows = Payment.objects.filter(scope.limit("customer__station"), customer=customer)
    return rows.filter(channel=channel, reference=reference).exists()


def payment(scope: Scope, payment_id: int) -> Payment | None:
    """Return one payment with its customer, or None if there is none in the scope."""
    rows = Payment.objects.filter(scope.limit("customer__station"), pk=payment_id)
    return rows.select_related("customer__station__company", "taken_by").first()


def allocations(scope: Scope, payment_id: int) -> list[Any]:
    """Return which receivables a payment settled, oldest month first."""
    found = payment(scope, payment_id)
    return (
        list(found.allocations.select_related("receivable").order_by("receivable__period")) if found else []
    )
