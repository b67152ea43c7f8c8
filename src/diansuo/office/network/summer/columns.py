"""Where the lake's curves and the archive's transformers become columns of the daily lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from diansuo.core.network.daily_lists import NONE, TransformerDays
from diansuo.core.network.runs import Marks, Points
from diansuo.core.quantity.arrays import Int64
from diansuo.office.archive.models import AreaTerm, MeteringPoint, PointArea
from diansuo.office.metering import lake

POINTS: Final = 2 * lake.CURVE_SLOTS
VOLTAGES: Final = ("voltage_a_mv", "voltage_b_mv", "voltage_c_mv")
CURRENTS: Final = ("current_a_ma", "current_b_ma", "current_c_ma")
METERS_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Transformers:
    """The public areas of a station on a day: ids, and their days; ``masters`` counts the masters of each."""

    areas: Int64
    masters: Int64
    days: TransformerDays


@dataclass(frozen=True, slots=True)
class Meters:
    """Some meters on a day: point, area, phase voltages (m, 3, 192), and which phases each has (m, 3)."""

    point: Int64
    area: Int64
    voltage_mv: Points
    wired: Marks


def transformers(station_id: int, day: date) -> Transformers:
    """Load the public areas of a station and the curves of their masters, of the day before and the day.

    Several masters of one area are added up; a point is there only if all of them have it.
    """
    terms = (
        AreaTerm.objects.in_force(day)
        .filter(area__station=station_id, dedicated=False)
        .order_by("area__number", "area")
    )
    rows = list(terms.values_list("area", "capacity_va", "winding"))
    areas = np.array([row[0] for row in rows], dtype=np.int64)
    place_of = {area: at for at, area in enumerate(areas.tolist())}
    masters = [
        (point, place_of[area])
        for point, area in MeteringPoint.objects.filter(
            station=station_id, master_of__in=place_of
        ).values_list("id", "master_of")
    ]
    count = np.bincount(np.array([at for _point, at in masters], dtype=np.int64), minlength=len(areas))
    held = _curves(station_id, day, [point for point, _at in masters])
    row = {point: at for at, point in enumerate(held.points.tolist())}
    pairs = [(row.get(point, NONE), at) for point, at in masters]
    power, known = _summed(held.scaled("power_w"), held.there("power_w"), pairs, len(areas))
    current = [_summed(np.abs(held.scaled(name)), held.there(name), pairs, len(areas)) for name in CURRENTS]
    voltage = [_first(held, name, pairs, len(areas)) for name in VOLTAGES]
    return Transformers(
        areas=areas,
        masters=count.astype(np.int64),
        days=TransformerDays(
            capacity_va=np.array([row[1] or 0 for row in rows], dtype=np.int64),
            winding=np.array([row[2] or 0 for row in rows], dtype=np.int64),
            power_w=power,
            has_power=known,
            voltage_mv=np.stack(voltage, axis=1),
            current_ma=np.stack([np.where(there, value, NONE) for value, there in current], axis=1),
        ),
    )


def customers(station_id: int, day: date) -> list[tuple[int, int, str]]:
    """Return the customers' points on the public areas of a station on a day: point, area, phase, by point."""
    public = AreaTerm.objects.in_force(day).filter(area__station=station_id, dedicated=False).values("area")
    hangs = PointArea.objects.in_force(day).filter(area__in=public, point__contract__isnull=False)
    return list(hangs.order_by("point").values_list("point", "area", "phase"))


def meters(station_id: int, day: date, hangs: Sequence[tuple[int, int, str]]) -> Meters:
    """Load the voltages of some points. A phase is there if the archive says three, or any of its points came."""
    held = _curves(station_id, day, [point for point, _area, _phase in hangs])
    said = {point: (area, phase) for point, area, phase in hangs}
    points = held.points.tolist()
    voltage = np.stack([held.value(name) for name in VOLTAGES], axis=1)
    three = np.array([said[point][1] == PointArea.Phase.THREE for point in points], dtype=np.bool_)
    wired = (voltage >= 0).any(axis=2) | three[:, None]
    return Meters(held.points, np.array([said[point][0] for point in points], dtype=np.int64), voltage, wired)


@dataclass(frozen=True, slots=True)
class _Held:
    """Curves as they lie in the lake, (m, 192) by name, of points that have any."""

    points: Int64
    values: dict[str, Points]
    multiplier: Points

    def value(self, name: str) -> Points:
        """Return what the meter shows, −1 where nothing came (for what cannot be below 0)."""
        return self.values[name]

    def there(self, name: str) -> Marks:
        """Return where a value came."""
        return self.values[name] != _ABSENT if name in _SIGNED else self.values[name] >= 0

    def scaled(self, name: str) -> Points:
        """Return the value times the multiplier, 0 where nothing came."""
        return np.where(self.there(name), self.values[name], 0) * self.multiplier


_ABSENT: Final = np.iinfo(np.int64).min
_SIGNED: Final = ("power_w", *CURRENTS)


def _curves(station_id: int, day: date, points: Sequence[int]) -> _Held:
    """Read two days of curves of some points."""
    first = day - timedelta(days=1)
    frame = lake.read_curve_frame([station_id], first, day + timedelta(days=1), points)
    unique = frame["point"].unique().sort().to_numpy().astype(np.int64)
    row = np.searchsorted(unique, frame["point"].to_numpy())
    column = (frame["day"] - first).dt.total_days().to_numpy() * lake.CURVE_SLOTS
    column = column + frame["slot"].cast(pl.Int64).to_numpy() - 1
    values: dict[str, Points] = {}
    for name in (*VOLTAGES, *_SIGNED):
        absent = _ABSENT if name in _SIGNED else NONE
        values[name] = np.full((len(unique), POINTS), absent, dtype=np.int64)
        values[name][row, column] = frame[name].fill_null(absent).to_numpy()
    multiplier = np.ones((len(unique), POINTS), dtype=np.int64)
    multiplier[row, column] = frame["multiplier"].to_numpy()
    return _Held(unique, values, multiplier)


def _summed(
    values: Points, there: Marks, pairs: Sequence[tuple[int, int]], count: int
) -> tuple[Points, Marks]:
    """Add the rows of several masters of one area; known where all of them are, and there is one."""
    total = np.zeros((count, POINTS), dtype=np.int64)
    known, some = np.ones((count, POINTS), dtype=np.bool_), np.zeros(count, dtype=np.bool_)
    for row, at in pairs:
        some[at] = True
        if row == NONE:
            known[at] = False
            continue
        total[at] += values[row]
        known[at] &= there[row]
    known &= some[:, None]
    return total, known


def _first(held: _Held, name: str, pairs: Sequence[tuple[int, int]], count: int) -> Points:
    """Return the voltage of an area's first master that has any."""
    found = np.full((count, POINTS), NONE, dtype=np.int64)
    for row, at in pairs:
        if row != NONE:
            found[at] = np.where(found[at] >= 0, found[at], held.value(name)[row])
    return found


def chunks(hangs: Sequence[Any]) -> list[Sequence[Any]]:
    """Return the meters in parts that fit into memory at once."""
    return [hangs[at : at + METERS_AT_ONCE] for at in range(0, len(hangs), METERS_AT_ONCE)]
