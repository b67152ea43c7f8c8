"""Which customers of a month were settled between other days than its loss, and what their freezes put right."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from diansuo.core.metering.terms import rows_of
from diansuo.core.network import Members, Side, balance
from diansuo.core.network.other_days import OtherDays, Settled, nearest_month, other_days
from diansuo.core.quantity.arrays import Int64
from diansuo.office.base.bulk import day_number, fetch_columns
from diansuo.office.base.models import Station
from diansuo.office.metering.columns import as_date, days_since_epoch
from diansuo.office.network import columns, months
from diansuo.office.network.columns import StationColumns

MONTHS_KEPT = 16
SETTLED = """
    SELECT c.point_id, {from_day}, {to_day}, c.total_wh FROM metering_consumption c
    JOIN archive_meteringpoint p ON p.id = c.point_id
    WHERE p.station_id = %s AND c.status = 0 AND c.from_date < %s AND c.to_date > %s
    ORDER BY c.point_id, c.period
"""


@dataclass(frozen=True, slots=True)
class AreaDays:
    """What is said of one area's month; fields as of :class:`diansuo.core.network.other_days.OtherDays`."""

    settled: int
    other: int
    corrected: int
    corrected_wh: int
    left: int
    left_wh: int


NOTHING = AreaDays(0, 0, 0, 0, 0, 0)


def of_areas(station: Station, period: int) -> dict[int, AreaDays]:
    """Return what is said of each area of a station in a month, by area; kept while the station's revision stands."""
    return _of_areas(station.pk, station.revision, period)


@lru_cache(maxsize=MONTHS_KEPT)
def _of_areas(station_id: int, revision: int, period: int) -> dict[int, AreaDays]:
    month = months.of_month(station_id, revision, period)
    loaded = columns.load(station_id, month.month_start, month.month_end)
    found = computed(
        station_id, loaded, days_since_epoch(month.month_start), days_since_epoch(month.month_end)
    )
    names = ("settled", "other", "corrected", "corrected_wh", "left", "left_wh")
    rows = zip(*(getattr(found, name).tolist() for name in names), strict=True)
    return {area: AreaDays(*row) for area, row in zip(loaded.areas.tolist(), rows, strict=True)}


months.forget_too(_of_areas)


def computed(station_id: int, loaded: StationColumns, start: int, end: int) -> OtherDays:
    """Compute it from what was loaded for the days ``start`` to ``end``."""
    held = fetch_columns(
        SETTLED.format(from_day=day_number("c.from_date"), to_day=day_number("c.to_date")),
        [station_id, as_date(end), as_date(start)],
        point="int", from_day="int", to_day="int", wh="int",
    )  # fmt: skip
    row = nearest_month(held["point"], held["from_day"], held["to_day"], start, end)
    point, area = _hanging(loaded)
    at = rows_of(point, held["point"][row])
    row, at = row[at >= 0], at[at >= 0]
    frozen_wh, known = _frozen(loaded, held["point"][row], start, end)
    return other_days(
        Settled(area[at], held["from_day"][row], held["to_day"][row], held["wh"][row], frozen_wh, known),
        start,
        end,
        len(loaded.areas),
    )


def _hanging(loaded: StationColumns) -> tuple[Int64, Int64]:
    """Return the customers' points, ascending, and on which public area each hangs last in the period."""
    members = loaded.members
    rows = np.flatnonzero((members.side == Side.OUTLET) & (members.group < len(loaded.areas)))
    rows = rows[loaded.public[members.group[rows]]]
    order = rows[np.lexsort((members.from_day[rows], members.point[rows]))]
    last = np.ones(len(order), np.bool_)
    last[:-1] = members.point[order[:-1]] != members.point[order[1:]]
    return members.point[order[last]], members.group[order[last]]


def _frozen(loaded: StationColumns, point: Int64, start: int, end: int) -> tuple[Int64, np.ndarray]:
    """Return what flowed at each point between two days by its freezes, and whether both are there."""
    count = len(point)
    if not count:
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)
    feeding = np.unique(loaded.freezes.point[loaded.freezes.reverse_wh >= 0])
    each = Members(
        point=point,
        group=np.arange(count, dtype=np.int64),
        side=np.full(count, int(Side.OUTLET), np.int64),
        from_day=np.full(count, start, np.int64),
        to_day=np.full(count, end, np.int64),
        feeds=np.isin(point, feeding),
    )
    bounds = np.array([start, end], np.int64)
    found = balance(loaded.freezes, each, bounds, count, loaded.ends, loaded.exchanges)
    return found.outlet_forward_wh[:, 0], found.outlets_known[:, 0] > 0
