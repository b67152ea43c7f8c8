"""Whose energy a search counts on which day: the same as the area's page, and nobody who left is accused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from diansuo.core.metering import Purpose, Register
from diansuo.core.network.causes import CauseKind
from diansuo.core.network.causes.ranking import causes_of
from diansuo.office.archive.models import Contract, Meter, MeteringPoint, MeterInstallation
from diansuo.office.base import revision
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import RegisterReading
from diansuo.office.network.area import queries as area_page
from diansuo.office.network.causes import columns
from diansuo.office.network.causes.limits import thresholds
from tests.office.network.grid import FIRST, Grid
from tests.office.network.test_cause_job import DAYS, LAST, ninety_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def grid(monkeypatch: pytest.MonkeyPatch) -> Grid:
    """Ninety days: area 1 loses what its lines must, area 2 loses 17 kWh a day more."""
    return ninety_days(monkeypatch)


def close(grid: Grid, point: MeteringPoint, days_ago: int) -> None:
    """Close a contract: the customer's last day lies ``days_ago`` + 1 days before the last."""
    Contract.objects.filter(pk=point.contract_id).update(closed_date=LAST - timedelta(days=days_ago))
    renew(grid)


def renew(grid: Grid) -> None:
    revision.bump([grid.station.pk])
    grid.station = Station.objects.get(pk=grid.station.pk)


def exchange(grid: Grid, point: MeteringPoint, days_ago: int, used_kwh: str) -> None:
    """Hang a new meter in the middle of a day: the old one ends 10 kWh later, the new one begins at 5."""
    day = LAST - timedelta(days=days_ago)
    old = MeterInstallation.objects.get(point=point)
    ended = Decimal(used_kwh) * (day - FIRST).days + 10
    new = Meter.objects.create(company=grid.station.company, asset_number="M9")
    held = old.meter
    old.change_from(day + timedelta(days=1), meter=new)
    for meter, purpose, shown in ((held, Purpose.FINAL, ended), (new, Purpose.INITIAL, Decimal(5))):
        RegisterReading.objects.create(
            point=point, meter=meter, register=Register.ACTIVE_TOTAL, read_date=day, purpose=purpose,
            register_wh=int(shown * 1000),
        )  # fmt: skip
    grid.freeze(
        [
            (point, day + timedelta(days=1 + later), str(Decimal(used_kwh) * (1 + later) - 5), None)
            for later in range(days_ago + 1)
        ]
    )
    renew(grid)


def test_the_search_and_the_page_see_the_same_rest_on_every_day_whoever_came_left_moved_or_was_exchanged(
    grid: Grid,
) -> None:
    close(grid, grid.customers[2], days_ago=9)
    grid.customers[0].areas.get().change_from(LAST - timedelta(days=39), area_id=grid.areas[1].pk)
    exchange(grid, grid.customers[3], days_ago=20, used_kwh="90")

    asked = columns.asked(grid.station.pk, LAST)

    for area, seen in zip(grid.areas[:2], asked.days.areas, strict=True):
        page = area_page.area_days(Scope.everything(), area.pk, LAST, DAYS)
        assert page is not None
        assert [day.rest_wh for day in page.days] == np.rint(seen.residual_wh).tolist()


def test_who_left_counts_on_his_days_and_is_not_accused(grid: Grid) -> None:
    gone = grid.customers[2]
    close(grid, gone, days_ago=9)

    asked = columns.asked(grid.station.pk, LAST)

    row, area = asked.points[1].index(gone.pk), asked.days.areas[1]
    assert np.allclose(area.use_wh[row, :-10], 90_000)
    assert area.use_wh[row, -10:].tolist() == [0.0] * 10
    assert area.left.tolist() == [True, False]
    found = causes_of(asked.days, thresholds(LAST)).of(1)
    assert row not in found.customer.tolist()


def test_that_somebody_left_makes_nobody_suspect(grid: Grid) -> None:
    close(grid, grid.customers[0], days_ago=9)
    asked = columns.asked(grid.station.pk, LAST)
    area = asked.days.areas[0]
    # The master sees no more of who left: as it is in truth.
    supply = area.supply_wh.copy()
    supply[-10:] -= 48_500
    seen = replace(asked.days, areas=(replace(area, supply_wh=supply), asked.days.areas[1]))

    assert np.allclose(seen.areas[0].residual_wh, asked.days.areas[0].residual_wh[0])
    found = causes_of(seen, thresholds(LAST)).of(0)
    assert set(found.kind.tolist()) <= {CauseKind.OVERSIZED}  # four kilowatts of 200 kVA: no loss of the area


def test_who_left_before_the_days_looked_at_is_not_there(grid: Grid) -> None:
    close(grid, grid.customers[2], days_ago=DAYS + 3)

    asked = columns.asked(grid.station.pk, LAST)

    assert grid.customers[2].pk not in asked.points[1]
