"""The sheet of a hand-over (交接单): customers, open tasks, arrears and abnormal meters, as numbers to be signed.

It is kept with the hand-over as plain data, so that what was signed stays what it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Sum
from django.utils.translation import gettext as _

from diansuo.office.archive.models import ContractTerm, PointArea, TransformerArea
from diansuo.office.base.models import Staff
from diansuo.office.base.registry import words_of
from diansuo.office.base.scope import Scope
from diansuo.office.collection.queries import any_receivables, open_receivables
from diansuo.office.desk.handover import queries
from diansuo.office.metering.collecting import failure_queries
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.models import Finding

LISTED = 60
"""Of debtors, tasks and meters the sheet names the first so many; the rest it counts."""


def sheet(
    scope: Scope, areas: Iterable[TransformerArea], outgoing: Staff, *, handover_date: date, day: date
) -> dict[str, Any]:
    """Return what the sheet says about the areas: their customers on the day of the hand-over, the rest on ``day``.

    ``areas`` (id, number, name, customers, classes, debtors, owed_fen, orders, meters), then ``debtors``, ``orders``
    and ``meters`` by name, how many of each there are in all, and which data they were counted from.
    """
    wanted = list(areas)
    moving = queries.points(scope, wanted, outgoing, handover_date)
    where = point_rows(scope, list(moving.values_list("pk", flat=True)), handover_date)
    rows = {area.pk: _area(area) for area in wanted}
    _count_customers(rows, where, _classes(where, handover_date, moving))
    debtors = _debtors(scope, moving, handover_date)
    orders = _orders(scope, wanted, outgoing, handover_date, where)
    meters, failure_day, findings_period = _meters(scope, moving, where, day)
    for name, found in (("debtors", debtors), ("orders", orders), ("meters", meters)):
        for one in found:
            if one["area_id"] in rows:
                rows[one["area_id"]][name] += 1
    for one in debtors:
        if one["area_id"] in rows:
            rows[one["area_id"]]["owed_fen"] += one["owed_fen"]
    return {
        "day": day.isoformat(),
        "areas": list(rows.values()),
        "customers": len({row.customer_id for row in where.values() if row.customer_id}),
        "debtors": debtors[:LISTED],
        "debtors_in_all": len(debtors),
        "owed_fen": sum(one["owed_fen"] for one in debtors),
        "has_arrears": any_receivables(scope),
        "orders": orders[:LISTED],
        "orders_in_all": len(orders),
        "meters": meters[:LISTED],
        "meters_in_all": len(meters),
        "failure_day": failure_day.isoformat() if failure_day else None,
        "findings_period": findings_period,
    }


def _area(area: TransformerArea) -> dict[str, Any]:
    counts = {"customers": 0, "classes": {}, "debtors": 0, "owed_fen": 0, "orders": 0, "meters": 0}
    return {"id": area.pk, "number": area.number, "name": area.name, **counts}


def _classes(where: dict[int, PointRow], day: date, moving: Any) -> dict[int, int]:
    """Return the price class of each customer on a day."""
    terms = ContractTerm.objects.in_force(day).filter(contract__points__in=moving)
    return dict(terms.values_list("contract__customer", "price_class"))


def _count_customers(
    rows: dict[int, dict[str, Any]], where: dict[int, PointRow], classes: dict[int, int]
) -> None:
    members: dict[int, set[int]] = defaultdict(set)
    for row in where.values():
        if row.customer_id and row.area_id:
            members[row.area_id].add(row.customer_id)
    for area_id, customers in members.items():
        if area_id in rows:
            counted = Counter(classes.get(customer, 0) for customer in customers)
            rows[area_id]["customers"] = len(customers)
            rows[area_id]["classes"] = {str(code): number for code, number in sorted(counted.items())}


def _debtors(scope: Scope, moving: Any, day: date) -> list[dict[str, Any]]:
    owed = open_receivables(scope).filter(
        customer__in=moving.filter(contract__isnull=False).values("contract__customer")
    )
    sums = owed.values("customer", "customer__number", "customer__name").annotate(
        months=Count("id"), owed_fen=Sum(F("amount_fen") - F("paid_fen"))
    )
    hangs = PointArea.objects.in_force(day).filter(point__in=moving).order_by("-point")
    area_of = dict(hangs.values_list("point__contract__customer", "area"))
    return [
        {
            "id": row["customer"],
            "number": row["customer__number"],
            "name": row["customer__name"],
            "area_id": area_of.get(row["customer"]),
            "months": row["months"],
            "owed_fen": row["owed_fen"],
        }
        for row in sums.order_by("-owed_fen", "customer__number")
    ]


def _orders(
    scope: Scope, areas: list[TransformerArea], outgoing: Staff, day: date, where: dict[int, PointRow]
) -> list[dict[str, Any]]:
    by_number = {area.number: area.pk for area in areas}
    by_customer = {row.customer_number: row.area_id for row in where.values() if row.customer_number}
    return [
        {
            "id": order.pk,
            "number": order.number,
            "title": order.title,
            "due_date": order.due_date.isoformat(),
            "state": str(order.get_state_display()),
            "area_id": by_number.get(order.area_number) or by_customer.get(order.customer_number),
        }
        for order in queries.open_orders(scope, areas, outgoing, day)
    ]


def _meters(
    scope: Scope, moving: Any, where: dict[int, PointRow], day: date
) -> tuple[list[dict[str, Any]], date | None, int | None]:
    """Return the points with something the matter, the day of the failures and the month of the findings."""
    matters: dict[int, list[str]] = defaultdict(list)
    failure_day = failure_queries.latest_failure_day(scope, day)
    failures = failure_queries.failures_on(scope, failure_day).filter(point__in=moving)
    for failure in failures.order_by("-days", "point"):
        matters[failure.point_id].append(_("采集失败 %(days)d 天") % {"days": failure.days})
    # Of the meter (R-), not of the bill: a missing price is nobody's to put right at the meter.
    findings = Finding.objects.filter(
        scope.limit("point__station"), severity__gte=Finding.Severity.WARNING, rule__startswith="R-"
    )
    period = findings.aggregate(latest=Max("period"))["latest"]
    for finding in findings.filter(period=period, point__in=moving).order_by("-severity", "point", "rule"):
        title = str(words_of(finding).title)
        if title not in matters[finding.point_id]:
            matters[finding.point_id].append(title)
    found = [_meter(where[point_id], what) for point_id, what in matters.items() if point_id in where]
    return found, failure_day, period


def _meter(row: PointRow, matters: list[str]) -> dict[str, Any]:
    return {
        "customer_id": row.customer_id,
        "number": row.customer_number,
        "name": row.customer_name,
        "area": row.area,
        "area_id": row.area_id,
        "what": "；".join(matters),
    }
