"""Reads of the kept sums: months with bills and their totals, the latest issued, where a month's contracts lie."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.rebilling.models import Correction, CorrectionMonth
from diansuo.office.billing.sums.models import MonthSum

State = tuple[tuple[int, int], ...]


def with_bills(scope: Scope) -> QuerySet[MonthSum]:
    """Return the months of stations that have bills."""
    return MonthSum.objects.filter(scope.limit("station"), Q(issued__gt=0) | Q(unissued__gt=0))


def periods(scope: Scope) -> list[int]:
    """Return the months with bills, newest first."""
    if scope.part is not None:
        return [row["period"] for row in months(scope)]
    found = with_bills(scope).order_by("-period").values_list("period", flat=True)
    return list(found.distinct())


def months(scope: Scope) -> list[dict[str, int]]:
    """Return every month with bills, latest first: issued, not issued (drafts), energy and money of the issued."""
    if scope.part is not None:
        return _months_of_part(scope)
    rows = with_bills(scope).values("period", drafts=Sum("unissued"))
    sums = {name: Sum(name) for name in ("issued", "energy_wh", "amount_fen")}
    return list(rows.annotate(**sums).order_by("-period"))


def _months_of_part(scope: Scope) -> list[dict[str, int]]:
    """Return the same of a part of a station, for which no sums are kept."""
    issued = Q(state=Bill.State.ISSUED)
    rows = (
        Bill.objects.filter(scope.limit("consumption__point__station")).order_by("-period").values("period")
    )
    found = rows.annotate(
        drafts=Count("pk", filter=~issued),
        issued=Count("pk", filter=issued),
        energy=Sum("energy_wh", filter=issued, default=0),
        amount=Sum("amount_fen", filter=issued, default=0),
    )
    return [{**row, "energy_wh": row.pop("energy"), "amount_fen": row.pop("amount")} for row in found]


def bills_by_month(scope: Scope, periods: Iterable[int], *, station_id: int | None = None) -> dict[int, int]:
    """Return how many bills, issued or not, there are in each of these months that has any; of one station if asked."""
    rows = with_bills(scope).filter(period__in=list(periods))
    if station_id is not None:
        rows = rows.filter(station=station_id)
    counts = rows.order_by().values_list("period").annotate(bills=Sum(F("issued") + F("unissued")))
    return dict(counts)


def of_station(scope: Scope, *, station_id: int, period: int) -> MonthSum:
    """Return the sums of one station's month; all noughts where it has no bills."""
    found = MonthSum.objects.filter(scope.limit("station"), station=station_id, period=period).first()
    return found or MonthSum(station_id=station_id, period=period)


def corrected(scope: Scope) -> dict[int, tuple[int, int]]:
    """Return Wh and fen of the issued corrections by the month they put right, which is not the month they are due."""
    issued = CorrectionMonth.objects.filter(
        scope.limit("correction__point__station"), correction__state=Correction.State.ISSUED
    )
    rows = issued.order_by().values("period").annotate(wh=Sum("energy_wh"), fen=Sum("amount_fen"))
    return {row["period"]: (row["wh"], row["fen"]) for row in rows}


def issued_sum(scope: Scope, station_id: int, period: int) -> tuple[int, int]:
    """Return Wh and fen of a station's latest issued month at the latest ``period``, or of its first; else noughts."""
    issued = MonthSum.objects.filter(scope.limit("station"), station=station_id, issued__gt=0)
    before = issued.filter(period__lte=period).aggregate(month=Max("period"))["month"]
    month = before or issued.aggregate(month=Min("period"))["month"]
    return issued.filter(period=month).values_list("energy_wh", "amount_fen").first() or (0, 0)


def contract_bounds(scope: Scope, period: int) -> tuple[int, int] | None:
    """Return between which contracts (ids) all bills of a month lie; None where there is no bill."""
    found = with_bills(scope).filter(period=period)
    bounds = found.aggregate(first=Min("first_contract"), last=Max("last_contract"))
    return None if bounds["first"] is None else (bounds["first"], bounds["last"])


def within(scope: Scope, station_id: int, period: int) -> Q:
    """Return the bounds of a station's bills in the order of the month's index, which leads to them and no others'."""
    kept = of_station(scope, station_id=station_id, period=period)
    if kept.pk is None:
        return Q()
    return Q(contract__gte=kept.first_contract, contract__lte=kept.last_contract)


def state(scope: Scope, station_id: int, periods: Iterable[int]) -> State:
    """Return what changes with every bill written, dropped or issued in these months: period and version."""
    rows = MonthSum.objects.filter(scope.limit("station"), station=station_id, period__in=list(periods))
    return tuple(rows.order_by("period").values_list("period", "version"))


def states(scope: Scope, periods: Iterable[int]) -> tuple[tuple[int, int, int], ...]:
    """Return the same of all stations of a scope: station, period and version."""
    rows = MonthSum.objects.filter(scope.limit("station"), period__in=list(periods))
    return tuple(rows.order_by("station", "period").values_list("station", "period", "version"))
