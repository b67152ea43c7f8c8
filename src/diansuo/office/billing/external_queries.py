"""Reads about the bills another system issued, each beside what we priced for the same customer and month."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Sum

from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, ExternalBill
from diansuo.office.billing.opinion import months as kept

MONTHS_SHOWN = 36


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the issued bills of some rows come to, beside ours: how many agree, differ, and have none of ours."""

    bills: int
    amount_fen: int
    compared: int
    differing: int
    difference_fen: int


def external_bills(scope: Scope) -> QuerySet[ExternalBill]:
    """Return issued bills; ``own_fen`` is what we priced (None: nothing), ``difference_fen`` theirs less ours.

    ``own_id`` is our bill, where there is one only.
    """
    # A sum hides the month's index, by which SQLite would walk all bills of the month for each of these rows.
    ours = Bill.objects.annotate(month=F("period") + 0).filter(
        contract__customer=OuterRef("customer"), month=OuterRef("period")
    )
    rows = ExternalBill.objects.filter(scope.limit("customer__station")).select_related("customer")
    # A customer has one bill a contract and metering point; the other system's is of all of them.
    whole = ours.order_by().values("period")
    one = whole.annotate(bills=Count("id"), own_id=Min("id")).filter(bills=1)
    return rows.annotate(
        own_id=Subquery(one.values("own_id")),
        own_fen=Subquery(whole.annotate(fen=Sum("amount_fen")).values("fen")),
        own_wh=Subquery(whole.annotate(wh=Sum("energy_wh")).values("wh")),
    ).annotate(
        difference_fen=F("amount_fen") - F("own_fen"),
        difference_wh=F("energy_wh") - F("own_wh"),
    )


def differing(scope: Scope, rows: QuerySet[ExternalBill], *, at_least_fen: int = 0) -> QuerySet[ExternalBill]:
    """Keep the bills whose amount is not ours, by so many fen up or down."""
    bound = max(at_least_fen, 1)
    del scope  # the rows are within it already
    return rows.filter(Q(difference_fen__gte=bound) | Q(difference_fen__lte=-bound))


def compare(scope: Scope, *, period: int) -> Comparison:
    """Return what a month's issued bills come to, beside ours."""
    found = kept.of_scope(scope, period)
    return Comparison(found.bills, found.amount_fen, found.both, found.differing, found.gap_fen)


def months(scope: Scope) -> list[int]:
    """Return the months with issued bills, latest first."""
    return kept.periods(scope, most=MONTHS_SHOWN)


def of_month(scope: Scope, rows: QuerySet[ExternalBill], period: int) -> QuerySet[ExternalBill]:
    """Keep the bills of one month; the list begins at the first of the scope, not of the county."""
    found = kept.of_scope(scope, period)
    return rows.filter(period=period, id__range=(found.first_id, found.last_id))


def of_customer(scope: Scope, *, customer_id: int) -> QuerySet[ExternalBill]:
    """Return what another system billed a customer, latest first, beside ours."""
    return external_bills(scope).filter(customer=customer_id).order_by("-period")
