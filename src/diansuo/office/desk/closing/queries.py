"""What the pages ask about a supply that closes: what is owed, and whether its last bill has gone out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Sum

from diansuo.office.archive.models import Contract, MeteringPoint
from diansuo.office.base import registry
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.collection.queries import open_receivables
from diansuo.office.desk.closing.conditions import period_of
from diansuo.office.metering.models import Finding


@dataclass(frozen=True, slots=True)
class Owed:
    """What a customer has not paid: how many receivables, and fen."""

    count: int
    fen: int


@dataclass(frozen=True, slots=True)
class Closing:
    """A contract that was closed.

    Attributes:
        contract: the contract.
        day: its last day.
        period: the month of its last bill; 0 where no last register is there.
        bill_id: the last bill once issued.
        reasons: why it is held, in words.
    """

    contract: Contract
    day: date
    period: int
    bill_id: int | None
    reasons: tuple[str, ...]


def owed(scope: Scope, customer_id: int) -> Owed:
    """Return what a customer still owes."""
    rows = open_receivables(scope).filter(customer=customer_id)
    return Owed(**rows.aggregate(count=Count("id"), fen=Sum(F("amount_fen") - F("paid_fen"), default=0)))


def closed(scope: Scope, customer_id: int) -> Closing | None:
    """Return the latest closing of a customer without an open contract; None where there is none."""
    rows = Contract.objects.filter(scope.limit("customer__station"), customer=customer_id)
    contracts = list(rows.select_related("customer__station").order_by("-pk"))
    if not contracts or any(one.closed_date is None for one in contracts):
        return None
    contract = contracts[0]
    assert contract.closed_date is not None
    period = period_of_last(scope, contract)
    last = Bill.objects.filter(contract=contract, state=Bill.State.ISSUED, to_date__gte=contract.closed_date)
    bill_id = last.order_by("-pk").values_list("pk", flat=True).first()
    reasons = () if bill_id else _reasons(contract, period)
    return Closing(contract, contract.closed_date, period, bill_id, reasons)


def period_of_last(scope: Scope, contract: Contract) -> int:
    """Return the month a closed contract ends in; 0 where it measures nothing."""
    points = MeteringPoint.objects.filter(scope.limit("station"), contract=contract).select_related("route")
    first = points.order_by("pk").first()
    return 0 if first is None or contract.closed_date is None else period_of(first, contract.closed_date)


def _reasons(contract: Contract, period: int) -> tuple[str, ...]:
    found = Finding.objects.filter(
        point__contract=contract, period=period, severity=Finding.Severity.BLOCKING
    ).select_related("point")
    words = dict.fromkeys(registry.words_of(finding) for finding in found)
    return tuple(f"{one.title}：{one.reason}。{one.remedy}" for one in words)
