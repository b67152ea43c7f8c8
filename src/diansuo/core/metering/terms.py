"""What the archive knows about metering points while they are read: capacities and days of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Bool, Int64, require

MAXIMUM_CAPACITY_W: Final = 10_000_000_000
_DAY_SPAN = 1 << 22
_DAY_ORIGIN = 1 << 21


@dataclass(frozen=True, slots=True)
class Capacities:
    """Contract capacity (合同容量) per metering point, shape (n,), any order, one row a point.

    Attributes:
        point: metering point, unique.
        capacity_w: watts (or volt-amperes); 0 means unknown.

    Raises:
        WrongColumn: dtype, shape or length.
        ValueError: a capacity below 0 or above 10 GW, beyond which the maximum would overflow.
    """

    point: Int64
    capacity_w: Int64

    def __post_init__(self) -> None:
        require(np.int64, point=self.point, capacity_w=self.capacity_w)
        outside = (self.capacity_w < 0) | (self.capacity_w > MAXIMUM_CAPACITY_W)
        if outside.any():
            row = int(np.argmax(outside))
            raise ValueError(
                f"capacity_w: row {row} is {self.capacity_w[row]}, expected 0 to {MAXIMUM_CAPACITY_W}"
            )

    def of(self, point: Int64) -> Int64:
        """Capacity in W of each given point, 0 where it is unknown; shape of `point`."""
        row = rows_of(self.point, point)
        capacity_w = np.zeros(len(point), np.int64)
        capacity_w[row >= 0] = self.capacity_w[row[row >= 0]]
        return capacity_w


@dataclass(frozen=True, slots=True)
class Changes:
    """Days on which the terms of a point changed: class, capacity, time of use, multiplier; shape (n,).

    Attributes:
        point: metering point.
        day: first day of the new terms, days since 1970-01-01.
        multiplier: the change is one of the multiplier (综合倍率).
    """

    point: Int64
    day: Int64
    multiplier: Bool

    def __post_init__(self) -> None:
        require(np.int64, point=self.point, day=self.day)
        require(np.bool_, multiplier=self.multiplier)
        same_length(point=self.point, multiplier=self.multiplier)

    def of_multiplier(self, point: Int64, day: Int64) -> Bool:
        """Whether the multiplier of each point changed on exactly that day; shape of `point`."""
        points = np.unique(self.point)
        row = rows_of(points, point)
        keys = point_day_keys(rows_of(points, self.point), self.day)
        return (row >= 0) & np.isin(point_day_keys(row, day), keys[self.multiplier])


def rows_of(unique: Int64, wanted: Int64) -> Int64:
    """Row of each wanted value in a column of unique values, −1 where it is not there; shape of `wanted`."""
    if not len(unique):
        return np.full(len(wanted), -1, np.int64)
    order = np.argsort(unique, kind="stable")
    place = np.minimum(np.searchsorted(unique, wanted, sorter=order), len(unique) - 1)
    row = order[place].astype(np.int64)
    return np.where(unique[row] == wanted, row, np.int64(-1))


def point_day_keys(row: Int64, day: Int64) -> Int64:
    """One sortable integer per (row, day) for rows below 2^40 and days within some 5,700 years of 1970."""
    return row * _DAY_SPAN + day + _DAY_ORIGIN
