"""What a meter shows: register kinds, purposes of a reading, and the columns of readings."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Bool, Int16, Int64, WrongColumn, require

MAXIMUM_DIGITS: Final = 9
MAXIMUM_MULTIPLIER: Final = 1_000_000


class Register(IntEnum):
    """Kind of register (示数类型). Every kind but `DEMAND` counts energy and only ever rises."""

    ACTIVE_TOTAL = 0
    ACTIVE_SHARP = 1
    ACTIVE_PEAK = 2
    ACTIVE_FLAT = 3
    ACTIVE_VALLEY = 4
    ACTIVE_DEEP_VALLEY = 5
    REVERSE_TOTAL = 10
    REVERSE_SHARP = 11
    REVERSE_PEAK = 12
    REVERSE_FLAT = 13
    REVERSE_VALLEY = 14
    REACTIVE_FORWARD = 20
    REACTIVE_REVERSE = 21
    REACTIVE_Q1 = 22
    REACTIVE_Q2 = 23
    REACTIVE_Q3 = 24
    REACTIVE_Q4 = 25
    DEMAND = 30


class Purpose(IntEnum):
    """Why a reading was taken."""

    PERIODIC = 0  # 正常抄表
    OPENING = 1  # 建档、首次
    FINAL = 2  # 拆表止度
    INITIAL = 3  # 装表起度
    SPECIAL = 4  # 特抄


ACTIVE_PARTS: Final = (
    Register.ACTIVE_SHARP,
    Register.ACTIVE_PEAK,
    Register.ACTIVE_FLAT,
    Register.ACTIVE_VALLEY,
    Register.ACTIVE_DEEP_VALLEY,
)


class UnusableReading(ValueError):
    """A reading that no meter can show: names the first row, its value and the range."""


def part_mask(*registers: Register) -> int:
    """A set of registers as one integer, bit n for register n; 0 is the empty set."""
    return sum(1 << int(register) for register in set(registers))


def same_length(**columns: npt.NDArray[Any]) -> None:
    """Check that columns of different dtypes have one length.

    Raises:
        WrongColumn: names the first column that differs.
    """
    lengths = {name: len(column) for name, column in columns.items()}
    expected = next(iter(lengths.values()))
    for name, length in lengths.items():
        if length != expected:
            raise WrongColumn(f"{name}: expected {expected} rows, got {length}")


@dataclass(frozen=True, slots=True)
class Readings:
    """Register readings (抄表示数), one row each, shape (n,), in any order.

    Attributes:
        point: metering point (计量点).
        meter: meter (电能表) the reading was taken from.
        register: `Register`.
        day: days since 1970-01-01; a 0:00 freeze of day D has day D.
        purpose: `Purpose`.
        register_wh: register value in kWh × 1000, before the multiplier.
        multiplier: overall multiplier (综合倍率) in force from this reading on.
        integer_digits: digits before the point (6 of "6.2"); the register rolls over at 10^digits kWh.
        estimated: not read but estimated (暂按前次用电量).

    Raises:
        WrongColumn: dtype, shape or length.
        UnusableReading: negative register, digits outside 1..9, multiplier outside
            1..1,000,000, purpose or register that does not exist.
    """

    point: Int64
    meter: Int64
    register: Int16
    day: Int64
    purpose: Int16
    register_wh: Int64
    multiplier: Int64
    integer_digits: Int16
    estimated: Bool

    def __post_init__(self) -> None:
        require(
            np.int64,
            point=self.point,
            meter=self.meter,
            day=self.day,
            register_wh=self.register_wh,
            multiplier=self.multiplier,
        )
        require(np.int16, register=self.register, purpose=self.purpose, integer_digits=self.integer_digits)
        require(np.bool_, estimated=self.estimated)
        same_length(point=self.point, register=self.register, estimated=self.estimated)
        # Within these bounds a difference times its multiplier stays below 10^18 and cannot overflow.
        _within("register_wh", self.register_wh, 0, 1000 * 10**MAXIMUM_DIGITS - 1)
        _within("multiplier", self.multiplier, 1, MAXIMUM_MULTIPLIER)
        _within("integer_digits", self.integer_digits, 1, MAXIMUM_DIGITS)
        _within("purpose", self.purpose, min(Purpose), max(Purpose))
        _within("register", self.register, min(Register), max(Register))

    def __len__(self) -> int:
        return len(self.point)


def _within(name: str, column: npt.NDArray[Any], lowest: int, highest: int) -> None:
    outside = (column < lowest) | (column > highest)
    if outside.any():
        row = int(np.argmax(outside))
        raise UnusableReading(f"{name}: row {row} is {column[row]}, expected {lowest} to {highest}")
