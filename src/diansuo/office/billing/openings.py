"""Which years of a contract our bills have added up: what was used in them is no longer for a list to say."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from diansuo.core.quantity.month import billing_year
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.sheets.book import priced_book

AT_ONCE: Final = 500


def years_added_up(scope: Scope, contracts: Collection[int]) -> set[tuple[int, int]]:
    """Return (contract, billing year) of years with a bill that knew what the year had brought before it."""
    if not contracts:
        return set()
    book, found = priced_book(), set()
    every = sorted(contracts)
    for start in range(0, len(every), AT_ONCE):
        known = Bill.objects.filter(
            scope.limit("consumption__point__station"),
            contract__in=every[start : start + AT_ONCE],
            year_opening_known=True,
        )
        for contract, period in known.order_by().values_list("contract", "period").distinct():
            found.add((contract, billing_year(period, year_start_month(book, period))))
    return found
