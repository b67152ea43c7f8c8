"""What days without a register may have used: for losses, checks and gaps in curves, never for a bill (不得估抄).

Every way gives an expected energy of each day; where the registers on both sides of a gap are known, its days are
brought to exactly what flowed between them. What was estimated says by which way, and how far off that way is on days
that are known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np

from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Int64, require

Matrix = np.ndarray[Any, np.dtype[np.int64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
ABSENT: Final = -1
WEEK: Final = 7
EARLIER_WEEKS: Final = (1, 2, 3)
BAND_PERCENT: Final = 90
_MOST: Final = 10**12
"""No day uses more Wh; keeps products of energy and thousandths far from overflow."""


class Way(IntEnum):
    """How a day was estimated; 0 is a measured day."""

    MEASURED = 0
    INTERPOLATED = 1  # the same on every day
    LIKE_DAYS = 2  # the same weekday of the three weeks before
    LAST_YEAR = 3  # the same weekday a year before, by how the level has changed
    CLASS_PROFILE = 4  # how the day was among the like, at the own level
    AREA_BALANCE = 5  # what the area's master leaves, shared by the own levels


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to estimate from; (n, days + 1) registers and (n, days) energies.

    Attributes:
        register_wh: at 0:00 of adjoining days, before the multiplier, `ABSENT` where not collected; one meter each.
        multiplier: (n,).
        last_year_wh: energy of the days 364 days before, `ABSENT` unknown.
        group: (n,) whom a point is like.
        area: (n,) row in `supply_wh`, −1 for none.
        supply_wh: (areas, days) energy that went into each area, `ABSENT` unknown.
    """

    register_wh: Matrix
    multiplier: Int64
    last_year_wh: Matrix
    group: Int64
    area: Int64
    supply_wh: Matrix

    def __post_init__(self) -> None:
        require(np.int64, multiplier=self.multiplier, group=self.group, area=self.area)
        same_length(register_wh=self.register_wh, multiplier=self.multiplier, last_year_wh=self.last_year_wh)


@dataclass(frozen=True, slots=True)
class Estimated:
    """Energies of all days, (n, days), with what they are.

    Attributes:
        energy_wh: measured, or estimated.
        way: `Way`, int8.
        band_wh: of estimated days, within how much nine of ten known days of the point were met by the way; 0 measured.
    """

    energy_wh: Matrix
    way: np.ndarray[Any, np.dtype[np.int8]]
    band_wh: Matrix


def estimate(known: Known, way: Way) -> Estimated:
    """Fill every day without an energy by one way; what a way cannot say is the point's own mean day.

    Days between two known registers add up to exactly what flowed between them. A register that fell measures nothing.
    """
    energy, flowed, until = _measured(known)
    expected = np.clip(_WAYS[way](known, energy), 0, _MOST)
    band = _band(expected, energy)
    missing = energy == ABSENT
    filled = _scaled(np.where(missing, expected, energy), flowed, until)
    ways = np.where(missing, np.int8(way), np.int8(Way.MEASURED)).astype(np.int8)
    return Estimated(filled, ways, np.where(missing, band[:, None], 0))


def _measured(known: Known) -> tuple[Matrix, Matrix, Matrix]:
    """Energy of each day, `ABSENT` where unknown; of a gap's first day, what flowed until which next register."""
    register, times = known.register_wh, known.multiplier[:, None]
    difference = (register[:, 1:] - register[:, :-1]) * times
    both = (register[:, 1:] >= 0) & (register[:, :-1] >= 0) & (difference >= 0)
    energy = np.where(both, difference, np.int64(ABSENT))
    flowed, until = np.full_like(energy, ABSENT), np.full_like(energy, ABSENT)
    next_register, place = np.full((2, len(register)), ABSENT, np.int64)
    for column in range(register.shape[1] - 1, 0, -1):
        here = register[:, column] >= 0
        next_register = np.where(here, register[:, column], next_register)
        place = np.where(here, column, place)
        began = (register[:, column - 1] >= 0) & ~both[:, column - 1] & ~here
        through = (next_register - register[:, column - 1]) * known.multiplier
        flowed[:, column - 1] = np.where(began & (next_register >= 0) & (through >= 0), through, ABSENT)
        until[:, column - 1] = place
    return energy, flowed, until


def _scaled(filled: Matrix, flowed: Matrix, until: Matrix) -> Matrix:
    """Bring the days of each gap whose flow is known to exactly that, in the shares they were expected in."""
    out = filled.copy()
    for row, first in zip(*np.nonzero(flowed != ABSENT), strict=True):
        end = until[row, first]
        weights = [int(each) for each in filled[row, first:end]]
        whole, flow = sum(weights), int(flowed[row, first])
        if whole == 0:
            weights, whole = [1] * (end - first), int(end - first)
        given = run = 0
        for at, weight in enumerate(weights):
            run += weight
            upto = flow * run // whole
            out[row, first + at], given = upto - given, upto
    return out


