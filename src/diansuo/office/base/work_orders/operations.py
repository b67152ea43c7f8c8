"""What happens to an order: dispatched, answered, sent back, closed, handed on; every step leaves an event."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.office.base.models import Staff, Station, User, WorkOrder, WorkOrderEvent, WorkOrderPhoto
from diansuo.office.base.work_orders import photos as photo_files
from diansuo.office.base.work_orders import verdicts
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.base.work_orders.safety import measures

Kind = WorkOrderEvent.Kind
State = WorkOrder.State


class UnableToDispatch(ValueError):
    """The order cannot be made or handed on; the message says why and what to do."""


class UnableToAnswer(ValueError):
    """The order cannot be answered; the message says why and what to do."""


class UnableToClose(ValueError):
    """The order can be neither closed nor sent back; the message says why and what to do."""


def dispatch(
    subject: Subject,
    *,
    assignee: Staff,
    due_date: date,
    instruction: str,
    safety: Iterable[str],
    user: User,
    now: datetime,
) -> WorkOrder:
    """Make an order at the station of whoever is to do it, numbered within the station and the day.

    Raises:
        UnableToDispatch: the subject belongs to another station, was sent already, or the day has passed.
    """
    today = now.astimezone(timezone.get_default_timezone()).date()
    if subject.station_id not in (None, assignee.station_id):
        raise UnableToDispatch(_("%(name)s不是本所人员，请选本所的人接单") % {"name": assignee.name})
    if due_date < today:
        raise UnableToDispatch(_("完成期限已过，请填今天或以后的日期"))
    ticked = set(safety)
    with transaction.atomic():
        order = WorkOrder.objects.create(
            station_id=assignee.station_id,
            number=_next_number(assignee.station_id, today),
            title=subject.title[:200],
            source=subject.source,
            customer_number=subject.customer_number,
            area_number=subject.area_number,
            subject_url=subject.url,
            instruction=instruction.strip(),
            safety=[code for code, _words in measures() if code in ticked],
            due_date=due_date,
            assignee=assignee,
            created_by=user,
            created_at=now,
        )
        _note(order, Kind.DISPATCHED, assignee.name, user, now)
        try:
            verdicts.made(order)
        except verdicts.TakenAlready as problem:
            raise UnableToDispatch(str(problem)) from problem
    return order


def dispatch_all(
    pairs: Iterable[tuple[Subject, Staff]],
    *,
    due_date: date,
    instruction: str,
    safety: Iterable[str],
    user: User,
    now: datetime,
) -> list[WorkOrder]:
    """Make an order for each subject and its person, all or none.

    Raises:
        UnableToDispatch: one of them cannot be made.
    """
    ticked = list(safety)
    with transaction.atomic():
        return [
            dispatch(
                subject,
                assignee=staff,
                due_date=due_date,
                instruction=instruction or subject.instruction,
                safety=ticked,
                user=user,
                now=now,
            )
            for subject, staff in pairs
        ]


def may_answer(order: WorkOrder, user: User) -> bool:
    """Tell whether an order is this user's to answer: their own, or anybody's for who may close (paper came back)."""
    return order.assignee.user_id == user.pk or user.has_perm("base.close_work")


def is_sent(order: WorkOrder, user: User) -> bool:
    """Tell whether an order that is not done with sends this very user to the customer."""
    return order.assignee.user_id == user.pk and order.state != WorkOrder.State.CLOSED


def may_close(order: WorkOrder, user: User) -> bool:
    """Tell whether this user may close an order: one who may, and neither did nor answered it."""
    return user.has_perm("base.close_work") and user.pk not in (order.replied_by_id, order.assignee.user_id)


def answer(
    order: WorkOrder,
    *,
    text: str,
    photos: Sequence[tuple[str, bytes]] = (),
    safety: Iterable[str] = (),
    verdict: str = "",
    user: User,
    now: datetime,
) -> WorkOrder:
    """Write what came of an order, with photos as (file name, content), and the safety measures taken.

    An order that asks for a verdict (:mod:`verdicts`) is answered by one of them; its words then begin the answer.

    Raises:
        UnableToAnswer: it is not open, not this user's, nothing was said, no verdict, or a photo cannot be kept.
    """
    if not text.strip():
        raise UnableToAnswer(_("请写明处理结果，再提交"))
    said = _verdict_in_words(order, verdict)
    if len(photos) > photo_files.MOST_PHOTOS:
        raise UnableToAnswer(_("一次最多传 %(most)d 张照片") % {"most": photo_files.MOST_PHOTOS})
    try:
        kinds = [photo_files.check(name, content) for name, content in photos]
    except photo_files.UnableToKeepPhoto as problem:
        raise UnableToAnswer(str(problem)) from problem
    kept: list[str] = []
    try:
        with transaction.atomic():
            order = _locked(order)
            if order.state != State.OPEN:
                raise UnableToAnswer(_("这张派工单已反馈，不能再次提交；要改请验收人先退回"))
            if not may_answer(order, user):
                raise UnableToAnswer(
                    _("这张派工单由%(name)s处理，请本人反馈或先转派") % {"name": order.assignee.name}
                )
            for kind, (_name, content) in zip(kinds, photos, strict=True):
                kept.append(photo_files.keep(content, kind))
                WorkOrderPhoto.objects.create(
                    order=order, file_name=kept[-1], media_type=kind, created_by=user, created_at=now
                )
            order.state, order.reply = State.ANSWERED, text.strip()
            verdicts.record(order, verdict, order.reply, user, now)
            order.reply = said + order.reply
            order.replied_by, order.replied_at = user, now
            taken = {*order.safety, *safety}
            order.safety = [code for code, _words in measures() if code in taken]
            order.save(update_fields=["state", "reply", "replied_by", "replied_at", "safety"])
            _note(order, Kind.ANSWERED, order.reply, user, now)
    except BaseException:
        for name in kept:
            with suppress(OSError):
                photo_files.discard(name)
        raise
    return order


def _verdict_in_words(order: WorkOrder, verdict: str) -> str:
    """Return how the answer of an order begins; nothing where it asks for no verdict."""
    asked = {code: str(words) for code, words in verdicts.choices_of(order)}
    if asked and verdict not in asked:
        raise UnableToAnswer(_("请选核查结论：%(choices)s") % {"choices": "、".join(asked.values())})
    return f"{asked[verdict]}：" if asked else ""


def close(order: WorkOrder, *, text: str = "", user: User, now: datetime) -> WorkOrder:
    """Accept what was answered.

    Raises:
        UnableToClose: nothing was answered yet, or it would be one's own work.
    """

    def accept(locked: WorkOrder) -> None:
        locked.state, locked.closed_by, locked.closed_at = State.CLOSED, user, now

    return _judge(order, accept, Kind.CLOSED, text, user, now)


def send_back(order: WorkOrder, *, reason: str, user: User, now: datetime) -> WorkOrder:
    """Open an answered order again, with the reason; the answer stays in the events.

    Raises:
        UnableToClose: no reason, nothing was answered yet, or it would be one's own work.
    """
    if not reason.strip():
        raise UnableToClose(_("退回要写明原因，接单人才知道要补什么"))

    def reopen(locked: WorkOrder) -> None:
        locked.state, locked.reply, locked.replied_by, locked.replied_at = State.OPEN, "", None, None
        verdicts.reopen(locked)

    return _judge(order, reopen, Kind.RETURNED, reason, user, now)


def hand_to(order: WorkOrder, staff: Staff, *, reason: str = "", user: User, now: datetime) -> WorkOrder:
    """Give an order to somebody else of the same station; where it stands stays as it is.

    Raises:
        UnableToDispatch: it is closed, already theirs, or they are of another station.
    """
    with transaction.atomic():
        order = _locked(order)
        if order.state == State.CLOSED:
            raise UnableToDispatch(_("派工单已完成，不能转派；要继续处理请另派一张"))
        if staff.station_id != order.station_id:
            raise UnableToDispatch(_("%(name)s不是本所人员，请选本所的人接单") % {"name": staff.name})
        if staff.pk == order.assignee_id:
            raise UnableToDispatch(_("派工单已在%(name)s名下") % {"name": staff.name})
        step = f"{order.assignee.name} → {staff.name}"
        order.assignee = staff
        order.save(update_fields=["assignee"])
        _note(order, Kind.HANDED, f"{step}：{reason.strip()}" if reason.strip() else step, user, now)
    return order


def _judge(
    order: WorkOrder,
    change: Callable[[WorkOrder], None],
    kind: WorkOrderEvent.Kind,
    text: str,
    user: User,
    now: datetime,
) -> WorkOrder:
    with transaction.atomic():
        order = _locked(order)
        if order.state == State.OPEN:
            raise UnableToClose(_("还没有反馈，不能验收或退回；请接单人先反馈"))
        if order.state == State.CLOSED:
            raise UnableToClose(_("派工单已经完成，不必再验收"))
        if not may_close(order, user):
            raise UnableToClose(_("验收人不能是接单人或反馈人，请由其他有权限的人验收"))
        change(order)
        order.save()
        _note(order, kind, text.strip(), user, now)
    return order


def _locked(order: WorkOrder) -> WorkOrder:
    """Read an order afresh, so that two people who press at once are told apart."""
    return WorkOrder.objects.select_for_update(of=("self",)).select_related("assignee").get(pk=order.pk)


def _next_number(station_id: int, today: date) -> str:
    Station.objects.select_for_update().get(pk=station_id)  # one number at a time
    prefix = f"{today:%Y%m%d}-"
    made = WorkOrder.objects.filter(station=station_id, number__startswith=prefix).count()
    return f"{prefix}{made + 1:03d}"


def _note(order: WorkOrder, kind: WorkOrderEvent.Kind, text: str, user: User, now: datetime) -> None:
    WorkOrderEvent.objects.create(order=order, kind=kind, text=text, user=user, happened_at=now)
