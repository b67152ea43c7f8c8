"""Readings entered by hand, checked at entry by the same pass as before billing; and a meter exchanged on one day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from diansuo.core.metering import Findings, Known, Purpose, Register, Rule, Severity
from diansuo.office.archive.models import Meter, MeteringPoint, MeterInstallation
from diansuo.office.base import revision
from diansuo.office.base.bulk import insert_columns
from diansuo.office.base.models import User
from diansuo.office.base.registry import Words
from diansuo.office.base.scope import Scope
from diansuo.office.base.wording import kilowatt_hours
from diansuo.office.metering import checking, issued
from diansuo.office.metering.columns import ReadingRows, days_since_epoch
from diansuo.office.metering.models import Consumption, Finding, ReadingChange, RegisterReading
from diansuo.office.metering.routes import calendar
from diansuo.office.metering.settling import finding_columns
from diansuo.office.metering.wording import words_at

# Not about what is entered: the month's other readings are not there yet, or it was read late.
NOT_ASKED = (Rule.MISSING, Rule.OPENING)


class UnableToEnter(ValueError):
    """A reading that cannot be stored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Who enters, and when."""

    user: User | None
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What a check says about a reading that is being entered."""

    rule: str
    severity: int
    words: Words


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of an entry: stored, or waiting for a confirmation because a finding blocks."""

    stored: bool
    findings: tuple[Found, ...]


def enter_reading(
    scope: Scope,
    *,
    point: MeteringPoint,
    values: Mapping[Register, int],
    read_date: date,
    period: int,
    purpose: Purpose,
    user: User | None,
    today: date,
    now: datetime,
    estimated: bool = False,
    confirmed: bool = False,
    reason: str = "",
) -> Entered:
    """Check and store what a meter shows.

    A blocking finding stores nothing unless ``confirmed``; it then stays with the point and holds its bill. A value
    of the same day that no bill stands on is replaced, and no longer belongs to the list it came with; what it was
    is kept as a :class:`ReadingChange`.

    Args:
        scope: of the person who enters.
        point: the metering point.
        values: registers in Wh before the multiplier.
        read_date: the day of the reading (its 0:00 register).
        period: the 电费年月 it is for; the one the day lies in, or a neighbour of that.
        purpose: why it was read; exchanges go through :func:`exchange_meter`.
        user: who enters.
        today: no reading may be later.
        now: when it is entered.
        estimated: not read but estimated.
        confirmed: store although a finding blocks.
        reason: why it replaces another value, kept with what it replaced.

    Raises:
        UnableToEnter: outside the scope, in the future, for a month the day is not of, impossible for this meter,
            or already billed.
    """
    installation = _installation(scope, point, read_date, purpose, today)
    _require_month(point, period, read_date)
    _require_possible(installation.meter, values)
    _require_unbilled(point, read_date, purpose)
    rows = _rows(installation, values, read_date, period, purpose, estimated)
    unknown = Known(np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_))
    examined = checking.examine_incoming(point.station_id, period, checking.Incoming(rows, unknown))
    kept = examined.findings.take(np.flatnonzero(~np.isin(examined.findings.rule, NOT_ASKED)))
    columns = finding_columns(None, period, examined.due.point, kept)
    found = _found(kept)
    if any(each.severity == Severity.BLOCKING for each in found) and not confirmed:
        return Entered(False, found)
    hand = Hand(user, now, reason)
    with transaction.atomic():
        _hold_station(point, read_date, purpose)
        for register, register_wh in values.items():
            _store(installation, register, register_wh, read_date, period, purpose, hand, estimated)
        Finding.objects.filter(point=point, period=period, job=None).delete()
        insert_columns(Finding, columns)
    return Entered(True, found)


def exchange_meter(
    scope: Scope,
    *,
    point: MeteringPoint,
    day: date,
    final: Mapping[Register, int],
    asset_number: str,
    first: Mapping[Register, int],
    user: User | None,
    today: date,
    now: datetime,
    multiplier: int | None = None,
    integer_digits: int = 6,
    decimal_digits: int = 2,
) -> MeterInstallation:
    """Take a meter off and hang another one, with its final and its first registers, all or nothing.

    The same asset number with another multiplier is an exchange of its transformers.

    Args:
        scope: of the person who enters.
        point: the metering point.
        day: the day of the exchange; the new meter and multiplier hold from it.
        final: registers of the old meter in Wh.
        asset_number: of the new meter; one that is not known yet is added with the digits given.
        first: registers of the new meter in Wh.
        user: who enters.
        today: no exchange may be later.
        now: when it is entered.
        multiplier: overall multiplier from then on; None keeps it.
        integer_digits: of a new meter.
        decimal_digits: of a new meter.

    Raises:
        UnableToEnter: outside the scope, no meter hangs there, the new one hangs elsewhere, later readings of the
            old meter exist, or a bill stands on the day.
    """
    old = _installation(scope, point, day, Purpose.FINAL, today)
    _require_unbilled(point, day, Purpose.FINAL)
    _require_possible(old.meter, final)
    hand = Hand(user, now)
    try:
        with transaction.atomic():
            _hold_station(point, day, Purpose.FINAL)
            _require_last(old, day)
            meter, _made = Meter.objects.get_or_create(
                company_id=point.company_id,
                asset_number=asset_number,
                defaults={"integer_digits": integer_digits, "decimal_digits": decimal_digits},
            )
            _require_possible(meter, first)
            new = _hang(old, meter, day, multiplier or old.multiplier)
            for installation, purpose, values in ((old, Purpose.FINAL, final), (new, Purpose.INITIAL, first)):
                for register, register_wh in values.items():
                    _store(installation, register, register_wh, day, None, purpose, hand, False)
    except IntegrityError as problem:
        raise UnableToEnter(
            _("电能表 %(meter)s 当日还装在别处，先办理拆表") % {"meter": asset_number}
        ) from problem
    return new


@transaction.atomic
def withdraw_final(scope: Scope, point: MeteringPoint, day: date, period: int) -> None:
    """Take back the last registers of a supply that goes on after all, and the month settled from them.

    Raises:
        UnableToEnter: outside the scope, or a bill issued stands on them.
    """
    if not scope.holds(point):
        raise UnableToEnter(_("该计量点不在您的权限范围内"))
    # A bill that ends on the very day stands on these registers, as one on a regular reading does.
    _hold_station(point, day, Purpose.PERIODIC)
    Finding.objects.filter(point=point, period=period).delete()
    Consumption.objects.filter(point=point, period=period).delete()
    RegisterReading.objects.filter(point=point, read_date=day, purpose=Purpose.FINAL).delete()


def _hang(old: MeterInstallation, meter: Meter, day: date, multiplier: int) -> MeterInstallation:
    """Let another meter (or multiplier) follow an installation from a day on."""
    new = old.change_from(day, meter_id=meter.pk, multiplier=multiplier, batch_id=None)
    return MeterInstallation.objects.select_related("meter", "point").get(pk=new.pk)


def _installation(
    scope: Scope, point: MeteringPoint, day: date, purpose: Purpose, today: date
) -> MeterInstallation:
    """Return the installation a reading of this purpose is of, with its meter."""
    if not scope.holds(point):
        raise UnableToEnter(_("该计量点不在您的权限范围内"))
    if day > today:
        raise UnableToEnter(_("抄表日期 %(day)s 还没到") % {"day": day})
    # A final reading is of the meter that hung there the day before.
    asked = day - timedelta(days=1) if purpose == Purpose.FINAL else day
    found = (
        MeterInstallation.objects.in_force(asked).filter(point=point).select_related("meter", "point").first()
    )
    if found is None:
        raise UnableToEnter(_("%(day)s 该计量点没有装表，先在档案中补上装表记录") % {"day": day})
    return found


def _require_possible(meter: Meter, values: Mapping[Register, int]) -> None:
    if not values:
        raise UnableToEnter(_("没有示数"))
    step_wh = 10 ** max(3 - meter.decimal_digits, 0)
    for register, register_wh in values.items():
        # A demand is shown finer than the energy registers whose digits the archive names.
        too_fine = register != Register.DEMAND and register_wh % step_wh
        if not 0 <= register_wh < 1000 * 10**meter.integer_digits or too_fine:
            raise UnableToEnter(
                _("示数 %(value)s 不是 %(integer)d 位整数 %(decimal)d 位小数的表能显示的")
                % {
                    "value": kilowatt_hours(register_wh),
                    "integer": meter.integer_digits,
                    "decimal": meter.decimal_digits,
                }
            )


def _require_unbilled(point: MeteringPoint, day: date, purpose: Purpose) -> None:
    until = issued.billed_until([point.pk]).get(point.pk)
    if issued.is_closed(day, purpose, until) or (point.pk, day) in issued.taken_back_days([point.pk]):
        raise UnableToEnter(_("该计量点电费已发行至 %(until)s，只能退补") % {"until": until})


def _require_month(point: MeteringPoint, period: int, day: date) -> None:
    days = calendar.of_route(point.route_id)
    if not days.belongs(period, day):
        raise UnableToEnter(
            _("%(day)s 的示数属于 %(month)s 电费年月，不能录入 %(period)s；请换到该月录入，或更正抄表日期")
            % {"day": day, "month": days.period_of(day), "period": period}
        )


def _hold_station(point: MeteringPoint, day: date, purpose: Purpose) -> None:
    """Hold the station's books still, look once more that no bill was issued meanwhile, and move their revision."""
    revision.locked(point.station_id)
    _require_unbilled(point, day, purpose)
    revision.bump([point.station_id])


