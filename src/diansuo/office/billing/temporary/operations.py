"""What happens to a temporary supply: proposed, approved by a second person, issued or withdrawn. Told the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.tariff.temporary import CLASSES
from diansuo.office.archive.models import Customer
from diansuo.office.base.models import Station, User
from diansuo.office.base.modes import guards
from diansuo.office.base.scope import Scope
from diansuo.office.billing.temporary.models import TemporaryCharge, TemporaryLine, TemporarySupply
from diansuo.office.billing.temporary.preview import NotPossible, Preview, place_for, preview, rule_key

Kind, State = TemporaryCharge.Kind, TemporaryCharge.State
WAITING: Final = (State.PROPOSED, State.APPROVED)


class UnableToDo(ValueError):
    """The charge cannot be proposed, approved, issued or withdrawn; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new supply is agreed on; ``number`` may be of nobody yet, then ``name`` makes the customer."""

    number: str
    name: str
    purpose: str
    price_class: int
    voltage_class: int
    capacity_w: int
    minutes_a_day: int
    from_date: date
    to_date: date
    address: str = ""


_settle: list[Callable[[TemporaryCharge, datetime], None]] = []


def publish(settle: Callable[[TemporaryCharge, datetime], None]) -> None:
    """Say (from an app's ``ready``) how an issued charge becomes money owed, or credit."""
    _settle[:] = [settle]


def drafted(terms: Terms) -> TemporarySupply:
    """Return the supply of some terms, stored nowhere."""
    return TemporarySupply(
        purpose=terms.purpose.strip()[:80],
        address=terms.address.strip()[:200],
        price_class=terms.price_class,
        voltage_class=terms.voltage_class,
        capacity_w=terms.capacity_w,
        minutes_a_day=terms.minutes_a_day,
        from_date=terms.from_date,
        place=place_for(terms.price_class),
    )


def preview_of(terms: Terms) -> Preview:
    """Reckon what a new supply is charged before; nothing is stored.

    Raises:
        NotPossible: the terms make no use, or a day has no price.
    """
    if terms.price_class not in CLASSES:
        raise NotPossible(_("无表临时用电只能按合表居民、农业生产或工商业单一制计费"))
    return preview(drafted(terms), Kind.ADVANCE, terms.to_date)


def propose(
    scope: Scope, station: Station, terms: Terms, *, user: User | None, now: datetime, seen: str = ""
) -> TemporaryCharge:
    """Keep a new supply with its first charge for a second person to approve; it charges nothing yet.

    Args:
        scope: of who proposes.
        station: where a customer of an unknown number is made.
        terms: what was agreed.
        user: who proposes.
        now: when.
        seen: the digest of the preview that was looked at; empty: whatever it comes to.

    Raises:
        UnableToDo: outside the scope, the station bills beside, nobody of that number and no name, or no purpose.
        NotPossible: as :func:`preview_of`.
    """
    _require_mine(scope, station)
    if not terms.purpose.strip():
        raise UnableToDo(_("写明临时用电的用途"))
    found = preview_of(terms)
    _require_seen(found, seen)
    with transaction.atomic():
        supply = drafted(terms)
        supply.customer = _customer(scope, station, terms)
        supply.save()
        return _store(supply, found, reason="", user=user, now=now)


def propose_more(
    scope: Scope,
    supply: TemporarySupply,
    kind: str,
    *,
    day: date,
    reason: str,
    user: User | None,
    now: datetime,
    seen: str = "",
) -> TemporaryCharge:
    """Keep an extension, an early end or a cancellation of a supply for a second person to approve.

    Raises:
        UnableToDo: as :func:`propose`, no reason, an end in the future, or another charge of the supply waits.
        NotPossible: as :func:`.preview.preview`.
    """
    _require_mine(scope, supply.customer.station)
    if not reason.strip():
        raise UnableToDo(_("写明原因"))
    if kind == Kind.EARLY_END and day > timezone.localdate(now):
        raise UnableToDo(_("终止日 %(day)s 还没到") % {"day": day})
    with transaction.atomic():
        _lock(supply)
        waiting = supply.charges.filter(state__in=WAITING).first()
        if waiting:
            raise UnableToDo(
                _("第 %(number)d 号（%(state)s）还在办，先发行或撤回它")
                % {"number": waiting.pk, "state": waiting.get_state_display()}
            )
        found = preview(supply, kind, day)
        _require_seen(found, seen)
        return _store(supply, found, reason=reason, user=user, now=now)


def approve(charge: TemporaryCharge, *, user: User, now: datetime) -> TemporaryCharge:
    """Let a charge be issued.

    Raises:
        UnableToDo: the proposer approves it, the posts do not allow it, or it does not wait for approval.
    """
    if not user.has_perm("base.approve_corrections"):
        raise UnableToDo(_("您的岗位不能审批临时用电"))
    if charge.proposed_by_id == user.pk:
        raise UnableToDo(_("提交人不能审批自己提交的，请另一人审批"))
    with transaction.atomic():
        held = _locked(charge, State.PROPOSED)
        held.state, held.approved_by, held.approved_at = State.APPROVED, user, now
        held.save(update_fields=["state", "approved_by", "approved_at"])
    return held


def issue(charge: TemporaryCharge, *, user: User | None, now: datetime) -> TemporaryCharge:
    """Issue an approved charge: what it charges falls due, what it gives back becomes the customer's credit.

    Raises:
        UnableToDo: it is not approved, the station bills beside, or it would come to something else now.
    """
    with transaction.atomic():
        _lock(charge.supply)
        held = _locked(charge, State.APPROVED)
        _require_alone(held.supply.customer.station)
        _require_unchanged(held)
        held.state, held.issued_by, held.issued_date = State.ISSUED, user, timezone.localdate(now)
        held.save(update_fields=["state", "issued_by", "issued_date"])
        for settle in _settle:
            settle(held, now)
    return held


def withdraw(charge: TemporaryCharge, *, user: User | None, now: datetime) -> TemporaryCharge:
    """Take a charge back that is not issued yet.

    Raises:
        UnableToDo: it is issued (cancel the supply by a further one) or withdrawn already.
    """
    with transaction.atomic():
        held = _locked(charge, *WAITING)
        held.state, held.withdrawn_by, held.withdrawn_at = State.WITHDRAWN, user, now
        held.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    return held


def _store(
    supply: TemporarySupply, found: Preview, *, reason: str, user: User | None, now: datetime
) -> TemporaryCharge:
    made = TemporaryCharge.objects.create(
        supply=supply,
        kind=found.kind,
        from_date=found.from_date,
        to_date=found.to_date,
        energy_wh=found.energy_wh,
        amount_fen=found.amount_fen,
        facts=dict(found.facts),
        reason=reason.strip()[:200],
        digest=found.digest,
        rulebook_hash=found.rulebook_hash,
        proposed_by=user,
        proposed_at=now,
    )
    made.rules.set({rule_key(rule, found.rulebook_hash) for rule in found.rules})
    TemporaryLine.objects.bulk_create(
        TemporaryLine(
            charge=made,
            sequence=at,
            from_date=line.from_date,
            to_date=line.to_date,
            component=line.component,
            quantity=line.quantity,
            price_nano=line.price_nano,
            amount_fen=line.amount_fen,
            rule_id=rule_key(line.rule, found.rulebook_hash),
        )
        for at, line in enumerate(found.lines, start=1)
    )
    return made


def _customer(scope: Scope, station: Station, terms: Terms) -> Customer:
    """Return the customer of a number; where there is nobody of it yet, make one of the name."""
    number, name = terms.number.strip(), terms.name.strip()
    if not number:
        raise UnableToDo(_("写明用户编号"))
    known = Customer.objects.filter(company=station.company_id, number=number).select_related("station")
    found = known.first()
    if found is not None:
        _require_mine(scope, found.station)
        if name and name != found.name:
            raise UnableToDo(
                _("用户编号 %(number)s 是 %(name)s；核对编号，或不填名称")
                % {"number": number, "name": found.name}
            )
        return found
    if not name:
        raise UnableToDo(_("没有用户 %(number)s；新用户请写名称") % {"number": number})
    return Customer.objects.create(
        company_id=station.company_id, station=station, number=number[:32], name=name[:120]
    )


def _require_seen(found: Preview, seen: str) -> None:
    if seen and seen != found.digest:
        raise UnableToDo(_("填写的情况或价格在试算之后有了变化；再试算一次，看过再提交"))


def _require_unchanged(held: TemporaryCharge) -> None:
    # An early end says its day, everything else the day up to which it reaches.
    day = held.from_date if held.kind == Kind.EARLY_END else held.to_date
    try:
        found = preview(held.supply, held.kind, day)
    except NotPossible as problem:
        raise UnableToDo(str(problem)) from problem
    if found.digest != held.digest:
        raise UnableToDo(_("提交之后价格或已发行的有了变化，金额已不是审批的数；撤回后重新提交"))


def _require_mine(scope: Scope, station: Station) -> None:
    if not scope.allows(station.pk):
        raise UnableToDo(_("该用户不在您的权限范围内"))
    _require_alone(station)


def _require_alone(station: Station) -> None:
    if Station.objects.filter(pk=station.pk, mode=guards.BESIDE).exists():
        raise UnableToDo(_("旁运行不发行电费，临时用电由营销2.0办理"))


def _lock(supply: TemporarySupply) -> None:
    TemporarySupply.objects.select_for_update().get(pk=supply.pk)


def _locked(charge: TemporaryCharge, *states: str) -> TemporaryCharge:
    held = TemporaryCharge.objects.select_for_update().get(pk=charge.pk)
    if held.state not in states:
        raise UnableToDo(_("这一笔现在是“%(state)s”，刷新页面看一看") % {"state": held.get_state_display()})
    return held
