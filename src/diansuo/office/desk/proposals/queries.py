"""What the preview of readings asks: the bills of contracts' months, and what checks and audit found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from diansuo.office.archive.models import Contract, Customer
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding

MANY = 5_000


def bills_of_month(scope: Scope, contract_ids: Sequence[int], period: int) -> list[Bill]:
    """Return the bills of contracts' month."""
    limit = scope.limit("consumption__point__station")
    rows = [
        Bill.objects.filter(limit, contract__in=part, period=period).order_by("pk")
        for part in _parts(contract_ids)
    ]
    return [one for part in rows for one in part]


def customers_of(scope: Scope, contract_ids: Sequence[int]) -> dict[int, Customer]:
    """Return whose contracts these are."""
    rows = Contract.objects.filter(scope.limit("customer__station"), pk__in=contract_ids)
    return {one.pk: one.customer for one in rows.select_related("customer")}


def findings_of_month(scope: Scope, points: Sequence[int], period: int) -> list[tuple[str, bool]]:
    """Return the findings of a month that weigh, by rule, and whether each holds the bill."""
    held, found = Finding.Severity.BLOCKING, []
    for part in _parts(points):
        rows = Finding.objects.filter(
            scope.limit("point__station"),
            point__in=part,
            period=period,
            severity__gte=Finding.Severity.WARNING,
        )
        found += [(rule, severity == held) for rule, severity in rows.values_list("rule", "severity")]
    return found


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), MANY):
        yield ids[start : start + MANY]
