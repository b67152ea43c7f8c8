"""The search for causes begins by itself with what comes, once; or at a button, pressed twice or once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diansuo.office.base import jobs
from diansuo.office.base.imports import kinds
from diansuo.office.base.models import ImportBatch, Job
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.network.causes import columns, job_queries, running
from tests.office.metering import builder, test_clocks, test_curve
from tests.office.metering.test_freeze import freeze, table
from tests.office.network import test_lines
from tests.office.network.grid import FIRST, Grid
from tests.office.network.test_pages import _signed_in

pytestmark = pytest.mark.django_db
ALL = Scope.everything()
NOW = datetime(2024, 11, 5, 1, tzinfo=UTC)


@pytest.fixture
def grid() -> Grid:
    """Five days of registers: losses up to 5 October."""
    made = Grid()
    made.freeze(made.days(5))
    return made


def searches(station_id: int) -> list[tuple[str, str]]:
    """Return the days searched and the state of each job."""
    rows = Job.objects.filter(kind=running.KIND, station=station_id).order_by("id")
    return [(job.options["day"], job.state) for job in rows]


def finish() -> None:
    for job in Job.objects.filter(kind=running.KIND, state=Job.State.QUEUED).order_by("id"):
        jobs.run(job.pk, clock=timezone.now)


def press(client: Client, station_id: int) -> str:
    return client.post(reverse("loss_search", args=[station_id]), follow=True).content.decode()


def test_a_file_of_freezes_is_followed_by_one_search_up_to_the_day_it_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    station = builder.make_station()
    builder.household(station, "0041", "M1")
    days = (("2024-08-01", "1200"), ("2024-08-02", "1206"), ("2024-08-03", "1212"))

    batch = builder.bring_in("freeze", table(tmp_path / "a.csv", *(freeze(*each) for each in days)))
    assert searches(station.pk) == [("2024-08-02", Job.State.QUEUED)]
    assert Job.objects.get(kind=running.KIND).created_by == batch.created_by

    builder.bring_in("freeze", table(tmp_path / "b.csv", freeze("2024-08-04", "1218")))
    builder.bring_in("freeze", table(tmp_path / "c.csv", freeze("2024-08-05", "1224")))
    assert [day for day, _state in searches(station.pk)] == ["2024-08-02", "2024-08-03", "2024-08-04"]

    finish()
    stages = [job.stages.get().plan for job in Job.objects.filter(kind=running.KIND).order_by("id")]
    assert stages[:2] == [[], []]  # overtaken by the last
    assert {state for _day, state in searches(station.pk)} == {Job.State.DONE}


def test_a_file_of_a_time_long_past_and_one_of_a_single_day_are_followed_by_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lake, "_root", lambda: tmp_path / "lake")
    station = builder.make_station()
    builder.household(station, "0041", "M1")

    builder.bring_in("freeze", table(tmp_path / "a.csv", freeze("2024-08-01", "1200")))
    assert searches(station.pk) == []  # one register makes no day
    builder.bring_in("freeze", table(tmp_path / "b.csv", freeze("2024-08-02", "1206")))
    assert len(searches(station.pk)) == 1
    Job.objects.filter(kind=running.KIND).delete()

    builder.bring_in("freeze", table(tmp_path / "c.csv", freeze("2024-03-01", "900")))
    assert searches(station.pk) == []


def clock_of(meter: str, read_at: str) -> dict[str, str]:
    return {"表资产号": meter, "召测时间": read_at, "时钟偏差(分钟)": "7"}


def curve_of(day: str) -> dict[str, str]:
    return {"用户编号": "001", "表资产号": "m001", "日期": day, "点号": "1", "有功功率": "0.5"}


def test_curves_clocks_and_lines_that_come_are_followed_by_one_search_together(
    grid: Grid, tmp_path: Path
) -> None:
    lines = test_lines.listed(tmp_path / "l.csv", *test_lines.own_lines())
    clocks = test_clocks.listed(tmp_path / "c.csv", clock_of("m001", "2024-10-04 02:00:00"))
    curves = test_curve.table(tmp_path / "k.csv", curve_of("2024-10-04"))

    for kind, file in (("lines", lines), ("clocks", clocks), ("curve", curves)):
        builder.bring_in(kind, file, now=NOW)
        assert searches(grid.station.pk) == [("2024-10-05", Job.State.QUEUED)]
    finish()
    assert Job.objects.get(kind=running.KIND).round == 1

    for kind, file in (
        ("lines", test_lines.listed(tmp_path / "m.csv", *test_lines.own_lines(**{"长度(m)": "70"}))),
        ("clocks", test_clocks.listed(tmp_path / "d.csv", clock_of("m002", "2024-10-05 02:00:00"))),
        ("curve", test_curve.table(tmp_path / "n.csv", curve_of("2024-10-05"))),
    ):
        builder.bring_in(kind, file, now=NOW)
        assert searches(grid.station.pk) == [("2024-10-05", Job.State.QUEUED)]
        finish()
        assert searches(grid.station.pk) == [("2024-10-05", Job.State.DONE)]


def test_clocks_put_right_are_looked_at_and_clocks_and_curves_of_a_time_long_past_are_not(
    grid: Grid, tmp_path: Path
) -> None:
    builder.bring_in(
        "clocks", test_clocks.listed(tmp_path / "a.csv", clock_of("m001", "2024-06-04 02:00:00")), now=NOW
    )
    builder.bring_in("curve", test_curve.table(tmp_path / "b.csv", curve_of("2024-06-04")), now=NOW)
    assert searches(grid.station.pk) == []

    first = clock_of("m001", "2024-10-04 02:00:00")
    builder.bring_in("clocks", test_clocks.listed(tmp_path / "c.csv", first), now=NOW)
    finish()
    mended = first | {"时钟偏差(分钟)": "90"}
    builder.bring_in("clocks", test_clocks.listed(tmp_path / "d.csv", mended), now=NOW)
    assert searches(grid.station.pk) == [("2024-10-05", Job.State.QUEUED)]


@pytest.mark.parametrize("kind", ["clocks", "lines"])
def test_a_list_that_comes_while_a_search_runs_begins_it_afresh(
    grid: Grid, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    file = (
        test_clocks.listed(tmp_path / "c.csv", clock_of("m001", "2024-10-04 02:00:00"))
        if kind == "clocks"
        else test_lines.listed(tmp_path / "l.csv", *test_lines.own_lines())
    )
    asked, times = columns.asked, []

    def meanwhile(station_id: int, last: date) -> columns.Asked:
        times.append(last)
        if len(times) == 1:
            builder.bring_in(kind, file, now=NOW)
        return asked(station_id, last)

    monkeypatch.setattr(columns, "asked", meanwhile)
    running.prepare(grid.station, date(2024, 10, 5), user=None, now=NOW)
    finish()

    assert len(times) == 2
    assert searches(grid.station.pk) == [("2024-10-05", Job.State.DONE)]


def test_a_list_of_several_stations_is_followed_by_a_search_of_each_that_has_registers(
    grid: Grid, tmp_path: Path
) -> None:
    other = Grid("西村供电所", mark="x")
    other.freeze(other.days(3))
    Grid("南村供电所", mark="y")
    rows = [clock_of(meter, "2024-10-02 02:00:00") for meter in ("m001", "m001x", "m001y")]

    builder.bring_in("clocks", test_clocks.listed(tmp_path / "c.csv", *rows), now=NOW)

    assert [day for day, _state in searches(grid.station.pk)] == ["2024-10-05"]
    assert [day for day, _state in searches(other.station.pk)] == ["2024-10-03"]
    assert Job.objects.filter(kind=running.KIND).count() == 2


def test_an_upper_app_adds_to_what_follows_a_kind_of_file_and_nobody_twice() -> None:
    kinds.add_follow_up("freeze", running.follow_up)
    kinds.add_follow_up("freeze", running.follow_up)

    followed = kinds.follow_ups("freeze")

    assert followed.count(running.follow_up) == 1
    assert followed[0] == kinds.named("freeze").follow_up
    assert running.follow_up not in kinds.follow_ups("archive")


def test_the_button_pressed_twice_makes_one_job_and_the_page_says_how_far_it_is(grid: Grid) -> None:
    head = _signed_in(grid, "head")
    before = head.get(reverse("loss_findings")).content.decode()
    assert "还没有查找过原因" in before
    assert "diansuo loss find" not in before

    first, second = press(head, grid.station.pk), press(head, grid.station.pk)
    assert "已排队" in first and "已排队" in second
    assert searches(grid.station.pk) == [("2024-10-05", Job.State.QUEUED)]
    assert reverse("loss_search_progress", args=[grid.station.pk]) in second
    assert "查找原因</button>" not in second

    finish()
    after = head.get(reverse("loss_search_progress", args=[grid.station.pk])).content.decode()
    assert "查到 2024-10-05 为止" in after
    assert "查找原因</button>" in after
    assert "hx-get" not in after


def test_pressed_while_it_runs_it_stays_one_job(grid: Grid) -> None:
    head = _signed_in(grid, "head")
    press(head, grid.station.pk)
    now = timezone.now()
    Job.objects.filter(kind=running.KIND).update(
        state=Job.State.RUNNING, holder="elsewhere:1:x", lease_until_at=now + timedelta(seconds=60)
    )

    assert "正在查找，等它完成" in press(head, grid.station.pk)
    assert len(searches(grid.station.pk)) == 1


def test_a_search_that_failed_says_why_and_goes_on_at_the_next_press(grid: Grid) -> None:
    head = _signed_in(grid, "head")
    press(head, grid.station.pk)
    Job.objects.filter(kind=running.KIND).update(state=Job.State.FAILED, error="磁盘已满")

    assert "磁盘已满" in head.get(reverse("loss_findings")).content.decode()
    press(head, grid.station.pk)
    finish()
    assert searches(grid.station.pk) == [("2024-10-05", Job.State.DONE)]


def test_later_registers_are_said_to_wait_for_a_search(grid: Grid) -> None:
    running.prepare(grid.station, FIRST, user=None, now=timezone.now())
    finish()

    (found,) = job_queries.searches(ALL, date(2024, 11, 1))

    assert (found.day, found.could, found.behind) == (FIRST, date(2024, 10, 5), True)
    assert found.done_day == FIRST
    assert "可以再查" in _signed_in(grid, "head").get(reverse("loss_findings")).content.decode()


def test_without_freezes_the_page_sends_to_the_import_and_the_button_makes_nothing() -> None:
    bare = Grid()
    head = _signed_in(bare, "head")

    page = head.get(reverse("loss_findings")).content.decode()
    assert "还没有日冻结示数" in page
    assert "查找原因</button>" not in page
    assert "先导入日冻结电量" in press(head, bare.station.pk)
    assert searches(bare.station.pk) == []


def test_who_may_not_dispatch_sees_how_far_it_is_and_starts_nothing_and_nobody_starts_anothers(
    grid: Grid,
) -> None:
    other = Grid("西村供电所", mark="x")
    manager, stranger = _signed_in(grid, "manager"), _signed_in(other, "head")
    url = reverse("loss_search", args=[grid.station.pk])

    assert manager.post(url).status_code == 403
    assert stranger.post(url).status_code == 404
    assert stranger.get(reverse("loss_search_progress", args=[grid.station.pk])).status_code == 404
    assert _signed_in(grid, "head").get(url).status_code == 405
    assert searches(grid.station.pk) == []


def test_a_batch_without_a_station_is_followed_by_nothing() -> None:
    batch = ImportBatch.objects.create(kind="freeze", file_name="x.csv", created_at=timezone.now())

    assert running.follow_up(batch, timezone.now()) == []
