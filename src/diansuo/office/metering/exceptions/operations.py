"""What people do about findings of reading, one or many at once: take as good, have read again, propose another value.

All or none: where one of those chosen cannot be, nothing is written, and the message names it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.metering import Register, Rule, Severity
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import registry
from diansuo.office.base.models import Proposal, Staff, Station, User, WorkOrder
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering import overriding
from diansuo.office.metering.collecting.point_rows import point_rows
from diansuo.office.metering.estimates import operations as estimates
from diansuo.office.metering.exceptions.findings import REPLACEABLE, Key
from diansuo.office.metering.exceptions.places import address_of, owners
from diansuo.office.metering.models import DayFinding, Finding, ReadingDecision, RegisterReading

RIGHT: Final = "base.dispatch_work"
OVERRIDE_RIGHT: Final = "base.enter_readings"
DAYS_FOR_A_READING: Final = 3
MOST: Final = 500
ESTIMABLE: Final = (Rule.DAY_GAP.id, Rule.CURVE_SUM.id)
Decision = ReadingDecision.Decision


class UnableToAct(ValueError):
    """Nothing was done; the message says why and what to do."""


def take_as_good(scope: Scope, findings: Sequence[Any], *, reason: str, user: User, now: datetime) -> int:
    """Take findings as good, with the reason; what holds a bill is mended, never waved through.

    Raises:
        UnableToAct: no right, no reason, a finding that holds a bill, or one about the user's own entry.
    """
    _require(scope, findings, user, RIGHT)
    if not reason.strip():
        raise UnableToAct(_("写明认可的理由"))
    for finding in findings:
        if finding.severity >= Severity.BLOCKING:
            raise UnableToAct(
                _("%(what)s 是待处理项，不能认可：先更正示数或提议改值") % {"what": _name(scope, finding)}
            )
        if isinstance(finding, Finding) and _own_entry(finding, user):
            raise UnableToAct(_("%(what)s 的示数是你录入的，请另一人认可") % {"what": _name(scope, finding)})
    return _keep(findings, Decision.GOOD, reason, user, now)


def reopen(scope: Scope, findings: Sequence[Any], *, reason: str, user: User, now: datetime) -> int:
    """Put findings back among those nobody has decided about.

    Raises:
        UnableToAct: no right.
    """
    _require(scope, findings, user, RIGHT)
    return _keep(findings, Decision.REOPENED, reason or _("退回待办"), user, now)


@transaction.atomic
def have_read_again(
    scope: Scope, findings: Sequence[Any], *, reason: str, user: User, now: datetime
) -> list[WorkOrder]:
    """Make one task for each point, to its area manager, else its reader.

    Raises:
        UnableToAct: no right, or a point nobody answers for.
    """
    _require(scope, findings, user, RIGHT)
    today = timezone.localdate(now)
    by_point: dict[int, list[Any]] = {}
    for finding in findings:
        by_point.setdefault(finding.point_id, []).append(finding)
    responsible, where = owners(scope, by_point, today), point_rows(scope, by_point, today)
    orders = []
    for point_id, mine in by_point.items():
        row = where[point_id]
        staff = (
            Staff.objects.filter(pk=responsible[point_id].staff_id).first()
            if point_id in responsible
            else None
        )
        if staff is None:
            raise UnableToAct(
                _("%(what)s 没有台区经理或抄表员：先在档案里指定责任人，或用“派工”指定人")
                % {"what": _name(scope, mine[0])}
            )
        words = [registry.words_of(finding) for finding in mine]
        subject = Subject(
            _("补抄核对：%(what)s %(titles)s")
            % {"what": _name(scope, mine[0]), "titles": "、".join(dict.fromkeys(one.title for one in words))},
            source=WorkOrder.Source.COLLECTION,
            customer_number=row.customer_number,
            area_number=row.area_number,
            url=address_of(Key.of(mine[0])),
            station_id=row.station_id,
        )
        instruction = "\n".join([*(f"{one.reason}\n{one.remedy}".strip() for one in words), reason.strip()])
        try:
            order = work_orders.dispatch(
                subject, assignee=staff, due_date=today + timedelta(days=DAYS_FOR_A_READING),
                instruction=instruction, safety=(), user=user, now=now,
            )  # fmt: skip
        except work_orders.UnableToDispatch as problem:
            raise UnableToAct(str(problem)) from problem
        _keep(mine, Decision.REREAD, reason or _("派补抄"), user, now, order=order)
        orders.append(order)
    return orders


@transaction.atomic
def propose_values(
    scope: Scope, findings: Sequence[Any], *, reason: str, user: User, now: datetime
) -> list[Proposal]:
    """Propose the register each finding names as likely in place of the one that stands; a second person decides.

    Raises:
        UnableToAct: no right, no reason, a finding that names no register, or a reading that cannot be replaced.
    """
    _require(scope, findings, user, OVERRIDE_RIGHT)
    if not reason.strip():
        raise UnableToAct(_("写明改值的理由，复核人要看"))
    grouped: dict[tuple[int, str, int], list[Finding]] = {}
    for finding in findings:
        if not isinstance(finding, Finding) or finding.rule not in REPLACEABLE or finding.register is None:
            raise UnableToAct(
                _("%(what)s 没有建议的示数：在抄表段页面录入正确的示数，会成为变更提议")
                % {"what": _name(scope, finding)}
            )
        grouped.setdefault((finding.point_id, finding.detail["to"], finding.period), []).append(finding)
    made = []
    for (point_id, day, period), mine in grouped.items():
        point = MeteringPoint.objects.select_related("contract__customer", "station").get(pk=point_id)
        values = {Register(one.register or 0): one.expected for one in mine}
        before = overriding.overridden(scope, point, values, date.fromisoformat(day), user)
        if not before and not _own(point_id, day, user):
            raise UnableToAct(_("%(what)s 的示数已经改过，请刷新") % {"what": _name(scope, mine[0])})
        if not before:
            raise UnableToAct(
                _("%(what)s 的示数是你录入的：在抄表段页面直接更正即可") % {"what": _name(scope, mine[0])}
            )
        try:
            proposal = overriding.propose(
                point, values, date.fromisoformat(day), period, estimated=False, before=before, reason=reason,
                user=user, now=now,
            )  # fmt: skip
        except UnableToDo as problem:
            raise UnableToAct(f"{_name(scope, mine[0])}：{problem}") from problem
        _keep(mine, Decision.OVERRIDE, reason, user, now, proposal=proposal)
        made.append(proposal)
    return made


def estimate(scope: Scope, findings: Sequence[Any], *, reason: str, user: User, now: datetime) -> int:
    """Estimate, for losses only, what missing freezes leave open; return how many days and curves were.

    Raises:
        UnableToAct: no right, or a finding that is not about missing freezes or points of a curve.
    """
    _require(scope, findings, user, RIGHT)
    groups: dict[tuple[int, int], list[Any]] = {}
    for finding in findings:
        if not isinstance(finding, DayFinding) or finding.rule not in ESTIMABLE:
            raise UnableToAct(
                _("%(what)s 不缺日冻结，没有可估算的；估算只用于线损，不用于电费")
                % {"what": _name(scope, finding)}
            )
        groups.setdefault((finding.point.station_id, finding.month), []).append(finding)
    made = 0
    for (station_id, month), mine in groups.items():
        found = estimates.estimate_month(
            Station.objects.get(pk=station_id),
            month,
            points={one.point_id for one in mine},
            user=user,
            now=now,
        )
        made += found.days + found.curves
        _keep(mine, Decision.ESTIMATE, reason or _("估算，仅线损"), user, now)
    return made


def _require(scope: Scope, findings: Sequence[Any], user: User, right: str) -> None:
    if not user.has_perm(right):
        raise UnableToAct(_("你的岗位不能做这一步，请所长或核算员处理"))
    if not findings:
        raise UnableToAct(_("没有勾选，或所选的已不存在（核查可能重新执行过）：刷新后再选"))
    if len(findings) > MOST:
        raise UnableToAct(_("一次最多 %(most)d 条，请分几次处理") % {"most": MOST})
    points = {finding.point_id for finding in findings}
    if MeteringPoint.objects.filter(scope.limit("station"), pk__in=points).count() < len(points):
        raise UnableToAct(_("所选的有不属于本所的"))


def _own_entry(finding: Finding, user: User) -> bool:
    return RegisterReading.objects.filter(
        point=finding.point_id, period=finding.period, entered_by=user
    ).exists()


def _own(point_id: int, day: str, user: User) -> bool:
    return RegisterReading.objects.filter(point=point_id, read_date=day, entered_by=user).exists()


def _name(scope: Scope, finding: Any) -> str:
    row = point_rows(scope, [finding.point_id], _day_of(finding))[finding.point_id]
    return f"{row.customer_name} {row.customer_number}" if row.customer_number else f"{row.area} {_('总表')}"


def _day_of(finding: Any) -> date:
    return date.fromisoformat(finding.detail["to"]) if finding.detail.get("to") else date(1970, 1, 1)


def _keep(
    findings: Sequence[Any],
    decision: ReadingDecision.Decision,
    reason: str,
    user: User,
    now: datetime,
    *,
    order: WorkOrder | None = None,
    proposal: Proposal | None = None,
) -> int:
    keys = [(Key.of(finding), finding) for finding in findings]
    ReadingDecision.objects.bulk_create(
        ReadingDecision(
            point_id=key.point_id,
            month=key.month,
            rule=key.rule,
            register=key.register,
            from_date=key.from_date,
            actual=finding.actual,
            expected=finding.expected,
            decision=decision,
            reason=reason.strip()[:200],
            order=order,
            proposal=proposal,
            decided_by=user,
            decided_at=now,
        )
        for key, finding in keys
    )
    return len(keys)
