"""Exact fractions and their one rounding, halves away from zero, for single cases that no column is needed for."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import isqrt


def nearest(value: Fraction | int) -> int:
    """Round to the nearest whole number, halves away from zero: 5/2 -> 3, -5/2 -> -3; numbers of any size."""
    magnitude = (2 * abs(value.numerator) + value.denominator) // (2 * value.denominator)
    return magnitude if value >= 0 else -magnitude


def nearest_root(square: Fraction | int) -> int:
    """Return the whole number nearest to the square root, halves up; decided in whole numbers, without a root.

    Raises:
        ValueError: the square is negative.
    """
    if square < 0:
        raise ValueError(f"{square} is negative, it has no root")
    return (isqrt(4 * square.numerator // square.denominator) + 1) // 2


def decimal_of(value: Fraction | int, places: int) -> Decimal:
    """Write a fraction with exactly so many decimals, halves away from zero: 2.644085 -> ``Decimal("2.64")``."""
    return Decimal(nearest(value * 10**places)).scaleb(-places)


def root_decimal(square: Fraction | int, places: int) -> Decimal:
    """Return the square root with exactly so many decimals, halves up.

    Raises:
        ValueError: the square is negative.
    """
    return Decimal(nearest_root(square * 100**places)).scaleb(-places)


def exact(number: Decimal | str | int | Fraction, what: str = "number") -> Fraction:
    """Take a decimal number as the fraction it is.

    Raises:
        TypeError: a float, which is not exact.
        ValueError: not a finite number.
    """
    if isinstance(number, float):
        raise TypeError(f"{what} {number!r}: a float is not exact; pass a Decimal or a text")
    try:
        return Fraction(number)
    except (ValueError, OverflowError):
        raise ValueError(f"{what} {number!r} is not a number") from None
