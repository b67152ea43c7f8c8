"""Theoretical line loss by equivalent resistance (等值电阻法): the loss a line must have at the load it carries.

One line or area at a time, in exact fractions: no root is needed for a loss, and a shown current is rounded once.
Source: DL/T 686 [K]; domain.md §10.3. Page: docs/rules/equivalent-resistance.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from diansuo.core.quantity.exact import exact, nearest, root_decimal

Number = Decimal | str | int | Fraction


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a low-voltage line (线段).

    Attributes:
        conductors: structure factor N: 2 single phase, 3 three-phase three-wire, 7/2 three-phase four-wire.
        energy_wh: Wh that flows through it to the meters behind it.
        resistance_ohm: of one conductor, Ω.
    """

    conductors: Fraction
    energy_wh: int
    resistance_ohm: Fraction

    @classmethod
    def of(cls, conductors: Number, energy_wh: int, resistance_ohm: Number) -> Section:
        """Take decimal numbers as texts.

        Raises:
            ValueError: one is negative.
        """
        section = cls(exact(conductors, "conductors"), energy_wh, exact(resistance_ohm, "resistance"))
        if section.conductors < 0 or energy_wh < 0 or section.resistance_ohm < 0:
            raise ValueError(f"{section}: nothing of a section is negative")
        return section


@dataclass(frozen=True, slots=True)
class Head:
    """What the head of a line carried.

    Attributes:
        active_wh: Wh.
        reactive_varh: varh.
        voltage_v: mean line voltage, V.
        hours: how long.
        shape_factor: K, root mean square ÷ mean of the current (形状系数), 1 or more.
        conductors: structure factor of the first section.

    Raises:
        ValueError: no voltage, no time, no conductors, or something negative.
    """

    active_wh: int
    reactive_varh: int
    voltage_v: int
    hours: Fraction
    shape_factor: Fraction
    conductors: Fraction

    def __post_init__(self) -> None:
        nothing = self.voltage_v <= 0 or self.hours <= 0 or self.conductors <= 0
        if nothing or self.active_wh < 0 or self.shape_factor < 0:
            raise ValueError(
                f"{self}: voltage, hours and conductors are above 0, energy and shape are not negative"
            )

    @property
    def mean_current_squared(self) -> Fraction:
        """A², (A_P² + A_Q²) / 3 / (U T)²."""
        apparent_squared = self.active_wh**2 + self.reactive_varh**2
        return Fraction(apparent_squared) / (3 * (self.voltage_v * self.hours) ** 2)

    def mean_current_a(self, places: int = 3) -> Decimal:
        """Return the mean current (平均电流) in A, halves up at the last place."""
        return root_decimal(self.mean_current_squared, places)

    def effective_current_a(self, places: int = 3) -> Decimal:
        """Return the root mean square current (均方根电流) K × mean in A, halves up at the last place."""
        return root_decimal(self.mean_current_squared * self.shape_factor**2, places)


def equivalent_resistance_ohm(sections: Sequence[Section], head: Head) -> Fraction:
    """Return Σ N_j A_j² R_j ÷ (N A²): the resistance that, at the head, loses what all sections lose.

    Raises:
        ValueError: the head carried nothing, or a section more than the head.
    """
    if head.active_wh == 0:
        raise ValueError("the head carried no energy, so no section has a share of it")
    beyond = [section for section in sections if section.energy_wh > head.active_wh]
    if beyond:
        raise ValueError(f"a section carries {beyond[0].energy_wh} Wh, the head {head.active_wh}")
    own = sum((each.conductors * each.energy_wh**2 * each.resistance_ohm for each in sections), Fraction(0))
    return own / (head.conductors * head.active_wh**2)


def line_loss_wh(head: Head, resistance_ohm: Fraction) -> int:
    """Return N × (K I_mean)² × R_eq × T, nearest Wh, halves away from zero (step id ``theoretical-loss``)."""
    squared = head.mean_current_squared * head.shape_factor**2
    return nearest(head.conductors * squared * resistance_ohm * head.hours)


def meter_loss_wh(single_phase: int, three_phase: int, single_wh: int = 1000, three_wh: int = 2000) -> int:
    """Return what the meters of an area take themselves in a month: about 1 kWh single, 2 kWh three-phase [K]."""
    return single_phase * single_wh + three_phase * three_wh


def loss_percent(loss_wh: int, supply_wh: int, places: int = 3) -> Decimal:
    """Return loss ÷ supply in per cent, halves away from zero at the last place: 850500 of 36000000 -> 2.363.

    Raises:
        ValueError: nothing was supplied.
    """
    if supply_wh <= 0:
        raise ValueError(f"a loss has no rate of a supply of {supply_wh} Wh")
    return Decimal(nearest(Fraction(loss_wh * 100 * 10**places, supply_wh))).scaleb(-places)


def shape_factor_squared(load_rate: Number, minimum_rate: Number) -> Fraction:
    """Return K² from the load rate f (mean ÷ highest) and the least load rate α (least ÷ highest).

    ``f ≥ 0.5: (α + (1−α)²/3) ÷ ((1+α)/2)²``; ``f < 0.5: (f (1+α) − α) ÷ f²``. The source leaves f = 0.5 open.

    Raises:
        ValueError: not 0 ≤ α ≤ f ≤ 1 with f above 0.
    """
    rate, least = exact(load_rate, "load rate"), exact(minimum_rate, "least rate")
    if not (0 <= least <= rate <= 1 and rate > 0):
        raise ValueError(f"least rate {minimum_rate}, load rate {load_rate}: not 0 ≤ least ≤ rate ≤ 1")
    if 2 * rate >= 1:
        return (least + (1 - least) ** 2 / 3) / ((1 + least) / 2) ** 2
    return (rate * (1 + least) - least) / rate**2
