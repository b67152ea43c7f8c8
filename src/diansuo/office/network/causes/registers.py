"""The registers a search looks at, of every point of a station, and the energy of days they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from diansuo.core.network.causes.registers import UNKNOWN, daily_wh
from diansuo.core.network.energy import Intervals, Rows, State, flows_of
from diansuo.core.quantity.arrays import Int64
from diansuo.office.metering import lake
from diansuo.office.network.columns import EPOCH, around, freezes_of

WH_OF_DIGIT: Final = 1000
PHASE_COLUMNS: Final = ("active_a_wh", "active_b_wh", "active_c_wh")
NAMES: Final = ("point", "day", "meter", "multiplier", "active_total_wh", "reverse_total_wh", *PHASE_COLUMNS)
Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Registers:
    """Registers of some points, (rows, days + 1), `UNKNOWN` where none; before the multiplier."""

    row: dict[int, int]
    meter: Int64
    multiplier: Int64
    values: dict[str, Int64]
    bridged: dict[int, dict[str, Float]]

    def energy(self, name: str, rows: Int64, digits: Int64) -> Float:
        """Return Wh of each day of some rows, times the multiplier of the day.

        Across an exchange it is what its final and initial registers say (``bridged``), else nan.
        """
        register = self.values[name][rows]
        meter, multiplier = self.meter[rows], self.multiplier[rows]
        known = register != UNKNOWN
        ones = np.ones(len(rows), dtype=np.int64)
        found = np.full((len(rows), register.shape[1] - 1), np.nan)
        for width in np.unique(digits).tolist():
            some = digits == width
            found[some] = daily_wh(register[some], ones[some], WH_OF_DIGIT * 10**width)
        before, after = _before(meter, known)[:, :-1], _after(meter, known)[:, 1:]
        found[before != after] = np.nan
        found = found * _before(multiplier, known)[:, :-1]
        for at, row in enumerate(rows.tolist()):
            if row in self.bridged and name in self.bridged[row]:
                found[at] = np.where(np.isnan(found[at]), self.bridged[row][name], found[at])
        return np.asarray(found, dtype=np.float64)


def _before(values: Int64, known: npt.NDArray[np.bool_]) -> Int64:
    """Return the latest known value up to each place."""
    place = np.maximum.accumulate(np.where(known, np.arange(values.shape[1]), -1), axis=1)
    return np.take_along_axis(values, np.maximum(place, 0), axis=1)


def _after(values: Int64, known: npt.NDArray[np.bool_]) -> Int64:
    """Return the earliest known value from each place on."""
    return _before(values[:, ::-1], known[:, ::-1])[:, ::-1]


def read_registers(station_id: int, first: date, last: date) -> Registers:
    """Read the registers of a station from the first day to the morning after the last one."""
    frame = lake.read_freeze_rows([station_id], first, last + timedelta(days=2), NAMES)
    points = frame["point"].unique().sort().to_list()
    row = {point: at for at, point in enumerate(points)}
    at = np.searchsorted(np.array(points, dtype=np.int64), frame["point"].to_numpy())
    day = (frame["day"].to_physical().to_numpy() - (first - EPOCH).days).astype(np.int64)
    shape = (len(points), (last - first).days + 2)

    def filled(name: str, nothing: int) -> Int64:
        column = np.full(shape, nothing, dtype=np.int64)
        column[at, day] = frame[name].fill_null(nothing).to_numpy()
        return column

    return Registers(
        row,
        filled("meter", 0),
        filled("multiplier", 1),
        {name: filled(name, UNKNOWN) for name in NAMES[4:]},
        _bridged(station_id, frame, first, last, row),
    )


def _bridged(
    station_id: int, frame: pl.DataFrame, first: date, last: date, row: dict[int, int]
) -> dict[int, dict[str, Float]]:
    """Return the energy of every day, nan where not known, of points with an exchange whose registers are known.

    As the statistical loss counts it: a day's page and a search see the same.
    """
    ends, exchanges = around(station_id, first, last + timedelta(days=1))
    points = np.array([each for each in np.unique(exchanges.point).tolist() if each in row], dtype=np.int64)
    if not len(points):
        return {}
    freezes = freezes_of(frame.filter(pl.col("point").is_in(points.tolist())))
    width, start = (last - first).days + 1, (first - EPOCH).days
    place = np.repeat(np.arange(len(points), dtype=np.int64), width)
    day = start + np.tile(np.arange(width, dtype=np.int64), len(points))
    feeds = np.isin(points, freezes.point[freezes.reverse_wh >= 0])
    flows = flows_of(
        freezes,
        Rows(freezes, points, start, width + 1),
        place,
        Intervals(points[place], day, day + 1, feeds[place]),
        ends,
        exchanges,
    )
    known = flows.state == State.KNOWN
    forward, back = (
        np.where(known & counts, wh, np.nan).reshape(len(points), width)
        for wh, counts in ((flows.forward_wh, True), (flows.reverse_wh, feeds[place]))
    )
    return {
        row[point]: {NAMES[4]: forward[at], NAMES[5]: back[at]} for at, point in enumerate(points.tolist())
    }
