"""What happens to a proposal: proposed, seen, agreed to by a second person, applied, taken back. Told the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base import revision
from diansuo.office.base.models import ImportBatch, Proposal, ProposalSecond, Station, User
from diansuo.office.base.proposals import kinds, seconds
from diansuo.office.base.proposals.kinds import Progress, ProposalKind, Terms
from diansuo.office.base.proposals.limits import seconds_needed

State = Proposal.State


class UnableToDo(ValueError):
    """It cannot be proposed, seen, agreed to or taken back; the message says why and what to do."""


class Overtaken(UnableToDo):
    """What the preview stood on has changed; it must be worked out and looked at again."""


def _silent(_done: int, _total: int) -> None:
    """Tell nobody how far it is."""


def propose(
    kind: str,
    terms: Terms,
    *,
    station: Station | None,
    subject: str,
    effective: date,
    reason: str,
    user: User | None,
    now: datetime,
    customer_number: str = "",
    ran_by: str = "",
    batch: ImportBatch | None = None,
    reverses: Proposal | None = None,
) -> Proposal:
    """Keep a change for a second person; nothing is changed yet. Without a station it holds for the whole place.

    Raises:
        UnableToDo: no reason, nothing differs, or it is absurd: the message has every cause.
    """
    reason = reason.strip()
    if not reason:
        raise UnableToDo(_("写明变更原因"))
    wrong = kinds.named(kind).refusals(terms, effective, timezone.localdate(now))
    if wrong:
        raise UnableToDo("；".join(wrong))
    return Proposal.objects.create(
        kind=kind,
        station=station,
        subject=subject[:200],
        customer_number=customer_number,
        terms=dict(terms),
        effective_date=effective,
        reason=reason[:200],
        batch=batch,
        reverses=reverses,
        proposed_by=user,
        proposed_at=now,
        proposed_from=ran_by[:160],
    )


def proposed_and_seen(kind: str, terms: Terms, *, now: datetime, **given: Any) -> Proposal:
    """Propose a change and work out at once what it would do, unless that is over very many; all or nothing.

    Raises:
        UnableToDo: as :func:`propose` and :func:`preview`.
    """
    with transaction.atomic():
        made = propose(kind, terms, now=now, **given)
        return made if is_large(made) else preview(made, now=now)


def is_large(proposal: Proposal) -> bool:
    """Tell whether its effect is over so many that nobody should wait for the page."""
    large = kinds.named(proposal.kind).large
    return large is not None and large(proposal.terms)


def preview(proposal: Proposal, *, now: datetime, on_progress: Progress = _silent) -> Proposal:
    """Work out what it would do, by the real engine, and keep that for the second person to see.

    Raises:
        UnableToDo: it is decided already, what it says stood before does not stand any more, or it is absurd: an
            import holds back what it finds, and this is where that is looked at as a whole.
    """
    kind, day = kinds.named(proposal.kind), timezone.localdate(now)
    _require_standing(kind, proposal)
    wrong = kind.refusals(proposal.terms, proposal.effective_date, day)
    if wrong:
        raise UnableToDo("；".join(wrong))
    effect = kind.effect(proposal, day, on_progress)
    with transaction.atomic():
        held = _locked(proposal, Proposal.seen)
        held.seen()
        held.basis, held.preview, held.previewed_at = effect.basis, effect.content, now
        held.customers, held.difference_fen = effect.customers, effect.difference_fen
        held.seconds_needed = (kind.seconds or seconds_needed)(effect, day)
        held.save()
        held.seconds.exclude(basis=effect.basis).delete()
        if held.seconds.exists():
            held.agreed()
            held.save(update_fields=["state"])
    return held


def second(proposal: Proposal, *, user: User, now: datetime) -> Proposal:
    """Agree to what the preview shows; the last one needed applies the change from its effective day.

    Raises:
        UnableToDo: this user may not, or it does not wait for anybody.
        Overtaken: the effect is not the one that was shown; the proposal now waits to be worked out again.
    """
    kind = kinds.named(proposal.kind)
    why = seconds.objection(proposal, user)
    if why:
        raise UnableToDo(why)
    at = revision.of(proposal.station_id)
    _require_same_effect(kind, proposal, timezone.localdate(now))
    with transaction.atomic():
        if revision.held(proposal.station_id) != at:
            raise UnableToDo(_("正在写入别的数据，请再点一次"))
        held = _locked(proposal, Proposal.applied)
        why = seconds.objection(held, user)
        if why:
            raise UnableToDo(why)
        ProposalSecond.objects.create(proposal=held, user=user, basis=held.basis, agreed_at=now)
        if held.seconds.filter(basis=held.basis).count() < held.seconds_needed:
            held.agreed()
        else:
            held.undo = kind.apply(held, user, now)
            held.applied()
            held.applied_at = now
            revision.bump([held.station_id])
        held.save()
    return held


def reject(proposal: Proposal, *, user: User, because: str, now: datetime) -> Proposal:
    """Send it back: a second person does not agree.

    Raises:
        UnableToDo: this user may not judge it, no reason is given, or it is decided already.
    """
    why = seconds.objection(proposal, user)
    if why:
        raise UnableToDo(why)
    if not because.strip():
        raise UnableToDo(_("写明退回原因"))
    return _ended(proposal, Proposal.turned_down, user, because, now)


def withdraw(proposal: Proposal, *, user: User | None, now: datetime, because: str = "") -> Proposal:
    """Take it back: one that waits vanishes from the desk, an applied one is undone exactly.

    Raises:
        UnableToDo: it is over already, a later change builds on it, or final bills stand on it: then
            :func:`propose_reversal` is the way.
    """
    if proposal.state != State.APPLIED:
        return _ended(proposal, Proposal.taken_back, user, because, now)
    kind = kinds.named(proposal.kind)
    with transaction.atomic():
        revision.held(proposal.station_id)
        held = _locked(proposal, Proposal.taken_back)
        bills = kind.final_bills(held)
        if bills:
            instead = kind.after_bills or _("提交“撤回提议”，审批后退补")
            raise UnableToDo(
                _("已有 %(count)d 份发行的账单按它计算，不能直接撤回；%(instead)s")
                % {"count": bills, "instead": instead}
            )
        kind.take_back(held, user, now)
        _end(held, Proposal.taken_back, user, because, now)
        revision.bump([held.station_id])
    return held


def propose_reversal(proposal: Proposal, *, user: User | None, reason: str, now: datetime) -> Proposal:
    """Propose to take an applied change back although bills stand on it: its own preview, its own second person.

    Raises:
        UnableToDo: it is not applied, its kind knows no reversal, or one waits already.
    """
    kind = kinds.named(proposal.kind)
    if proposal.state != State.APPLIED or kind.reversal is None:
        raise UnableToDo(_("只有已生效的提议可以这样撤回"))
    if proposal.reversals.exclude(state__in=(State.REJECTED, State.WITHDRAWN)).exists():
        raise UnableToDo(_("已经有一张撤回它的提议"))
    name, terms = kind.reversal(proposal)
    return propose(
        name, terms, station=proposal.station, subject=proposal.subject, effective=proposal.effective_date,
        reason=reason, user=user, now=now, customer_number=proposal.customer_number, reverses=proposal,
    )  # fmt: skip


def _require_standing(kind: ProposalKind, proposal: Proposal) -> None:
    if not kind.unchanged(proposal.terms):
        raise UnableToDo(_("提交之后档案已经变化，原值不再是提交时的值；撤回后重新提交"))


def _require_same_effect(kind: ProposalKind, proposal: Proposal, day: date) -> None:
    if not proposal.basis:
        raise UnableToDo(_("先预览影响，再复核"))
    same = kind.unchanged(proposal.terms) and kind.effect(proposal, day, _silent).basis == proposal.basis
    if same:
        return
    with transaction.atomic():
        held = _locked(proposal, Proposal.overtaken)
        held.overtaken()
        held.save(update_fields=["state"])
    raise Overtaken(_("预览之后账单、档案或规则有了变化，影响已不是看到的数；请重算后再复核"))


def _locked(proposal: Proposal, step: Callable[[Proposal], Any]) -> Proposal:
    """Return the row, held, if it may take this step from the state it is in."""
    held = Proposal.objects.select_for_update().get(pk=proposal.pk)
    meta = step._django_fsm
    if not meta.has_transition(held.state):
        raise UnableToDo(_("这张提议现在是“%(state)s”，刷新页面看一看") % {"state": State(held.state).label})
    return held


def _ended(
    proposal: Proposal, step: Callable[[Proposal], Any], user: User | None, because: str, now: datetime
) -> Proposal:
    with transaction.atomic():
        held = _locked(proposal, step)
        _end(held, step, user, because, now)
        ended = kinds.named(held.kind).ended
        if ended is not None:
            ended(held, user, now)
    return held


def _end(
    held: Proposal, step: Callable[[Proposal], Any], user: User | None, because: str, now: datetime
) -> None:
    step(held)
    held.ended_by, held.ended_at, held.ended_because = user, now, because.strip()[:200]
    held.save()
