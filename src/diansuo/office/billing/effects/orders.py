"""Changes that would hold before the order (工单) they rest on: a right change from a wrong day looks like one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.base.proposals.limits import limits
from diansuo.office.base.scope import Scope

NAMED: Final = 20


def before_order(
    scope: Scope, changes: Sequence[TermChange], effective: date, today: date
) -> dict[str, Any] | None:
    """Return how many changes begin earlier than their order allows, and the customers of the first of them.

    Where nobody said the day of the order there is nothing to compare, and nothing is said.
    """
    most = int(limits(today).number("days_before_order_most"))
    early = [
        change
        for change in changes
        if change.ordered is not None and (change.ordered - (change.first or effective)).days > most
    ]
    if not early:
        return None
    touched = standing.points_of(early[:NAMED])
    first = {at: points[0] for at, points in touched.points.items() if points}
    rows = MeteringPoint.objects.filter(scope.limit("station"), pk__in=first.values(), contract__isnull=False)
    customers = {
        point: (number, name)
        for point, number, name in rows.values_list(
            "pk", "contract__customer__number", "contract__customer__name"
        )
    }
    named = [
        [*customers[point], ordered.isoformat()]
        for at, point in sorted(first.items())
        if point in customers and (ordered := early[at].ordered) is not None
    ]
    return {"count": len(early), "customers": named}
