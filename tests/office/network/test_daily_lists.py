"""The daily lists on pages, as files and from the command line: who is on them, and what is missing for the rest."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from diansuo.cli.app import app
from diansuo.core.network.daily_lists import Winding
from diansuo.core.network.runs import Verdict
from diansuo.office.archive.models import AreaTerm, PointArea, VectorGroup
from diansuo.office.base.models import Post, Staff, User
from diansuo.office.base.scope import Scope
from diansuo.office.network.summer import listing, queries, rules
from tests.office.base import pages
from tests.office.network.curves import DAY, QUIET, evening, single, write
from tests.office.network.grid import Grid

pytestmark = pytest.mark.django_db
HEAVY = dict(QUIET or {}, power_w=16_000, current_a_ma=25_000, current_b_ma=25_000, current_c_ma=25_000)
LIMITS_DAY = date(2024, 10, 1)


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    for kept in (queries._latest, queries._areas, queries._voltages):
        kept.cache_clear()


def areas(grid: Grid) -> list[queries.AreaRow]:
    return queries.areas_on(Scope(frozenset({grid.station.pk})), DAY)


def test_a_heavy_evening_is_listed_with_its_hours_and_what_the_master_measured() -> None:
    grid = Grid()
    write(grid, {grid.masters[0]: evening(HEAVY), grid.masters[1]: evening(QUIET)})
    heavy, quiet = areas(grid)
    row = listing.load_row(heavy, rules.thresholds(LIMITS_DAY))

    # 3 × 230 V × 25 A × 10 = 172.5 kVA of 200.
    assert (heavy.heavy.verdict, heavy.overloaded.verdict) == (Verdict.FULFILLED, Verdict.CLEAR)
    assert (row["code"], row["worst_va"], row["rate_bp"]) == ("is", 172_500, 8625)
    assert (row["span"], row["lasting"], row["points"]) == ("19:00–21:00", "2 小时", "96/96")
    assert heavy.measured
    assert (quiet.heavy.verdict, listing.load_row(quiet, rules.thresholds(LIMITS_DAY))["code"]) == (
        Verdict.CLEAR,
        "clear",
    )


def test_a_master_without_a_curve_is_not_normal_and_the_row_says_what_is_missing() -> None:
    grid = Grid()
    write(grid, {grid.masters[0]: evening(None, HEAVY, range(1, 97))})
    AreaTerm.objects.filter(area=grid.areas[1]).update(capacity_va=None)
    first, second = areas(grid)

    assert first.heavy.verdict == Verdict.NOT_COLLECTED
    said = listing.load_row(second, rules.thresholds(LIMITS_DAY))
    assert (second.heavy.verdict, said["code"]) == (Verdict.NOT_COLLECTED, "none")
    assert said["remark"] == "台区总表当天没有曲线；档案没有配变容量"


def test_one_missing_point_leaves_a_heavy_evening_open() -> None:
    grid = Grid()
    heavy = evening(HEAVY)
    write(grid, {grid.masters[0]: lambda day, slot: None if (day, slot) == (DAY, 80) else heavy(day, slot)})
    row = listing.load_row(areas(grid)[0], rules.thresholds(LIMITS_DAY))

    assert (row["code"], row["points"]) == ("open", "95/96")
    assert "缺 1 点" in row["remark"]


def test_the_vector_group_of_the_archive_decides_about_imbalance() -> None:
    grid = Grid()
    apart = dict(HEAVY, current_b_ma=20_000)  # 20 % apart
    write(grid, {grid.masters[0]: evening(apart), grid.masters[1]: evening(apart)})
    AreaTerm.objects.filter(area=grid.areas[0]).update(winding=VectorGroup.YYN0)
    star, unknown = areas(grid)

    assert (star.winding, star.imbalance.verdict) == (Winding.STAR, Verdict.FULFILLED)
    assert (unknown.winding, unknown.imbalance.verdict) == (Winding.UNKNOWN, Verdict.UNDECIDED)
    assert "联结组别" in listing.balance_row(unknown)["remark"]


def test_low_voltage_names_the_customer_and_counts_the_meters_without_curves() -> None:
    grid = Grid()
    low = evening(single(190.5), single(228.0), range(77, 81))
    write(grid, {grid.customers[0]: low, grid.customers[1]: lambda _day, _slot: single(225.0)})
    found = queries.voltages_on(Scope(frozenset({grid.station.pk})), DAY)

    (row,) = found.rows
    assert (row.customer_number, row.low.worst, row.low.minutes) == ("001", 190_500, 60)
    assert found.meters == 4
    assert found.counts == {Verdict.FULFILLED: 1, Verdict.CLEAR: 1, Verdict.NOT_COLLECTED: 2}


def test_a_three_phase_meter_is_judged_by_all_its_phases() -> None:
    grid = Grid()
    PointArea.objects.filter(point=grid.customers[0]).update(phase=PointArea.Phase.THREE)
    write(grid, {grid.customers[0]: lambda _day, _slot: single(228.0)})

    found = queries.voltages_on(Scope(frozenset({grid.station.pk})), DAY)
    assert found.counts[Verdict.NOT_COLLECTED] == 4  # phases B and C never came


@pytest.mark.parametrize(
    ("name", "said"), [("daily_loads", "T1台区"), ("daily_balance", "T1台区"), ("daily_voltages", "001")]
)
def test_the_pages_show_the_latest_day_and_export_it(client: Client, name: str, said: str) -> None:
    grid = Grid()
    heavy = dict(HEAVY, current_a_ma=28_000, current_b_ma=17_000, current_c_ma=28_000)
    low = evening(single(190.5), single(228.0), range(77, 81))
    write(grid, {grid.masters[0]: evening(heavy), grid.customers[0]: low})
    user = User.objects.create(username="loss")
    user.groups.add(Post.objects.get(code="loss").group)
    Staff.objects.create(station=grid.station, user=user, name="loss", number="loss")
    client.force_login(user, pages.BACKEND)

    page = client.get(reverse(name))
    assert page.status_code == 200
    assert "2024-10-20" in page.content.decode()
    assert said in page.content.decode()
    book = client.get(reverse(name), {"export": "xlsx", "day": DAY.isoformat(), "kind": ""})
    rows = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "日期"
    assert [row[0] for row in rows[1:]] == [DAY]
    assert client.get(reverse(name), {"day": "gestern"}).status_code == 400
    assert "没有" in client.get(reverse(name), {"q": "nobody"}).content.decode()


def test_nothing_of_another_station_is_on_the_lists() -> None:
    grid, other = Grid(), Grid("西村供电所", "x")
    write(
        grid,
        {grid.masters[0]: evening(HEAVY), grid.customers[0]: evening(single(190), single(228), range(1, 9))},
    )

    scope = Scope(frozenset({other.station.pk}))
    assert {row.station_id for row in queries.areas_on(scope, DAY)} == {other.station.pk}
    assert queries.voltages_on(scope, DAY).rows == []
    assert queries.latest_day(scope, DAY) is None


@pytest.mark.django_db(transaction=True)
def test_the_command_writes_every_area_of_the_latest_day(tmp_path: Path) -> None:
    grid = Grid()
    write(grid, {grid.masters[0]: evening(HEAVY)})
    file = tmp_path / "loads.csv"
    done = CliRunner().invoke(app, ["export", "lists", "loads", "--day", DAY.isoformat(), "-o", str(file)])

    assert done.exit_code == 0, done.output
    table = pl.read_csv(file)
    assert table["判定"].to_list() == ["重载", "无曲线"]
    assert table["最大视在功率（kVA）"].to_list()[0] == 172.5
