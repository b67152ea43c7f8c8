"""Estimates: made for losses and checks, followed by the truth at once, and never anywhere near a bill (不得估抄)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from diansuo.core.metering.estimation import Way
from diansuo.office.base.models import Station, User
from diansuo.office.metering import lake
from diansuo.office.metering.estimates import queries
from diansuo.office.metering.estimates.operations import Made, estimate_month
from diansuo.office.metering.models import Consumption, CurveEstimate, DayEstimate, Finding
from diansuo.office.network import months
from tests.office.metering import builder
from tests.office.network.grid import FIRST, Grid, Rows

pytestmark = pytest.mark.django_db

OFFICE = Path(__file__).resolve().parents[3] / "src" / "diansuo" / "office"
NOW = datetime(2024, 11, 6, 1, tzinfo=UTC)
MONTH, DAYS = 202410, 12
SILENT = (4, 5, 6)
"""Days of October, counted from 0, at whose 0:00 the first customer's register is missing."""


@pytest.fixture
def grid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grid:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    made = Grid()
    rows = made.days(DAYS)
    silent = [FIRST + timedelta(days=at) for at in SILENT]
    made.freeze([row for row in rows if row[0] != made.customers[0] or row[1] not in silent])
    return made


def sold_kwh(grid: Grid, at: int) -> float:
    """What the first area sold on a day."""
    station = Station.objects.get(pk=grid.station.pk)
    found = months.of_month(station.pk, station.revision, MONTH)
    return float(found.area.of.outlet_forward_wh[0, found.at(FIRST + timedelta(days=at))]) / 1000


def made(grid: Grid, way: Way = Way.CLASS_PROFILE) -> Made:
    return estimate_month(grid.station, MONTH, way=way, user=None, now=NOW)


def states() -> list[str]:
    rows = queries.of_month(builder.ALL, MONTH).order_by("of_date")
    return [row.state for row in queries.rows_of(builder.ALL, rows, NOW.date())]


@pytest.mark.parametrize("way", [each for each in Way if each != Way.MEASURED])
def test_a_gap_is_filled_to_what_flowed_and_counts_in_the_loss(grid: Grid, way: Way) -> None:
    assert sold_kwh(grid, 4) == 48.5
    assert made(grid, way) == Made(4, 1, 0)
    rows = DayEstimate.objects.order_by("of_date")
    assert [row.of_date.day for row in rows] == [4, 5, 6, 7]
    assert sum(row.energy_wh for row in rows) == 4 * 48_500
    assert {row.way for row in rows} == {int(way)}
    assert sold_kwh(grid, 4) == 97.0
    station = Station.objects.get(pk=grid.station.pk)
    month = months.of_month(station.pk, station.revision, MONTH)
    assert (
        month.area.of.outlets_known[0, month.at(FIRST + timedelta(days=4))] == 1
    )  # the collection stays as it is
    assert made(grid, way) == Made(0, 0, 0)
    assert DayEstimate.objects.count() == 4


def late(grid: Grid, *registers: tuple[int, str]) -> None:
    rows: Rows = [(grid.customers[0], FIRST + timedelta(days=at), shown, None) for at, shown in registers]
    grid.freeze(rows)


def test_a_true_register_that_comes_late_is_followed_by_all_that_used_the_estimate(grid: Grid) -> None:
    made(grid)
    late(grid, (4, "194"), (5, "204"), (6, "300"))
    assert sold_kwh(grid, 4) == 10 + 48.5
    assert states() == ["true"] * 4
    (row,) = [
        each
        for each in queries.rows_of(builder.ALL, queries.of_month(builder.ALL, MONTH), NOW.date())
        if each.day == date(2024, 10, 5)
    ]
    assert (row.true_wh, row.error_wh) == (10_000, 38_500)


def test_one_register_inside_the_gap_makes_the_rest_stale_until_estimated_anew(grid: Grid) -> None:
    made(grid)
    late(grid, (5, "200"))
    assert states() == ["stale"] * 4
    assert sold_kwh(grid, 4) == 48.5
    assert made(grid).days == 4
    assert states() == ["standing"] * 4
    assert DayEstimate.objects.count() == 8  # what was used before is kept
    assert sold_kwh(grid, 4) + sold_kwh(grid, 3) == pytest.approx(2 * 48.5 + 200 - 3 * 48.5, abs=0.001)