def _mean(energy: Matrix, counts: Mask | None = None) -> Int64:
    """Mean known day of each row, 0 where nothing is known."""
    counts = energy != ABSENT if counts is None else counts
    whole: Int64 = np.where(counts, energy, 0).sum(axis=1) // np.maximum(counts.sum(axis=1), 1)
    return whole


def _interpolated(known: Known, energy: Matrix) -> Matrix:
    return np.broadcast_to(_mean(energy)[:, None], energy.shape).copy()


def _like_days(known: Known, energy: Matrix) -> Matrix:
    total, times = np.zeros_like(energy), np.zeros_like(energy)
    for weeks in EARLIER_WEEKS:
        back = weeks * WEEK
        earlier = np.full_like(energy, ABSENT)
        earlier[:, back:] = energy[:, :-back] if back < energy.shape[1] else ABSENT
        there = earlier != ABSENT
        total, times = total + np.where(there, earlier, 0), times + there
    return np.where(times > 0, total // np.maximum(times, 1), _mean(energy)[:, None])


def _last_year(known: Known, energy: Matrix) -> Matrix:
    both = (energy != ABSENT) & (known.last_year_wh != ABSENT)
    now, then = (np.where(both, each, 0).sum(axis=1) for each in (energy, known.last_year_wh))
    level = np.minimum(now * 1000 // np.maximum(then, 1), 100_000)[:, None]
    can = (known.last_year_wh != ABSENT) & (then > 0)[:, None]
    return np.where(can, np.minimum(known.last_year_wh, _MOST) * level // 1000, _mean(energy)[:, None])


def _class_profile(known: Known, energy: Matrix) -> Matrix:
    mean = _mean(energy)
    groups, at = np.unique(known.group, return_inverse=True)
    counts = (energy != ABSENT) & (mean > 0)[:, None]
    permille = np.minimum(np.where(counts, energy, 0) * 1000 // np.maximum(mean, 1)[:, None], 100_000)
    total, members = (np.zeros((len(groups), energy.shape[1]), np.int64) for _ in range(2))
    np.add.at(total, at, np.where(counts, permille, 0))
    np.add.at(members, at, counts.astype(np.int64))
    profile = np.where(members > 0, total // np.maximum(members, 1), 1000)
    return mean[:, None] * profile[at] // 1000


def _area_balance(known: Known, energy: Matrix) -> Matrix:
    """What is left of the area's supply after its usual loss and all others, shared by the own means."""
    mean, areas = _mean(energy), len(known.supply_wh)
    inside, there = known.area >= 0, energy != ABSENT
    at = np.where(inside, known.area, 0)
    sold, lacking, level = (np.zeros((areas, energy.shape[1]), np.int64) for _ in range(3))
    np.add.at(sold, at[inside], np.where(there, energy, 0)[inside])
    np.add.at(lacking, at[inside], (~there)[inside].astype(np.int64))
    np.add.at(level, at[inside], np.where(there, 0, mean[:, None])[inside])
    supply = known.supply_wh
    whole = (lacking == 0) & (supply > 0)
    into, out = (np.where(whole, each, 0).sum(axis=1) for each in (supply, sold))
    kept = np.where(into > 0, out * 1000 // np.maximum(into, 1), 1000)[:, None]
    left = np.maximum(supply * kept // 1000 - sold, 0)
    # A known day is held against what the balance would leave for this point alone.
    alone = np.maximum(supply * kept // 1000, 0)[at] - sold[at] + np.where(there, energy, 0)
    share = left[at] // 1000 * np.minimum(mean, 10**9)[:, None] // np.maximum(level[at], 1) * 1000
    shared = np.where(there, np.maximum(alone, 0), share)
    can = inside[:, None] & (supply[at] > 0) & (into > 0)[at][:, None]
    return np.where(can, shared, mean[:, None])


def _band(expected: Matrix, energy: Matrix) -> Int64:
    """Of each row the error that nine of ten of its known days do not pass."""
    there = energy != ABSENT
    apart = np.where(there, np.abs(expected - energy), np.iinfo(np.int64).max)
    apart.sort(axis=1)
    count = there.sum(axis=1)
    place = np.maximum(-(-count * BAND_PERCENT // 100) - 1, 0)
    band = apart[np.arange(len(energy)), place]
    return np.where(count > 0, band, 0)


_WAYS: Final[dict[Way, Callable[[Known, Matrix], Matrix]]] = {
    Way.INTERPOLATED: _interpolated,
    Way.LIKE_DAYS: _like_days,
    Way.LAST_YEAR: _last_year,
    Way.CLASS_PROFILE: _class_profile,
    Way.AREA_BALANCE: _area_balance,
}