def _require_last(old: MeterInstallation, day: date) -> None:
    if day <= old.valid_from or old.valid_to is not None:
        raise UnableToEnter(
            _("现有装表记录自 %(start)s 起，不能在 %(day)s 换表") % {"start": old.valid_from, "day": day}
        )
    later = RegisterReading.objects.filter(point=old.point_id, meter=old.meter_id, read_date__gt=day)
    if later.exists():
        raise UnableToEnter(_("%(day)s 之后已有旧表示数，先核对换表日期") % {"day": day})


def _rows(
    installation: MeterInstallation,
    values: Mapping[Register, int],
    day: date,
    period: int,
    purpose: Purpose,
    estimated: bool,
) -> ReadingRows:
    def same(value: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        return np.full(len(values), value, dtype=np.int64)

    return ReadingRows(
        point=same(installation.point_id),
        meter=same(installation.meter_id),
        register=np.array(list(values), dtype=np.int64),
        day=same(days_since_epoch(day)),
        purpose=same(int(purpose)),
        register_wh=np.array(list(values.values()), dtype=np.int64),
        estimated=np.full(len(values), estimated, dtype=np.bool_),
        period=same(period if purpose == Purpose.PERIODIC else 0),
        listed_previous_wh=same(-1),
        integer_digits=same(installation.meter.integer_digits),
        multiplier=same(installation.multiplier),
        installed=np.ones(len(values), dtype=np.bool_),
        entered=np.ones(len(values), dtype=np.bool_),
    )


def _found(findings: Findings) -> tuple[Found, ...]:
    return tuple(
        Found(Rule(int(findings.rule[at])).id, int(findings.severity[at]), words_at(findings, at))
        for at in range(len(findings))
    )


def _store(
    installation: MeterInstallation,
    register: Register,
    register_wh: int,
    day: date,
    period: int | None,
    purpose: Purpose,
    hand: Hand,
    estimated: bool,
) -> None:
    of = {
        "point_id": installation.point_id,
        "register": int(register),
        "read_date": day,
        "purpose": int(purpose),
    }
    held = RegisterReading.objects.filter(**of).first()
    if held is not None and (held.register_wh != register_wh or held.batch_id is not None):
        ReadingChange.objects.create(
            **of,
            before_wh=held.register_wh,
            after_wh=register_wh,
            batch_before_id=held.batch_id,
            changed_by=hand.user,
            changed_at=hand.at,
            reason=hand.reason,
        )
    RegisterReading.objects.update_or_create(
        **of,
        defaults={
            "meter_id": installation.meter_id,
            "register_wh": register_wh,
            "period": period if purpose == Purpose.PERIODIC else None,
            "estimated": estimated,
            "source": RegisterReading.Source.ENTRY,
            "entered_by": hand.user,
            "batch": None,
            "list_previous_wh": None,
            "entered_at": hand.at if held is None or (held.estimated and not estimated) else held.entered_at,
        },
    )
