"""What a wrongly wired meter records, exactly: balanced three-phase phasors over the field Q(√3).

With balanced voltages and currents that lag by φ, one element records ``m · U · I · cos(θ + φ)``, θ a multiple of
30°. Divided by cosφ every such term is ``a + b·tanφ`` with a and b of the form ``p + q·√3``, so a correction
factor is a fraction of two such numbers; it is worked out to 40 digits.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Final

ANGLES: Final = {"U": 0, "V": -120, "W": 120, "A": 0, "B": -120, "C": 120}
TERM: Final = re.compile(r"\s*(-?)\s*(?:(\d+(?:\.\d+)?(?:/\d+)?)\s+)?([UVWABC])([UVWABC])?\s*")
DIGITS: Final = 40

Surd = tuple[Fraction, Fraction]
"""``p + q·√3``"""

HALF: Final = Fraction(1, 2)
COSINES: Final[dict[int, Surd]] = {
    0: (Fraction(1), Fraction(0)),
    30: (Fraction(0), HALF),
    60: (HALF, Fraction(0)),
    90: (Fraction(0), Fraction(0)),
    120: (-HALF, Fraction(0)),
    150: (Fraction(0), -HALF),
    180: (Fraction(-1), Fraction(0)),
}


class NotAPhasor(ValueError):
    """A text that names no voltage or current of a three-phase system."""


def cosine(angle: int) -> Surd:
    """Return the cosine of a multiple of 30°."""
    within = abs((angle + 180) % 360 - 180)
    return COSINES[within]


def sine(angle: int) -> Surd:
    """Return the sine of a multiple of 30°."""
    return cosine(90 - angle)


def phasor(text: str) -> tuple[Surd, int]:
    """Read a voltage or current: ``U``, ``-W``, ``UV`` (line to line, √3 times as long), ``0.5 UV``.

    Returns:
        length (a surd, 1 for a phase quantity) and angle in degrees.

    Raises:
        NotAPhasor: it is none.
    """
    if text.strip() == "0":
        return (Fraction(0), Fraction(0)), 0
    match = TERM.fullmatch(text)
    if match is None or match[3] == match[4]:
        raise NotAPhasor(f"{text!r} is no voltage or current; write U, -W, UV, 0.5 UV, or 0")
    scale = Fraction(match[2] or 1)
    angle = ANGLES[match[3]] + (180 if match[1] else 0)
    if match[4] is None:
        return (scale, Fraction(0)), angle
    # U - V leads U by 30°, U - W lags it by 30°; both are √3 long.
    ahead = (ANGLES[match[3]] - ANGLES[match[4]]) % 360 == 120
    return (Fraction(0), scale), angle + (30 if ahead else -30)


def recorded_power(elements: list[tuple[str, str]], tan_phi: Fraction) -> Decimal:
    """Return what the elements (voltage, current) record, over ``U_phase · I · cosφ``.

    Raises:
        NotAPhasor: a voltage or current is none.
    """
    total: Surd = (Fraction(0), Fraction(0))
    for voltage, current in elements:
        (length, at), (strength, lead) = phasor(voltage), phasor(current)
        scale = _times(length, strength)
        angle = at - lead
        # current lags by φ: cos(angle + φ)/cosφ = cos(angle) - sin(angle)·tanφ
        across, along = cosine(angle), sine(angle)
        term = (across[0] - along[0] * tan_phi, across[1] - along[1] * tan_phi)
        product = _times(scale, term)
        total = (total[0] + product[0], total[1] + product[1])
    with localcontext() as context:
        context.prec = DIGITS + 10
        return _decimal(total[0]) + _decimal(total[1]) * Decimal(3).sqrt()


def tangent(power_factor: Fraction) -> Fraction:
    """Return tanφ of a power factor, to 40 digits.

    Raises:
        ValueError: the factor does not lie above 0 and up to 1.
    """
    if not 0 < power_factor <= 1:
        raise ValueError(f"a power factor lies above 0 and up to 1, got {power_factor}")
    with localcontext() as context:
        context.prec = DIGITS
        square = 1 / (power_factor * power_factor) - 1
        return Fraction(_decimal(square).sqrt())


def _times(left: Surd, right: Surd) -> Surd:
    return (left[0] * right[0] + 3 * left[1] * right[1], left[0] * right[1] + left[1] * right[0])


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
