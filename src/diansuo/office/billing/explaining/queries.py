"""Which bill a bill is compared with, and what is missing where there is none."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from diansuo.core.quantity.month import next_month, previous_month
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, ExternalBill
from diansuo.office.billing.queries import STATION

MONTHS = 12


class Against(StrEnum):
    """What a bill is held against."""

    LAST_MONTH = "last-month"
    LAST_YEAR = "last-year"

    def period(self, of: int) -> int:
        """Return the month compared with."""
        return previous_month(of) if self is Against.LAST_MONTH else next_month(of, -MONTHS)


class Missing(StrEnum):
    """Why there is nothing to compare with."""

    FIRST_BILL = "first_bill"
    NO_BILL_THAT_MONTH = "no_bill_that_month"
    ISSUED_ELSEWHERE = "issued_elsewhere"
    """another system's bill is there, with an amount and no lines"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A bill and the one it is compared with; ``missing`` says why there is none."""

    bill_id: int
    before_id: int | None
    asked: int
    missing: Missing | None


def pair(scope: Scope, bill: Bill, against: Against) -> Pair:
    """Find the bill to compare with: that of last month (where it was not billed, the latest before), or of last year.

    A month that was not read has no bill and is settled with the next reading, so the bill before it is the last one
    the customer saw.
    """
    asked = against.period(bill.period)
    # A contract of several points has a bill for each: a sub-meter is never held against its master.
    others = Bill.objects.filter(contract=bill.contract_id, period=bill.period)
    others = others.exclude(consumption=bill.consumption_id)
    earlier = Bill.objects.filter(
        scope.limit(STATION), contract=bill.contract_id, period__lt=bill.period
    ).exclude(consumption__point__in=others.values("consumption__point"))
    wanted = earlier if against is Against.LAST_MONTH else earlier.filter(period=asked)
    before_id = wanted.order_by("-period").values_list("pk", flat=True).first()
    if before_id is not None:
        return Pair(bill.pk, before_id, asked, None)
    theirs = ExternalBill.objects.filter(scope.limit("customer__station"), contract=bill.contract_id)
    if theirs.filter(period=asked).exists():
        return Pair(bill.pk, None, asked, Missing.ISSUED_ELSEWHERE)
    first = against is Against.LAST_MONTH or not earlier.exists()
    return Pair(bill.pk, None, asked, Missing.FIRST_BILL if first else Missing.NO_BILL_THAT_MONTH)


def bills_of_customer(scope: Scope, *, number: str, period: int) -> list[Bill]:
    """Return every bill a customer has of a month, the first one first: of several points, of a closing, one-off."""
    rows = Bill.objects.filter(scope.limit(STATION), contract__customer__number=number, period=period)
    return list(rows.select_related("contract__customer", "consumption__point").order_by("pk"))


def issued_elsewhere(scope: Scope, *, number: str, period: int) -> bool:
    """Tell whether another system's bill of that month is there."""
    rows = ExternalBill.objects.filter(scope.limit("customer__station"), period=period)
    return rows.filter(customer__number=number).exists()
