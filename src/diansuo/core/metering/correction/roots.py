"""Numbers a + b·√3, exact: what the angles of a three-phase system leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final

DECIMALS: Final = 12
"""A factor that is no fraction is rounded to so many decimals, halves away from zero."""

_GUARD: Final = 10**40


@dataclass(frozen=True, slots=True)
class WithRootThree:
    """The number ``whole + root × √3``."""

    whole: Fraction = Fraction(0)
    root: Fraction = Fraction(0)

    def __add__(self, other: WithRootThree) -> WithRootThree:
        return WithRootThree(self.whole + other.whole, self.root + other.root)

    def __sub__(self, other: WithRootThree) -> WithRootThree:
        return WithRootThree(self.whole - other.whole, self.root - other.root)

    def __mul__(self, other: WithRootThree) -> WithRootThree:
        whole = self.whole * other.whole + 3 * self.root * other.root
        return WithRootThree(whole, self.whole * other.root + self.root * other.whole)

    def times(self, factor: Fraction) -> WithRootThree:
        """Return it multiplied by a fraction."""
        return WithRootThree(self.whole * factor, self.root * factor)

    @property
    def is_zero(self) -> bool:
        """Whether it is zero, which for fractions only both parts being zero can make it."""
        return self.whole == 0 and self.root == 0

    def root_three_over(self) -> WithRootThree:
        """Return √3 divided by it: ``√3 / (a + b√3) = (3b − a√3) / (3b² − a²)``.

        Raises:
            ZeroDivisionError: it is zero.
        """
        norm = 3 * self.root**2 - self.whole**2
        return WithRootThree(Fraction(3 * self.root, norm), Fraction(-self.whole, norm))

    def fraction(self) -> Fraction:
        """The number itself where it is a fraction, else to twelve decimals, halves away from zero."""
        if self.root == 0:
            return self.whole
        return rounded(self.whole + root(3 * self.root**2) * (1 if self.root > 0 else -1))


def rounded(number: Fraction) -> Fraction:
    """Round to twelve decimals, halves away from zero."""
    scaled = abs(number) * 10**DECIMALS
    size = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(size if number >= 0 else -size, 10**DECIMALS)


def root(square: Fraction) -> Fraction:
    """The root of a fraction that is not negative: exact where it is a fraction, else cut after forty decimals."""
    top, bottom = isqrt(square.numerator), isqrt(square.denominator)
    if (top**2, bottom**2) == (square.numerator, square.denominator):
        return Fraction(top, bottom)
    return Fraction(isqrt(square.numerator * _GUARD**2 // square.denominator), _GUARD)


def _quarter() -> dict[int, WithRootThree]:
    half = Fraction(1, 2)
    return {0: WithRootThree(Fraction(1)), 30: WithRootThree(root=half), 60: WithRootThree(half), 90: ZERO}


ZERO: Final = WithRootThree()
_QUARTER: Final = _quarter()


def cosine(degrees: int) -> WithRootThree:
    """The cosine of a multiple of 30°.

    Raises:
        ValueError: another angle.
    """
    if degrees % 30:
        raise ValueError(f"an angle of {degrees}°: expected a multiple of 30°")
    turned = min(degrees % 360, -degrees % 360)
    return _QUARTER[turned] if turned <= 90 else _QUARTER[180 - turned].times(Fraction(-1))


def sine(degrees: int) -> WithRootThree:
    """The sine of a multiple of 30°.

    Raises:
        ValueError: another angle.
    """
    return cosine(degrees - 90)
