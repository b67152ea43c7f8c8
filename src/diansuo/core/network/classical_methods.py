"""Classical theoretical losses beside the equivalent resistance of an area: by voltage drop, of a feeder, unbalanced.

One line at a time, in exact fractions; only a loss in Wh is rounded, once. Source: DL/T 686 [K]; domain.md §10.3.
Page: docs/rules/equivalent-resistance.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from diansuo.core.network.equivalent_resistance import Head, Number
from diansuo.core.quantity.exact import exact, nearest

PHASES = 3


@dataclass(frozen=True, slots=True)
class FeederSection:
    """A stretch of a 10 kV line.

    Attributes:
        capacity_va: of all transformers behind it, VA.
        resistance_ohm: of one conductor, Ω.
    """

    capacity_va: Fraction | int
    resistance_ohm: Fraction


@dataclass(frozen=True, slots=True)
class FeederTransformer:
    """A transformer on a 10 kV line.

    Attributes:
        capacity_va: S, VA.
        no_load_w: P0, W.
        load_loss_w: Pk at full load, W.
    """

    capacity_va: Fraction | int
    no_load_w: Fraction
    load_loss_w: Fraction


def drop_share(head_v: Number, end_v: Number) -> Fraction:
    """Return the voltage drop as a share of the voltage at the head, (U head − U end) ÷ U head (电压损失率).

    Raises:
        ValueError: the head has no voltage, or the end has a higher one.
    """
    head, end = exact(head_v, "voltage at the head"), exact(end_v, "voltage at the end")
    if head <= 0 or not 0 <= end <= head:
        raise ValueError(f"{end_v} V at the end of {head_v} V at the head: there is no drop")
    return 1 - end / head


def loss_share_of_drop(drop: Fraction, tangent: Number, reactance_ratio: Number) -> Fraction:
    """Return the share of the energy a line loses by its voltage drop (电压损失法): k_p × drop.

    ``k_p = (1 + tan²φ) ÷ (1 + (X ÷ R) tan φ)``: exact where the whole load hangs at the end, too much where it is
    spread along the line.

    Args:
        drop: `drop_share`.
        tangent: tan φ of the load, 0 or more.
        reactance_ratio: X ÷ R of the conductor, 0 or more.

    Raises:
        ValueError: one is negative.
    """
    tan, ratio = exact(tangent, "tan φ"), exact(reactance_ratio, "X ÷ R")
    if tan < 0 or ratio < 0 or drop < 0:
        raise ValueError(f"drop {drop}, tan φ {tangent}, X ÷ R {reactance_ratio}: none is negative")
    return drop * (1 + tan**2) / (1 + ratio * tan)


def feeder_resistance_ohm(
    sections: Sequence[FeederSection], transformers: Sequence[FeederTransformer], voltage_v: Fraction | int
) -> tuple[Fraction, Fraction]:
    """Return the equivalent resistances of a feeder's line and of its transformers, by capacity.

    ``R_line = Σ S_j² R_j ÷ (Σ S)²``, ``R_transformers = U² Σ Pk ÷ (Σ S)²``.

    Raises:
        ValueError: there is no transformer, or a section has more behind it than there is.
    """
    total = sum(each.capacity_va for each in transformers)
    if total <= 0:
        raise ValueError("a feeder without transformers has no load to share by capacity")
    beyond = [each.capacity_va for each in sections if each.capacity_va > total]
    if beyond:
        raise ValueError(f"{beyond[0]} VA behind a section, {total} VA on the feeder")
    line = sum((each.capacity_va**2 * each.resistance_ohm for each in sections), Fraction(0)) / total**2
    copper = sum((each.load_loss_w for each in transformers), Fraction(0))
    return line, Fraction(voltage_v**2) * copper / total**2


def feeder_loss_wh(
    head: Head, sections: Sequence[FeederSection], transformers: Sequence[FeederTransformer]
) -> int:
    """Return ``3 (K I_mean)² (R_line + R_transformers) T + Σ P0 T``, nearest Wh, halves away from zero.

    Raises:
        ValueError: as `feeder_resistance_ohm`.
    """
    line, copper = feeder_resistance_ohm(sections, transformers, head.voltage_v)
    squared = head.mean_current_squared * head.shape_factor**2
    iron = sum((each.no_load_w for each in transformers), Fraction(0))
    return nearest((PHASES * squared * (line + copper) + iron) * head.hours)


def unbalance_factor(
    phase_a: Number, phase_b: Number, phase_c: Number, neutral_ratio: Number = 2
) -> Fraction:
    """Return how much more a four-wire line loses than with the same load evenly on its phases (三相不平衡附加系数).

    ``(Σ I² R + I_N² R_N) ÷ (3 I_mean² R)`` with ``I_N² = Σ I² − Σ I I'``, all phases of one power factor.

    Args:
        phase_a: current of phase A, in any unit.
        phase_b: of phase B.
        phase_c: of phase C.
        neutral_ratio: resistance of the neutral ÷ that of a phase.

    Raises:
        ValueError: a current is negative, or there is none.
    """
    a, b, c = (exact(each, "current") for each in (phase_a, phase_b, phase_c))
    if min(a, b, c) < 0 or a + b + c == 0:
        raise ValueError(f"currents {phase_a}, {phase_b}, {phase_c}: none is negative and one is above 0")
    squares = a**2 + b**2 + c**2
    neutral = squares - a * b - b * c - c * a
    return (squares + neutral * exact(neutral_ratio, "neutral ratio")) / (PHASES * ((a + b + c) / 3) ** 2)
