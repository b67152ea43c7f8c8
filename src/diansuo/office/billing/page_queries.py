"""What the bill page reads beyond the bill itself: where the year stands on the steps, and the marks of the bill."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from diansuo.core.tariff.classes import Component
from diansuo.office.archive import page_queries as archive
from diansuo.office.base.scope import Scope
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
    line = (
        BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill=bill)
        .filter(component=Component.BASE)
        .select_related("rule")
        .order_by("-sequence")
        .first()
    )
    return None if line is None else position_of(bill, line)


def marks(scope: Scope, bill: Bill) -> list[str]:
    """Return what a reader of the bill must know: names of the marks that apply to it."""
    del scope  # the bill is within it already
    consumption: Any = bill.consumption
    settled_anew = bill.lines.filter(component=Component.CORRECTION).exists()
    names = {
        "estimated": consumption.estimated,
        "rolled": consumption.rolled,
        "exchanged": consumption.exchanged,
        "opening_unknown": bill.price_class in STEPPED and not bill.year_opening_known,
        "unverified": bill.unverified,
        "part_year": not settled_anew and bill.months_in_year < 12,
        "year_settled": settled_anew,
        "many_persons": bill.persons_months > 0,
        "heating": bill.heating_months > 0,
        "free_energy": bill.free_months > 0,
    }
    return [name for name, holds in names.items() if holds]
