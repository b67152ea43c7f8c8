"""Taking back the last decision about findings of the audit, while their bills are not out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.office.base.models import User
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import standing
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.audit.operations import UnableToDecide, may_decide
from diansuo.office.billing.audit.standing import PREFIX
from diansuo.office.billing.models import Bill
from diansuo.office.metering.models import Finding

Decision = AuditDecision.Decision


def reopen(user: User, weights: Mapping[int, int], now: datetime) -> Counter[str]:
    """Take back this user's own decisions: findings stand and weigh as before; all or none.

    What was decided stays on record; a further row says that it was taken back, and holds what was decided before.

    Args:
        user: who decided, and now takes it back.
        weights: by finding, the severity it had before the decision.
        now: the moment.

    Returns:
        How many findings stand where again: mostly ``open``.

    Raises:
        UnableToDecide: no right, a finding that is not there (any more), a decision of somebody else or none,
            a task that went out with it, or a bill that was issued since.
    """
    if not may_decide(user):
        raise UnableToDecide(_("你的岗位不能审核电费，请核算员或所长处理"))
    with transaction.atomic():
        rows = Finding.objects.select_for_update(of=("self",)).filter(
            Scope.of(user).limit("point__station"), pk__in=list(weights), rule__startswith=PREFIX
        )
        found = list(rows)
        if not found or len(found) < len(weights):
            raise UnableToDecide(_("有的审核发现已不存在（本月流程可能重新执行过），请刷新后再选"))
        rows_back = [_taken_back(user, one, now) for one in found]
        AuditDecision.objects.bulk_create(rows_back, batch_size=5000)
        for finding in found:
            finding.severity = weights[finding.pk]
        Finding.objects.bulk_update(found, ["severity"], batch_size=500)
    return Counter("open" if one.decision == Decision.REOPENED else str(one.decision) for one in rows_back)


def _taken_back(user: User, finding: Finding, now: datetime) -> AuditDecision:
    last = standing.latest(finding.period, [finding.point_id]).get(standing.key_of(finding))
    if last is None or last.decision == Decision.REOPENED or last.decided_by_id != user.pk:
        raise UnableToDecide(_("只能撤回自己刚才的决定"))
    if last.decision == Decision.SITE:
        raise UnableToDecide(_("派工单已派出，不能撤回；现场反馈后再审核"))
    if Bill.objects.filter(
        consumption__point=finding.point_id, consumption__period=finding.period, state=Bill.State.ISSUED
    ).exists():
        raise UnableToDecide(_("电费已发行，不能撤回；差错用退补账单更正"))
    before = _before(last, finding)
    reason = _("撤回：%(reason)s") % {"reason": last.reason[:80]}
    if before is not None:
        reason += _("；恢复 %(who)s 的决定：%(reason)s") % {
            "who": before.decided_by,
            "reason": before.reason[:80],
        }
    return AuditDecision(
        point_id=finding.point_id,
        period=finding.period,
        rule=finding.rule,
        kind=last.kind,
        decision=Decision.REOPENED if before is None else before.decision,
        reason=reason[:200],
        decided_by=user,
        decided_at=now,
        basis=last.basis,
        stake_fen=last.stake_fen,
        order=last.order if before is None else before.order,
    )


def _before(last: AuditDecision, finding: Finding) -> AuditDecision | None:
    """Return the decision that was in force when the last one was made, or None where the finding was open."""
    rows = AuditDecision.objects.filter(
        point=finding.point_id, period=finding.period, rule=last.rule, kind=last.kind, pk__lt=last.pk
    )
    found = rows.select_related("decided_by", "order").order_by("-id").first()
    if found is None or found.decision == Decision.REOPENED or found.basis != last.basis:
        return None
    return found
