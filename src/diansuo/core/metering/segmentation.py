"""From readings to segments: what flowed between each reading and the next one of the same register."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.ordering import after_settlement_reading, time_order
from diansuo.core.metering.registers import Purpose, Readings
from diansuo.core.metering.terms import Capacities, Changes
from diansuo.core.metering.thresholds import Thresholds
from diansuo.core.quantity.arrays import Bool, Int16, Int64


@dataclass(frozen=True, slots=True)
class Openings:
    """The first known reading of every (point, register), which opens it and measures nothing; shape (k,).

    Attributes:
        point: metering point.
        register: `Register`.
        day: days since 1970-01-01.
        purpose: `Purpose`.
        row: row in the readings.
    """

    point: Int64
    register: Int16
    day: Int64
    purpose: Int16
    row: Int64


@dataclass(frozen=True, slots=True)
class Segments:
    """Consecutive pairs of readings per (point, register) in time order; shape (m,).

    Attributes:
        point: metering point.
        register: `Register`.
        meter: meter of the earlier reading.
        multiplier: multiplier of the earlier reading, in force over the segment.
        from_row: row of the earlier reading.
        to_row: row of the later reading.
        from_day: day of the earlier reading.
        to_day: day of the later reading; the energy is that of the days [from_day, to_day).
        from_wh: register of the earlier reading, before the multiplier.
        to_wh: register of the later reading.
        to_purpose: `Purpose` of the later reading.
        energy_wh: energy after multiplier and rollover, never negative.
        maximum_wh: theoretical maximum of the days, −1 where the capacity is unknown.
        rolled: the register passed 10^digits (翻转) and the evidence allows it.
        reversed: the register runs backwards (倒走); energy 0.
        broken: meter or multiplier differs with nothing that explains it; energy 0.
        exchanged: a final and a first reading (换表); nothing flows between them.
        estimated: the later reading is an estimate.
        late: the later reading comes after the settlement reading of its own day.
        openings: first readings, which end no segment.
    """

    point: Int64
    register: Int16
    meter: Int64
    multiplier: Int64
    from_row: Int64
    to_row: Int64
    from_day: Int64
    to_day: Int64
    from_wh: Int64
    to_wh: Int64
    to_purpose: Int16
    energy_wh: Int64
    maximum_wh: Int64
    rolled: Bool
    reversed: Bool
    broken: Bool
    exchanged: Bool
    estimated: Bool
    late: Bool
    openings: Openings

    def __len__(self) -> int:
        return len(self.point)


def segments(
    readings: Readings, capacities: Capacities, thresholds: Thresholds, changes: Changes | None = None
) -> Segments:
    """Pair every reading with the next one and say what flowed between them (domain.md §6.1).

    Demand registers hold a maximum, not a count, and are left out. A multiplier that changes on one meter
    is a clean split if `changes` names the day of the later reading; otherwise the pair is broken.

    Args:
        readings: shape (n,), in any order; the result does not depend on the order.
        capacities: bound the energy that a rollover may mean; without a capacity none is accepted.
        thresholds: share of the register and factor on the capacity that make a rollover credible.
        changes: days of change known from the archive.
    """
    order = time_order(readings)
    late = after_settlement_reading(readings, order)
    follows = np.zeros(len(order), np.bool_)
    if len(order):
        earlier, later = order[:-1], order[1:]
        follows[1:] = (readings.point[earlier] == readings.point[later]) & (
            readings.register[earlier] == readings.register[later]
        )
    to_place = np.flatnonzero(follows)
    from_row, to_row, first = order[to_place - 1], order[to_place], order[~follows]
    openings = Openings(
        point=readings.point[first],
        register=readings.register[first],
        day=readings.day[first],
        purpose=readings.purpose[first],
        row=first,
    )
    exchanged, broken = _joints(readings, from_row, to_row, changes)
    maximum_wh = theoretical_maximum_wh(
        capacities.of(readings.point[to_row]), readings.day[to_row] - readings.day[from_row], thresholds
    )
    energy_wh, rolled, backwards = _energy(
        readings, from_row, to_row, exchanged | broken, maximum_wh, thresholds
    )
    return Segments(
        point=readings.point[from_row],
        register=readings.register[from_row],
        meter=readings.meter[from_row],
        multiplier=readings.multiplier[from_row],
        from_row=from_row,
        to_row=to_row,
        from_day=readings.day[from_row],
        to_day=readings.day[to_row],
        from_wh=readings.register_wh[from_row],
        to_wh=readings.register_wh[to_row],
        to_purpose=readings.purpose[to_row],
        energy_wh=energy_wh,
        maximum_wh=maximum_wh,
        rolled=rolled,
        reversed=backwards,
        broken=broken,
        exchanged=exchanged,
        estimated=readings.estimated[to_row],
        late=late[to_place],
        openings=openings,
    )


def theoretical_maximum_wh(capacity_w: Int64, days: Int64, thresholds: Thresholds) -> Int64:
    """Most energy in Wh that a capacity can draw in so many days, −1 where the capacity is 0 (unknown).

    Two readings on one day count as one day: nobody knows how many hours lie between them.
    Source: domain.md §6.1, 1.2 × contract capacity × hours.
    """
    hours = 24 * np.maximum(days, 1)
    maximum_wh = capacity_w * hours * thresholds.maximum_capacity_permille // 1000
    return np.where(capacity_w > 0, maximum_wh, np.int64(-1))


def _joints(readings: Readings, from_row: Int64, to_row: Int64, changes: Changes | None) -> tuple[Bool, Bool]:
    """Exchanges, and pairs whose meter or multiplier differs without an exchange or a known change."""
    to_purpose = readings.purpose[to_row]
    starts = (to_purpose == Purpose.INITIAL) | (to_purpose == Purpose.OPENING)
    exchanged = (readings.purpose[from_row] == Purpose.FINAL) & starts
    other_meter = readings.meter[from_row] != readings.meter[to_row]
    other_multiplier = readings.multiplier[from_row] != readings.multiplier[to_row]
    broken = (other_meter | other_multiplier) & ~exchanged
    if changes is not None:
        broken &= other_meter | ~changes.of_multiplier(readings.point[to_row], readings.day[to_row])
    return exchanged, broken


def _energy(
    readings: Readings,
    from_row: Int64,
    to_row: Int64,
    unmeasured: Bool,
    maximum_wh: Int64,
    thresholds: Thresholds,
) -> tuple[Int64, Bool, Bool]:
    """Energy in Wh, rollovers and reversals of pairs of readings."""
    from_wh, multiplier = readings.register_wh[from_row], readings.multiplier[from_row]
    delta_wh = readings.register_wh[to_row] - from_wh
    modulus_wh = 1000 * 10 ** readings.integer_digits[from_row].astype(np.int64)
    wrapped_wh = (delta_wh + modulus_wh) * multiplier
    back = (delta_wh < 0) & ~unmeasured
    near_the_end = from_wh > modulus_wh // 1000 * thresholds.rollover_above_permille
    rolled = back & near_the_end & (wrapped_wh >= 0) & (wrapped_wh <= maximum_wh)
    energy_wh = np.where(unmeasured | back, 0, delta_wh * multiplier)
    return np.where(rolled, wrapped_wh, energy_wh).astype(np.int64), rolled, back & ~rolled
