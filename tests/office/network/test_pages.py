"""The loss pages: what they show, what they refuse, what they say when nothing was imported, and what they export."""

from __future__ import annotations

import csv
import re
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from diansuo.core.network import LossKind
from diansuo.office.base.models import Post, Staff, User
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.write import write_csv
from diansuo.office.base.work_orders.links import unsigned
from diansuo.office.network import exporting, queries
from diansuo.office.network.wording import percent
from tests.office.base import pages
from tests.office.network.grid import FIRST, Grid

pytestmark = pytest.mark.django_db
ADDRESSES = ("/loss/", "/loss/list/", "/loss/missing/", "/loss/months/", "/loss/trend/", "/loss/feeders/")


@pytest.fixture
def grid() -> Grid:
    """A grid with five days of registers; the master of area 1 is silent from 10-05 on."""
    made = Grid()
    rows = [row for row in made.days(6) if row[0] != made.masters[0] or row[1] < date(2024, 10, 5)]
    made.freeze(rows)
    return made


@pytest.fixture
def head(grid: Grid) -> Client:
    """The station head's browser."""
    return _signed_in(grid, "head")


def _signed_in(grid: Grid, post: str) -> Client:
    user = User.objects.create(username=f"{post}{grid.mark}")
    user.groups.add(Post.objects.get(code=post).group)
    Staff.objects.create(station=grid.station, user=user, name=f"{post}{grid.mark}", number=user.username)
    client = Client()
    client.force_login(user, pages.BACKEND)
    return client


def _text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_the_calendar_puts_a_word_a_sign_and_a_rate_into_every_cell(head: Client, grid: Grid) -> None:
    page = _text(head, "/loss/?period=202410")

    assert page.index("T2台区") < page.index("T1台区")  # more abnormal days
    assert '<td class="loss-high"><a href="/loss/areas/' in page
    assert "<b>高</b>10.0" in page
    assert "<b>缺</b>" in page
    assert "<b>经</b>3.0" in page
    assert f"/loss/areas/{grid.areas[2].pk}/" not in page  # a customer's own transformer


def test_the_list_names_the_silent_meter_and_offers_dispatch(head: Client) -> None:
    page = _text(head, "/loss/list/?day=2024-10-06")

    assert "台区总表 M1 从 2024-10-05 起无冻结" in page
    assert "高损" in page
    assert 'name="subject"' in page


def test_the_list_is_narrowed_by_class_manager_and_words(head: Client) -> None:
    manager = Staff.objects.get(name="经理2").pk

    shown = [
        _text(head, f"/loss/list/?day=2024-10-06&{more}")
        for more in ("kind=high", f"kind=abnormal&manager={manager}", "kind=all&q=T1", "kind=small")
    ]

    assert ["T1台区" in page for page in shown] == [False, False, True, False]
    assert ["T2台区" in page for page in shown] == [True, True, False, False]
    assert "这一天没有这类台区" in shown[3]


def test_a_task_made_from_a_row_knows_the_area_and_its_manager(head: Client) -> None:
    row = next(one for one in queries.loss_on(Scope.everything(), FIRST) if one.kind == LossKind.HIGH)
    page = _text(head, f"/loss/areas/{row.area_id}/?day={FIRST}")
    link = page.split('href="/tasks/new/')[1].split('"')[0] if 'href="/tasks/new/' in page else None

    assert link or "subject=" in page
    assert row.manager_id == Staff.objects.get(name="经理2").pk


def test_the_page_of_an_area_shows_its_silent_meter_and_its_history(head: Client, grid: Grid) -> None:
    page = _text(head, f"/loss/areas/{grid.areas[0].pk}/?day=2024-10-06")

    assert "2024-10-05" in page
    assert "M1" in page
    assert "台区参数" in page
    assert f"/areas/{grid.areas[0].pk}/" in page


def test_a_customer_whose_register_fell_is_not_passed_over(grid: Grid) -> None:
    grid.freeze([(grid.customers[0], date(2024, 10, 3), "1", None)])
    client = _signed_in(grid, "head")

    page = _text(client, f"/loss/areas/{grid.areas[0].pk}/?day=2024-10-02")

    assert "当天示数齐全" not in page
    assert "另有 1 户示数齐而电量不明" in page


def test_the_page_of_an_area_in_the_archive_leads_to_its_losses(head: Client, grid: Grid) -> None:
    area = grid.areas[0].pk

    assert f'href="/loss/areas/{area}/"' in _text(head, f"/areas/{area}/")


def test_feeders_and_the_station_are_listed(head: Client) -> None:
    page = _text(head, "/loss/feeders/?day=2024-10-02")

    assert "东线" in page
    assert "东村供电所" in page
    assert _text(head, "/loss/trend/?period=202410").count("data-chart") == 1


