"""What a main meter has registered is sold once, whatever meters or agreed shares stand behind it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from diansuo.core.metering.energy import PointRelation
from diansuo.office.archive.models import MeteringPoint, MeterInstallation, PointArea, PointTerm, ShareKind
from diansuo.office.desk import page_queries as home
from diansuo.office.network import queries
from diansuo.office.network.area import gap_queries
from diansuo.office.network.technical import queries as technical
from tests.office.metering import builder
from tests.office.metering.builder import ALL, SINCE
from tests.office.network.grid import FIRST, Grid

pytestmark = pytest.mark.django_db
LAST = FIRST + timedelta(days=3)


@pytest.fixture
def grid() -> Grid:
    """Area T1: master 100 kWh a day, customers 001 and 002 with 48.5 each."""
    return Grid()


def behind(grid: Grid, main: MeteringPoint, **term: object) -> MeteringPoint:
    """Return a point on T1 that stands behind another."""
    point = builder.household(grid.station, "006", "m006")
    PointArea.objects.create(point=point, area=grid.areas[0], valid_from=SINCE)
    PointTerm.objects.create(point=point, behind=main, **{"valid_from": SINCE, **term})
    return point


def sold(grid: Grid) -> tuple[int, int]:
    (day,) = [
        one
        for one in queries.loss_of_areas(ALL, FIRST, FIRST + timedelta(days=1))
        if one.id == grid.areas[0].pk
    ]
    return day.sold_wh, day.outlets


@pytest.mark.parametrize(
    ("relation", "counted"),
    [
        (PointRelation.SERIES, 0),
        (PointRelation.TRANSFER, 0),
        (PointRelation.PARALLEL, 1),
        (PointRelation.OWN, 1),
    ],
)
def test_a_meter_behind_another_is_not_sold_twice_and_one_beside_it_is(
    grid: Grid, relation: PointRelation, counted: int
) -> None:
    inner = behind(grid, grid.customers[0], relation=int(relation))
    rows = [(inner, FIRST + timedelta(days=at), str(20 * at), None) for at in range(4)]
    grid.freeze([*grid.days(3), *rows])
    assert sold(grid) == (97_000 + 20_000 * counted, 2 + counted)


def test_an_agreed_share_has_no_meter_that_could_be_missing(grid: Grid) -> None:
    behind(grid, grid.customers[0], share=ShareKind.FIXED_RATIO, ratio_ppm=300_000)
    grid.freeze(grid.days(4))
    assert sold(grid) == (97_000, 2)
    assert gap_queries.gaps(ALL, grid.areas[0].pk, FIRST, LAST) == []
    found = technical.of_area(ALL, grid.areas[0].pk, FIRST, LAST)
    assert found.meters == [2] * 4 and found.filled == [0] * 4


def test_a_meter_counts_again_once_it_no_longer_stands_behind_another(grid: Grid) -> None:
    inner = behind(grid, grid.customers[0], relation=int(PointRelation.SERIES), valid_to=FIRST)
    grid.freeze(
        [*grid.days(3), *[(inner, FIRST + timedelta(days=at), str(20 * at), None) for at in range(4)]]
    )
    assert sold(grid) == (117_000, 3)


def test_an_agreed_share_is_not_asked_for_a_meter_and_any_other_point_is(grid: Grid) -> None:
    share = behind(grid, grid.customers[0], share=ShareKind.FIXED_RATIO, ratio_ppm=300_000)
    MeterInstallation.objects.filter(point=share).delete()
    home._gaps.cache_clear()
    assert home.gaps(ALL, period=None).points_without_meter == 0

    PointTerm.objects.filter(point=share).update(share=ShareKind.NONE, ratio_ppm=None)
    home._gaps.cache_clear()
    assert home.gaps(ALL, period=None).points_without_meter == 1
