"""The job that finds causes: what the engine is given of archive and lake, whose its answers are, nothing twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import pytest
from django.utils import timezone

from diansuo.core.network.causes import CauseKind
from diansuo.core.network.causes.kinds import TRANSFORMER_KINDS
from diansuo.core.network.technical import Method
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base import jobs, revision
from diansuo.office.base.models import JobStage
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import ClockRead
from diansuo.office.network.area import queries as area_page
from diansuo.office.network.causes import columns, running
from diansuo.office.network.models import LossFinding
from diansuo.office.network.technical import queries as technical
from tests.office.network.grid import FIRST, Grid

pytestmark = pytest.mark.django_db
DAYS = 90
LAST = FIRST + timedelta(days=DAYS - 1)
TECHNICAL_WH = 3_000


class TechnicalDays:
    """Three kWh a day, within a tenth."""

    def __init__(self, first: date, last: date) -> None:
        count = (last - first).days + 1
        self.day = [first + timedelta(days=at) for at in range(count)]
        self.technical_wh = [TECHNICAL_WH] * count
        self.low_wh, self.high_wh = [2_700] * count, [3_300] * count
        self.meter_wh = [100] * count
        self.method_code = [int(Method.UNKNOWN)] * count


def ninety_days(monkeypatch: pytest.MonkeyPatch) -> Grid:
    """Return a grid of ninety days: area 1 loses what its lines must, area 2 loses 17 kWh a day more."""
    monkeypatch.setattr(technical, "of_area", lambda _scope, _area, first, last: TechnicalDays(first, last))
    monkeypatch.setattr(
        technical,
        "of_areas",
        lambda _scope, _station, areas, first, last: ((area, TechnicalDays(first, last)) for area in areas),
    )
    made = Grid()
    made.freeze(made.days(DAYS))
    return made


@pytest.fixture
def grid(monkeypatch: pytest.MonkeyPatch) -> Grid:
    """Ninety days: area 1 loses what its lines must, area 2 loses 17 kWh a day more."""
    return ninety_days(monkeypatch)


def run(grid: Grid) -> dict[str, int]:
    job = running.prepare(grid.station, LAST, user=None, now=timezone.now())
    jobs.run(job.pk, clock=timezone.now)
    return JobStage.objects.get(job=job, name=running.STAGE).summary


def test_the_engine_sees_the_energy_of_every_day_and_what_the_archive_says(grid: Grid) -> None:
    asked = columns.asked(grid.station.pk, LAST)

    first, second = asked.days.areas
    assert asked.areas == [grid.areas[0].pk, grid.areas[1].pk]  # not the customer's own transformer
    assert asked.points[1] == [grid.customers[2].pk, grid.customers[3].pk]
    assert np.allclose(first.use_wh, 48_500)
    assert np.allclose(second.supply_wh, 200_000)
    assert np.allclose(second.residual_wh, 17_000)
    assert second.multiplier_of_master == 10
    assert asked.days.days == DAYS


def test_the_engine_is_given_the_band_of_the_method_the_technical_loss_was_computed_by(grid: Grid) -> None:
    for area in columns.asked(grid.station.pk, LAST).days.areas:
        assert area.technical_low_wh is not None
        assert area.technical_high_wh is not None
        assert set(area.technical_low_wh.tolist()) == {2_700}
        assert set(area.technical_high_wh.tolist()) == {3_300}


def test_causes_are_found_where_energy_is_missing_and_nowhere_else_and_nothing_twice(grid: Grid) -> None:
    once = run(grid)
    rows = list(LossFinding.objects.values_list("area", "kind", "point", "daily_wh"))
    twice = run(grid)

    assert once["new"] == len(rows) > 0
    assert (twice["new"], twice["again"]) == (0, len(rows))
    # The transformers are much too large for four houses, which is no loss of their areas.
    assert {area for area, kind, *_rest in rows if kind not in TRANSFORMER_KINDS} == {grid.areas[1].pk}
    assert set(LossFinding.objects.values_list("found_date", "seen_date")) == {(LAST, LAST)}
    assert all(kind in set(CauseKind) for _area, kind, _point, _wh in rows)


def test_a_customer_who_came_during_the_history_counts_from_that_day(grid: Grid) -> None:
    hung = grid.customers[2].areas.get()
    came = LAST - timedelta(days=39)
    hung.change_from(came, area_id=grid.areas[0].pk)

    moved = columns.asked(grid.station.pk, LAST)

    row = moved.points[0].index(grid.customers[2].pk)
    assert moved.days.areas[0].use_wh[row, : DAYS - 40].sum() == 0
    assert np.allclose(moved.days.areas[0].use_wh[row, DAYS - 40 :], 90_000)


def test_the_engine_is_given_the_latest_clock_of_the_meter_that_hangs_there(grid: Grid) -> None:
    point = grid.customers[2]
    meter = MeterInstallation.objects.in_force(LAST).get(point=point).meter
    for days_ago, ahead_s in ((3, 9_000), (-1, 10_800), (40, 0), (-2, 60)):
        at = timezone.make_aware(datetime.combine(LAST - timedelta(days=days_ago), time(2)))
        ClockRead.objects.create(point=point, meter=meter, read_at=at, ahead_s=ahead_s)

    asked = columns.asked(grid.station.pk, LAST)

    minutes = asked.days.areas[1].clock_minutes
    assert minutes[asked.points[1].index(point.pk)] == 180
    assert np.isnan(minutes[asked.points[1].index(grid.customers[3].pk)])


def test_the_page_of_the_area_divides_its_loss_and_what_is_left_adds_up(grid: Grid) -> None:
    found = area_page.area_days(Scope.everything(), grid.areas[1].pk, LAST)

    assert found is not None
    assert len(found.days) == area_page.DAYS_SHOWN
    for day in found.days:
        loss = day.loss
        assert loss is not None
        assert day.technical is not None
        assert loss.supply_wh == loss.sold_wh + day.technical.technical_wh + (day.rest_wh or 0)
        assert day.rest_wh == 17_000
        assert day.beyond_band


def test_the_archive_written_to_meanwhile_does_not_stop_a_search_and_registers_that_come_begin_it_afresh(
    grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, times = columns.asked, []

    def meanwhile(station_id: int, last: date) -> columns.Asked:
        times.append(last)
        revision.bump([station_id])
        if len(times) == 1:
            grid.freeze([(grid.customers[0], LAST + timedelta(days=1), "9999", None)])
        return asked(station_id, last)

    monkeypatch.setattr(columns, "asked", meanwhile)
    summary = run(grid)

    assert len(times) == 2  # once more for the registers, not for each write
    assert summary["new"] == LossFinding.objects.count() > 0


def test_an_area_taken_away_before_its_turn_is_left_out(grid: Grid) -> None:
    job = running.prepare(grid.station, LAST, user=None, now=timezone.now())
    job.basis = "x"

    write = running._compute(job, [grid.areas[1].pk, 999_999])

    assert write()["areas"] == 1
