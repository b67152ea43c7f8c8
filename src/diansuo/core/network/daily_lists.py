"""The summer's daily lists from 96 points: loads of transformers, low voltage, currents of the phases out of balance.

Physics in whole numbers: W, VA, mV, mA at the transformer (the multiplier is in), −1 where a point was not collected.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np

from diansuo.core.network.list_thresholds import ListThresholds
from diansuo.core.network.runs import Marks, Points, Runs, runs_of
from diansuo.core.quantity.arrays import Int64, require

NONE: Final = -1
WHOLE_BP: Final = 10_000
UNKNOWN_VA: Final = 0


class Winding(IntEnum):
    """The vector group of a transformer (联结组别), as far as the limits of imbalance ask for it."""

    UNKNOWN = 0
    STAR = 1  # Yyn0
    DELTA = 2  # Dyn11


@dataclass(frozen=True, slots=True)
class TransformerDays:
    """A transformer on a day, one row each, shape (m,); the points are of the day before, then of the day: (m, 192).

    Attributes:
        capacity_va: rated capacity, 0 where the archive does not say.
        winding: `Winding`.
        power_w: net active power, feed-in of the area negative.
        has_power: bool (m, 192), it was collected: power may be below 0.
        voltage_mv: (m, 3, 192) phase voltages.
        current_ma: (m, 3, 192) phase currents, their size.
    """

    capacity_va: Int64
    winding: Int64
    power_w: Points
    has_power: Marks
    voltage_mv: Points
    current_ma: Points

    def __post_init__(self) -> None:
        require(np.int64, capacity_va=self.capacity_va, winding=self.winding)


@dataclass(frozen=True, slots=True)
class Loads:
    """Load at each point, (m, 192): VA, −1 where it is not known; ``measured`` by current and voltage."""

    apparent_va: Points
    measured: Marks


@dataclass(frozen=True, slots=True)
class Listed:
    """A condition on a day, and the worst of it: ``worst`` over the day's points, −1 where nothing is known.

    ``worst_point`` is the point of the day, 0 to 95. Units of ``worst``: VA for loads, mV for voltages, basis points
    for imbalance, mA for the neutral.
    """

    runs: Runs
    worst: Int64
    worst_point: Int64


def loads(days: TransformerDays, limits: ListThresholds) -> Loads:
    """Return the apparent power of transformers at each point.

    Where all three phases have voltage and current: Σ U·I. Where only the power is there: its size over the assumed
    power factor. To whole VA, halves up. Back-feed loads a transformer as well: the size counts.

    Source: S = Σ U·I [K]; docs/rules/daily-lists.md.
    """
    there = _every_phase((days.voltage_mv >= 0) & (days.current_ma >= 0))
    seen = (np.where(there[:, None], days.voltage_mv, 0) * np.where(there[:, None], days.current_ma, 0)).sum(
        axis=1
    )
    by_current = (seen + 500_000) // 1_000_000
    permille = limits.assumed_power_factor_permille
    by_power = (np.abs(days.power_w) * 1000 + permille // 2) // permille
    only_power = np.where(days.has_power, by_power, NONE)
    return Loads(np.where(there, by_current, only_power).astype(np.int64), there)


def load_at_least(days: TransformerDays, of: Loads, least_bp: int, limits: ListThresholds) -> Listed:
    """Find the transformers loaded to at least a share of their capacity for long enough (重载, 过载).

    One of which the capacity is not known is never clear and never fulfilled.

    Args:
        days: the transformers.
        of: their loads.
        least_bp: ``limits.heavy_bp`` or ``limits.overloaded_bp``.
        limits: see `ListThresholds`.

    Source: 负载率 ≥ 80 % / ≥ 100 %, 持续 2 小时, as the trade states it [K]; docs/rules/daily-lists.md.
    """
    known, rated = of.apparent_va >= 0, (days.capacity_va > UNKNOWN_VA)[:, None]
    reaches = of.apparent_va * WHOLE_BP >= least_bp * days.capacity_va[:, None]
    surely = known & rated & reaches
    perhaps = ~known | ~rated | reaches
    return _listed(runs_of(surely, perhaps, known, limits.load_minutes), of.apparent_va, known, highest=True)


def low_voltage(voltage_mv: Points, wired: Marks, limits: ListThresholds) -> Listed:
    """Find the meters with a phase voltage below the limit for long enough (低电压).

    A meter's point is low if any of its phases is. What lies below ``no_voltage_mv`` is no low voltage: the phase is
    lost, or the supply is out.

    Args:
        voltage_mv: (m, 3, 192), −1 where not collected.
        wired: bool (m, 3), the meter has this phase; without any, nothing is known.
        limits: see `ListThresholds`.

    Source: 220 V −10 % (供电营业规则; domain.md §7.7 [S31]); docs/rules/daily-lists.md.
    """
    there = (voltage_mv >= 0) & wired[:, :, None]
    low = there & (voltage_mv < limits.low_mv) & (voltage_mv >= limits.no_voltage_mv)
    known = _every_phase(there | ~wired[:, :, None]) & ~_every_phase(~wired)[:, None]
    surely = ~_every_phase(~low)
    lowest = np.where(there & (voltage_mv >= limits.no_voltage_mv), voltage_mv, np.iinfo(np.int64).max)
    lowest = lowest.min(axis=1)
    told = lowest < np.iinfo(np.int64).max
    runs = runs_of(surely, surely | ~known, known | surely, limits.low_voltage_minutes)
    return _listed(runs, np.where(told, lowest, NONE), told, highest=False)


def imbalance(days: TransformerDays, limits: ListThresholds) -> Listed:
    """Find the transformers whose phase currents differ too much for long enough (三相不平衡).

    (I_max − I_min) / I_max above the limit of the vector group, while I_max is at least a share of the rated current.
    Where the vector group is not known, what exceeds the looser limit is sure, what exceeds the stricter one possible;
    where the capacity is not known, nothing is sure.

    Source: domain.md §10.3 [K; Q/GDW 1519, DL/T 1102]; (max − min)/max: domain.md §9.2; docs/rules/daily-lists.md.
    """
    known = _every_phase(days.current_ma >= 0)
    most, least = days.current_ma.max(axis=1), days.current_ma.min(axis=1)
    rated_ma = _rated_ma(days.capacity_va, limits)
    loaded = most * WHOLE_BP >= limits.imbalance_least_load_bp * rated_ma[:, None]
    strict, loose = _limits(days.winding, limits.imbalance_star_bp, limits.imbalance_delta_bp)
    apart = (most - least) * WHOLE_BP
    rated = (days.capacity_va > UNKNOWN_VA)[:, None]
    surely = known & rated & loaded & (apart > loose[:, None] * most)
    perhaps = ~known | ((loaded | ~rated) & (apart > strict[:, None] * most))
    judged = known & loaded & (most > 0)
    ratio = np.where(judged, apart // np.maximum(most, 1), NONE)
    return _listed(runs_of(surely, perhaps, known, limits.imbalance_minutes), ratio, judged, highest=True)


def neutral_current(days: TransformerDays, limits: ListThresholds) -> Listed:
    """Find the transformers whose neutral carries too much for long enough (零线电流).

    I_N² = I_A² + I_B² + I_C² − I_A·I_B − I_B·I_C − I_C·I_A, at one power factor in all phases, to whole mA; against the
    rated current S / (√3 · U), to whole mA.

    Source: domain.md §10.3 [K; Q/GDW 1519, DL/T 1102]; docs/rules/daily-lists.md.
    """
    known = _every_phase(days.current_ma >= 0)
    neutral = neutral_ma(np.where(known[:, None], days.current_ma, 0))
    strict, loose = _limits(days.winding, limits.neutral_star_bp, limits.neutral_delta_bp)
    rated_ma, rated = _rated_ma(days.capacity_va, limits)[:, None], (days.capacity_va > UNKNOWN_VA)[:, None]
    surely = known & rated & (neutral * WHOLE_BP > loose[:, None] * rated_ma)
    perhaps = ~known | ~rated | (neutral * WHOLE_BP > strict[:, None] * rated_ma)
    runs = runs_of(surely, perhaps, known, limits.imbalance_minutes)
    return _listed(runs, np.where(known, neutral, NONE), known, highest=True)


def _every_phase(marks: Marks) -> Marks:
    """Return where all phases of each row are marked."""
    return np.asarray(marks.all(axis=1), np.bool_)


def neutral_ma(current_ma: Points) -> Points:
    """Return the neutral's current of three phases of one power factor, (m, 3, k) to (m, k), to whole mA."""
    a, b, c = (current_ma[:, phase] for phase in range(3))
    square = np.maximum(a * a + b * b + c * c - a * b - b * c - c * a, 0)
    return np.asarray(np.rint(np.sqrt(square)), np.int64)


