"""Customers read on other days: how many there are in a month, what their freezes correct, and what is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Job, Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import Consumption
from diansuo.office.network import exporting, month_listing, other_days
from tests.office.network.grid import Grid
from tests.office.network.test_pages import _signed_in, _text

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = date(2024, 10, 1), date(2024, 11, 1)


def settle(grid: Grid, point: MeteringPoint, first: date, last: date, kwh: float) -> None:
    """Store what the customer was settled by."""
    job, _made = Job.objects.get_or_create(
        key="m",
        defaults={"kind": "cycle", "station": grid.station, "created_at": datetime(2024, 11, 2, tzinfo=UTC)},
    )
    Consumption.objects.create(
        point=point,
        period=202411,
        job=job,
        status=0,
        from_date=first,
        to_date=last,
        total_wh=round(kwh * 1000),
    )


@pytest.fixture
def grid() -> Grid:
    """October: customer 1 on the days themselves, 2 three days late, 3 ends two days early, 4 froze nothing."""
    made = Grid()
    made.freeze([row for row in made.days(31) if row[0] != made.customers[3]])
    one, two, three, four = made.customers
    settle(made, one, OCTOBER, NOVEMBER, 48.5 * 31)
    settle(made, two, OCTOBER + timedelta(3), NOVEMBER + timedelta(3), 48.5 * 31 + 20)
    settle(made, three, OCTOBER, NOVEMBER - timedelta(2), 90 * 29)
    settle(made, four, OCTOBER + timedelta(3), NOVEMBER + timedelta(3), 2790)
    return made


def test_the_freezes_say_how_much_and_of_whom_nobody_can_say(grid: Grid) -> None:
    found = other_days.of_areas(Station.objects.get(pk=grid.station.pk), 202410)
    first, second = (found[area.pk] for area in grid.areas[:2])
    assert (first.settled, first.other, first.corrected, first.corrected_wh) == (2, 1, 1, -20_000)
    assert (second.settled, second.other, second.corrected, second.corrected_wh) == (2, 2, 1, 180_000)
    assert (second.left, second.left_wh) == (1, 2_790_000)


def test_the_loss_itself_already_stands_on_the_freezes(grid: Grid) -> None:
    """Area 1 loses 3 %, whatever its customers were settled by; the difference is what the correction names."""
    (row,) = [row for row in month_listing.rows(Scope.everything(), 202410) if row["id"] == grid.areas[0].pk]
    assert (row["supply_wh"], row["sold_wh"], row["rate_bp"]) == (3_100_000, 3_007_000, 300)
    settled = sum(Consumption.objects.filter(point__in=grid.customers[:2]).values_list("total_wh", flat=True))
    assert row["sold_wh"] == settled + row["corrected_wh"]


def test_the_page_and_the_file_say_so(grid: Grid) -> None:
    page = _text(_signed_in(grid, "head"), "/loss/months/?period=202410")
    assert "4 户结算，3 户结算起止日与同期不同：2 户已按日冻结校正，合计 160.00 kWh" in page
    assert "1 户没有两端冻结，未能校正，其结算电量 2,790.00 kWh" in page
    rows = [
        dict(zip(exporting.HEADINGS, row, strict=True))
        for row in exporting.rows_of_month(Scope.everything(), period=202410)
    ]
    (area,) = [row for row in rows if row["编号"] == "T2" and row["周期"] == "月"]
    assert (area["非同期抄表户数"], area["已按冻结校正户数"], area["校正电量（kWh）"]) == ("2", "1", "180.00")
    assert (area["未能校正户数"], area["未校正户结算电量（kWh）"]) == ("1", "2790.00")
    assert {row["校正电量（kWh）"] for row in rows if row["层级"] != "台区"} == {""}


def test_a_month_nobody_was_settled_in_says_so() -> None:
    made = Grid()
    made.freeze(made.days(9))
    page = _text(_signed_in(made, "head"), "/loss/months/?period=202410")
    assert "还没有结算过的用户" in page
    assert 'scope="col">未能校正' not in page
    assert 'class="number">未能校正' not in page
