"""What a household's meter had used up to a day that divides its month: read on that day (特抄), else frozen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

from diansuo.office.desk.shadowing.gathering import Material
from diansuo.shadow import registers
from diansuo.shadow.household import Customer
from diansuo.shadow.household_change import Registers

TIME_OF_USE: Final = (2, 7)


def shown_on(material: Material, customer: Customer, day: date) -> Registers | None:
    """Return what readings of the first day and of a day say was used between; None where one is missing or absurd."""
    wanted = [registers.TOTAL]
    if has_parts(material):
        wanted += [registers.PEAK, registers.VALLEY]
    limits = (customer.energy_kwh, customer.peak_kwh, customer.valley_kwh)
    used = [Decimal(0)] * 3
    for at, register in enumerate(wanted):
        start, end = (_read(material, register, each) for each in (customer.from_date, day))
        if start is None or end is None or start[:2] != end[:2]:
            return None
        used[at] = Decimal((end[2] - start[2]) * start[1]) / 1000
        if not 0 <= used[at] <= limits[at]:
            return None
    return (used[0], used[1], used[2])


def _read(material: Material, register: int, day: date) -> tuple[int, int, int] | None:
    """Return meter, multiplier and what a register showed on a day."""
    shown: list[tuple[date, Any]] = [(one.fixed_date, one) for one in material.taken_back]
    shown += [(one.read_date, one) for one in sorted(material.readings, key=lambda each: -each.pk)]
    for on, one in shown:
        if (one.register, on) == (register, day):
            held = [
                each.multiplier
                for each in material.installations
                if each.meter_id == one.meter_id
                and each.valid_from <= day
                and (each.valid_to is None or day < each.valid_to)
            ]
            return one.meter_id, held[0] if held else 1, one.register_wh
    return None


def frozen_on(material: Material, customer: Customer, day: date) -> Registers | None:
    """Return what the meter had used up to a day by the daily freeze; None where that says nothing credible."""
    point = material.bill.consumption.point_id
    start, end = material.frozen.at(point, customer.from_date), material.frozen.at(point, day)
    if start is None or end is None:
        return None
    if (start["meter"], start["multiplier"]) != (end["meter"], end["multiplier"]):
        return None
    names = ["active_total_wh", "active_peak_wh", "active_valley_wh"]
    timed = customer.price_class in TIME_OF_USE or has_parts(material)
    needed = names if timed else names[:1]
    if any(side[name] is None for side in (start, end) for name in needed):
        return None
    used = [
        Decimal(((end[name] or 0) - (start[name] or 0)) * start["multiplier"]) / 1000
        if start[name] is not None and end[name] is not None
        else Decimal(0)
        for name in names
    ]
    limits = [customer.energy_kwh, customer.peak_kwh, customer.valley_kwh]
    if any(not 0 <= each <= limit for each, limit in zip(used, limits, strict=True)):
        return None
    if timed and (used[1] > used[0] or limits[1] - used[1] > limits[0] - used[0]):
        return None
    return (used[0], used[1], used[2])


def has_parts(material: Material) -> bool:
    """Whether peak and valley registers of the month were read as well."""
    return bool(material.bill.consumption.has_parts)
