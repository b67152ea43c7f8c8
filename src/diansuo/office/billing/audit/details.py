"""One finding of the audit with everything that is needed to judge it on one screen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from diansuo.core.quantity.month import next_month
from diansuo.office.archive.models import (
    ContractTerm,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    SupplyTerm,
    Transformer,
)
from diansuo.office.base.models import WorkOrderPhoto
from diansuo.office.base.periods import PeriodModel
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import queries
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.audit.queries import Row
from diansuo.office.billing.audit.standing import PREFIX
from diansuo.office.billing.audit.wording import expected_energy, figures_in_words
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Consumption, Finding, PointSettlement, RegisterReading
from diansuo.office.metering.taking_back import queries as taking_back
from diansuo.office.metering.taking_back.in_place import settled

Term = TypeVar("Term", bound=PeriodModel)

MONTHS = 13
READINGS = 60


@dataclass(frozen=True, slots=True)
class MonthOfPoint:
    """A settled month of the point, by its meter; ``amount_fen`` and ``bill_id`` are empty where there is no bill."""

    period: int
    from_date: date | None
    to_date: date | None
    energy_wh: int
    days: int
    estimated: bool
    bill_id: int | None
    amount_fen: int | None
    state: int | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A finding and what it stands on.

    ``months`` are the latest 13, oldest first, this month last. ``readings`` are those of these days, newest first.
    ``figures`` are the finding's own, as (name, text). ``others``: further findings of the point in the month.
    ``expected_energy``: what the month should have had, with its name, Wh, where the rule is about that.
    ``points``: how many metering points the customer has; ``settlement``: what this one is settled with beside them.
    ``photos``: of the customer's tasks, newest first. ``decisions``: about this matter, newest first.
    """

    row: Row
    months: list[MonthOfPoint]
    readings: list[RegisterReading]
    installations: list[MeterInstallation]
    term: ContractTerm | None
    supply: SupplyTerm | None
    transformers: list[Transformer]
    area: PointArea | None
    figures: list[tuple[str, str]]
    expected_energy: tuple[str, int] | None
    points: int
    settlement: PointSettlement | None
    decisions: list[AuditDecision]
    others: list[Finding]
    photos: list[WorkOrderPhoto]


def finding(scope: Scope, finding_id: int) -> Detail | None:
    """Return one finding of the audit with everything, or None if it is not there (any more) or not in the scope."""
    found = (
        Finding.objects.filter(
            scope.limit("point__station"),
            pk=finding_id,
            rule__startswith=PREFIX,
            point__contract__isnull=False,
        )
        .select_related("point__contract__customer")
        .first()
    )
    if found is None:
        return None
    months, contract = _months(found), found.point.contract_id
    from_day = next((one.from_date for one in months if one.from_date), None)
    day = next((one.to_date for one in reversed(months) if one.to_date), None)
    return Detail(
        row=queries.rows_of(scope, [found], found.period)[0],
        months=months,
        readings=_readings(found.point_id, from_day),
        installations=list(
            MeterInstallation.objects.filter(point=found.point_id)
            .select_related("meter")
            .order_by("-valid_from")
        ),
        term=_holding(ContractTerm, day, contract=contract),
        supply=_holding(SupplyTerm, day, contract=contract),
        transformers=list(Transformer.objects.filter(contract=contract).order_by("number", "-valid_from")),
        area=_holding(PointArea, day, point=found.point_id),
        figures=figures_in_words(found),
        expected_energy=expected_energy(found),
        points=MeteringPoint.objects.filter(contract=contract).count(),
        settlement=PointSettlement.objects.filter(
            consumption__point=found.point_id, consumption__period=found.period
        )
        .select_related("master")
        .first(),
        decisions=_decisions(found),
        others=list(
            Finding.objects.filter(point=found.point_id, period=found.period)
            .exclude(pk=found.pk)
            .order_by("-severity", "rule")
        ),
        photos=_photos(found),
    )


def _months(finding: Finding) -> list[MonthOfPoint]:
    rows = Consumption.objects.filter(
        point=finding.point_id,
        period__gte=next_month(finding.period, 1 - MONTHS),
        period__lte=finding.period,
    ).order_by("period")
    bills = {one.consumption_id: one for one in Bill.objects.filter(consumption__in=rows)}
    return [_month(one, bills.get(one.pk)) for one in rows]


def _month(one: Consumption, bill: Bill | None) -> MonthOfPoint:
    days = (one.to_date - one.from_date).days if one.from_date and one.to_date else 0
    return MonthOfPoint(
        period=one.period,
        from_date=one.from_date,
        to_date=one.to_date,
        energy_wh=one.total_wh,
        days=days,
        estimated=one.estimated,
        bill_id=None if bill is None else bill.pk,
        amount_fen=None if bill is None else bill.amount_fen,
        state=None if bill is None else bill.state,
    )


def _readings(point: int, from_day: date | None) -> list[RegisterReading]:
    rows = RegisterReading.objects.filter(point=point).select_related("meter", "entered_by")
    if from_day is not None:
        rows = rows.filter(read_date__gte=from_day)
    taken = taking_back.of_points(Scope.everything(), [point])
    latest = settled(rows.order_by("-read_date", "register")[:READINGS], taken)
    known = [row for row in latest if from_day is None or row.read_date >= from_day]
    return sorted(known, key=lambda row: (-row.read_date.toordinal(), row.register))[:READINGS]


def _holding(model: type[Term], day: date | None, **of: int) -> Term | None:
    """Return the row that holds on the last day before ``day``, else the latest."""
    rows = model._default_manager.filter(**of).order_by("-valid_from")
    if day is not None:
        rows = rows.filter(valid_from__lt=day)
    return rows.first()


def _decisions(finding: Finding) -> list[AuditDecision]:
    rows = AuditDecision.objects.filter(
        point=finding.point_id,
        period=finding.period,
        rule=finding.rule,
        kind=str(finding.detail.get("kind", "")),
    )
    return list(rows.select_related("decided_by", "order").order_by("-id"))


def _photos(finding: Finding) -> list[WorkOrderPhoto]:
    rows = WorkOrderPhoto.objects.filter(
        order__station=finding.point.station_id,
        order__customer_number=finding.point.contract.customer.number,
    )
    return list(rows.select_related("order").order_by("-id")[:12])
