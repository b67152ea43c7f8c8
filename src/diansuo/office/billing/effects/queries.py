"""What a preview asks beside the bills it prices again: which months there are, final bills, peers, the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.db.models import Count, Max, Min, Q, QuerySet, Sum

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, BillLine, ClosedYear
from diansuo.office.billing.sums import queries as sums

AT_ONCE: Final = 500


def billed_months(scope: Scope, points: Sequence[int], most: int) -> list[int]:
    """Return the latest months with bills of some points, ascending; of many points those of the whole scope."""
    if len(points) <= AT_ONCE:
        rows = Bill.objects.filter(scope.limit("consumption__point__station"), consumption__point__in=points)
        found = list(rows.order_by("-period").values_list("period", flat=True).distinct()[:most])
    else:
        found = sums.periods(scope)[:most]
    return sorted(found)


def final_bills(scope: Scope, points: Iterable[int], since: date) -> int:
    """Count the final bills of some points with days of use on or after a day."""
    return final_since(scope, points, since)[0]


def final_since(scope: Scope, points: Iterable[int], since: date) -> tuple[int, date | None]:
    """Return how many final bills some points have with days of use on or after a day, and until when the last goes.

    Of very many points the whole scope is asked once, and the others are left out here.
    """
    wanted = set(points)
    if len(wanted) > AT_ONCE:
        every = [
            _final_of(scope, since)
            .values_list("consumption__point")
            .annotate(n=Count("pk"), last=Max("to_date"))
        ]
    else:
        every = [
            rows.values_list("consumption__point").annotate(n=Count("pk"), last=Max("to_date"))
            for rows in _final(scope, wanted, since)
        ]
    found = [(n, last) for rows in every for point, n, last in rows.order_by() if point in wanted]
    return sum(n for n, _last in found), max((last for _n, last in found), default=None)


def final_months(scope: Scope, point: int, since: date) -> list[int]:
    """Return the months of a point's final bills with days of use on or after a day, ascending."""
    rows = next(iter(_final(scope, [point], since)))
    return sorted(set(rows.values_list("period", flat=True)))


def _final(scope: Scope, points: Iterable[int], since: date) -> Iterable[QuerySet[Bill]]:
    every, final = sorted(set(points)), _final_of(scope, since)
    for start in range(0, max(len(every), 1), AT_ONCE):
        yield final.filter(consumption__point__in=every[start : start + AT_ONCE])


def _final_of(scope: Scope, since: date) -> QuerySet[Bill]:
    return Bill.objects.filter(
        scope.limit("consumption__point__station"), state=Bill.State.ISSUED, to_date__gt=since
    )


def closed_years(scope: Scope, station_id: int, since: int) -> list[int]:
    """Return the closed settlement years of a station from one on."""
    rows = ClosedYear.objects.filter(scope.limit("station"), station=station_id, year__gte=since)
    return sorted(rows.values_list("year", flat=True))


def stations_of(scope: Scope, points: Sequence[int]) -> set[int]:
    """Return the stations of some points."""
    found: set[int] = set()
    for start in range(0, len(points), AT_ONCE):
        rows = MeteringPoint.objects.filter(scope.limit("station"), pk__in=points[start : start + AT_ONCE])
        found.update(rows.values_list("station_id", flat=True))
    return found


def final_bills_by_slices(scope: Scope, slice_hashes: Iterable[str]) -> int:
    """Count the final bills with a line that one of these values of rules priced."""
    final = (Bill.State.ISSUED, Bill.State.KEPT)
    lines = BillLine.objects.filter(
        scope.limit("bill__consumption__point__station"),
        rule__slice_hash__in=list(slice_hashes),
        bill__state__in=final,
    )
    return lines.values("bill").distinct().count()


def days_of_use(scope: Scope, period: int) -> tuple[date, date] | None:
    """Return the first day of use of a month's bills and the day after the last; None: there are none."""
    rows = Bill.objects.filter(scope.limit("consumption__point__station"), period=period)
    found = rows.aggregate(first=Min("from_date"), last=Max("to_date"))
    return (found["first"], found["last"]) if found["first"] else None


def stations(scope: Scope) -> list[Station]:
    """Return the stations of the scope."""
    return list(Station.objects.filter(scope.limit("pk")).order_by("pk"))


def peers(scope: Scope, station_id: int | None, period: int) -> dict[int, tuple[int, int, int]]:
    """Return by class the bills of a month, of a station or of all: how many, their money and their energy."""
    mine = Q() if station_id is None else Q(consumption__point__station=station_id)
    rows = (
        Bill.objects.filter(
            scope.limit("consumption__point__station"),
            mine,
            period=period,
        )
        .values("price_class")
        .annotate(bills=Count("pk"), fen=Sum("amount_fen"), wh=Sum("energy_wh"))
    )
    return {row["price_class"]: (row["bills"], row["fen"], row["wh"]) for row in rows}
