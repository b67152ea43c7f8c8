"""What the auditor's desk reads: the findings of a month by rule, and their list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from diansuo.office.base import registry
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import standing
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.audit.standing import PREFIX, Standing
from diansuo.office.billing.audit.wording import expected_text, title
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding

POINTS_A_QUERY = 5000


@dataclass(frozen=True, slots=True)
class RuleCount:
    """The findings of one rule in a month: how many, where they stand, and the money at stake (fen)."""

    rule: str
    title: str
    found: int
    open: int
    released: int
    held: int
    site: int
    blocking: int
    stake_fen: int
    open_stake_fen: int


@dataclass(frozen=True, slots=True)
class Row:
    """A finding in a list: of one metering point, whose bill of the month is one (a customer may have several).

    ``blocking``: it holds the bill as it stands now. ``expected``: what should be, with its unit. ``bill_id``,
    ``amount_fen`` and ``price_class`` are empty where there is no bill; ``issued``: the bill is out. ``decision``: the
    one in force.
    """

    id: int
    period: int
    rule: str
    kind: str
    title: str
    reason: str
    remedy: str
    expected: str
    standing: Standing
    blocking: bool
    stake_fen: int
    point_id: int
    contract_id: int
    customer_id: int
    number: str
    name: str
    station_id: int
    point_number: str
    price_class: int | None
    bill_id: int | None
    energy_wh: int
    amount_fen: int | None
    issued: bool
    decision: AuditDecision | None


def by_rule(scope: Scope, period: int, *, station_id: int | None = None) -> list[RuleCount]:
    """Return how many findings each rule has in a month and what is at stake, most open money first."""
    decisions = standing.latest(period)
    groups: dict[str, list[Finding]] = {}
    for finding in _month(scope, period, station_id):
        groups.setdefault(finding.rule, []).append(finding)
    counts = [_count(rule, rows, decisions) for rule, rows in groups.items()]
    return sorted(counts, key=lambda one: (-one.open_stake_fen, -one.open, one.rule))


def findings(
    scope: Scope,
    period: int,
    *,
    rule: str = "",
    state: str = "",
    station_id: int | None = None,
    customer: str = "",
) -> list[Row]:
    """Return the findings of a month, most money at stake first.

    Args:
        scope: whose eyes.
        period: the month.
        rule: only this rule's, such as "A-UP".
        state: only those standing there: open, released, held or site.
        station_id: only this station's.
        customer: only this customer number's.
    """
    rows = _month(scope, period, station_id)
    if rule:
        rows = rows.filter(rule=rule)
    if customer:
        rows = rows.filter(point__contract__customer__number=customer)
    found = rows_of(scope, list(rows.select_related("point__contract__customer")), period)
    kept = [one for one in found if not state or one.standing == state]
    return sorted(kept, key=lambda one: (-one.stake_fen, one.number, one.rule, one.id))


def open_count(scope: Scope, period: int, *, station_id: int) -> int:
    """Return how many findings of a month nobody has decided about, whose bill is not out."""
    # By the consumption: the month of the bill leads through everybody's, once for each finding.
    issued = Bill.objects.filter(
        consumption__period=period, consumption__point=OuterRef("point"), state=Bill.State.ISSUED
    )
    decisions = standing.latest(period)
    rows = _month(scope, period, station_id).filter(~Exists(issued))
    return sum(standing.in_force(one, decisions) is None for one in rows)


def rows_of(scope: Scope, found: list[Finding], period: int) -> list[Row]:
    """Return those of these findings of a month that are within the scope as rows, in their order."""
    found = [one for one in found if scope.allows(one.point.station_id)]
    decisions = standing.latest(period)
    bills = _bills(period, {one.point_id for one in found})
    return [_row(one, standing.in_force(one, decisions), bills.get(one.point_id)) for one in found]


def _month(scope: Scope, period: int, station_id: int | None) -> QuerySet[Finding]:
    rows = Finding.objects.filter(
        scope.limit("point__station"), period=period, rule__startswith=PREFIX, point__contract__isnull=False
    )
    return rows if station_id is None else rows.filter(point__station=station_id)


def _count(rule: str, rows: Iterable[Finding], decisions: dict[standing.Key, AuditDecision]) -> RuleCount:
    found = [(one, standing.standing(standing.in_force(one, decisions))) for one in rows]
    stands = [where for _one, where in found]
    return RuleCount(
        rule=rule,
        title=title(rule),
        found=len(found),
        open=stands.count(Standing.OPEN),
        released=stands.count(Standing.RELEASED),
        held=stands.count(Standing.HELD),
        site=stands.count(Standing.SITE),
        blocking=sum(one.severity == Finding.Severity.BLOCKING for one, _where in found),
        stake_fen=sum(_stake(one) for one, _where in found),
        open_stake_fen=sum(_stake(one) for one, where in found if where == Standing.OPEN),
    )


def _stake(finding: Finding) -> int:
    return int(finding.detail.get("stake_fen", 0))


def _bills(period: int, points: Iterable[int]) -> dict[int, dict[str, Any]]:
    wanted = sorted(points)
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(wanted), POINTS_A_QUERY):
        rows = Bill.objects.filter(
            consumption__period=period, consumption__point__in=wanted[start : start + POINTS_A_QUERY]
        )
        for one in rows.values("id", "consumption__point", "state", "amount_fen", "price_class"):
            found[one["consumption__point"]] = one
    return found


def _row(finding: Finding, decision: AuditDecision | None, bill: dict[str, Any] | None) -> Row:
    words, customer = registry.words_of(finding), finding.point.contract.customer
    return Row(
        id=finding.pk,
        period=finding.period,
        rule=finding.rule,
        kind=str(finding.detail.get("kind", "")),
        title=words.title,
        reason=words.reason,
        remedy=words.remedy,
        expected=expected_text(finding),
        standing=standing.standing(decision),
        blocking=finding.severity == Finding.Severity.BLOCKING,
        stake_fen=_stake(finding),
        point_id=finding.point_id,
        contract_id=finding.point.contract_id,
        customer_id=customer.pk,
        number=customer.number,
        name=customer.name,
        station_id=finding.point.station_id,
        point_number=finding.point.number or "",
        price_class=None if bill is None else bill["price_class"],
        bill_id=None if bill is None else bill["id"],
        energy_wh=int(finding.detail.get("basis", {}).get("energy_wh", 0)),
        amount_fen=None if bill is None else bill["amount_fen"],
        issued=bill is not None and bill["state"] == Bill.State.ISSUED,
        decision=decision,
    )
