"""A wrongly wired meter's power as the textbooks print it: ``-U*I*sin(phi)``, ``U*I*(cos(30+phi) - cos(90-phi))``.

φ is the angle of the load's power factor; U and I are one, for what counts is the quotient of two powers.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import BadExpression, evaluate
from diansuo.core.metering.correction.roots import WithRootThree, cosine, root, rounded, sine

RIGHT: Final = "sqrt(3)*U*I*cos(phi)"
"""A three-wire meter, U between the lines; a four-wire one with the phase voltage is ``3*U*I*cos(phi)``."""
FUNCTION: Final = re.compile(r"(cos|sin)\(([^()]*)\)")
ANGLE: Final = re.compile(r"(?:([+-]?)(\d+))?(?:([+-]?)(phi))?")
WORDS: Final = {
    "φ": "phi",
    "ϕ": "phi",
    "√3": "sqrt(3)",
    "°": "",
    "×": "*",
    "·": "*",
    "÷": "/",
    "−": "-",
    "–": "-",
}


def quotient_of_powers(right: str, recorded: str, tan_phi: Fraction) -> Fraction:
    """Return right power over recorded power, to twelve decimals.

    Raises:
        BadExpression: a power is not arithmetic of U, I and the cosine and sine of multiples of 30° and φ.
        ZeroDivisionError: nothing is recorded.
    """
    return rounded(_power(right, tan_phi) / _power(recorded, tan_phi))


def _power(text: str, tan_phi: Fraction) -> Fraction:
    for written, meant in WORDS.items():
        text = text.replace(written, meant)
    cos_phi = 1 / root(1 + tan_phi * tan_phi)
    names = {"U": Fraction(1), "I": Fraction(1), "UI": Fraction(1)}

    def named(match: re.Match[str]) -> str:
        name = f"t{len(names)}"
        names[name] = _wave(match[1], match[2].replace(" ", ""), cos_phi, tan_phi * cos_phi)
        return f"{name}"

    return evaluate(FUNCTION.sub(named, text), names)


def _wave(function: str, angle: str, cos_phi: Fraction, sin_phi: Fraction) -> Fraction:
    """Return the cosine or sine of ``degrees ± φ``."""
    # φ may be written first: "phi + 30"
    moved = re.fullmatch(r"([+-]?)phi([+-]\d+)", angle)
    match = ANGLE.fullmatch(f"{moved[2]}{moved[1] or '+'}phi" if moved else angle)
    if match is None or not (match[2] or match[4]) or int(match[2] or 0) % 30:
        raise BadExpression(f"{function}({angle}): an angle is a multiple of 30, φ, or both: cos(30+phi)")
    degrees = int(f"{match[1] or ''}{match[2] or 0}")
    turn = Fraction(0) if not match[4] else Fraction(-1 if match[3] == "-" else 1)
    c, s = _long(cosine(degrees)), _long(sine(degrees))
    if not turn:
        return c if function == "cos" else s
    return c * cos_phi - turn * s * sin_phi if function == "cos" else s * cos_phi + turn * c * sin_phi


def _long(number: WithRootThree) -> Fraction:
    """Return a cosine or sine to forty decimals."""
    return number.whole + number.root * root(Fraction(3))
