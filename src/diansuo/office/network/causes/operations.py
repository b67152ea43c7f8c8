"""What happens to a finding: sent to somebody as a task, answered 查实 or 排除, opened again with a returned answer."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from diansuo.core.network.causes.kinds import TECHNICAL_KINDS, CauseKind
from diansuo.office.base import wording as units
from diansuo.office.base.models import Staff, User, WorkOrder
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.base.work_orders.safety import measures
from diansuo.office.base.work_orders.verdicts import Choices, TakenAlready, Verdicts
from diansuo.office.network.causes import wording
from diansuo.office.network.causes.limits import limits
from diansuo.office.network.models import LossFinding

State = LossFinding.State
ANSWERS: Final[tuple[tuple[str, Promise], ...]] = (
    (State.PROVEN, State.PROVEN.label),
    (State.CLEARED, State.CLEARED.label),
)

_CARD: Final = re.compile(r"#finding-(\d{1,18})$")


AT_THE_DESK: Final = (CauseKind.MISSING_READS, *TECHNICAL_KINDS)


class UnableToSend(ValueError):
    """The finding cannot be sent; the message says why and what to do."""


def subject_of(finding: LossFinding, staff_id: int | None = None) -> Subject:
    """Say what a task made from a finding is about."""
    customer = finding.point.contract.customer if finding.point and finding.point.contract else None
    title = _("%(kind)s：%(area)s %(whose)s，每天约 %(wh)s kWh") % {
        "kind": finding.get_kind_display(), "area": finding.area.name, "whose": wording.whose(finding),
        "wh": units.kilowatt_hours(wording.reckoned(finding.daily_wh)),
    }  # fmt: skip
    lines = [wording.check_words(finding), _("依据：%(words)s") % {"words": wording.evidence_words(finding)}]
    if finding.meter:
        lines.insert(0, _("电能表 %(number)s") % {"number": finding.meter.asset_number})
    return Subject(
        title,
        source=WorkOrder.Source.LOSS,
        customer_number=customer.number if customer else "",
        area_number=finding.area.number,
        url=reverse("loss_area", args=[finding.area_id]) + f"#finding-{finding.pk}",
        staff_id=staff_id,
        station_id=finding.station_id,
        instruction="\n".join(lines),
    )


def send(finding: LossFinding, staff: Staff, *, user: User, now: datetime) -> WorkOrder:
    """Make the task of a finding for somebody of its station, with every measure of safety and the usual deadline.

    Raises:
        UnableToSend: it was sent or answered already, or they are of another station.
    """
    today = timezone.localdate(now)
    with transaction.atomic():
        finding = locked(finding.pk)
        subject = subject_of(finding, staff.pk)
        try:
            order = work_orders.dispatch(
                subject,
                assignee=staff,
                due_date=today + timedelta(days=limits(today).visit_days),
                instruction=subject.instruction,
                safety=[code for code, _words in measures()],
                user=user,
                now=now,
            )
        except work_orders.UnableToDispatch as problem:
            raise UnableToSend(str(problem)) from problem
    return order


def locked(finding_id: int) -> LossFinding:
    """Read a finding afresh, so that two people who press at once are told apart."""
    rows = LossFinding.objects.select_for_update(of=("self",))
    return rows.select_related("area", "point__contract__customer", "meter", "order").get(pk=finding_id)


def _choices(order: WorkOrder) -> Choices:
    return list(ANSWERS) if LossFinding.objects.filter(order=order).exists() else []


def _record(order: WorkOrder, verdict: str, text: str, user: User, now: datetime) -> None:
    for finding in LossFinding.objects.select_for_update().filter(order=order):
        finding.state, finding.answer = verdict, text
        finding.answered_by, finding.answered_at = user, now
        finding.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _reopen(order: WorkOrder) -> None:
    for finding in LossFinding.objects.select_for_update().filter(order=order):
        finding.state, finding.answer = State.SENT, ""
        finding.answered_by, finding.answered_at = None, None
        finding.save(update_fields=["state", "answer", "answered_by", "answered_at"])


def _made(order: WorkOrder) -> None:
    """Note of a finding, whichever list its task was made from, that it was sent."""
    about = _CARD.search(order.subject_url)
    if order.source != WorkOrder.Source.LOSS or about is None:
        return
    finding = (
        LossFinding.objects.select_for_update().filter(pk=int(about[1]), station=order.station_id).first()
    )
    if finding is None:
        return
    if finding.state != State.WAITING:
        raise TakenAlready(_("这条原因已经%(state)s，不能再派") % {"state": finding.get_state_display()})
    finding.state, finding.order = State.SENT, order
    finding.save(update_fields=["state", "order"])


def _photographed(order: WorkOrder, verdict: str) -> bool:
    """Say that what was proven on site is shown; what the desk can prove by itself needs no picture."""
    found = LossFinding.objects.filter(order=order).exclude(kind__in=AT_THE_DESK)
    return verdict == State.PROVEN and found.exists()


VERDICTS: Final = Verdicts(_choices, _record, _reopen, _made, _photographed)
