"""What people decide about findings of the audit, one by one or in bulk: release, hold, send to site."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Responsibility
from diansuo.office.base import registry
from diansuo.office.base.models import Staff, User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.billing.audit import standing
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.audit.standing import PREFIX, WEIGHT, Standing
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding

Decision = AuditDecision.Decision

PERMISSION = "base.run_cycle"
IDS_A_QUERY = 5000
DAYS_FOR_A_VISIT = 3


class UnableToDecide(ValueError):
    """Nothing was decided; the message says why and what to do."""


def decide(
    user: User,
    finding_ids: Iterable[int],
    decision: str,
    reason: str,
    now: datetime,
    *,
    staff: Staff | None = None,
    due_date: date | None = None,
) -> dict[str, int]:
    """Release, hold or send to site these findings of the audit, all or none.

    Args:
        user: who decides; must hold ``base.run_cycle``, and be neither asked to look on site nor the one who did.
        finding_ids: findings of the audit (rules ``A-…``) within the user's stations.
        decision: a value of ``AuditDecision.Decision``.
        reason: in words; kept with the decision.
        now: the moment.
        staff: of SITE, who goes; without it each point's area manager, else its reader.
        due_date: of SITE, until when; without it three days from now.

    Returns:
        ``decided``, of them ``released``, ``held`` and ``site``; ``orders``: tasks made.

    Raises:
        UnableToDecide: no right, no reason, an unknown decision, a finding that is not there (any more), one that
            the user was sent to look at, a bill that is out already, or nobody to send.
    """
    chosen, wanted = _require(user, decision, reason), sorted({int(one) for one in finding_ids})
    with transaction.atomic():
        found = _findings(Scope.of(user), wanted)
        _require_not_issued(found)
        periods = {one.period for one in found}
        earlier = {key: one for period in periods for key, one in standing.latest(period).items()}
        for finding in found:
            _require_not_own_visit(user, finding, earlier.get(standing.key_of(finding)))
        orders = _orders(user, found, reason, now, staff, due_date) if chosen == Decision.SITE else {}
        AuditDecision.objects.bulk_create(
            [_decision(user, one, chosen, reason.strip(), now, orders.get(one.point_id)) for one in found],
            batch_size=IDS_A_QUERY,
        )
        for part in _parts([one.pk for one in found]):
            Finding.objects.filter(pk__in=part).update(severity=int(WEIGHT[Standing(chosen)]))
    counts = {"decided": len(found)} | {str(one): 0 for one in WEIGHT} | {str(chosen): len(found)}
    return counts | {"orders": len({order.pk for order in orders.values()})}


def may_decide(user: User) -> bool:
    """Tell whether this user may decide about findings at all."""
    return user.has_perm(PERMISSION)


def _require(user: User, decision: str, reason: str) -> Decision:
    if not may_decide(user):
        raise UnableToDecide(_("你的岗位不能审核电费，请核算员或所长处理"))
    if not reason.strip():
        raise UnableToDecide(_("请写明理由，再提交"))
    if decision not in WEIGHT:  # to take one back is an operation of its own (`reopening`)
        raise UnableToDecide(_("没有这种审核决定：%(decision)s") % {"decision": decision})
    return Decision(decision)


def _findings(scope: Scope, ids: list[int]) -> list[Finding]:
    found: list[Finding] = []
    for part in _parts(ids):
        found += (
            Finding.objects.select_for_update(of=("self",))
            .filter(scope.limit("point__station"), pk__in=part, rule__startswith=PREFIX)
            .select_related("point__contract__customer")
        )
    if not ids or len(found) < len(ids):
        raise UnableToDecide(_("有的审核发现已不存在（本月流程可能重新执行过），请刷新后再选"))
    return found


def _require_not_own_visit(user: User, finding: Finding, earlier: AuditDecision | None) -> None:
    """Refuse whoever was sent to look: what somebody finds on site another person judges."""
    order = earlier.order if earlier is not None else None
    if order is not None and user.pk in (order.replied_by_id, order.assignee.user_id):
        raise UnableToDecide(
            _("%(customer)s 由你现场核实，请另一人审核") % {"customer": finding.point.contract.customer}
        )


def _require_not_issued(found: list[Finding]) -> None:
    """Refuse findings whose bill is out: nothing decided here would reach it."""
    issued = _issued(found)
    if issued:
        count = sum((one.point_id, one.period) in issued for one in found)
        raise UnableToDecide(_("%(count)s 条的电费已发行，不再审核；差错用退补账单更正") % {"count": count})


def _decision(
    user: User, finding: Finding, decision: Decision, reason: str, now: datetime, order: WorkOrder | None
) -> AuditDecision:
    return AuditDecision(
        point_id=finding.point_id,
        period=finding.period,
        rule=finding.rule,
        kind=str(finding.detail.get("kind", "")),
        decision=decision,
        reason=reason[:200],
        decided_by=user,
        decided_at=now,
        basis=standing.basis_of(finding),
        stake_fen=int(finding.detail.get("stake_fen", 0)),
        order=order,
    )


def _issued(found: list[Finding]) -> set[tuple[int, int]]:
    """Return the points and months of these findings whose bill is out."""
    issued: set[tuple[int, int]] = set()
    for period in {one.period for one in found}:
        points = sorted({one.point_id for one in found if one.period == period})
        for part in _parts(points):
            rows = Bill.objects.filter(
                consumption__period=period, consumption__point__in=part, state=Bill.State.ISSUED
            ).values_list("consumption__point", flat=True)
            issued |= {(point, period) for point in rows}
    return issued


def _orders(
    user: User, found: list[Finding], reason: str, now: datetime, staff: Staff | None, due_date: date | None
) -> dict[int, WorkOrder]:
    """Make one order for each point, to whoever is named or answers for it."""
    today = timezone.localdate(now)
    by_point: dict[int, list[Finding]] = {}
    for finding in found:
        by_point.setdefault(finding.point_id, []).append(finding)
    return {
        point: work_orders.dispatch(
            _subject(findings),
            assignee=staff or _responsible(findings[0], today),
            due_date=due_date or today + timedelta(days=DAYS_FOR_A_VISIT),
            instruction="\n".join([*_instructions(findings), reason.strip()]),
            safety=(),
            user=user,
            now=now,
        )
        for point, findings in by_point.items()
    }


def _subject(findings: list[Finding]) -> Subject:
    customer = findings[0].point.contract.customer
    titles = "、".join(dict.fromkeys(registry.words_of(one).title for one in findings))
    return Subject(
        f"{titles}：{customer.name} {customer.number}",
        source=WorkOrder.Source.BILL,
        customer_number=customer.number,
        url=f"{reverse('customer', args=[customer.pk])}#findings",
        station_id=findings[0].point.station_id,
    )


def _instructions(findings: list[Finding]) -> list[str]:
    return [f"{words.reason}\n{words.remedy}".strip() for words in map(registry.words_of, findings)]


def _responsible(finding: Finding, day: date) -> Staff:
    """Return a point's area manager, else its reader, on a day."""
    duties = {
        one.duty: one.staff
        for one in Responsibility.objects.filter(point=finding.point_id, valid_from__lte=day)
        .exclude(valid_to__lte=day)
        .select_related("staff")
    }
    for duty in (Responsibility.Duty.MANAGER, Responsibility.Duty.READER):
        if duty in duties:
            return duties[duty]
    raise UnableToDecide(
        _("%(customer)s 没有台区经理或抄表员，请指定现场核实的人")
        % {"customer": finding.point.contract.customer}
    )


def _parts(ids: list[int]) -> list[list[int]]:
    return [ids[start : start + IDS_A_QUERY] for start in range(0, len(ids), IDS_A_QUERY)]
