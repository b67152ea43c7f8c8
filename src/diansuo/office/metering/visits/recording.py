"""What was found on site; a companion signs accompanied readings; what is off becomes a task; corrections keep both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose, Register, sampling
from diansuo.office.archive.models import MeterInstallation, Responsibility
from diansuo.office.base.models import User, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.base.work_orders import operations as work_orders
from diansuo.office.base.work_orders.links import Subject
from diansuo.office.metering.collecting.point_rows import point_rows
from diansuo.office.metering.exceptions.places import owners
from diansuo.office.metering.models import (
    Consumption,
    RegisterReading,
    SiteCheck,
    SiteCheckVersion,
)
from diansuo.office.metering.visits.limits import limits

Kind, Found = SiteCheck.Kind, SiteCheck.Found
RIGHT: Final = "base.enter_readings"
FOLLOWED: Final = (Found.MISREAD, Found.METER, Found.SUSPECT, Found.GONE)
COMPARED: Final = (Kind.REMOTE, Kind.SITE, Kind.ACCOMPANIED, Kind.REREAD)
"""Kinds that are about the register: without one seen there is nothing to compare."""
_KEPT: Final = (
    "seen_date", "found", "register_wh", "off_wh", "note", "seen_by", "entered_at", "companion", "signed_at",
)  # fmt: skip


class UnableToRecord(ValueError):
    """Nothing was written; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody saw at a meter: the day, what it was, the register of the total in Wh if it was read."""

    day: date
    found: str
    register_wh: int | None = None
    note: str = ""


def record(check: SiteCheck, sight: Sight, *, user: User, now: datetime) -> SiteCheck:
    """Write what was found; a register that is off, or a finding that asks for more, makes a task.

    Raises:
        UnableToRecord: written already, a day that cannot be, no register, or reading again by who read.
    """
    with transaction.atomic():
        check = SiteCheck.objects.select_for_update().get(pk=check.pk)
        if check.seen_date is not None:
            raise UnableToRecord(_("这户已录入核查结果；录错了的用“更正”"))
        _require_possible(check, sight, user, now)
        _write(check, sight, user, now)
        check.save()
    return check


def correct(check: SiteCheck, sight: Sight, why: str, *, user: User, now: datetime) -> SiteCheck:
    """Write anew what was found, and keep what stood before with who replaced it why; a companion signs again.

    A task that followed from what stood before stays: whoever has it settles it there.

    Raises:
        UnableToRecord: nothing written yet, no reason, or what ``record`` refuses.
    """
    with transaction.atomic():
        check = SiteCheck.objects.select_for_update().get(pk=check.pk)
        if check.seen_date is None:
            raise UnableToRecord(_("还没有录入核查结果，直接录入"))
        if not why.strip():
            raise UnableToRecord(_("要写更正原因"))
        _require_possible(check, sight, user, now)
        kept = {name: getattr(check, name) for name in _KEPT}
        SiteCheckVersion.objects.create(
            check_of=check, why=why.strip(), replaced_by=user, replaced_at=now, **kept
        )
        check.companion, check.signed_at = None, None
        _write(check, sight, user, now)
        check.save()
    return check


def _require_possible(check: SiteCheck, sight: Sight, user: User, now: datetime) -> None:
    if sight.day > timezone.localdate(now):
        raise UnableToRecord(_("现场日期还没到，核对日期"))
    if sight.day < timezone.localdate(check.drawn_at):
        raise UnableToRecord(_("现场日期早于抽取日期，核对日期"))
    if check.kind in COMPARED and sight.register_wh is None and sight.found != Found.GONE:
        raise UnableToRecord(_("要填现场抄到的正向有功总示数"))
    if check.kind == Kind.REREAD and _read_it(check, user):
        raise UnableToRecord(_("复抄要由原抄表员以外的人录入"))


def _write(check: SiteCheck, sight: Sight, user: User, now: datetime) -> None:
    """Put into a check what was seen; what is off is followed up by a task, once."""
    check.seen_date, check.found, check.note = sight.day, sight.found, sight.note.strip()
    check.register_wh, check.seen_by, check.entered_at = sight.register_wh, user, now
    check.off_wh = None if sight.register_wh is None else _off(check, sight.day, sight.register_wh)
    if check.follow_up is None and (check.off_wh is not None or sight.found in FOLLOWED):
        check.follow_up = _follow_up(check, user, now)


def sign(check: SiteCheck, *, user: User, now: datetime) -> SiteCheck:
    """Sign an accompanied reading as the companion.

    Raises:
        UnableToRecord: not an accompanied reading, nothing written yet, signed already, or one's own entry.
    """
    with transaction.atomic():
        check = SiteCheck.objects.select_for_update().get(pk=check.pk)
        if check.kind != Kind.ACCOMPANIED:
            raise UnableToRecord(_("只有监抄要监抄人签字"))
        if check.seen_date is None:
            raise UnableToRecord(_("抄表员还没有录入，录入后监抄人再签字"))
        if check.companion_id is not None:
            raise UnableToRecord(_("监抄人已签字，不能再签"))
        if check.seen_by_id == user.pk:
            raise UnableToRecord(_("监抄人不能是录入示数的人，请另一人签字"))
        check.companion, check.signed_at = user, now
        check.save(update_fields=["companion", "signed_at"])
    return check


def _read_it(check: SiteCheck, user: User) -> bool:
    """Tell whether somebody read this meter in the month: by the entry, or by the duty of that day."""
    reading = _reading(check)
    if reading is None:
        return False
    duties = Responsibility.objects.in_force(reading.read_date)
    reads = duties.filter(point=check.point_id, duty=Responsibility.Duty.READER, staff__user=user)
    return reading.entered_by_id == user.pk or reads.exists()


def _reading(check: SiteCheck) -> RegisterReading | None:
    rows = RegisterReading.objects.filter(
        point=check.point_id, period=check.period, purpose=Purpose.PERIODIC, register=Register.ACTIVE_TOTAL
    )
    return rows.order_by("-read_date").first()


def _off(check: SiteCheck, day: date, register_wh: int) -> int | None:
    """By how much the register seen is off what the month's reading makes of the day; None within the limits.

    Where another meter hangs there by then, or nothing was read, there is nothing to hold it against.
    """
    reading = _reading(check)
    hung = MeterInstallation.objects.in_force(day).filter(point=check.point_id).order_by("valid_from").last()
    if reading is None or hung is None or hung.meter_id != reading.meter_id or day < reading.read_date:
        return None
    month = Consumption.objects.filter(point=check.point_id, period=check.period).first()
    used, span = 0, 0
    if month is not None and month.from_date and month.to_date and not month.exchanged:
        used, span = month.total_wh // hung.multiplier, (month.to_date - month.from_date).days
    held = limits(day)
    return sampling.differs(
        register_wh,
        reading.register_wh,
        used,
        (day - reading.read_date).days,
        span,
        (held.difference_wh, held.difference_fraction),
    )


def _follow_up(check: SiteCheck, user: User, now: datetime) -> WorkOrder:
    today, scope = timezone.localdate(now), Scope(frozenset({check.station_id}))
    row = point_rows(scope, {check.point_id}, today)[check.point_id]
    owner = owners(scope, {check.point_id}, today).get(check.point_id)
    if owner is None:
        raise UnableToRecord(_("本户没有台区经理和抄表员，没有人可派；先在档案里补上责任人"))
    found = str(Found(check.found).label)
    off = "" if check.off_wh is None else _("，示数相差 %(kwh)s kWh") % {"kwh": f"{check.off_wh / 1000:.2f}"}
    name = f"{row.customer_name} {row.customer_number}" if row.customer_number else f"{row.area} {_('总表')}"
    return work_orders.dispatch(
        Subject(
            _("核查跟踪：%(what)s %(found)s%(off)s") % {"what": name, "found": found, "off": off},
            WorkOrder.Source.FIELD,
            row.customer_number,
            row.area_number,
            reverse("site_check", args=[check.pk]),
            station_id=check.station_id,
        ),
        assignee=owner.staff,
        due_date=today + timedelta(days=limits(today).visit_days),
        instruction=_("查明原因：抄错的更正示数，表计故障的换表，用途或接线不符的按规定处理。%(note)s")
        % {"note": check.note},
        safety=(),
        user=user,
        now=now,
    )
