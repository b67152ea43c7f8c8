"""How a register is misread: from what the meter showed to what somebody wrote down, a whole book at a time.

Every way takes the registers of all customers and gives what would be written of each, `CANNOT` where the misread is
not possible or would change nothing. Registers are Wh in steps of 10.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.lab.reading_book import DIGITS

CANNOT: Final = -1
STEP_WH: Final = 10
END_WH: Final = 1000 * 10**DIGITS


@dataclass(frozen=True, slots=True)
class Shown:
    """What the meters showed: int64 (n,) on the reading day and on the one before; (n, days) of the days after."""

    now: Int64
    before: Int64
    later: Int64


Way = Callable[[Shown, Mapping[str, Any], np.random.Generator], Int64]


def write_down(how: str, shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    """Return what is written down instead of the register, `CANNOT` where nothing wrong comes of it."""
    made = WAYS[how](shown, given, random) // STEP_WH * STEP_WH
    return np.where((made < 0) | (made >= END_WH) | (made == shown.now), np.int64(CANNOT), made)


def _digit(register_wh: Int64, place: int) -> Int64:
    digit: Int64 = register_wh // (1000 * 10**place) % 10
    return digit


def _transpose(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    place = given["place"]
    apart = _digit(shown.now, place) - _digit(shown.now, place + 1)
    return np.asarray(shown.now + apart * 9 * 1000 * 10**place, np.int64)


def _wrong_digit(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    """Another digit stands in one place, any of the nine others."""
    place = given["place"]
    was = _digit(shown.now, place)
    instead = (was + random.integers(1, 10, len(was))) % 10
    return np.asarray(shown.now + (instead - was) * 1000 * 10**place, np.int64)


def _left_out(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    unit = 1000 * 10 ** given["place"]
    return np.asarray(shown.now // (10 * unit) * unit + shown.now % unit, np.int64)


def _twice(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    unit = 1000 * 10 ** given["place"]
    return np.asarray(
        shown.now // unit * 10 * unit + shown.now // unit % 10 * unit + shown.now % unit, np.int64
    )


def _shift(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    power = given["tenfold"]
    return np.asarray(shown.now * 10**power if power > 0 else shown.now // 10**-power, np.int64)


def _add(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    return np.asarray(shown.now + given["kwh"] * 1000, np.int64)


def _less(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    return np.asarray(shown.now - (shown.now - shown.before) * given["percent"] // 100, np.int64)


def _invent(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    """Made up from what others use: the use of the customer, give or take a tenth, times a share."""
    tenth = random.integers(90, 111, len(shown.now))
    return np.asarray(
        shown.before + (shown.now - shown.before) * tenth // 100 * given["percent"] // 100, np.int64
    )


def _cross(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    return np.roll(shown.now, given["rank"])


def _later(shown: Shown, given: Mapping[str, Any], random: np.random.Generator) -> Int64:
    return shown.later[:, given["days"]]


WAYS: Final[dict[str, Way]] = {
    "transpose": _transpose,
    "digit": _wrong_digit,
    "left_out": _left_out,
    "twice": _twice,
    "shift": _shift,
    "add": _add,
    "less": _less,
    "invent": _invent,
    "cross": _cross,
    "later": _later,
}
