"""What documents read: everything that stands on many bills, in a fixed number of queries however many they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from diansuo.office.archive import page_queries as archive
from diansuo.office.archive.models import PointArea, Responsibility
from diansuo.office.base.models import Job, Staff
from diansuo.office.base.scope import Scope
from diansuo.office.billing.documents.dues import Due, dues
from diansuo.office.billing.models import Bill, BillLine, BillPart, RuleSlice
from diansuo.office.billing.queries import STATION, bills, capacities
from diansuo.office.metering import page_queries as metering
from diansuo.office.metering.page_queries import Span

MONTHS_SHOWN = 13


@dataclass(slots=True)
class Material:
    """One bill with everything that a document says of it."""

    bill: Bill
    lines: list[BillLine] = field(default_factory=list)
    parts: list[BillPart] = field(default_factory=list)
    others: list[RuleSlice] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    history: dict[int, int] = field(default_factory=dict)
    due: Due | None = None
    manager: str = ""
    capacity_va: int | None = None


def materials(scope: Scope, bill_ids: Sequence[int], *, day: date) -> list[Material]:
    """Return bills of the scope in the order asked for, each with all that stands on its document.

    ``day`` says who manages the customer.
    """
    found = (
        bills(scope).select_related("settlement", "contract__customer__station__company").in_bulk(bill_ids)
    )
    made = {bill_id: Material(found[bill_id]) for bill_id in bill_ids if bill_id in found}
    held = [one.bill for one in made.values()]
    for line in _lines(scope, made):
        made[line.bill_id].lines.append(line)
    for part in BillPart.objects.filter(scope.limit(f"bill__{STATION}"), bill__in=made).order_by("part"):
        made[part.bill_id].parts.append(part)
    for bill_id, rule in _others(scope, made):
        if all(line.rule_id != rule.pk for line in made[bill_id].lines):
            made[bill_id].others.append(rule)
    spans = metering.spans_of(scope, [bill.consumption for bill in held])
    history = _history(scope, held)
    capacity = capacities(scope, list(made))
    due, managers = dues(scope, list(made)), _managers(scope, held, day)
    for bill_id, one in made.items():
        one.spans = spans[one.bill.consumption_id]
        one.history = _months_before(history.get(one.bill.contract_id, {}), one.bill)
        one.due = due.get(bill_id)
        one.capacity_va = capacity.get(bill_id)
        one.manager = managers.get(one.bill.contract.customer_id, "")
    return list(made.values())


def _lines(scope: Scope, bill_ids: Iterable[int]) -> Iterable[BillLine]:
    rows = BillLine.objects.filter(scope.limit(f"bill__{STATION}"), bill__in=list(bill_ids))
    return rows.select_related("rule").order_by("bill", "sequence")


def _others(scope: Scope, bill_ids: Iterable[int]) -> list[tuple[int, RuleSlice]]:
    """Return the rules that had a part in the bills, the settlement's apart; those of lines are left out by callers."""
    used = Bill.rules.through.objects.filter(
        scope.limit(f"bill__{STATION}"), bill__in=list(bill_ids)
    ).exclude(ruleslice__rule_id__endswith="/settlement")
    pairs = list(used.order_by("ruleslice__rule_id").values_list("bill", "ruleslice"))
    slices = RuleSlice.objects.in_bulk({rule for _bill, rule in pairs})
    return [(bill_id, slices[rule]) for bill_id, rule in pairs]


def _history(scope: Scope, held: Sequence[Bill]) -> dict[int, dict[int, int]]:
    """Return the energy of each contract by month, of bills that count."""
    if not held:
        return {}
    counting = Q(state__in=(Bill.State.ISSUED, Bill.State.KEPT))
    rows = Bill.objects.filter(
        counting,
        scope.limit(STATION),
        contract__in={bill.contract_id for bill in held},
        period__gte=min(bill.period for bill in held) - 100,
        period__lte=max(bill.period for bill in held),
    )
    found: dict[int, dict[int, int]] = {}
    for contract, period, energy_wh in rows.values_list("contract", "period", "energy_wh"):
        found.setdefault(contract, {})[period] = energy_wh
    return found


def _months_before(history: dict[int, int], bill: Bill) -> dict[int, int]:
    """Return the thirteen months that end with the bill's, those with a bill."""
    shown = {period: wh for period, wh in history.items() if bill.period - 100 <= period < bill.period}
    return shown | {bill.period: bill.energy_wh}


def _managers(scope: Scope, held: Sequence[Bill], day: date) -> dict[int, str]:
    ids = archive.manager_ids(scope, {bill.contract.customer_id for bill in held}, day)
    names = dict(
        Staff.objects.filter(scope.limit("station"), pk__in=set(ids.values())).values_list("id", "name")
    )
    return {customer: names.get(staff, "") for customer, staff in ids.items()}


def bill_ids(scope: Scope, *, period: int, station_id: int, day: date, number: str = "") -> list[int]:
    """Return the bills of a station's month in the order of a walk: manager, area, customer number.

    ``number`` asks for one customer's.
    """
    rows = Bill.objects.filter(scope.limit(STATION), **{STATION: station_id}, period=period)
    if number:
        rows = rows.filter(contract__customer__number=number)
    found = list(rows.values_list("id", "consumption__point", "contract__customer__number"))
    points = {point for _bill, point, _number in found}
    areas = dict(
        PointArea.objects.in_force(day)
        .filter(scope.limit("point__station"), point__station=station_id)
        .values_list("point", "area__number")
    )
    people = dict(
        Responsibility.objects.in_force(day)
        .filter(scope.limit("point__station"), point__station=station_id, duty=Responsibility.Duty.MANAGER)
        .values_list("point", "staff__name")
    )
    walk = {point: (people.get(point, ""), areas.get(point, "")) for point in points}
    return [bill for bill, _point, _number in sorted(found, key=lambda row: (*walk[row[1]], row[2], row[0]))]


def jobs_of(scope: Scope, *, kind: str, period: int) -> list[Job]:
    """Return the document jobs of a month, latest first."""
    rows = Job.objects.filter(scope.limit("station"), kind=kind, key__contains=f":{period}:")
    return list(rows.select_related("station").order_by("-created_at", "-id"))


def job(scope: Scope, *, kind: str, job_id: int) -> Job | None:
    """Return one document job of the scope."""
    return Job.objects.filter(scope.limit("station"), kind=kind, pk=job_id).select_related("station").first()
