"""What pages and commands read about price sheets. Prices are nobody's secret: the scope narrows nothing."""

from __future__ import annotations

from django.db.models import QuerySet

from diansuo.core.rules import RuleBook
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, BillLine
from diansuo.office.billing.sheets.comparing import slice_hashes
from diansuo.office.billing.sheets.models import PriceSheet


def sheets(scope: Scope) -> QuerySet[PriceSheet]:
    """Return every sheet with the people who handled it."""
    del scope  # published prices hold for every station of the place
    return PriceSheet.objects.select_related("proposed_by", "approved_by", "withdrawn_by")


def usable(scope: Scope) -> QuerySet[PriceSheet]:
    """Return the sheets that are approved or may still be, the latest first."""
    return sheets(scope).exclude(state=PriceSheet.State.WITHDRAWN).order_by("-from_date", "-id")


def final_bills(scope: Scope, sheet: PriceSheet, book: RuleBook) -> int:
    """Count the final bills with a line that a sheet priced, of whatever station."""
    del scope  # a sheet that any station used stays
    final = (Bill.State.ISSUED, Bill.State.KEPT)
    lines = BillLine.objects.filter(rule__slice_hash__in=slice_hashes(sheet, book), bill__state__in=final)
    return lines.values("bill").distinct().count()
