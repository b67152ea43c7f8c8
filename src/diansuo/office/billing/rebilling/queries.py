"""What pages read about corrections; the viewer's scope comes first."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from diansuo.office.archive.models import Contract, Customer, MeteringPoint
from diansuo.office.base.models import Job
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill, Correction
from diansuo.office.billing.rebilling import sets, wording
from diansuo.office.billing.rebilling.standing import load
from diansuo.office.billing.rebilling.uses import OfficeUse


def corrections(scope: Scope) -> QuerySet[Correction]:
    """Return corrections with their customers."""
    return Correction.objects.filter(scope.limit("point__station")).select_related(
        "contract__customer",
        "point__station",
        "proposed_by",
        "agreed_by",
        "approved_by",
        "issued_by",
        "withdrawn_by",
    )


def correction(scope: Scope, correction_id: int) -> Correction | None:
    """Return one correction, or None if there is none in the scope."""
    return corrections(scope).filter(pk=correction_id).first()


def of_customer(scope: Scope, customer_id: int) -> QuerySet[Correction]:
    """Return a customer's corrections, latest first."""
    return corrections(scope).filter(contract__customer=customer_id).order_by("-pk")


def points(scope: Scope, number: str) -> list[MeteringPoint]:
    """Return the points of a customer that have issued bills."""
    billed = Bill.objects.filter(state=Bill.State.ISSUED, contract__customer__number=number)
    return list(
        MeteringPoint.objects.filter(scope.limit("station"), pk__in=billed.values("consumption__point"))
        .select_related("contract__customer")
        .order_by("pk")
    )


def billed_months(scope: Scope, customer_id: int) -> tuple[int, int] | None:
    """Return the first and the last issued month of a customer in the latest two years; None without any."""
    # The contracts first: joined, SQLite begins with all points of the station.
    contracts = Contract.objects.filter(scope.limit("customer__station"), customer=customer_id)
    rows = Bill.objects.filter(
        contract__in=list(contracts.values_list("id", flat=True)), state=Bill.State.ISSUED
    )
    periods = list(rows.order_by("-period").values_list("period", flat=True)[:24])
    return (periods[-1], periods[0]) if periods else None


def number_of(scope: Scope, customer_id: int) -> str:
    """Return a customer's number; empty for one outside the scope."""
    rows = Customer.objects.filter(scope.limit("station"), pk=customer_id)
    return rows.values_list("number", flat=True).first() or ""


def months(scope: Scope, one: Correction) -> list[dict[str, Any]]:
    """Return a correction's months as its page shows them: sums, components, and a sentence for each."""
    rows = list(one.months.prefetch_related("lines", "rules").order_by("period"))
    standing = (
        {each.bill.pk: each for each in load(scope, one.point_id, since=rows[0].period)} if rows else {}
    )
    found = []
    for row in rows:
        month = standing[row.bill_id]
        found.append(
            {
                "period": row.period,
                "bill": row.bill_id,
                "energy_wh": row.energy_wh,
                "issued_fen": row.issued_fen,
                "right_fen": row.right_fen,
                "amount_fen": row.amount_fen,
                "words": wording.of_month(
                    follows=not row.part,
                    amount_fen=row.amount_fen,
                    energy_wh=row.energy_wh,
                    billed=month.billed.record(),
                    right=OfficeUse.from_record(row.use).record(),
                ),
                "lines": [
                    {
                        "title": wording.component(line.component),
                        "amount_fen": line.amount_fen,
                        "right_fen": line.right_fen,
                        "issued_fen": line.issued_fen,
                    }
                    for line in sorted(row.lines.all(), key=lambda line: line.component)
                ],
            }
        )
    return found


def jobs_of_sets(scope: Scope) -> QuerySet[Job]:
    """Return the jobs of sets, latest first."""
    return Job.objects.filter(scope.limit("station"), kind=sets.KIND).order_by("-created_at")
