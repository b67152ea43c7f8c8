"""Points that hang behind one another (总表、分表、转供、定量定比): what each is billed for of what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from diansuo.shadow.exact import WATT, CannotBill, nearest
from diansuo.shadow.factory import FLAT
from diansuo.shadow.losses import bands

FLAT_FIRST: Final = (FLAT, 1, 3, 0, 4)
"""In which order periods give what proportions leave over: flat, peak, valley, sharp, deep valley."""


@dataclass(frozen=True)
class Point:
    """A point of a month: kWh read, by period where periods were read; or an agreed part of the meter above it.

    ``taken_off``: the meter above measures it too; ``supplied``: it is a customer whom the meter above supplies (转供),
    whose reactive energy is then taken off too. ``ratio_of_rest``: what a ratio is of, None where nobody said.
    """

    key: int
    above: int | None
    taken_off: bool = False
    supplied: bool = False
    reactive: Fraction = Fraction(0)
    read: Fraction = Fraction(0)
    periods: list[Fraction] | None = None
    fixed: Fraction | None = None
    ratio: Fraction | None = None
    ratio_of_rest: bool | None = None

    @property
    def is_share(self) -> bool:
        """Whether it has no meter of its own."""
        return self.fixed is not None or self.ratio is not None


@dataclass
class Left:
    """What a point is billed for, in kWh; by period where the meter tells.

    ``supplied`` and ``reactive`` (kvarh, forward) are what the customers it supplies took of what it read.
    """

    energy: Fraction
    periods: list[Fraction] | None = field(default=None)
    supplied: Fraction = Fraction(0)
    reactive: Fraction = Fraction(0)


def settle(points: Iterable[Point], step: Fraction) -> dict[int, Left]:
    """Take sub-meters and supplied customers off the meters right above them, then the agreed parts off what is left.

    Raises:
        CannotBill: sub-meters or parts are more than there is, or nobody says what a ratio is of.
    """
    listed = sorted(points, key=lambda one: one.key)
    found: dict[int, Left] = {}
    for meter in listed:
        if meter.is_share:
            continue
        behind = [one for one in listed if one.above == meter.key]
        left = Left(meter.read, None if meter.periods is None else list(meter.periods))
        below = [one for one in behind if one.taken_off and not one.is_share]
        take_off(left, [one for one in below if not one.supplied], step, "sub_exceeds_master")
        supplied = [one for one in below if one.supplied]
        take_off(left, supplied, step, "supplied_exceeds_supplier")
        left.supplied = sum((one.read for one in supplied), Fraction(0))
        left.reactive = sum((one.reactive for one in supplied), Fraction(0))
        if supplied and left.reactive > meter.reactive:
            raise CannotBill("supplied_exceeds_supplier")
        for share, part in shares(left, [one for one in behind if one.is_share], step):
            found[share.key] = part
        found[meter.key] = left
    return found


def take_off(left: Left, below: Sequence[Point], step: Fraction, reason: str) -> None:
    """Take what the meters right below read off what is left, period by period where both tell."""
    left.energy -= sum((one.read for one in below), Fraction(0))
    if left.periods is not None:
        for one in below:
            if one.periods is not None:
                left.periods = [a - b for a, b in zip(left.periods, one.periods, strict=True)]
    if left.energy < 0 or (left.periods and min(left.periods) < 0):
        raise CannotBill(reason)
    if left.periods is not None:
        untold = sum((one.read for one in below if one.periods is None), Fraction(0))
        left.periods = [
            a - b for a, b in zip(left.periods, taken_from(untold, left.periods, step), strict=True)
        ]


def shares(left: Left, of_meter: Sequence[Point], step: Fraction) -> list[tuple[Point, Left]]:
    """Take fixed quantities and ratios out of what is left of their meter; that much less stays with it."""
    whole = left.energy
    fixed = sum((one.fixed for one in of_meter if one.fixed is not None), Fraction(0))
    base = whole
    by_ratio = [one for one in of_meter if one.ratio is not None]
    if fixed and by_ratio:
        if any(one.ratio_of_rest is None for one in by_ratio):
            raise CannotBill("no_share_order")
        if by_ratio[0].ratio_of_rest:
            base = max(whole - fixed, Fraction(0))
    found = []
    for one in of_meter:
        energy = one.fixed if one.fixed is not None else nearest(base * (one.ratio or 0), step)
        left.energy -= energy
        if left.energy < 0:
            raise CannotBill("shares_exceed_total")
        periods = None
        if left.periods is not None:
            periods = taken_from(energy, left.periods, step)
            left.periods = [a - b for a, b in zip(left.periods, periods, strict=True)]
        found.append((one, Left(energy, periods)))
    return found


def taken_from(amount: Fraction, periods: Sequence[Fraction], step: Fraction) -> list[Fraction]:
    """Take an amount out of periods in proportion to what each has, never more than it has."""
    total = sum(periods, Fraction(0))
    if not amount or not total:
        return [Fraction(0)] * len(periods)
    taken = bands(amount, periods, step)
    if all(0 <= each <= of for each, of in zip(taken, periods, strict=True)):
        return taken
    taken = [amount * each / total // WATT * WATT for each in periods]
    rest = amount - sum(taken, Fraction(0))
    for at in FLAT_FIRST:
        more = min(rest, periods[at] - taken[at])
        taken[at] += more
        rest -= more
    return taken
