"""Takes what a reader's phone sends: each entry once, whenever it arrives, and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.base import revision
from diansuo.office.base.models import User
from diansuo.office.base.proposals.operations import UnableToDo
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import photos
from diansuo.office.metering import entry, overriding
from diansuo.office.metering.models import MissedReading, RoundEntry
from diansuo.office.metering.rounds import findings

Kind, Outcome = RoundEntry.Kind, RoundEntry.Outcome


class NotYours(ValueError):
    """The entry was made by somebody else, or its number stands for another entry; nothing is written."""


@dataclass(frozen=True, slots=True)
class Note:
    """One entry of a phone: registers in Wh, the meter's number as seen, or a reason, or what was found."""

    client_id: UUID
    kind: Kind
    period: int
    day: date
    made_at: datetime
    values: Mapping[Register, int]
    meter: str = ""
    text: str = ""
    found: str = ""
    confirmed: bool = False
    estimated: bool = False

    def said(self) -> dict[str, Any]:
        """Return what was noted, as it is kept."""
        return {
            "registers": {str(int(register)): wh for register, wh in self.values.items()},
            "meter": self.meter,
            "text": self.text,
            "found": self.found,
            "estimated": self.estimated,
        }


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an entry, in words, with the task or the proposal it made."""

    outcome: Outcome
    words: str = ""
    order: int | None = None
    proposal: int | None = None


def take(
    scope: Scope,
    point: MeteringPoint,
    note: Note,
    *,
    photo: tuple[str, bytes] | None,
    user: User,
    now: datetime,
) -> RoundEntry:
    """Keep an entry and do what it says; one that came before is only answered again, as it was.

    An entry that waits for a confirmation is taken up again once that comes. A file that is no photo is refused with
    the reason; the reading it came with is not lost for it.

    Raises:
        NotYours: this number was used by somebody else, or for another meter.
    """
    kept: list[str] = []
    try:
        with transaction.atomic():
            held, new = RoundEntry.objects.select_for_update().get_or_create(
                client_id=note.client_id, defaults=_as_it_came(point, note, user, now)
            )
            if held.user_id != user.pk or held.point_id != point.pk:
                raise NotYours(_("这条记录不是您在这只表上录入的，请由原录入人上传"))
            if not new and not (held.outcome == Outcome.ASKS and note.confirmed):
                return held
            again = replace(note, values=_values(held), confirmed=note.confirmed)
            fate = _DO[Kind(held.kind)](scope, point, again, user, now)
            held.outcome, held.words = fate.outcome, fate.words
            held.order_id, held.proposal_id = fate.order, fate.proposal
            if photo is not None and not held.photo_file:
                held.words = _keep_photo(held, photo, kept)
            held.save()
    except BaseException:
        for name in kept:
            with suppress(OSError):
                photos.discard(name)
        raise
    return held


def _as_it_came(point: MeteringPoint, note: Note, user: User, now: datetime) -> dict[str, Any]:
    return {
        "point": point,
        "period": note.period,
        "read_date": note.day,
        "kind": note.kind,
        "said": note.said(),
        "made_at": note.made_at,
        "received_at": now,
        "user": user,
        "outcome": Outcome.ASKS,
    }


def _values(held: RoundEntry) -> dict[Register, int]:
    return {Register(int(code)): wh for code, wh in held.said["registers"].items()}


def _keep_photo(held: RoundEntry, photo: tuple[str, bytes], kept: list[str]) -> str:
    """Keep the photo; return the words of the entry, with why it could not be kept."""
    try:
        held.photo_type = photos.check(*photo)
    except photos.UnableToKeepPhoto as problem:
        return "；".join(part for part in (held.words, str(problem)) if part)
    held.photo_file = photos.keep(photo[1], held.photo_type)
    kept.append(held.photo_file)
    return held.words


def _reading(scope: Scope, point: MeteringPoint, note: Note, user: User, now: datetime) -> Fate:
    """Store a reading; what somebody else gave stays, and another value in its place becomes a proposal."""
    other = _other_meter(point, note)
    if other:
        return Fate(Outcome.REFUSED, other)
    differs = overriding.overridden(scope, point, note.values, note.day, user)
    if differs:
        return _proposed(point, note, differs, user, now)
    if _stands(point, note):
        return Fate(Outcome.SAME, _("同一天的相同示数已经有了，没有重复记录"))
    try:
        entered = entry.enter_reading(
            scope, point=point, values=note.values, read_date=note.day, period=note.period,
            purpose=Purpose.PERIODIC, user=user, today=timezone.localdate(now), now=now,
            estimated=note.estimated, confirmed=note.confirmed,
        )  # fmt: skip
    except entry.UnableToEnter as problem:
        return Fate(Outcome.REFUSED, str(problem))
    words = "；".join(f"{one.words.title}：{one.words.reason}" for one in entered.findings)
    return Fate(Outcome.STORED if entered.stored else Outcome.ASKS, words)


def _other_meter(point: MeteringPoint, note: Note) -> str:
    """Say that another meter hangs there than the one read, if so: exchanged while the phone was away."""
    hung = MeterInstallation.objects.in_force(note.day).filter(point=point).select_related("meter").first()
    if hung is None or not note.meter or hung.meter.asset_number == note.meter:
        return ""
    return _("档案中 %(day)s 装的是电能表 %(now)s，录入的是 %(seen)s 的示数：核对是否换过表，再录入") % {
        "day": note.day, "now": hung.meter.asset_number, "seen": note.meter,
    }  # fmt: skip


def _stands(point: MeteringPoint, note: Note) -> bool:
    rows = point.readings.filter(read_date=note.day, purpose=int(Purpose.PERIODIC), estimated=note.estimated)
    return {**dict(rows.values_list("register", "register_wh"))}.items() >= {
        (int(register), wh) for register, wh in note.values.items()
    }


def _proposed(point: MeteringPoint, note: Note, before: dict[str, int], user: User, now: datetime) -> Fate:
    try:
        made = overriding.propose(
            point, note.values, note.day, note.period, estimated=note.estimated, before=before,
            reason=note.text or _("现场抄见与已有示数不同"), user=user, now=now,
        )  # fmt: skip
    except UnableToDo as problem:
        return Fate(Outcome.REFUSED, str(problem))
    words = _("这只表这一天已有清单或别人录入的不同示数；您的示数成为第 %(number)d 号提议，等另一人复核") % {
        "number": made.pk
    }
    return Fate(Outcome.PROPOSED, words, proposal=made.pk)


def _missed(_scope: Scope, point: MeteringPoint, note: Note, _user: User, _now: datetime) -> Fate:
    """Note why a meter was not read; a reason that came with a list stays."""
    if not note.text:
        return Fate(Outcome.REFUSED, _("写明未抄的原因"))
    made, new = MissedReading.objects.get_or_create(
        point=point, period=note.period, defaults={"reason": note.text[:80]}
    )
    if not new and made.batch_id is None and made.reason != note.text[:80]:
        made.reason = note.text[:80]
        made.save(update_fields=["reason"])
    revision.bump([point.station_id])
    return Fate(Outcome.STORED if new or made.reason == note.text[:80] else Outcome.SAME)


def _found(_scope: Scope, point: MeteringPoint, note: Note, user: User, now: datetime) -> Fate:
    if note.found not in findings.FINDINGS:
        return Fate(Outcome.REFUSED, _("没有这种现场发现"))
    try:
        order, new = findings.dispatch(point, note.found, note=note.text, user=user, now=now)
    except findings.NobodyToSend as problem:
        return Fate(Outcome.REFUSED, str(problem))
    said = _("已派工 %(number)s，由%(name)s处理") if new else _("派工单 %(number)s 已在处理，由%(name)s负责")
    words = said % {"number": order.number, "name": order.assignee.name}
    return Fate(Outcome.STORED if new else Outcome.SAME, words, order=order.pk)


_DO = {Kind.READING: _reading, Kind.MISSED: _missed, Kind.FOUND: _found}
