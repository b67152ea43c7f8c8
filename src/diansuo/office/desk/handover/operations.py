"""What happens to a hand-over: made, signed by both sides, withdrawn; the second signature lets it take effect."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.archive.models import Responsibility, TransformerArea
from diansuo.office.base import revision
from diansuo.office.base.models import Staff, User
from diansuo.office.base.periods import UnableToChange
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.desk.handover import queries
from diansuo.office.desk.handover.sheet import sheet
from diansuo.office.desk.models import Handover, HandoverSignature

Side = HandoverSignature.Side
State = Handover.State
Duty = Responsibility.Duty


class UnableToHandOver(ValueError):
    """The hand-over cannot be made, signed, withdrawn or take effect; the message says why and what to do."""


def make(
    outgoing: Staff,
    incoming: Staff,
    areas: Sequence[TransformerArea],
    *,
    handover_date: date,
    with_reading: bool,
    keys: str,
    user: User,
    now: datetime,
) -> Handover:
    """Make a hand-over with its sheet as of now; nothing moves before both have signed.

    Raises:
        UnableToHandOver: no area, not two people of one station, an area that is not theirs that day or already on
            another sheet, or a day that does not come after the one their duty began on.
    """
    scope = _scope(outgoing)
    if not areas:
        raise UnableToHandOver(_("请至少选一个台区"))
    if outgoing.pk == incoming.pk:
        raise UnableToHandOver(_("移交人和接收人是同一人，请另选接收人"))
    if incoming.station_id != outgoing.station_id:
        raise UnableToHandOver(_("%(name)s不是本所人员，请选本所的人接收") % {"name": incoming.name})
    theirs = {one.id for one in queries.areas_of(scope, outgoing.pk, handover_date)}
    others = [area.name for area in areas if area.pk not in theirs]
    if others:
        raise UnableToHandOver(
            _("%(areas)s 在 %(day)s 没有由%(name)s管理的用户，不能由其移交；请取消勾选")
            % {"areas": "、".join(others), "day": handover_date.isoformat(), "name": outgoing.name}
        )
    waiting = queries.waiting_areas(scope, areas)
    if waiting:
        raise UnableToHandOver(
            _("%(areas)s 已在另一张待签字的交接单上；请先签完或撤回那一张") % {"areas": "、".join(waiting)}
        )
    _require_later(scope, areas, outgoing, handover_date, with_reading)
    today = now.astimezone(timezone.get_default_timezone()).date()
    with transaction.atomic():
        made = Handover.objects.create(
            station_id=outgoing.station_id,
            outgoing=outgoing,
            incoming=incoming,
            handover_date=handover_date,
            with_reading=with_reading,
            keys=keys.strip(),
            content=sheet(scope, areas, outgoing, handover_date=handover_date, day=today),
            created_by=user,
            created_at=now,
        )
        made.areas.set(areas)
    return made


def sides_of(handover: Handover, user: User) -> dict[str, bool]:
    """Return the sides this user may sign now, each with whether it would be in another's place.

    Each signs for themselves. Who may hand over areas may stand in for the outgoing person, who may have left.
    """
    if handover.state != State.WAITING:
        return {}
    signed = list(handover.signatures.all())
    if any(one.user_id == user.pk for one in signed):
        return {}
    done = {one.side for one in signed}
    own = {Side.OUTGOING: handover.outgoing.user_id, Side.INCOMING: handover.incoming.user_id}
    sides = {str(side): False for side, owner in own.items() if owner == user.pk and side not in done}
    if not sides and Side.OUTGOING not in done and user.has_perm("base.hand_over"):
        sides = {str(Side.OUTGOING): True}
    return sides


def sign(handover: Handover, side: str, *, reason: str = "", user: User, now: datetime) -> Handover:
    """Sign for one side; with the second signature the areas and the open orders change hands, all or nothing.

    Raises:
        UnableToHandOver: it is not this user's to sign, a stand-in gives no reason, or it cannot take effect.
    """
    with transaction.atomic():
        handover = _locked(handover)
        if handover.state != State.WAITING:
            raise UnableToHandOver(_("这张交接单已移交或已撤回，不能再签字"))
        sides = sides_of(handover, user)
        if side not in sides:
            raise UnableToHandOver(_("这一栏不由您签：移交人、接收人各用自己的账号签一次，一人不能签两栏"))
        if sides[side] and not reason.strip():
            raise UnableToHandOver(_("代移交人签字要写明原因，例如：已调离"))
        HandoverSignature.objects.create(
            handover=handover,
            side=side,
            user=user,
            stood_in=sides[side],
            reason=reason.strip() if sides[side] else "",
            signed_at=now,
        )
        if handover.signatures.count() == len(Side):
            _take_effect(handover, user, now)
    return handover


def withdraw(handover: Handover, *, user: User, now: datetime) -> Handover:
    """Take back a hand-over that has not taken effect; what was signed stays on record.

    Raises:
        UnableToHandOver: it has taken effect or is withdrawn already.
    """
    with transaction.atomic():
        handover = _locked(handover)
        if handover.state != State.WAITING:
            raise UnableToHandOver(_("这张交接单已移交或已撤回；要移回去，请另开一张"))
        handover.state, handover.withdrawn_by, handover.withdrawn_at = State.WITHDRAWN, user, now
        handover.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    return handover


def _take_effect(handover: Handover, user: User, now: datetime) -> None:
    areas = list(handover.areas.all())
    scope, day = _scope(handover.outgoing), handover.handover_date
    orders = list(queries.open_orders(scope, areas, handover.outgoing, day))
    moved = set()
    try:
        for duty in _duties(scope, areas, handover.outgoing, day, handover.with_reading):
            duty.change_from(day, staff=handover.incoming, batch=None)
            moved.add(duty.point_id)
    except UnableToChange as problem:
        raise UnableToHandOver(
            _("责任起始日与移交日期冲突，请撤回后改晚移交日期：%(why)s") % {"why": problem}
        ) from problem
    if not moved:
        raise UnableToHandOver(
            _("这些台区在 %(day)s 已不由%(name)s管理，请撤回这张交接单，按现在的责任人另开")
            % {"day": day.isoformat(), "name": handover.outgoing.name}
        )
    for order in orders:
        work_orders.hand_to(
            order,
            handover.incoming,
            reason=_("台区移交，交接单 %(number)d") % {"number": handover.pk},
            user=user,
            now=now,
        )
    revision.bump([handover.station_id])
    handover.state, handover.done_at = State.DONE, now
    handover.points_moved, handover.orders_moved = len(moved), len(orders)
    handover.save(update_fields=["state", "done_at", "points_moved", "orders_moved"])


def _duties(
    scope: Scope, areas: Sequence[TransformerArea], outgoing: Staff, day: date, with_reading: bool
) -> list[Responsibility]:
    """Return what a person answers for at the points of these areas on a day: managing, and reading if asked."""
    moving = list(queries.points(scope, areas, outgoing, day).values_list("pk", flat=True))
    duties = (Duty.MANAGER, Duty.READER) if with_reading else (Duty.MANAGER,)
    rows = Responsibility.objects.in_force(day).filter(staff=outgoing, duty__in=duties)
    wanted = set(moving)
    return [row for row in rows.order_by("id") if row.point_id in wanted]


def _require_later(
    scope: Scope, areas: Sequence[TransformerArea], outgoing: Staff, day: date, with_reading: bool
) -> None:
    """Refuse a day on which a duty begins: what has not held for a day cannot be handed over."""
    begun = [one.valid_from for one in _duties(scope, areas, outgoing, day, with_reading)]
    if max(begun, default=date.min) >= day:
        raise UnableToHandOver(
            _("%(name)s的责任有的从 %(day)s 才开始，移交日期须晚于这一天")
            % {"name": outgoing.name, "day": max(begun).isoformat()}
        )


def _scope(staff: Staff) -> Scope:
    return Scope(frozenset({staff.station_id}))


def _locked(handover: Handover) -> Handover:
    """Read a hand-over afresh, so that two people who sign at once are told apart."""
    rows = Handover.objects.select_for_update(of=("self",))
    return rows.select_related("outgoing", "incoming").get(pk=handover.pk)
