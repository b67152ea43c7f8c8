"""The slow, obvious twin of what core.metering.energy shares out over points, in kWh; the rest is in diansuo.shadow."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from diansuo.shadow.exact import nearest, towards_zero


def points(
    amount: Fraction, read: Sequence[Fraction], fixed: Sequence[bool], step: Fraction
) -> list[Fraction]:
    """An amount over points, the rest to the largest; empty where nothing can take it."""
    takes = [place for place, none in enumerate(fixed) if not none]
    if not takes:
        return [] if amount else [Fraction(0)] * len(read)
    total = sum((read[place] for place in takes), Fraction(0))
    largest = max(takes, key=lambda place: (read[place], -place))
    shares = [Fraction(0)] * len(read)
    for how in (nearest, towards_zero):
        for place in takes:
            shares[place] = how(amount * read[place] / total, step) if total else Fraction(0)
        shares[largest] += amount - sum(shares)
        if shares[largest] >= 0:
            break
    return shares


def share_out(
    total: Fraction,
    parts: Sequence[tuple[Fraction, Fraction]],
    of_rest: bool,
    step: Fraction,
) -> tuple[list[Fraction], Fraction] | None:
    """Shares of (fixed, ratio) parts and the rest; None where they take more than there is."""
    base = total - sum((fixed for fixed, _ in parts), Fraction(0)) if of_rest else total
    shares = [fixed + nearest(base * ratio, step) for fixed, ratio in parts]
    rest = total - sum(shares, Fraction(0))
    return None if rest < 0 or base < 0 else (shares, rest)
