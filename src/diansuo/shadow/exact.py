"""Exact numbers, their one rounding, and the one way to say that there is no bill."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

FEN: Final = Fraction(1, 100)
NANO: Final = Fraction(1, 10**9)
WATT: Final = Fraction(1, 1000)
"""A thousandth of a kW, kWh, kvarh or kVA."""


class CannotBill(Exception):
    """There is no bill; the text is the reason, as a word of this room (``value_absent``)."""

    @property
    def reason(self) -> str:
        """Why not."""
        return str(self) or "contradictory"


def nearest(value: Fraction, unit: Fraction) -> Fraction:
    """Return the nearest multiple of the unit, halves away from zero."""
    count = abs(value) / unit
    whole = (2 * count.numerator + count.denominator) // (2 * count.denominator)
    return (whole if value >= 0 else -whole) * unit


def towards_zero(value: Fraction, unit: Fraction) -> Fraction:
    """Return the multiple of the unit towards zero."""
    whole = int(abs(value) / unit)
    return (whole if value >= 0 else -whole) * unit


def round_to(value: Decimal, unit: Decimal) -> Decimal:
    """Return the nearest multiple of the unit, halves away from zero (which is what ROUND_HALF_UP does)."""
    return (value / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def round_down(value: Decimal, unit: Decimal) -> Decimal:
    """Return the multiple of the unit at or below a value."""
    return (value / unit).quantize(Decimal(1), rounding=ROUND_FLOOR) * unit


def yuan(quantity_kwh: Decimal, price: Decimal) -> Decimal:
    """Multiply and round to the fen, halves away from zero."""
    return (quantity_kwh * price).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
