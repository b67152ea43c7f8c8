"""The slow, obvious twin of core.metering.energy: one row at a time, in kWh, kW and kVA as the formulas are written."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

FLAT = 2


def nearest(number: Fraction, step: Fraction) -> Fraction:
    """The nearest multiple of the step, halves away from zero."""
    steps = abs(number) / step
    whole = int(steps)
    if steps - whole >= Fraction(1, 2):
        whole += 1
    return step * (whole if number >= 0 else -whole)


def downwards(number: Fraction, step: Fraction) -> Fraction:
    """The multiple of the step towards zero."""
    whole = int(abs(number) / step)
    return step * (whole if number >= 0 else -whole)


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
    """ΔP and ΔQ of one transformer; kWh, kvarh, kVA, kW, percent, hours."""
    if t == 0:
        return Fraction(0), Fraction(0)
    active = p0 * t + k * (a**2 + r**2) * pk / (s**2 * t)
    reactive = i0 / 100 * s * t + k * (a**2 + r**2) * (uk / 100 * s) / (s**2 * t)
    return nearest(active, step), nearest(reactive, step)


def part_of_month(month: Fraction, days: int, period_days: int, base: int, step: Fraction) -> Fraction:
    """A month's value by days."""
    part = Fraction(1) if days == period_days and days > 0 else Fraction(min(days, base), base)
    return nearest(month * part, step)


def hours(from_day: int, to_day: int, out: Sequence[tuple[int, int]]) -> int:
    """24 × the days that no seal covers, day by day."""
    return 24 * sum(not any(a <= day < b for a, b in out) for day in range(from_day, to_day))


def bands(amount: Fraction, read: Sequence[Fraction], step: Fraction) -> list[Fraction]:
    """An amount over the five periods, the rest into the flat one."""
    total = sum(read, Fraction(0))
    for how in (nearest, downwards):
        shares = [
            how(amount * each / total, step) if total and place != FLAT else Fraction(0)
            for place, each in enumerate(read)
        ]
        shares[FLAT] = amount - sum(shares)
        if shares[FLAT] == 0 or (shares[FLAT] > 0) == (amount > 0):
            return shares
    return shares


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
    for how in (nearest, downwards):
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