def test_an_open_gap_is_stale_once_a_later_register_says_what_flowed(grid: Grid) -> None:
    last = FIRST + timedelta(days=DAYS)
    grid.freeze([row for row in grid.days(DAYS + 2) if row[1] > last and row[0] != grid.customers[0]])
    made(grid)
    assert states()[-2:] == ["standing"] * 2
    late(grid, (DAYS + 3, "700"))
    assert states()[-2:] == ["stale"] * 2


def test_customers_that_feed_in_and_masters_are_never_estimated(grid: Grid) -> None:
    batch = grid.days(DAYS + 2)
    keep = [row for row in batch if row[1] > FIRST + timedelta(days=DAYS) and row[0] not in grid.masters]
    grid.freeze(keep)
    assert {row.point_id for row in DayEstimate.objects.all()} <= {one.pk for one in grid.customers}
    made(grid)
    assert not DayEstimate.objects.filter(point__in=grid.masters).exists()


def test_no_estimate_reaches_a_settlement_a_check_or_a_bill(grid: Grid, tmp_path: Path) -> None:
    """The day of reading has no register: the month stays unread, estimated or not."""
    row = {"用户编号": "001", "电能表编号": "m001", "本次示数": "0", "抄表日期": "2024-10-01"}
    builder.bring_in("readings", builder.reading_list(tmp_path / "r.csv", row), period=202410)
    builder.issue(grid.station, 202410)

    def settled() -> tuple[list[object], list[object]]:
        builder.settle(grid.station, 202411)
        names = ("point", "status", "total_wh", "estimated", "from_date", "to_date")
        return (
            list(Consumption.objects.filter(period=202411).order_by("point").values_list(*names)),
            list(
                Finding.objects.filter(period=202411).order_by("point", "rule").values_list("point", "rule")
            ),
        )

    before = settled()
    assert made(grid).days
    assert settled() == before
    assert "R-MISSING" in {rule for _point, rule in before[1]}  # type: ignore[misc]


def test_nothing_that_settles_or_bills_knows_the_room_of_estimates() -> None:
    """Whoever imports it there makes estimates part of a bill: this test is the wall."""
    may = ("estimates", "exceptions", "models.py", "estimate_models.py", "urls.py", "migrations")
    names = ("DayEstimate", "CurveEstimate", "metering.estimates", "estimate_models")
    files = [
        *(OFFICE / "metering").rglob("*.py"), *(OFFICE / "billing").rglob("*.py"),
        *(OFFICE / "collection").rglob("*.py"), *(OFFICE.parent / "shadow").rglob("*.py"),
    ]  # fmt: skip
    guilty = [
        str(file)
        for file in files
        if not (file.parts[-2] in may or file.name in may)
        and any(name in file.read_text(encoding="utf-8") for name in names)
    ]
    assert len(files) > 100
    assert guilty == []


def test_missing_points_of_a_curve_are_filled_with_way_and_band_beside_what_came(
    grid: Grid, tmp_path: Path
) -> None:
    rows = [
        {"用户编号": "001", "表资产号": "m001", "日期": "2024-10-03", "点号": str(slot), "有功功率": "2"}
        for slot in range(1, 97)
        if slot not in (40, 41)
    ]
    headings = ("用户编号", "表资产号", "日期", "点号", "有功功率")
    builder.bring_in("curve", builder.write_csv(tmp_path / "c.csv", headings, rows))
    assert made(grid).curves == 1
    one = CurveEstimate.objects.get()
    assert (one.slots, sum(one.power_w), one.to_register) == ([40, 41], 48_500 * 4 - 94 * 2000, True)
    assert made(grid).curves == 0
    assert len(lake.read_curve_frame([grid.station.pk], date(2024, 10, 3), date(2024, 10, 4))) == 94


def test_the_page_shows_way_band_and_truth(grid: Grid, client: Client) -> None:
    client.force_login(User.objects.create_user("boss", is_superuser=True))
    address = reverse("estimates", args=[MONTH])
    assert "这个月没有估算" in client.get(address).content.decode()
    made(grid)
    text = client.get(address).content.decode()
    assert "同类形状" in text
    assert "48.50" in text
    area = client.get(reverse("loss_area", args=[grid.areas[0].pk]) + "?day=2024-10-05&period=2024-10")
    assert "其中估算" in area.content.decode()
