"""What the curves of voltage tell of where a meter hangs: on which area of its feeder, and on which phase.

Only meters of one phase are told of, by the 96 points of the last week: a meter's voltage follows that of the busbar it
hangs on (`core.network.causes.by_voltage`). Who has no curve, and whose feeder has no master with voltages, is not told
of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from diansuo.core.network.causes.by_voltage import areas_by_voltage, phases_by_voltage
from diansuo.core.network.causes.columns import UNTOLD
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.archive.models import AreaTerm
from diansuo.office.metering import lake

CURVE_DAYS: Final = 7
LEAST_KNOWN: Final = 0.8
"""A curve with fewer of its points tells nothing."""

VOLTAGES: Final = ("voltage_a_mv", "voltage_b_mv", "voltage_c_mv")
Float = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Hanging:
    """Customers of one area by the books: points, and which of them have meters of one phase."""

    points: Sequence[int]
    single: Bool


@dataclass(frozen=True, slots=True)
class Told:
    """Of each customer of an area the row of the area its voltage follows, and the phase; `UNTOLD` where neither is."""

    area: Int64
    phase: Int64


def by_voltage(
    station_id: int,
    hanging: Sequence[Hanging],
    masters: Sequence[Sequence[int]],
    feeders: Sequence[int | None],
    last: date,
) -> list[Told]:
    """Return what curves tell of the customers of areas; all areas of a feeder are open to each of its customers.

    Args:
        station_id: whose areas they are.
        hanging: the customers of each area.
        masters: the points of each area's masters.
        feeders: the feeder of each area; one without a feeder has no neighbours.
        last: the last day of the curves.
    """
    told = [
        Told(np.full(len(each.points), UNTOLD, np.int64), np.full(len(each.points), UNTOLD, np.int64))
        for each in hanging
    ]
    together: dict[int, list[int]] = defaultdict(list)
    for area, feeder in enumerate(feeders):
        together[-1 - area if feeder is None else feeder].append(area)
    for areas in together.values():
        _of_feeder(station_id, areas, hanging, masters, last, told)
    return told


def _of_feeder(
    station_id: int,
    areas: Sequence[int],
    hanging: Sequence[Hanging],
    masters: Sequence[Sequence[int]],
    last: date,
    told: list[Told],
) -> None:
    """Fill in what the curves of one feeder's areas tell."""
    curves = _curves(station_id, [masters[area][0] for area in areas], last)
    there = [area for area in areas if _whole(curves.get(masters[area][0]))]
    if not there:
        return
    busbars = np.stack([curves[masters[area][0]].volt for area in there])
    # Whom an area without a known busbar has may hang on that one: nothing is told of them.
    asked = [(area, row) for area in there for row in np.flatnonzero(hanging[area].single).tolist()]
    held = _curves(station_id, [hanging[area].points[row] for area, row in asked], last)
    rows, volt, power = [], [], []
    for area, row in asked:
        one = held.get(hanging[area].points[row])
        seen = _single(one) if one else None
        if one is not None and seen is not None:
            rows.append((area, row))
            volt.append(seen)
            power.append(one.power)
    if not rows:
        return
    seen_v, seen_w = np.stack(volt), np.stack(power)
    found = areas_by_voltage(seen_v, seen_w, busbars)
    for at, area in enumerate(there):
        here = np.flatnonzero(found == at)
        if not len(here):
            continue
        phase = phases_by_voltage(seen_v[here], seen_w[here], busbars[at])
        for one_row, on in zip(here.tolist(), phase.tolist(), strict=True):
            booked, row = rows[one_row]
            # Of a single area nobody can say that a meter follows it rather than another one.
            if len(there) > 1:
                told[booked].area[row] = area
            if booked == area:
                told[booked].phase[row] = on


@dataclass(frozen=True, slots=True)
class _Curve:
    """A meter's points of the days: V of its phases, float64 (3, points), and W, nan where there is none."""

    volt: Float
    power: Float


def _curves(station_id: int, points: Sequence[int], last: date) -> dict[int, _Curve]:
    first = last - timedelta(days=CURVE_DAYS - 1)
    frame = lake.read_curve_frame([station_id], first, last + timedelta(days=1), list(points))
    width = CURVE_DAYS * lake.CURVE_SLOTS
    found = {}
    for (point,), rows in frame.group_by("point"):
        at = (rows["day"] - first).dt.total_days() * lake.CURVE_SLOTS + rows["slot"].cast(pl.Int64) - 1
        values = np.full((len(VOLTAGES) + 1, width), np.nan)
        for row, name in enumerate((*VOLTAGES, "power_w")):
            values[row, at.to_numpy()] = rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        found[int(point)] = _Curve(values[:-1] / 1000, values[-1])
    return found


def _whole(curve: _Curve | None) -> bool:
    """Return whether a master's voltage is known of all three phases, most of the time."""
    return curve is not None and bool((_known(curve.volt) >= LEAST_KNOWN).all())


def _single(curve: _Curve) -> Float | None:
    """Return the voltage of a meter of one phase, None if little of it is known or it shows several."""
    known = np.flatnonzero(_known(curve.volt) >= LEAST_KNOWN)
    return curve.volt[known[0]] if len(known) == 1 else None


def _known(volt: Float) -> Float:
    """Return of which share of the points there is a voltage, by phase; a phase that shows nothing is none."""
    return np.asarray((np.nan_to_num(volt) > 0).mean(axis=1), np.float64)


def feeders_of(areas: Sequence[int], day: date) -> list[int | None]:
    """Return the feeder of each area on a day, None where it has none."""
    terms = AreaTerm.objects.in_force(day).filter(area__in=areas)
    of = dict(terms.values_list("area", "feeder"))
    return [of.get(area) for area in areas]
