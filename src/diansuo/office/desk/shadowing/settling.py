"""A point's month settled from the database's readings and installations, for the shadow: no row of it is shared."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.desk.shadowing.gathering import COUNTING, Material
from diansuo.office.metering.models import RegisterReading, TakenBack
from diansuo.shadow import registers, taking_back
from diansuo.shadow.rules_of import entry_on, parameter

CHECKS: Final = "national/checks/reading"
OFF_CYCLE: Final = "off_cycle"
EPOCH: Final = date(1970, 1, 1)
FROZEN: Final = {
    registers.TOTAL: "active_total_wh",
    registers.SHARP: "active_sharp_wh",
    registers.PEAK: "active_peak_wh",
    registers.FLAT: "active_flat_wh",
    registers.VALLEY: "active_valley_wh",
    registers.REACTIVE_FORWARD: "reactive_forward_wh",
    registers.REACTIVE_REVERSE: "reactive_reverse_wh",
    registers.DEMAND: "demand_w",
    taking_back.REVERSE_TOTAL: "reverse_total_wh",
}
"""What the lake freezes daily; of other registers nobody can say what they showed on another day."""


def settled(material: Material, book: RuleBook) -> tuple[registers.Month, list[registers.Read]]:
    """Settle the point's month from its readings, from the day it is billed up to."""
    bill = material.bill
    due = due_date(bill.period, reading_day(bill.consumption.point, bill.period), book)
    # A contract that closes is due on its last day.
    due = min(due, bill.contract.closed_date or due)
    opened = max((one.to_date for one in material.billed_before), default=None)
    counting = _counting(material, opened)
    # A bill made outside the month's run ends on the day that was asked for; what was read later is the next one's.
    asked = bill.to_date if bill.consumption.job.kind == OFF_CYCLE else None
    if asked is not None:
        due = min(due, asked)
    window = [due] + [
        day
        for day, one in counting
        if one.period == bill.period
        and one.register == registers.TOTAL
        and one.purpose in (registers.PERIODIC, registers.OPENING)
        and (asked is None or day <= asked)
    ]
    held = _in_force_at_reading(material.terms, due)
    checks = entry_on(book, CHECKS, due).values
    terms = registers.Terms(
        capacity_kw=Decimal((held.capacity_va if held else 0) or 0) / 1000,
        due_day=day_number(due),
        open_day=None if opened is None else day_number(opened),
        earliest_day=day_number(min(window)),
        latest_day=day_number(max(window)),
        multiplier_days=frozenset(map(day_number, multiplier_days(material.installations))),
        rollover_above=Decimal(parameter(checks, "rollover_above_fraction")),
        capacity_factor=Decimal(parameter(checks, "maximum_capacity_factor")),
    )
    reads = [_read(one, day, material.installations) for day, one in counting]
    if asked is None and _may_move(material):
        reads = taking_back.taken_back(reads, terms, _froze(material))
    return registers.consumption(reads, terms), reads


def _counting(material: Material, opened: date | None) -> list[tuple[date, Any]]:
    """Return the readings since a day, each with its day; those of earlier months as they were taken back."""
    earlier = [one for one in material.taken_back if one.period < material.bill.period]
    taken = {(one.read_date, one.register): one for one in earlier}
    read = [
        (one.read_date, one)
        for one in material.readings
        if one.purpose != registers.PERIODIC or (one.read_date, one.register) not in taken
    ]
    back = [(one.fixed_date, _as_read(one)) for one in earlier]
    return [(day, one) for day, one in [*read, *back] if opened is None or day >= opened]


def _as_read(one: TakenBack) -> RegisterReading:
    return RegisterReading(
        point=one.point,
        meter=one.meter,
        register=one.register,
        purpose=registers.PERIODIC,
        register_wh=one.register_wh,
        period=one.period,
    )


def _may_move(material: Material) -> bool:
    """Tell whether the point has a fixed day, and the month is not one that was left as it was read when issued."""
    point, issued = material.bill.consumption.point, material.bill.state in COUNTING
    left = issued and bool(material.not_taken_back)
    return point.route_id is not None and point.pk not in material.asked and not left


def _froze(material: Material) -> taking_back.Froze:
    """Return who answers what a meter of the point froze, by register and day.

    A bill that is issued stands on the freezes it was issued by, kept with its registers: what is collected or
    mended later is no reason against it.
    """
    bill = material.bill
    kept = {one.register: one for one in material.taken_back if one.period == bill.period}

    def answer(one: registers.Read, day: int) -> Decimal | None:
        mine = kept.get(one.register) if bill.state in COUNTING else None
        if mine is not None and mine.meter_id == one.meter:
            days = {
                day_number(mine.read_date) + 1: mine.frozen_next_wh,
                day_number(mine.read_date): mine.frozen_read_wh,
            }
            value = mine.frozen_fixed_wh if day == day_number(mine.fixed_date) else days.get(day)
        else:
            row = material.frozen.at(bill.consumption.point_id, day_of(day))
            name = FROZEN.get(one.register)
            value = None if row is None or name is None or row["meter"] != one.meter else row[name]
        return None if value is None else Decimal(value) / 1000

    return answer


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


def _read(one: RegisterReading, day: date, installations: list[MeterInstallation]) -> registers.Read:
    meter = [each for each in installations if each.meter_id == one.meter_id]
    held = [
        each for each in meter if each.valid_from <= day and (each.valid_to is None or each.valid_to >= day)
    ]
    if one.purpose == registers.FINAL:  # the last reading belongs to what ends that day, not to what begins
        held = [each for each in held if each.valid_from < day]
    in_force = max(held or meter, key=lambda each: each.valid_from, default=None)
    return registers.Read(
        day=day_number(day),
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
