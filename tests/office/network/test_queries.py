"""Losses as rows: levels, membership of the day, silent meters with their day, exchanges, money, other stations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from diansuo.core.metering import Purpose, Register
from diansuo.core.network import LossKind, Reason
from diansuo.office.archive.models import AreaTerm, Meter, MeteringPoint, MeterInstallation, PointArea
from diansuo.office.base import revision
from diansuo.office.base.reach import Part
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import RegisterReading
from diansuo.office.network import area_queries, page_queries, prices, queries
from diansuo.office.network.area import gap_queries
from diansuo.office.network.area import queries as area_page
from tests.office.network.grid import FIRST, Grid, Rows

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
NEXT = FIRST + timedelta(days=1)


@pytest.fixture
def grid() -> Grid:
    """A grid with no freezes yet."""
    return Grid()


def _without(rows: Rows, point: MeteringPoint, since: date) -> Rows:
    return [row for row in rows if row[0] != point or row[1] < since]


def test_areas_feeder_and_station_of_a_day(grid: Grid) -> None:
    grid.freeze(grid.days(1))

    areas = queries.loss_on(ALL, FIRST)
    (feeder,) = queries.loss_of_feeders(ALL, FIRST, NEXT)
    (station,) = queries.loss_of_stations(ALL, FIRST, NEXT)

    assert [(one.area_number, one.supply_wh, one.sold_wh, one.rate_bp, one.kind) for one in areas] == [
        ("T1", 100_000, 97_000, 300, LossKind.ECONOMIC),
        ("T2", 200_000, 180_000, 1000, LossKind.HIGH),
    ]
    assert [one.manager for one in areas] == ["经理1", "经理2"]
    assert (feeder.number, feeder.supply_wh, feeder.sold_wh, feeder.outlets) == ("F1", 409_000, 400_000, 3)
    assert (station.supply_wh, station.sold_wh, station.outlets) == (409_000, 377_000, 5)


def test_the_losses_of_the_voltage_levels_are_that_of_the_station(grid: Grid) -> None:
    grid.freeze(grid.days(1))
    medium, low = queries.loss_of_levels(ALL, FIRST, NEXT)
    (station,) = queries.loss_of_stations(ALL, FIRST, NEXT)

    assert (medium.supply_wh, medium.sold_wh, medium.loss_wh) == (409_000, 400_000, 9_000)
    assert (low.supply_wh, low.sold_wh, low.loss_wh, low.rate_bp) == (300_000, 277_000, 23_000, 767)
    assert medium.loss_wh + low.loss_wh == station.loss_wh == 32_000
    assert [(one.groups_known, one.groups) for one in (medium, low)] == [(1, 1), (2, 2)]
    assert [one.loss_wh for one in queries.monthly_loss_of_levels(ALL, 202410)] == [9_000, 23_000]


def test_a_level_leaves_out_both_sides_of_what_cannot_be_computed_and_says_of_how_many_it_is(
    grid: Grid,
) -> None:
    grid.freeze(_without(grid.days(1), grid.masters[0], NEXT))
    medium, low = queries.loss_of_levels(ALL, FIRST, NEXT)

    assert (low.supply_wh, low.sold_wh, low.rate_bp) == (200_000, 180_000, 1000)
    assert (low.groups_known, low.groups) == (1, 2)
    assert (medium.rate_bp, medium.groups_known, medium.groups) == (None, 0, 1)


def test_no_level_of_a_station_is_shown_to_who_sees_a_part_of_it(grid: Grid) -> None:
    grid.freeze(grid.days(1))
    part = Part(grid.station.pk, frozenset({grid.areas[0].pk}), frozenset())

    assert list(queries.loss_of_levels(Scope(frozenset(), part), FIRST, NEXT)) == []


def test_photovoltaics_count_as_supply_of_the_area_and_back_feed_as_supply_of_the_feeder(grid: Grid) -> None:
    rows = grid.days(1)
    back = {grid.customers[0]: "30", grid.masters[0]: "2"}
    rows = [
        (point, day, shown, str(int(back[point]) * (day - FIRST).days) if point in back else None)
        for point, day, shown, _none in rows
    ]
    grid.freeze(rows)

    area = queries.loss_on(ALL, FIRST)[0]
    (feeder,) = queries.loss_of_feeders(ALL, FIRST, NEXT)

    assert (area.supply_wh, area.sold_wh) == (130_000, 117_000)
    assert (area.feed_in_wh, area.back_wh) == (30_000, 20_000)
    assert (feeder.supply_wh, feeder.sold_wh) == (429_000, 400_000)


def test_a_part_of_the_station_shows_the_loss_of_its_areas_and_of_nothing_above(grid: Grid) -> None:
    grid.freeze(grid.days(1))
    station, second = grid.areas[1].station_id, grid.areas[1].pk
    part = Scope(frozenset(), Part(station, frozenset({second}), frozenset()))

    assert [one.number for one in queries.loss_on(part, FIRST)] == ["T2"]
    assert [row.number for row in page_queries.calendar(part, 202410).rows] == ["T2"]
    assert page_queries.trend(part, 202410).areas[0] == 1000
    assert not list(queries.loss_of_area_days(part, grid.areas[0], FIRST, NEXT))
    assert area_page.area_days(part, grid.areas[0].pk, NEXT) is None
    assert not list(queries.loss_of_feeders(part, FIRST, NEXT))
    assert not list(queries.loss_of_stations(part, FIRST, NEXT))


def test_a_silent_master_is_named_with_its_day(grid: Grid) -> None:
    grid.freeze(_without(grid.days(6), grid.masters[0], date(2024, 10, 4)))

    by_day = {
        one.day: one for one in queries.loss_of_areas(ALL, FIRST, date(2024, 10, 7)) if one.number == "T1"
    }
    silent = by_day[date(2024, 10, 5)]
    (feeder,) = queries.loss_of_feeders(ALL, date(2024, 10, 5), date(2024, 10, 6))

    assert [one.kind.name for one in by_day.values()] == ["ECONOMIC"] * 2 + ["UNCOMPUTABLE"] * 4
    assert silent.reason == Reason.NO_MASTER_REGISTER
    assert silent.reason_detail == "台区总表 M1 从 2024-10-04 起无冻结"
    assert (silent.loss_wh, silent.rate_bp, silent.supply_wh, silent.value_fen) == (None, None, None, None)
    assert silent.mean7_rate_bp == 300
    assert feeder.reason == Reason.LOW_COLLECTION
    assert "M1 从 2024-10-04" in feeder.reason_detail


def test_an_area_without_a_master_says_so_and_takes_its_feeder_with_it(grid: Grid) -> None:
    MeterInstallation.objects.filter(point=grid.masters[1]).delete()
    rows = [row for row in grid.days(1) if row[0] != grid.masters[1]]
    grid.masters[1].delete()
    grid.freeze(rows)

    area = queries.loss_on(ALL, FIRST)[1]
    (feeder,) = queries.loss_of_feeders(ALL, FIRST, NEXT)

    assert (area.reason, area.reason_detail) == (Reason.NO_MASTER, "档案里没有台区总表")
    assert (feeder.reason, feeder.outlets, feeder.outlets_known) == (Reason.LOW_COLLECTION, 3, 2)


def test_a_customer_counts_on_the_area_of_the_day(grid: Grid) -> None:
    moved, day = grid.customers[1], date(2024, 10, 3)
    PointArea.objects.get(point=moved).change_from(day, area=grid.areas[1])
    grid.freeze(grid.days(4))

    sold = {
        (one.day.day, one.number): one.sold_wh for one in queries.loss_of_areas(ALL, FIRST, date(2024, 10, 5))
    }
    month = {one.number: one.sold_wh for one in queries.monthly_loss_of_areas(ALL, 202410)}

    assert [sold[at, "T1"] for at in (1, 2, 3, 4)] == [97_000, 97_000, 48_500, 48_500]
    assert [sold[at, "T2"] for at in (1, 2, 3, 4)] == [180_000, 180_000, 228_500, 228_500]
    assert month == {"T1": 3 * 97_000, "T2": 4 * 180_000 + 2 * 48_500}
    events = area_queries.timeline(ALL, grid.areas[1].pk)
    assert [(one.day, one.title) for one in events][0] == (day, "用户调入")
    assert "由 T1台区 调入" in events[0].words


def test_who_is_connected_in_the_month_counts_in_it_from_the_first_freeze(grid: Grid) -> None:
    """Installed on the 3rd, frozen first on the 4th: the month is short of nothing but that one day."""
    new = grid.customers[1]
    PointArea.objects.filter(point=new).update(valid_from=date(2024, 10, 3))
    grid.freeze([row for row in grid.days(6) if row[0] != new or row[1] >= date(2024, 10, 4)])

    month = next(one for one in queries.monthly_loss_of_areas(ALL, 202410) if one.number == "T1")

    assert month.sold_wh == 6 * 48_500 + 3 * 48_500
    days = queries.loss_of_areas(ALL, FIRST, date(2024, 10, 7))
    assert month.sold_wh == sum(one.sold_wh or 0 for one in days if one.number == "T1")


def test_a_closed_contract_counts_no_longer(grid: Grid) -> None:
    grid.customers[1].contract.closed_date = NEXT
    grid.customers[1].contract.save()
    grid.freeze(grid.days(2))

    days = [one.outlets for one in queries.loss_of_areas(ALL, FIRST, date(2024, 10, 3)) if one.number == "T1"]

    assert days == [2, 1]


@pytest.mark.parametrize("known", [True, False])
def test_an_exchanged_master_is_bridged_only_by_its_registers(grid: Grid, known: bool) -> None:
    point, day = grid.masters[0], date(2024, 10, 2)
    new = Meter.objects.create(company=grid.station.company, asset_number="M9")
    rows = [row for row in grid.days(2) if row[0] != point or row[1] < date(2024, 10, 3)]
    old = MeterInstallation.objects.get(point=point)
    grid.freeze(rows)
    old.change_from(date(2024, 10, 3), meter=new)
    if known:
        for meter, purpose, wh in ((old.meter, Purpose.FINAL, 14_000), (new, Purpose.INITIAL, 1_000)):
            RegisterReading.objects.create(
                point=point,
                meter=meter,
                register=Register.ACTIVE_TOTAL,
                read_date=day,
                purpose=purpose,
                register_wh=wh,
            )
    grid.freeze([(point, date(2024, 10, 3), "7", None)])

    (_first, second) = (
        one for one in queries.loss_of_areas(ALL, FIRST, date(2024, 10, 3)) if one.number == "T1"
    )

    assert second.reason == (Reason.NONE if known else Reason.EXCHANGE_UNKNOWN)
    assert second.supply_wh == (100_000 if known else None)


def test_a_later_batch_replaces_a_day_and_the_losses_follow(grid: Grid) -> None:
    grid.freeze(grid.days(1))
    before = queries.loss_on(ALL, FIRST)[0].sold_wh

    grid.freeze([(grid.customers[0], NEXT, "50", None)])

    assert (before, queries.loss_on(ALL, FIRST)[0].sold_wh) == (97_000, 98_500)


def test_days_without_registers_are_not_days_without_computable_losses(grid: Grid) -> None:
    grid.freeze(grid.days(3))

    assert queries.latest_loss_day(ALL, date(2024, 11, 1)) == date(2024, 10, 3)
    assert queries.latest_loss_day(ALL, date(2024, 10, 2)) == date(2024, 10, 2)
    assert queries.loss_on(ALL, date(2024, 10, 4)) == []
    assert queries.latest_loss_day(Scope(frozenset()), date(2024, 11, 1)) is None


def test_the_silent_meters_of_an_area_are_listed_masters_first(grid: Grid) -> None:
    rows = _without(grid.days(5), grid.customers[0], date(2024, 10, 3))
    grid.freeze(_without(rows, grid.masters[0], date(2024, 10, 5)))

    found = gap_queries.gaps(ALL, grid.areas[0].pk, FIRST, date(2024, 10, 5))

    assert [(one.meter, one.master, one.since) for one in found] == [
        ("M1", True, date(2024, 10, 5)),
        ("m001", False, date(2024, 10, 3)),
    ]
    assert found[1].customer_number == "001"


def test_losses_are_worth_what_a_source_says(grid: Grid, monkeypatch: pytest.MonkeyPatch) -> None:
    grid.freeze(grid.days(1))
    monkeypatch.setattr(prices, "_sources", [])
    assert queries.loss_on(ALL, FIRST)[1].value_fen is None

    monkeypatch.setattr(prices, "_sources", [lambda _station, _period: 568_000_000])

    assert queries.loss_on(ALL, FIRST)[1].value_fen == 1136  # 20 kWh at 0.568 yuan


def test_another_station_sees_nothing_of_it(grid: Grid) -> None:
    other = Grid("西村供电所", mark="x")
    grid.freeze(grid.days(1))
    theirs = Scope(frozenset([other.station.pk]))

    assert queries.loss_on(theirs, FIRST) == []
    assert list(queries.loss_of_feeders(theirs, FIRST, NEXT)) == []
    assert area_queries.timeline(theirs, grid.areas[0].pk) == []
    assert gap_queries.gaps(theirs, grid.areas[0].pk, FIRST, FIRST) == []


def test_a_change_of_the_archive_is_seen_at_once(grid: Grid) -> None:
    grid.freeze(grid.days(1))
    assert len(queries.loss_on(ALL, FIRST)) == 2

    AreaTerm.objects.filter(area=grid.areas[1]).update(dedicated=True)
    revision.bump([grid.station.pk])

    assert [one.number for one in queries.loss_on(ALL, FIRST)] == ["T1"]
