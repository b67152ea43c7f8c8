"""What the bill page reads beyond the bill itself: where the year stands on the steps, and the marks of the bill."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from diansuo.core.tariff.classes import Component
from diansuo.office.archive import page_queries as archive
from diansuo.office.base.scope import Scope
from diansuo.office.billing.marks import marks_of
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.queries import STATION
from diansuo.office.billing.steps import STEPPED, YearPosition, position_of


def with_managers(scope: Scope, bills: Iterable[Bill], day: date) -> list[Bill]:
    """Add ``manager_id`` to some bills: who manages the customer on a day, None for nobody."""
    found = list(bills)
    managers = archive.manager_ids(scope, {bill.contract.customer_id for bill in found}, day)
    for bill in found:
        bill.manager_id = managers.get(bill.contract.customer_id)
    return found


def year_position(scope: Scope, bill: Bill) -> YearPosition | None:
    """Return where a bill of annual steps stands in its year, from the values its lines used; None for others."""
    if bill.price_class not in STEPPED:
        return None
    lines = BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill)
    return position_of(bill, lines.select_related("rule").order_by("sequence"))


def marks(scope: Scope, bill: Bill) -> list[str]:
    """Return what a reader of the bill must know: names of the marks that apply to it."""
    lines = BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill)
    return marks_of(bill, settled_anew=lines.filter(component=Component.CORRECTION).exists())
