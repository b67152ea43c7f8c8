"""The power factor and the transformers a search for causes is given: of registers, of curves, of the rulebook."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from diansuo.office.archive.models import MeteringPoint, MeterInstallation
from diansuo.office.base.models import ImportBatch
from diansuo.office.metering import lake
from diansuo.office.network.causes import columns, power_factor
from tests.office.network import curves
from tests.office.network.grid import FIRST, NOW, Grid

pytestmark = pytest.mark.django_db
LAST = FIRST + timedelta(days=20)


@pytest.fixture
def grid() -> Grid:
    made = Grid()
    made.freeze(made.days(21))
    return made


def masters(grid: Grid) -> dict[int, list[int]]:
    return {area.pk: [point.pk] for area, point in zip(grid.areas[:2], grid.masters, strict=True)}


def registers(grid: Grid, point: MeteringPoint, of: dict[date, tuple[int, int]]) -> None:
    """Write a master's registers of active and reactive energy, kWh and kvarh."""
    held = MeterInstallation.objects.in_force(FIRST).get(point=point)
    rows = [
        dict.fromkeys(lake.FREEZE_SCHEMA)
        | {
            "point": point.pk,
            "meter": held.meter_id,
            "multiplier": held.multiplier,
            "day": day,
            "active_total_wh": active * 1000,
            "reactive_forward_wh": reactive * 1000,
        }
        for day, (active, reactive) in of.items()
    ]
    batch = ImportBatch.objects.create(kind="freeze", station=grid.station, file_name="q.csv", created_at=NOW)
    lake.write_freeze(batch, grid.station.pk, 202410, pl.DataFrame(rows, schema=lake.FREEZE_SCHEMA))


def test_it_is_of_the_registers_of_reactive_energy_where_they_come(grid: Grid) -> None:
    registers(grid, grid.masters[0], {FIRST: (0, 0), LAST: (400, 300)})

    found = power_factor.of_areas(grid.station.pk, masters(grid), FIRST, LAST)

    assert found == {grid.areas[0].pk: pytest.approx(0.8)}
    asked = columns.asked(grid.station.pk, LAST)
    assert asked.days.areas[0].power_factor == pytest.approx(0.8)
    assert asked.days.areas[1].power_factor != asked.days.areas[1].power_factor


def test_it_is_of_power_voltage_and_current_of_the_curves_otherwise(grid: Grid) -> None:
    half = {**(curves.QUIET or {}), "current_c_ma": None}
    curves.write(
        grid,
        {grid.masters[0]: curves.evening(curves.QUIET), grid.masters[1]: curves.evening(half, half)},
    )

    found = power_factor.of_areas(grid.station.pk, masters(grid), FIRST, curves.DAY)

    # 2 kW of 3 × 230 V × 3 A; without the current of a phase nobody knows.
    assert found == {grid.areas[0].pk: pytest.approx(2_000 / 2_070)}


def test_registers_that_stand_still_or_of_one_day_alone_tell_nothing(grid: Grid) -> None:
    registers(grid, grid.masters[0], {FIRST: (5, 5), LAST: (5, 5)})
    registers(grid, grid.masters[1], {LAST: (5, 5)})

    assert power_factor.of_areas(grid.station.pk, masters(grid), FIRST, LAST) == {}


def test_the_engine_is_given_the_transformers_of_the_series_in_the_rulebook(grid: Grid) -> None:
    (area, _other) = columns.asked(grid.station.pk, LAST).days.areas

    sizes = {each.capacity_va: each for each in area.sizes}
    assert 200_000 in sizes
    assert sizes[200_000].no_load_kw > 0
    assert list(sizes) == sorted(sizes)
