"""What a wrongly wired meter records, exactly: balanced three-phase phasors over the field Q(√3).

With balanced voltages and currents that lag by φ, one element records ``m · U · I · cos(θ + φ)``, θ a multiple of
30°. Divided by cosφ every such term is ``a + b·tanφ`` with a and b of the form ``p + q·√3``, so a correction
factor is a quotient of two such numbers.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from diansuo.core.metering.correction.roots import ZERO, WithRootThree, cosine, sine

ANGLES: Final = {"U": 0, "V": -120, "W": 120, "A": 0, "B": -120, "C": 120}
TERM: Final = re.compile(r"\s*(-?)\s*(?:(\d+(?:\.\d+)?(?:/\d+)?)\s+)?([UVWABC])([UVWABC])?\s*")


class NotAPhasor(ValueError):
    """A text that names no voltage or current of a three-phase system."""


def phasor(text: str) -> tuple[WithRootThree, int]:
    """Read a voltage or current: ``U``, ``-W``, ``UV`` (line to line, √3 times as long), ``0.5 UV``.

    Returns:
        length (1 for a phase quantity) and angle in degrees.

    Raises:
        NotAPhasor: it is none.
    """
    if text.strip() == "0":
        return ZERO, 0
    match = TERM.fullmatch(text)
    if match is None or match[3] == match[4]:
        raise NotAPhasor(f"{text!r} is no voltage or current; write U, -W, UV, 0.5 UV, or 0")
    scale = Fraction(match[2] or 1)
    angle = ANGLES[match[3]] + (180 if match[1] else 0)
    if match[4] is None:
        return WithRootThree(scale), angle
    # U - V leads U by 30°, U - W lags it by 30°; both are √3 long.
    ahead = (ANGLES[match[3]] - ANGLES[match[4]]) % 360 == 120
    return WithRootThree(root=scale), angle + (30 if ahead else -30)


def recorded_power(elements: list[tuple[str, str]], tan_phi: Fraction) -> WithRootThree:
    """Return what the elements (voltage, current) record, over ``U_phase · I · cosφ``.

    Raises:
        NotAPhasor: a voltage or current is none.
    """
    total = ZERO
    for voltage, current in elements:
        (length, at), (strength, lead) = phasor(voltage), phasor(current)
        # the current lags by φ: cos(angle + φ)/cosφ = cos(angle) - sin(angle)·tanφ
        angle = at - lead
        total += length * strength * (cosine(angle) - sine(angle).times(tan_phi))
    return total


def quotient(right: WithRootThree, recorded: WithRootThree) -> Fraction:
    """Return right power over recorded power: exact where it is a fraction, else to twelve decimals.

    Raises:
        ZeroDivisionError: nothing is recorded.
    """
    norm = recorded.whole**2 - 3 * recorded.root**2
    turned = right * WithRootThree(recorded.whole, -recorded.root)
    return WithRootThree(turned.whole / norm, turned.root / norm).fraction()
