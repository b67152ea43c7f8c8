"""What the preview of a reading asks: the bills of a contract's month, and what checks and audit found."""

from __future__ import annotations

from collections.abc import Sequence

from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding


def bills_of_month(scope: Scope, contract_id: int, period: int) -> list[Bill]:
    """Return the bills of a contract's month."""
    rows = Bill.objects.filter(
        scope.limit("consumption__point__station"), contract=contract_id, period=period
    )
    return list(rows.order_by("pk"))


def findings_of_month(scope: Scope, points: Sequence[int], period: int) -> list[tuple[str, bool]]:
    """Return the findings of a month that weigh, by rule, and whether each holds the bill."""
    rows = Finding.objects.filter(
        scope.limit("point__station"), point__in=points, period=period, severity__gte=Finding.Severity.WARNING
    )
    held = Finding.Severity.BLOCKING
    return [(rule, severity == held) for rule, severity in rows.values_list("rule", "severity")]