def test_a_feeder_has_a_page_with_the_parts_of_its_loss_and_what_stands_on_it(
    head: Client, grid: Grid
) -> None:
    address = f"/loss/feeders/{grid.feeder.pk}/"
    assert address in _text(head, "/loss/feeders/?day=2024-10-02")
    page = _text(head, f"{address}?day=2024-10-03")

    assert "典型负荷，估算线路" in page and "kind=feeder_lines" in page, (
        "how it was computed, and what would narrow it"
    )
    assert "其中线路" in page and "其中配变" in page and "误差带" in page
    assert all(area.name in page for area in grid.areas)
    assert "专变" in page


def test_a_feeder_that_cannot_be_computed_says_why_and_one_of_elsewhere_is_not_there(
    head: Client, grid: Grid
) -> None:
    page = _text(head, f"/loss/feeders/{grid.feeder.pk}/?day=2024-10-05")
    assert "采集不足" in page or "总表" in page
    other = Grid("西村供电所", mark="w")
    assert head.get(f"/loss/feeders/{other.feeder.pk}/").status_code == 404


def test_feeders_and_the_station_can_be_dispatched_too_by_those_who_may(head: Client, grid: Grid) -> None:
    tokens = re.findall(r'name="only" value="([^"]+)"', _text(head, "/loss/feeders/?day=2024-10-06"))

    subjects = unsigned(tokens)

    assert {one.source for one in subjects} == {"loss"}
    assert {one.station_id for one in subjects} == {grid.station.pk}
    assert len(subjects) >= 2
    assert 'name="only"' not in _text(_signed_in(grid, "manager"), "/loss/feeders/?day=2024-10-06")


@pytest.mark.parametrize("url", ["/loss/list/?day=2024-10-02&kind=all", "/loss/feeders/?day=2024-10-02"])
def test_lists_leave_as_workbooks(head: Client, url: str) -> None:
    answer = head.get(f"{url}&export=xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert len(rows) == (
        5 if "feeders" in url else 3
    )  # the two voltage levels stand below feeder and station
    assert 3.0 in rows[1] or 10.0 in rows[1] or 2.2 in rows[1]


@pytest.mark.parametrize("query", ["period=2024", "period=202413", "day=2024-10-40", "period=999912"])
def test_an_address_that_is_no_month_or_day_is_refused(head: Client, query: str) -> None:
    assert head.get(f"/loss/?{query}").status_code == 400


def test_days_and_months_without_data_say_what_to_import(head: Client) -> None:
    assert "导入" in _text(head, "/loss/?period=202301")
    assert "当天和次日 0:00 的示数" in _text(head, "/loss/list/?day=2023-01-05")


def test_before_any_import_every_page_says_which_import_fills_it() -> None:
    empty = Grid()
    client = _signed_in(empty, "loss")

    for url in ADDRESSES:
        assert "日冻结电量" in _text(client, url), url
    assert "日冻结电量" in _text(client, f"/loss/areas/{empty.areas[0].pk}/")


def test_another_station_sees_no_area_of_this_one(grid: Grid) -> None:
    other = Grid("西村供电所", mark="x")
    other.freeze(other.days(2))
    client = _signed_in(other, "head")

    assert "T2台区" not in _text(client, "/loss/?period=202410")
    assert "T2台区" not in _text(client, "/loss/list/?day=2024-10-02&kind=all")
    assert client.get(f"/loss/areas/{grid.areas[0].pk}/").status_code == 404


def test_the_calendar_does_not_ask_more_for_more_days(head: Client, django_assert_max_num_queries) -> None:  # noqa: ANN001
    head.get("/loss/?period=202410")
    with django_assert_max_num_queries(20):
        head.get("/loss/?period=202410")


def test_a_month_leaves_as_csv(grid: Grid, tmp_path: Path) -> None:
    rows = exporting.rows_of_month(Scope.everything(), period=202410)
    write_csv(tmp_path / "loss.csv", exporting.HEADINGS, rows)
    with (tmp_path / "loss.csv").open(encoding="utf-8-sig", newline="") as stream:
        found = list(csv.DictReader(stream))

    by_level = {(row["层级"], row["周期"]) for row in found}
    month = next(row for row in found if row["编号"] == "T2" and row["周期"] == "月")
    assert by_level == {
        (level, cycle) for level in ("台区", "线路", "电压等级", "全所") for cycle in ("日", "月")
    }
    assert (month["供电量（kWh）"], month["售电量（kWh）"], month["损失电量（kWh）"]) == (
        "1200.00",
        "1080.00",
        "120.00",
    )
    assert (month["线损率（%）"], month["分类"]) == ("10.00", "高损")


@pytest.mark.parametrize(
    ("rate_bp", "decimals", "text"),
    [
        (None, 2, "—"),
        (5, 2, "0.05"),
        (-5, 1, "-0.1"),
        (-4, 1, "0.0"),
        (1949, 1, "19.5"),
        (-1950, 2, "-19.50"),
    ],
)
def test_rates_are_written_with_halves_away_from_zero(rate_bp: int | None, decimals: int, text: str) -> None:
    assert percent(rate_bp, decimals) == text
