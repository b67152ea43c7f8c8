"""What the collection pages read: arrears by area manager, what a customer owes and paid, a receipt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, FilteredRelation, Min, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from diansuo.office.archive.models import Customer, Responsibility
from diansuo.office.base.scope import Scope
from diansuo.office.collection.models import Payment, Receivable

OPEN = Q(paid_fen__lt=F("amount_fen"))
OWED = F("amount_fen") - F("paid_fen")


@dataclass(frozen=True, slots=True)
class ManagerArrears:
    """What the customers of one area manager owe; ``staff_id`` is None where nobody is responsible."""

    staff_id: int | None
    name: str
    customers: int
    overdue_fen: int
    not_due_fen: int
    oldest_period: int


def open_receivables(scope: Scope) -> QuerySet[Receivable]:
    """Return what is not fully paid."""
    return Receivable.objects.filter(OPEN, scope.limit("customer__station"))


def arrears_by_manager(scope: Scope, *, day: date) -> list[ManagerArrears]:
    """Return what is open by area manager of the day, the most overdue first."""
    duty = "bill__consumption__point__duties"
    rows = (
        open_receivables(scope)
        .annotate(
            duty_row=FilteredRelation(
                duty,
                condition=Q(
                    **{
                        f"{duty}__duty": Responsibility.Duty.MANAGER,
                        f"{duty}__valid_from__lte": day,
                    }
                )
                & (Q(**{f"{duty}__valid_to__isnull": True}) | Q(**{f"{duty}__valid_to__gt": day})),
            )
        )
        .values("duty_row__staff", "duty_row__staff__name")
        .annotate(
            customers=Count("customer", distinct=True),
            overdue_fen=Sum(OWED, filter=Q(due_date__lt=day), default=0),
            not_due_fen=Sum(OWED, filter=Q(due_date__gte=day), default=0),
            oldest_period=Min("period"),
        )
        .order_by("-overdue_fen", "-not_due_fen")
    )
    return [
        ManagerArrears(
            row["duty_row__staff"],
            row["duty_row__staff__name"] or "",
            row["customers"],
            row["overdue_fen"],
            row["not_due_fen"],
            row["oldest_period"],
        )
        for row in rows
    ]


def debtors(scope: Scope, *, day: date) -> QuerySet[Customer]:
    """Return the customers with something open: what they owe, what of it is overdue, the oldest month."""
    owed = Q(receivables__paid_fen__lt=F("receivables__amount_fen"))
    difference = F("receivables__amount_fen") - F("receivables__paid_fen")
    return (
        Customer.objects.filter(scope.limit("station"), Exists(open_receivables(scope).filter(customer=OuterRef("pk"))))
        .annotate(
            owed_fen=Coalesce(Sum(difference, filter=owed), Value(0)),
            overdue_fen=Coalesce(Sum(difference, filter=owed & Q(receivables__due_date__lt=day)), Value(0)),
            months=Count("receivables", filter=owed),
            oldest_period=Min("receivables__period", filter=owed),
        )
    )


def managed_by(scope: Scope, rows: QuerySet[Customer], staff_id: int | None, *, day: date) -> QuerySet[Customer]:
    """Keep the debtors whose open bills belong to an area manager of the day (None: to nobody)."""
    duties = Responsibility.objects.in_force(day).filter(
        scope.limit("staff__station"), duty=Responsibility.Duty.MANAGER
    )
    billed = open_receivables(scope)
    if staff_id is None:
        billed = billed.exclude(bill__consumption__point__in=duties.values("point"))
    else:
        billed = billed.filter(bill__consumption__point__in=duties.filter(staff=staff_id).values("point"))
    return rows.filter(pk__in=billed.values("customer"))


def receivables(scope: Scope, customer_id: int) -> list[Receivable]:
    """Return what a customer was ever to pay, latest first."""
    rows = Receivable.objects.filter(scope.limit("customer__station"), customer=customer_id)
    return list(rows.order_by("-period"))


def owed_fen(scope: Scope, customer_id: int) -> int:
    """Return what a customer owes in all, in fen."""
    rows = open_receivables(scope).filter(customer=customer_id)
    return int(rows.aggregate(owed=Sum(OWED, default=0))["owed"])


def credit_fen(scope: Scope, customer_id: int) -> int:
    """Return what a customer has paid beyond what was due, in fen."""
    rows = Payment.objects.filter(scope.limit("customer__station"), customer=customer_id)
    return int(rows.aggregate(credit=Sum(F("amount_fen") - F("allocated_fen"), default=0))["credit"])


def payments(scope: Scope, customer_id: int) -> list[Payment]:
    """Return what a customer paid, latest first."""
    rows = Payment.objects.filter(scope.limit("customer__station"), customer=customer_id)
    return list(rows.select_related("taken_by").order_by("-paid_date", "-id"))


def payment(scope: Scope, payment_id: int) -> Payment | None:
    """Return one payment with its customer, or None if there is none in the scope."""
    rows = Payment.objects.filter(scope.limit("customer__station"), pk=payment_id)
    return rows.select_related("customer__station__company", "taken_by").first()


def allocations(scope: Scope, payment_id: int) -> list[Any]:
    """Return which receivables a payment settled, oldest month first."""
    found = payment(scope, payment_id)
    return list(found.allocations.select_related("receivable").order_by("receivable__period")) if found else []
