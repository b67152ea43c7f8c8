"""How often each rule of the audit finds something, by month and per 1,000 bills: whether a month floods the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import Count

from diansuo.core.quantity.month import next_month
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit.standing import PREFIX
from diansuo.office.billing.audit.wording import titles
from diansuo.office.billing.sums import queries as sums
from diansuo.office.metering.models import Finding

MONTHS: Final = 13
PER: Final = 1000


@dataclass(frozen=True, slots=True)
class Frequency:
    """Findings per 1,000 bills in tenths, by month as ``periods``; None where the month has no bills.

    ``rows``: (rule, its title, tenths by month) of those that found anything, in the order of the rules.
    """

    periods: tuple[int, ...]
    bills: tuple[int, ...]
    rows: tuple[tuple[str, str, tuple[int | None, ...]], ...]
    total: tuple[int | None, ...]


def frequency(scope: Scope, last: int, *, station_id: int | None = None) -> Frequency:
    """Return how many findings each rule had per 1,000 bills in the 13 months up to ``last``."""
    periods = tuple(next_month(last, number + 1 - MONTHS) for number in range(MONTHS))
    found = Finding.objects.filter(
        scope.limit("point__station"), period__in=periods, rule__startswith=PREFIX
    ).order_by()
    if station_id is not None:
        found = found.filter(point__station=station_id)
    billed = sums.bills_by_month(scope, periods, station_id=station_id)
    counted = {
        (rule, period): count
        for rule, period, count in found.values_list("rule", "period").annotate(count=Count("pk"))
    }
    known = {rule for rule, _period in counted}
    return Frequency(
        periods=periods,
        bills=tuple(billed.get(one, 0) for one in periods),
        rows=tuple(
            (rule, title, tuple(_tenths(counted.get((rule, one), 0), billed.get(one, 0)) for one in periods))
            for rule, title in titles().items()
            if rule in known
        ),
        total=tuple(
            _tenths(sum(counted.get((rule, one), 0) for rule in known), billed.get(one, 0)) for one in periods
        ),
    )


def _tenths(found: int, bills: int) -> int | None:
    """Return findings per 1,000 bills in tenths, halves up."""
    return None if not bills else (2 * found * PER * 10 + bills) // (2 * bills)
