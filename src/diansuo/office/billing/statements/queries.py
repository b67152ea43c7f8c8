"""What statements read: all bills of a customer's month together, and the feed-in of a month."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from diansuo.office.base.scope import Scope
from diansuo.office.billing import queries
from diansuo.office.billing.models import COMPONENT_NAMES, Bill, BillLine, FeedInSettlement
from diansuo.office.billing.queries import STATION


@dataclass(slots=True)
class Summary:
    """A customer's bills of a month: each, and by component what it comes to in each and together."""

    customer: Any
    period: int
    bills: list[Bill] = field(default_factory=list)
    components: list[tuple[Any, list[int], int]] = field(default_factory=list)
    energy_wh: int = 0
    amount_fen: int = 0


def summary(scope: Scope, *, customer_id: int, period: int) -> Summary | None:
    """Return the bills of a customer in a month together, None where there are none."""
    found = list(
        queries.bills(scope, period=period)
        .filter(contract__customer=customer_id)
        .select_related("contract__customer__station", "consumption__point", "contract__premise")
        .order_by("contract", "consumption__point")
    )
    if not found:
        return None
    amounts: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    lines = BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill__in=found)
    for bill, component, amount in lines.values_list("bill", "component", "amount_fen"):
        amounts[component][bill] += amount
    names = {int(code): name for code, name in COMPONENT_NAMES.items()}
    return Summary(
        customer=found[0].contract.customer,
        period=period,
        bills=found,
        components=[
            (names[component], [by_bill.get(bill.pk, 0) for bill in found], sum(by_bill.values()))
            for component, by_bill in sorted(amounts.items())
        ],
        energy_wh=sum(bill.energy_wh for bill in found),
        amount_fen=sum(bill.amount_fen for bill in found),
    )


def feed_in(scope: Scope) -> QuerySet[FeedInSettlement]:
    """Return what is settled for feed-in, newest month first by point."""
    return FeedInSettlement.objects.filter(scope.limit(STATION)).select_related(
        "contract__customer__station__company", "contract__premise", "consumption__point", "rule"
    )


def feed_in_months(scope: Scope) -> list[int]:
    """Return the months with feed-in, newest first."""
    rows = FeedInSettlement.objects.filter(scope.limit(STATION))
    return list(rows.values_list("period", flat=True).distinct().order_by("-period"))


def feed_in_statement(scope: Scope, *, settlement_id: int) -> FeedInSettlement | None:
    """Return one settlement, None for none in the scope."""
    return feed_in(scope).filter(pk=settlement_id).first()


def feed_in_history(scope: Scope, *, of: FeedInSettlement, months: int = 13) -> list[FeedInSettlement]:
    """Return the settlements of the same point up to a month, oldest first."""
    rows = feed_in(scope).filter(consumption__point=of.consumption.point_id, period__lte=of.period)
    return list(reversed(rows.order_by("-period")[:months]))
