"""From the registers of a case's meters to energy: multiplier, rollover, wrong metering, total against periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import Rounding
from diansuo.core.casework.given import Context, Given, number_of
from diansuo.core.casework.outcome import Refused
from diansuo.core.casework.wrong_metering import KEYS as CORRECTION_KEYS
from diansuo.core.casework.wrong_metering import correction_factor, ratio_of
from diansuo.core.quantity.band import Band
from diansuo.core.rules.node import Node

BAND_KEYS: Final = tuple(band.key for band in Band)
FLAT: Final = Band.FLAT.key
REGISTERS: Final = ("active", *BAND_KEYS, "reactive", "reactive_reverse")
SHIFTS: Final = ("one_shift", "two_shift", "three_shift", "agricultural")
ROLES: Final = ("billing", "deducted", "group")
KEYS: Final = (
    "role", "multiplier", "ct", "pt", "digits", "backwards", "registers", "energy", "demand_kw",
    "demand_register", "correction", "transformer", "freeze", "shift",
    "from", "to",
)  # fmt: skip


@dataclass(slots=True)
class Energy:
    """Energy in kWh and kvarh: a total, its periods (empty without registers), reactive energy, demand in kW."""

    total: Fraction = Fraction(0)
    bands: dict[str, Fraction] = field(default_factory=dict)
    reactive: Fraction = Fraction(0)
    demand_kw: Fraction | None = None
    parts_difference: Fraction = Fraction(0)
    has_reactive: bool = False

    def add(self, other: Energy) -> None:
        """Add another meter's energy; of demands the larger one rules (互为备用) unless they are summed."""
        self.total += other.total
        self.reactive += other.reactive
        self.has_reactive |= other.has_reactive
        self.parts_difference += other.parts_difference
        for band, kwh in other.bands.items():
            self.bands[band] = self.bands.get(band, Fraction(0)) + kwh
        if other.demand_kw is not None:
            self.demand_kw = max(self.demand_kw or Fraction(0), other.demand_kw)


@dataclass(frozen=True, slots=True)
class MeterUse:
    """What one meter of a case recorded, corrected."""

    name: str
    role: str
    transformer: str
    shift: str
    energy: Energy
    factor: Fraction
    before: Mapping[str, dict[str, Fraction]]
    """Day of a register freeze -> energy by register from the first register up to that day."""
    start: date | None = None
    end: date | None = None
    """The days it measured, ``[start, end)``; None: those of the bill."""


def read_meters(nodes: Mapping[str, Node], context: Context, step: Rounding) -> list[MeterUse]:
    """Read every meter of a case.

    Args:
        nodes: meter name -> what the case says of it.
        context: the case.
        step: kWh and kvarh are rounded so, meter by meter.

    Raises:
        Refused: a register runs backwards, or the parts exceed their total.
    """
    return [_meter(name, Given(node, context, (), KEYS), step) for name, node in nodes.items()]


def _meter(name: str, given: Given, step: Rounding) -> MeterUse:
    multiplier = given.number("multiplier", 1)
    for key in ("ct", "pt"):
        if given.has(key):
            multiplier *= ratio_of(given.members[key], given.context)
    if multiplier <= 0:
        given.refuse("multiplier", f"multiplier {multiplier}", "a multiplier lies above 0")
    correction = given.inner("correction", (), CORRECTION_KEYS)
    if correction.has("phases") and given.has("ct"):
        # The books have the ratio by which the meter is multiplied, unless the case says otherwise.
        correction.members.setdefault("booked_ct", given.members["ct"])
    factor = correction_factor(correction)
    backwards = given.flag("backwards")
    raw: dict[str, Fraction] = {}
    for register, node in given.inner("registers", (), REGISTERS).members.items():
        raw[register] = _difference(name, register, node, given, backwards) * multiplier
    for register, node in given.inner("energy", (), REGISTERS).members.items():
        raw[register] = raw.get(register, Fraction(0)) + number_of(node, given.context)
    active = {key: step.of(raw[key] * factor) for key in ("active", *BAND_KEYS) if key in raw}
    turned = correction.number("reactive_factor", 1)
    reactive: dict[str, Fraction] = {
        key: step.of(raw[key] * turned) for key in ("reactive", "reactive_reverse") if key in raw
    }
    energy = _assemble(name, active, reactive)
    if min([energy.total, *energy.bands.values()]) < 0:
        raise Refused("negative_energy", meter=name, energy_kwh=energy.total)
    energy.demand_kw = given.optional_number("demand_kw")
    if given.has("demand_register"):
        energy.demand_kw = given.number("demand_register") * multiplier
    return MeterUse(
        name,
        given.choice("role", ROLES, "billing"),
        given.text("transformer"),
        given.choice("shift", SHIFTS),
        energy,
        factor,
        _freezes(name, given, multiplier * factor, backwards),
        given.day("from"),
        given.day("to"),
    )


def _difference(name: str, register: str, node: Node, given: Given, backwards: bool) -> Fraction:
    ends = [number_of(each, given.context) for each in node.sequence()]
    if len(ends) != 2:
        node.refuse(f"{len(ends)} registers", 'write [previous, current]: ["712", "800"]')
        return Fraction(0)
    difference = ends[1] - ends[0]
    if difference >= 0 or backwards:
        return difference
    if not given.has("digits"):
        raise Refused("register_runs_backwards", meter=name, register=register, difference=difference)
    return difference + Fraction(10) ** int(given.number("digits"))


def _assemble(name: str, active: dict[str, Fraction], reactive: dict[str, Fraction]) -> Energy:
    """Let the total rule: the flat period is what the others leave of it (domain.md §3.3)."""
    bands = {key: active[key] for key in BAND_KEYS if key in active}
    total = active.get("active", sum(bands.values(), Fraction(0)))
    difference = Fraction(0)
    if bands and "active" in active:
        others = sum((kwh for key, kwh in bands.items() if key != FLAT), Fraction(0))
        difference = total - sum(bands.values(), Fraction(0)) if FLAT in bands else Fraction(0)
        bands[FLAT] = total - others
        if bands[FLAT] < 0 <= total:
            raise Refused("parts_exceed_total", meter=name, total_kwh=total, parts_kwh=others)
    turned = sum((abs(kvarh) for kvarh in reactive.values()), Fraction(0))
    return Energy(total, bands, turned, None, difference, bool(reactive))


def _freezes(name: str, given: Given, factor: Fraction, backwards: bool) -> dict[str, dict[str, Fraction]]:
    """Read the registers at 0:00 of days inside the period, as energy since its first register."""
    first = given.inner("registers", (), REGISTERS).members
    before: dict[str, dict[str, Fraction]] = {}
    for day, node in given.named("freeze").items():
        before[day] = {}
        for register, at in Given(node, given.context, (), REGISTERS).members.items():
            pair = [first[register].sequence()[0].value, at.value] if register in first else [at.value]
            joined = at.child("pair", pair)
            before[day][register] = _difference(name, register, joined, given, backwards) * factor
            last = (
                _difference(name, register, first[register], given, backwards) * factor
                if register in first
                else None
            )
            if last is not None and before[day][register] > last:
                raise Refused("freeze_beyond_register", meter=name, register=register, day=day)
    return before
