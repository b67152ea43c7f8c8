"""Theft of electricity (窃电): how much was taken, by what is known of it, and what is asked for it.

Theft that can be established is taken as established (查实); only where it cannot, the quantities below are taken.
Source: 《供电营业规则》 1996 clauses 102, 103, 2024 about 103-105 [?]; domain.md §7.5.
Page: docs/rules/theft-and-violations.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from typing import Final

from diansuo.core.inspection.claim import Claim, Multiple, claim_on
from diansuo.core.inspection.use import UseKind
from diansuo.core.quantity.exact import exact, nearest, nearest_root
from diansuo.core.quantity.money import PRODUCT_PER_FEN
from diansuo.core.rules import Entry

THEFT: Final = "national/inspection/theft"
STOLEN_ENERGY: Final = "stolen-energy"
PHASE_V: Final = 220
LINE_V: Final = 380


class Wiring(IntEnum):
    """How the meter is connected, for the power its rated current (标定电流) stands for, at cos φ = 1."""

    SINGLE_PHASE = 1
    """U × I"""
    THREE_PHASE_FOUR_WIRE = 2
    """3 × 220 V × I"""
    THREE_PHASE_THREE_WIRE = 3
    """√3 × 380 V × I"""


@dataclass(frozen=True, slots=True)
class TheftTerms:
    """What is taken where nothing is known, and the multiple of the penalty.

    Attributes:
        unknown_days: days where the time cannot be found out.
        power_hours: hours a day, 电力用户.
        lighting_hours: hours a day, 照明用户.
        multiple: of the charge, as penalty.
    """

    unknown_days: int
    power_hours: Fraction
    lighting_hours: Fraction
    multiple: Multiple

    @classmethod
    def from_entry(cls, entry: Entry) -> TheftTerms:
        """Read the terms from the entry of `THEFT` in force.

        Raises:
            ValueAbsent: one of them is not known.
        """
        return cls(
            unknown_days=entry.integer("unknown_days"),
            power_hours=exact(entry.number("power_hours")),
            lighting_hours=exact(entry.number("lighting_hours")),
            multiple=Multiple(exact(entry.number("multiple")), entry.word("multiple_means") == "at_most"),
        )

    def hours_a_day(self, use: UseKind) -> Fraction:
        """Return the hours a day that are taken where nothing is known."""
        return self.power_hours if use is UseKind.POWER else self.lighting_hours


def theft_hours(
    terms: TheftTerms, use: UseKind, days: int | None = None, hours_a_day: Fraction | int | None = None
) -> Fraction:
    """Return the hours energy was stolen: what is known of days and hours a day, else what the rule takes.

    Raises:
        ValueError: days below 0, or hours a day not within 0 to 24.
    """
    by_day = terms.hours_a_day(use) if hours_a_day is None else Fraction(hours_a_day)
    over = terms.unknown_days if days is None else days
    if over < 0 or not 0 <= by_day <= 24:
        raise ValueError(f"{over} days of {by_day} hours: no days below 0, and 0 to 24 hours a day")
    return over * by_day


def stolen_by_capacity_wh(capacity_va: int, hours: Fraction | int) -> int:
    """Return what a device connected without right took: rated capacity × hours; 1 kVA counts as 1 kW.

    For 擅自接线 and 绕越计量. ``stolen-energy``: to the Wh, halves away from zero.

    Args:
        capacity_va: of all connected devices, VA or W.
        hours: hours of use.

    Raises:
        ValueError: one is negative.
    """
    _not_negative(capacity_va, hours)
    return nearest(capacity_va * Fraction(hours))


def stolen_by_current_wh(
    current_a: Fraction | int | str, wiring: Wiring, hours: Fraction | int, multiplier: int = 1
) -> int:
    """Return what the rated current of a meter stands for over hours, cos φ taken as 1 (``stolen-energy``: to the Wh).

    For 伪造或开启封印, 损坏计量装置 and 使其不准或失效.
    √3 × 380 V is decided in whole numbers, not with 1.732.

    Args:
        current_a: rated current (标定电流), A; with a current limiter its setting.
        wiring: how the meter is connected.
        hours: hours of use.
        multiplier: of the transformers before the meter, where the place's rules say that it counts.

    Raises:
        ValueError: one is negative.
    """
    current = exact(current_a, "current")
    _not_negative(current, hours, multiplier)
    ampere_hours = current * hours * multiplier
    if wiring is Wiring.SINGLE_PHASE:
        return nearest(PHASE_V * ampere_hours)
    if wiring is Wiring.THREE_PHASE_FOUR_WIRE:
        return nearest(3 * PHASE_V * ampere_hours)
    return nearest_root(3 * (LINE_V * ampere_hours) ** 2)


def theft_claim(
    parts: Sequence[tuple[int, int]], terms: TheftTerms, multiple: Fraction | int | None = None
) -> Claim:
    """Return what is asked for: the charge at the prices of the time, and the penalty as a multiple of it.

    The fine of 《电力法》 clause 71 is the authority's and never part of this.

    Args:
        parts: (Wh, nano-yuan per kWh), one for each price during the time.
        terms: those in force.
        multiple: of the charge; None: the highest there may be.

    Raises:
        MultipleNotAllowed: the terms do not allow it.
        ValueError: energy or price is negative.
    """
    exact_fen = [Fraction(energy_wh * price_nano, PRODUCT_PER_FEN) for energy_wh, price_nano in parts]
    _not_negative(*(energy_wh for energy_wh, _ in parts))
    return claim_on(exact_fen, terms.multiple.chosen(multiple))


def _not_negative(*numbers: Fraction | int) -> None:
    if any(number < 0 for number in numbers):
        raise ValueError(
            f"{[str(number) for number in numbers]}: capacity, current, energy and hours are not negative"
        )