def _rated_ma(capacity_va: Int64, limits: ListThresholds) -> Int64:
    rated = np.rint(capacity_va * 1000 / (np.sqrt(3.0) * limits.rated_voltage_v)).astype(np.int64)
    return np.asarray(rated, np.int64)


def _limits(winding: Int64, star_bp: int, delta_bp: int) -> tuple[Int64, Int64]:
    """Return the stricter and the looser limit that may hold; both are one where the vector group is known."""
    own = np.where(winding == Winding.STAR, star_bp, delta_bp)
    known = (winding == Winding.STAR) | (winding == Winding.DELTA)
    strict = np.where(known, own, min(star_bp, delta_bp)).astype(np.int64)
    return strict, np.where(known, own, max(star_bp, delta_bp)).astype(np.int64)


def _listed(runs: Runs, values: np.ndarray[Any, Any], known: Marks, *, highest: bool) -> Listed:
    """Add the worst value of the day's points, and where it stands."""
    half = values.shape[1] // 2
    of_day, there = values[:, half:], known[:, half:]
    beyond = np.iinfo(np.int64).min if highest else np.iinfo(np.int64).max
    held = np.where(there, of_day, beyond)
    at = held.argmax(axis=1) if highest else held.argmin(axis=1)
    worst = held[np.arange(len(held)), at]
    some = there.any(axis=1)
    return Listed(runs, np.where(some, worst, NONE).astype(np.int64), np.where(some, at, 0).astype(np.int64))
