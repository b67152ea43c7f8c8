"""What a factory's meter showed on days that divide its month: read specially (特抄), else frozen (日冻结)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any, Final

from diansuo.office.desk.shadowing.gathering import Material
from diansuo.shadow import registers
from diansuo.shadow.factory import FLAT
from diansuo.shadow.factory_change import Shown, shares_shown
from diansuo.shadow.supply import Days, Together

FROZEN: Final = {
    registers.TOTAL: "active_total_wh",
    registers.SHARP: "active_sharp_wh",
    registers.PEAK: "active_peak_wh",
    registers.VALLEY: "active_valley_wh",
}
"""The registers by which a month is divided: the flat is the rest of the total, and no deep valley is frozen."""

Meter = tuple[int, int]
"""A meter and its multiplier."""


def shown_by(material: Material, days: Days, together: Together) -> Callable[[list[date]], dict[date, Shown]]:
    """Return who answers how much of the month had been used up to days, where the meter showed it on both ends."""

    def answer(wanted: list[date]) -> dict[date, Shown]:
        used = {}
        start = _on(material, days.first)
        for day in wanted:
            one = _used(start, _on(material, day), together)
            if one is not None:
                used[day] = one
        return shares_shown(together.read, together.read_by_period, used)

    return answer


def _used(
    start: dict[Meter, dict[int, int]], end: dict[Meter, dict[int, int]], together: Together
) -> tuple[Fraction, list[Fraction]] | None:
    of_periods = together.read_by_period
    for meter in start.keys() & end.keys():
        used = {
            register: Fraction((end[meter][register] - start[meter][register]) * meter[1], 1000)
            for register in FROZEN
            if register in start[meter] and register in end[meter]
        }
        wanted = [
            register
            for at, register in enumerate(registers.PARTS)
            if at != FLAT and of_periods[at] and register != registers.FLAT
        ]
        if registers.TOTAL not in used or any(register not in used for register in wanted):
            continue
        parts = [used[register] if register in wanted else Fraction(0) for register in registers.PARTS]
        if any(of_periods):
            parts[FLAT] = used[registers.TOTAL] - sum(parts, Fraction(0))
        return used[registers.TOTAL], parts
    return None


def _on(material: Material, day: date) -> dict[Meter, dict[int, int]]:
    """Return what each meter of the point showed at 0:00 of a day, Wh before the multiplier."""
    found: dict[Meter, dict[int, int]] = {}
    shown: list[tuple[date, Any]] = [
        (one.read_date, one)
        for one in sorted(material.readings, key=lambda each: each.pk)
        if not one.estimated
    ]
    shown += [(one.fixed_date, one) for one in material.taken_back]
    for on, one in shown:
        if on != day or one.register not in FROZEN:
            continue
        for held in material.installations:
            if held.meter_id == one.meter_id and _hangs(held, day):
                found.setdefault((one.meter_id, held.multiplier), {}).setdefault(
                    one.register, one.register_wh
                )
    frozen = material.frozen.at(material.bill.consumption.point_id, day)
    if frozen is not None:
        night = found.setdefault((frozen["meter"], frozen["multiplier"]), {})
        for register, name in FROZEN.items():
            if frozen[name] is not None:
                night.setdefault(register, frozen[name])
    return found


def _hangs(held: Any, day: date) -> bool:
    return held.valid_from <= day and (held.valid_to is None or held.valid_to >= day)
