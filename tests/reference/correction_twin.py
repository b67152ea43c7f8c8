"""The slow, obvious twin of core.metering.correction: the formulas as the handbook writes them, in Decimal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

PLACES = Decimal("1e-12")


def handbook(fault: str, tan_phi: Fraction) -> Fraction:
    """K of a named fault; twelve decimals where it is no fraction."""
    rational = {
        "four_wire_one_phase_lost": Fraction(3, 2),
        "four_wire_two_phases_lost": Fraction(3),
        "four_wire_one_current_reversed": Fraction(3),
        "four_wire_two_currents_reversed": Fraction(-3),
        "three_wire_v_voltage_lost": Fraction(2),
    }
    if fault in rational:
        return rational[fault]
    with localcontext() as context:
        context.prec = 90
        three = Decimal(3).sqrt()
        tan = Decimal(tan_phi.numerator) / Decimal(tan_phi.denominator)
        value = {
            "three_wire_u_lost": lambda: 2 * three / (three + tan),
            "three_wire_w_lost": lambda: 2 * three / (three - tan),
            "three_wire_u_current_reversed": lambda: three / tan,
            "three_wire_w_current_reversed": lambda: -three / tan,
        }[fault]()
        return Fraction(value.quantize(PLACES, rounding=ROUND_HALF_UP))


def by_elements(elements: Sequence[tuple[int, Fraction]], tan_phi: Fraction) -> Decimal | None:
    """K of any two elements (angle, share), to many digits; None where they record nothing."""
    with localcontext() as context:
        context.prec = 90
        three = Decimal(3).sqrt()
        half, whole, none = Decimal("0.5"), Decimal(1), Decimal(0)
        cosines = [whole, three / 2, half, none, -half, -three / 2, -whole, -three / 2, -half, none, half]
        cosines.append(three / 2)
        tan = Decimal(tan_phi.numerator) / Decimal(tan_phi.denominator)
        recorded = Decimal(0)
        for angle, share in elements:
            place = angle // 30
            part = Decimal(share.numerator) / Decimal(share.denominator)
            recorded += part * (cosines[place % 12] - cosines[(place - 3) % 12] * tan)
        return None if abs(recorded) < Decimal("1e-70") else three / recorded


def by_phases(phases: Sequence[tuple[Fraction, Fraction, int]]) -> Fraction | None:
    """K of phases (billed ratio, actual ratio, sign or 0), loads alike; None where they record nothing."""
    recorded = sum((sign * billed / actual for billed, actual, sign in phases), Fraction(0))
    return len(phases) / recorded if recorded else None


def corrected(read_wh: int, factor: Fraction, step_wh: int) -> int:
    """Read × K to the step, halves away from zero."""
    exact = read_wh * factor / step_wh
    whole = int(abs(exact))
    whole += abs(exact) - whole >= Fraction(1, 2)
    return step_wh * (whole if exact >= 0 else -whole)
