"""What happens to a correction: proposed, approved by a second person, issued or withdrawn. Told the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Count, Sum
from django.db.models.functions import Abs
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import revision
from diansuo.office.base.models import Job, Station, User
from diansuo.office.base.modes import guards
from diansuo.office.base.proposals import limits
from diansuo.office.base.scope import Scope
from diansuo.office.billing.columns import slice_id
from diansuo.office.billing.models import ClosedYear, CorrectionLine, CorrectionMonth
from diansuo.office.billing.rebilling import wording
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.billing.rebilling.preview import Asked, Month, Preview, preview
from diansuo.office.billing.rebilling.uses import Held

State = Correction.State
WAITING: Final = (State.PROPOSED, State.APPROVED)


class UnableToDo(ValueError):
    """The correction cannot be proposed, approved, issued or withdrawn; the message says why and what to do."""


_settle: list[Callable[[Correction, datetime], None]] = []


def publish(settle: Callable[[Correction, datetime], None]) -> None:
    """Say (from an app's ``ready``) how an issued correction becomes money owed, or credit."""
    _settle[:] = [settle]


def propose(
    scope: Scope,
    asked: Asked,
    *,
    reason: str,
    user: User | None,
    now: datetime,
    job: Job | None = None,
    found: Preview | None = None,
) -> Correction:
    """Keep a correction for a second person to approve; it charges nothing yet.

    ``found`` is what :func:`.preview.preview` made of it, where the caller has it.

    Raises:
        UnableToDo: nothing differs, another correction of this point waits, no reason, or the station bills beside.
        Held: as :func:`.preview.preview`.
    """
    reason = reason.strip()
    if not reason:
        raise UnableToDo(_("写明退补原因"))
    _require_alone(asked.point_id)
    found = found or preview(scope, asked, day=timezone.localdate(now))
    if not found.months:
        raise UnableToDo(_("与已发行的没有差额，不必退补"))
    with transaction.atomic():
        _lock_point(asked.point_id)
        waiting = Correction.objects.filter(point=asked.point_id, state__in=WAITING).first()
        if waiting:
            raise UnableToDo(
                _("该计量点已有第 %(number)d 号退补单（%(state)s），先发行或撤回它")
                % {"number": waiting.pk, "state": waiting.get_state_display()}
            )
        made = Correction.objects.create(
            contract_id=found.contract_id,
            point_id=asked.point_id,
            job=job,
            kind=asked.kind,
            from_period=asked.from_period,
            to_period=asked.to_period,
            facts=dict(asked.facts),
            reason=reason[:200],
            digest=found.digest,
            energy_wh=found.energy_wh,
            amount_fen=found.amount_fen,
            proposed_by=user,
            proposed_at=now,
        )
        for month in found.months:
            _store(made, month)
    return made


def _store(correction: Correction, month: Month) -> None:
    row = CorrectionMonth.objects.create(
        correction=correction,
        bill=month.standing.bill,
        period=month.period,
        energy_wh=month.energy_wh,
        amount_fen=month.amount_fen,
        right_fen=month.right_fen,
        issued_fen=month.issued_fen,
        counted_wh=month.counted_wh,
        counted_in=month.counted_in,
        year_to_date_wh=month.year_to_date_wh,
        use=month.right.record(),
        part={} if month.follows else month.part.record(),
    )
    row.rules.set({slice_id(rule, month.rulebook_hash) for rule in month.rules})
    CorrectionLine.objects.bulk_create(
        CorrectionLine(
            month=row,
            component=line.component,
            amount_fen=line.amount_fen,
            right_fen=line.right_fen,
            issued_fen=line.issued_fen,
        )
        for line in month.lines
    )


def approve(correction: Correction, *, user: User, now: datetime, two: bool | None = None) -> Correction:
    """Let a correction be issued; above the limits the first person only agrees, and another one approves.

    ``two``: whether two persons are needed, where the caller knows it of a whole set.

    Raises:
        UnableToDo: the proposer approves it, the one who agreed approves as well, or it does not wait for approval.
    """
    if not user.has_perm("base.approve_corrections"):
        raise UnableToDo(_("您的岗位不能审批退补"))
    if correction.proposed_by_id == user.pk:
        raise UnableToDo(_("提交人不能审批自己的退补单，请另一人审批"))
    with transaction.atomic():
        held = _locked(correction, State.PROPOSED)
        if held.agreed_by_id == user.pk:
            raise UnableToDo(_("您已经复核过，金额超过限值，还需要另一人审批"))
        if held.agreed_by_id is None and (needs_two(held, now) if two is None else two):
            held.agreed_by, held.agreed_at = user, now
            held.save(update_fields=["agreed_by", "agreed_at"])
            return held
        held.state, held.approved_by, held.approved_at = State.APPROVED, user, now
        held.save(update_fields=["state", "approved_by", "approved_at"])
    return held


def needs_two(correction: Correction, now: datetime) -> bool:
    """Tell whether two persons must agree to a correction, or to the set it belongs to: as to any proposal so large."""
    mine = Correction.objects.filter(pk=correction.pk)
    if correction.job_id is not None:
        mine = Correction.objects.filter(job=correction.job_id).exclude(state=State.WITHDRAWN)
    said = mine.aggregate(moved=Sum(Abs("amount_fen")), customers=Count("contract__customer", distinct=True))
    return limits.above(said["customers"], said["moved"] or 0, timezone.localdate(now))


def issue(correction: Correction, *, user: User | None, now: datetime) -> Correction:
    """Issue an approved correction: what it charges falls due, what it gives back becomes the customer's credit.

    Months drafted meanwhile begin afresh: the station's revision moves with it.

    Raises:
        UnableToDo: it is not approved, or what was issued has changed since it was proposed.
    """
    with transaction.atomic():
        revision.locked(correction.point.station_id)
        _lock_point(correction.point_id)
        held = _locked(correction, State.APPROVED)
        _require_alone(held.point_id)
        _require_unchanged(held, now)
        held.state, held.issued_by, held.issued_date = State.ISSUED, user, timezone.localdate(now)
        held.save(update_fields=["state", "issued_by", "issued_date"])
        for settle in _settle:
            settle(held, now)
        revision.bump([held.point.station_id])
    return held


def _require_unchanged(held: Correction, now: datetime) -> None:
    asked = Asked(held.point_id, held.kind, held.from_period, held.to_period, held.facts)
    try:
        found = preview(Scope.everything(), asked, day=timezone.localdate(now))
    except Held as problem:
        raise UnableToDo(wording.held(problem.record())) from problem
    if found.digest != held.digest:
        raise UnableToDo(_("提交之后账单、档案或价格有了变化，金额已不是审批的数；撤回后重新提交"))


def withdraw(correction: Correction, *, user: User | None, now: datetime) -> Correction:
    """Take a correction back that is not issued yet.

    Raises:
        UnableToDo: it is issued (correct it by a further one) or withdrawn already.
    """
    with transaction.atomic():
        held = _locked(correction, *WAITING)
        held.state, held.withdrawn_by, held.withdrawn_at = State.WITHDRAWN, user, now
        held.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    return held


def close_year(station: Station, year: int, *, user: User | None, now: datetime) -> ClosedYear:
    """Close the settlement of a year: its months are corrected no more. Twice changes nothing."""
    row, _made = ClosedYear.objects.get_or_create(
        station=station, year=year, defaults={"closed_by": user, "closed_at": now}
    )
    return row


def open_year(station: Station, year: int) -> bool:
    """Open a closed year again; tell whether it was closed."""
    return bool(ClosedYear.objects.filter(station=station, year=year).delete()[0])


def _locked(correction: Correction, *states: str) -> Correction:
    held = Correction.objects.select_for_update().get(pk=correction.pk)
    if held.state not in states:
        raise UnableToDo(
            _("这张退补单现在是“%(state)s”，刷新页面看一看") % {"state": held.get_state_display()}
        )
    return held


def _lock_point(point_id: int) -> None:
    MeteringPoint.objects.select_for_update().get(pk=point_id)


def _require_alone(point_id: int) -> None:
    if MeteringPoint.objects.filter(pk=point_id, station__mode=guards.BESIDE).exists():
        raise UnableToDo(_("旁运行不发行电费，退补由营销2.0办理"))
