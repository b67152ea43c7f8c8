"""A point's month settled from the database's readings and installations, for the shadow: no row of it is shared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.desk.shadowing.gathering import Material
from diansuo.office.metering.models import RegisterReading
from diansuo.shadow import registers
from diansuo.shadow.rules_of import entry_on, parameter

CHECKS: Final = "national/checks/reading"
OFF_CYCLE: Final = "off_cycle"
EPOCH: Final = date(1970, 1, 1)


def settled(material: Material, book: RuleBook) -> tuple[registers.Month, list[registers.Read]]:
    """Settle the point's month from its readings, from the day it is billed up to."""
    bill = material.bill
    due = due_date(bill.period, reading_day(bill.consumption.point, bill.period), book)
    # A contract that closes is due on its last day.
    due = min(due, bill.contract.closed_date or due)
    opened = max((one.to_date for one in material.billed_before), default=None)
    counting = [one for one in material.readings if opened is None or one.read_date >= opened]
    reads = [_read(one, material.installations) for one in counting]
    # A bill made outside the month's run ends on the day that was asked for; what was read later is the next one's.
    asked = bill.to_date if bill.consumption.job.kind == OFF_CYCLE else None
    if asked is not None:
        due = min(due, asked)
    window = [due] + [
        one.read_date
        for one in counting
        if one.period == bill.period
        and one.register == registers.TOTAL
        and one.purpose in (registers.PERIODIC, registers.OPENING)
        and (asked is None or one.read_date <= asked)
    ]
    terms = _in_force_at_reading(material.terms, due)
    checks = entry_on(book, CHECKS, due).values
    return (
        registers.consumption(
            reads,
            registers.Terms(
                capacity_kw=Decimal((terms.capacity_va if terms else 0) or 0) / 1000,
                due_day=day_number(due),
                open_day=None if opened is None else day_number(opened),
                earliest_day=day_number(min(window)),
                latest_day=day_number(max(window)),
                multiplier_days=frozenset(map(day_number, multiplier_days(material.installations))),
                rollover_above=Decimal(parameter(checks, "rollover_above_fraction")),
                capacity_factor=Decimal(parameter(checks, "maximum_capacity_factor")),
            ),
        ),
        reads,
    )


def reading_day(point: MeteringPoint, period: int) -> int:
    """Return the fixed day of a point's route in a month: what held on the month's first day, else what held first."""
    first, day = date(period // 100, period % 100, 1), None
    terms = point.route.terms.all() if point.route else ()
    for one in sorted(terms, key=lambda each: each.valid_from):
        if day is None or one.valid_from <= first:
            day = one.reading_day
    return day or 1


def due_date(period: int, reading_day: int, book: RuleBook) -> date:
    """Return the day on which the reading of a 电费年月 is scheduled (抄表例日)."""
    first = date(period // 100, period % 100, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    scheduled = min(first + timedelta(days=reading_day - 1), following - timedelta(days=1))
    settlement = entry_on(book, f"{book.default_place}/settlement", first).values
    if parameter(settlement, "bill_month_basis") == "reading_day":
        return scheduled
    # By the month of use the reading ends the month before: its last day of use is the day before it.
    if scheduled - timedelta(days=1) >= first:
        return scheduled
    after = (following + timedelta(days=31)).replace(day=1)
    return min(following + timedelta(days=reading_day - 1), after - timedelta(days=1))


def _read(one: RegisterReading, installations: list[MeterInstallation]) -> registers.Read:
    meter = [each for each in installations if each.meter_id == one.meter_id]
    held = [
        each
        for each in meter
        if each.valid_from <= one.read_date and (each.valid_to is None or each.valid_to >= one.read_date)
    ]
    if one.purpose == registers.FINAL:  # the last reading belongs to what ends that day, not to what begins
        held = [each for each in held if each.valid_from < one.read_date]
    in_force = max(held or meter, key=lambda each: each.valid_from, default=None)
    return registers.Read(
        day=day_number(one.read_date),
        kwh=Decimal(one.register_wh) / 1000,
        register=one.register,
        purpose=one.purpose,
        meter=one.meter_id,
        multiplier=in_force.multiplier if in_force else 1,
        digits=one.meter.integer_digits,
        estimated=one.estimated,
    )


def multiplier_days(installations: list[MeterInstallation]) -> set[date]:
    """Return the days on which a meter that stays gets another multiplier."""
    return {
        after.valid_from
        for after in installations
        for before in installations
        if before.meter_id == after.meter_id
        and before.valid_to == after.valid_from
        and before.multiplier != after.multiplier
    }


def _in_force_at_reading(periods: Iterable[Any], day: date) -> Any | None:
    """Return what held on the last day of use; what begins on the day of the reading only where nothing else did."""
    held = [one for one in periods if one.valid_from <= day and (one.valid_to is None or one.valid_to >= day)]
    return min(held, key=lambda one: one.valid_from, default=None)


def day_number(day: date) -> int:
    """Return a day as the number of days since 1970-01-01."""
    return (day - EPOCH).days


def day_of(day: int | None) -> date:
    """Return the day with a number."""
    return EPOCH + timedelta(days=day or 0)


def first_day(period: int) -> date:
    """Return the first day of a month YYYYMM."""
    return date(period // 100, period % 100, 1)
