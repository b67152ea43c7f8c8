"""Curves of the small grid in the lake: a day of 96 points after a day of 96 points, of chosen meters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import polars as pl

from diansuo.core.quantity.month import month_of
from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.base import revision
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.metering import lake
from tests.office.network.grid import NOW, Grid

DAY = date(2024, 10, 20)
Point = dict[str, int | None] | None
QUIET: Point = {
    "voltage_a_mv": 230_000, "voltage_b_mv": 230_000, "voltage_c_mv": 230_000, "power_w": 2_000,
    "current_a_ma": 3_000, "current_b_ma": 3_000, "current_c_ma": 3_000,
}  # fmt: skip
"""A master × 10: 20 kW, 20.7 kVA of 200."""


def single(volt: float) -> Point:
    """Return a point of a single-phase meter."""
    return dict.fromkeys(QUIET or ()) | {"voltage_a_mv": round(volt * 1000), "power_w": 500}


def write(grid: Grid, of: dict[MeteringPoint, Callable[[date, int], Point]]) -> None:
    """Write two days of curves, a batch of their own: each meter says what it has at a day and slot (1 to 96)."""
    table = []
    for point, said in of.items():
        held = MeterInstallation.objects.in_force(DAY).get(point=point)
        own = {"point": point.pk, "meter": held.meter_id, "multiplier": held.multiplier}
        for day in (DAY - timedelta(days=1), DAY):
            for slot in range(1, lake.CURVE_SLOTS + 1):
                values = said(day, slot)
                if values is not None:
                    table.append({**own, "day": day, "slot": slot, **values})
    batch = ImportBatch.objects.create(
        kind="curve", station=grid.station, file_name="curve.csv", created_at=NOW
    )
    lake.write_curve(batch, grid.station.pk, month_of(DAY), pl.DataFrame(table, schema=lake.CURVE_SCHEMA))
    revision.bump([grid.station.pk])
    grid.station = Station.objects.get(pk=grid.station.pk)


def evening(
    special: Point, quiet: Point = QUIET, slots: range = range(77, 85)
) -> Callable[[date, int], Point]:
    """Return a meter that has something else from 19:00 to 21:00 of the day."""
    return lambda day, slot: special if day == DAY and slot in slots else quiet
