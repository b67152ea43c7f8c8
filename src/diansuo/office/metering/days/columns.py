"""Where freezes and curves of the lake become the columns of the day checks, and findings become rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from diansuo.core.metering import DailyRegisters
from diansuo.core.metering.curve_checks import CurveDays
from diansuo.core.metering.evidence import Known
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Int64
from diansuo.office.metering import lake
from diansuo.office.metering.columns import as_date, days_since_epoch
from diansuo.office.metering.days.traits import Traits, traits

ABSENT: Final = -1
TOTAL: Final = "active_total_wh"
REVERSE: Final = "reverse_total_wh"
PARTS: Final = ("active_sharp_wh", "active_peak_wh", "active_flat_wh", "active_valley_wh")
PHASES: Final = ("voltage_a_mv", "voltage_b_mv", "voltage_c_mv")
_IDS: Final = ("meter", "multiplier")
Matrix = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Registers:
    """Freezes of a range of points on days ``[first_day, first_day + width)``, shape (n, width), `ABSENT` where none.

    ``point`` (n,) those of whom any came and at which a meter hung; ``traits`` in the same order. ``like`` tells the
    days with the meter and multiplier of the day before them that came; ``settled_day`` (n,) since when the multiplier
    is what it is at the end.
    """

    first_day: int
    traits: Traits
    held: dict[str, Matrix]
    exchanged: np.ndarray[Any, np.dtype[np.bool_]]
    multiplier: Int64
    settled_day: Int64

    @property
    def point(self) -> Int64:
        """The points, ascending."""
        return self.traits.point

    def as_daily(self) -> DailyRegisters:
        """Return the columns of the day checks."""
        shape = self.held[TOTAL].shape
        parts, whole = np.zeros(shape, np.int64), np.ones(shape, np.bool_)
        some = np.zeros(len(self.point), np.bool_)
        for name in PARTS:
            has = (self.held[name] >= 0).any(axis=1)
            parts += np.where(has[:, None], self.held[name], 0)
            whole &= ~has[:, None] | (self.held[name] >= 0)
            some |= has
        return DailyRegisters(
            first_day=self.first_day,
            total=self.held[TOTAL],
            parts=np.where(whole & some[:, None], parts, np.int64(ABSENT)),
            reverse=self.held[REVERSE],
            exchanged=self.exchanged,
            multiplier=self.multiplier,
            integer_digits=self.traits.integer_digits,
            capacity_w=self.traits.capacity_w,
            feeds_in=self.traits.feeds_in,
            inactive=self.traits.inactive,
        )


def registers(
    station_id: int,
    from_day: int,
    width: int,
    points: tuple[int, int],
    names: Sequence[str] = (TOTAL, REVERSE, *PARTS),
) -> Registers | None:
    """Load the freezes of a station's range of points on ``width`` days from ``from_day``; None where none came."""
    first, after = as_date(from_day), as_date(from_day + width)
    frame = lake.read_freeze_span(station_id, first, after, points, (*_IDS, *names))
    known = traits(station_id, first, after, points)
    frame = frame.filter(pl.col("point").is_in(known.point.tolist())).sort("point", "day")
    if frame.is_empty():
        return None
    point = frame["point"].to_numpy()
    unique, row = np.unique(point, return_inverse=True)
    column = frame["day"].cast(pl.Int32).to_numpy().astype(np.int64) - from_day

    def matrix(name: str) -> Matrix:
        made = np.full((len(unique), width), np.int64(ABSENT))
        made[row, column] = frame[name].fill_null(ABSENT).to_numpy()
        return made

    held = {name: matrix(name) for name in names}
    meter, multiplier = frame["meter"].to_numpy(), frame["multiplier"].to_numpy()
    same_point = np.concatenate(([False], point[1:] == point[:-1]))
    other_multiplier = same_point & np.concatenate(([False], multiplier[1:] != multiplier[:-1]))
    other_meter = same_point & np.concatenate(([False], meter[1:] != meter[:-1]))
    exchanged = np.zeros((len(unique), width), np.bool_)
    exchanged[row, column] = other_meter | other_multiplier
    settled = np.full(len(unique), from_day, np.int64)
    np.maximum.at(settled, row[other_multiplier], from_day + column[other_multiplier])
    last = np.ones(len(unique), np.int64)
    last[row] = multiplier  # sorted by day: the last one stays
    return Registers(from_day, _of(known, unique), held, exchanged, last, settled)


def _of(known: Traits, points: Int64) -> Traits:
    at = rows_of(known.point, points)
    return Traits(*(getattr(known, name)[at] for name in Traits.__slots__))


def curve_days(
    station_id: int, from_date: date, to_date: date, points: tuple[int, int]
) -> tuple[Int64, CurveDays] | None:
    """Load the curves of a range of points on days ``[from_date, to_date)``; with them the points, one a day's row."""
    frame = lake.read_curve_span(station_id, from_date, to_date, points)
    if frame.is_empty():
        return None
    keys = frame.select("point", "day").unique().sort("point", "day").with_row_index("row")
    frame = frame.join(keys, on=["point", "day"])
    row, slot = (frame[name].to_numpy().astype(np.int64) for name in ("row", "slot"))
    slot = slot - 1
    count = len(keys)

    def column(name: str) -> tuple[Matrix, np.ndarray[Any, np.dtype[np.bool_]]]:
        value, known = (
            np.zeros((count, lake.CURVE_SLOTS), np.int64),
            np.zeros((count, lake.CURVE_SLOTS), np.bool_),
        )
        there = frame[name].is_not_null().to_numpy()
        value[row[there], slot[there]], known[row[there], slot[there]] = (
            frame[name].drop_nulls().to_numpy(),
            True,
        )
        return value, known

    power, has_power = column("power_w")
    voltage, has_voltage = zip(*(column(name) for name in PHASES), strict=True)
    point, day = keys["point"].to_numpy(), keys["day"].cast(pl.Int32).to_numpy().astype(np.int64)
    return point, CurveDays(
        row=np.arange(count, dtype=np.int64),
        day=day,
        power_w=power,
        has_power=has_power,
        voltage_mv=np.stack(voltage, axis=1),
        has_voltage=np.stack(has_voltage, axis=1),
        register_wh=_register_of(station_id, point, day, from_date, to_date, points),
    )


def _register_of(
    station_id: int, point: Int64, day: Int64, from_date: date, to_date: date, points: tuple[int, int]
) -> Known:
    """Return what the registers of each point and day say it used, before the multiplier."""
    width = (to_date - from_date).days + 1
    first = days_since_epoch(from_date)
    held = registers(station_id, first, width, points, (TOTAL,))
    if held is None:
        return Known(np.zeros(len(point), np.int64), np.zeros(len(point), np.bool_))
    total, row, column = held.held[TOTAL], rows_of(held.point, point), day - first
    here, next_ = total[row, column], total[row, column + 1]
    known = (row >= 0) & (here >= 0) & (next_ >= here) & ~held.exchanged[row, column + 1]
    return Known(np.where(known, next_ - here, 0), known)
