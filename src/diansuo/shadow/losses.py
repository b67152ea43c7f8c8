"""Losses a customer bears beside what its meter shows: formula, agreement, line; in kWh, kvarh, kVA, kW and percent."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from diansuo.shadow.exact import nearest, towards_zero

FLAT: Final = 2
"""The place of the flat period among sharp, peak, flat, valley and deep valley."""


def transformer_loss(
    a: Fraction,
    r: Fraction,
    s: Fraction,
    p0: Fraction,
    pk: Fraction,
    i0: Fraction,
    uk: Fraction,
    t: int,
    k: Fraction,
    step: Fraction,
) -> tuple[Fraction, Fraction]:
    """ΔP and ΔQ of one transformer by the standard formula, in the letters of the formula."""
    if t == 0:
        return Fraction(0), Fraction(0)
    active = p0 * t + k * (a**2 + r**2) * pk / (s**2 * t)
    reactive = i0 / 100 * s * t + k * (a**2 + r**2) * (uk / 100 * s) / (s**2 * t)
    return nearest(active, step), nearest(reactive, step)


def part_of_month(month: Fraction, days: int, period_days: int, base: int, step: Fraction) -> Fraction:
    """A month's value by days; all of it for all of the period."""
    part = Fraction(1) if days == period_days and days > 0 else Fraction(min(days, base), base)
    return nearest(month * part, step)


def hours(from_day: int, to_day: int, out: Sequence[tuple[int, int]]) -> int:
    """24 x the days that no seal covers, day by day."""
    return 24 * sum(not any(a <= day < b for a, b in out) for day in range(from_day, to_day))


def bands(amount: Fraction, read: Sequence[Fraction], step: Fraction) -> list[Fraction]:
    """An amount over the five periods in proportion to what was read, the rest into the flat one.

    Where the flat would change its sign by it, the others are rounded towards zero.
    """
    total = sum(read, Fraction(0))
    for how in (nearest, towards_zero):
        shares = [
            how(amount * each / total, step) if total and place != FLAT else Fraction(0)
            for place, each in enumerate(read)
        ]
        shares[FLAT] = amount - sum(shares)
        if shares[FLAT] == 0 or (shares[FLAT] > 0) == (amount > 0):
            return shares
    return shares
