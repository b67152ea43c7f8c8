"""What is missing until losses can be computed: the meter, since when, whose it is, and what mending it brings back."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from diansuo.cli import export
from diansuo.core.network import LossKind
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base import revision
from diansuo.office.base.models import Station, WorkOrder
from diansuo.office.base.scope import Scope
from diansuo.office.network import queries as losses
from diansuo.office.network.lacking import listing, queries
from diansuo.office.network.lacking.needs import Kind
from diansuo.office.network.lacking.queries import Lack
from tests.office.network.grid import FIRST, Grid
from tests.office.network.test_pages import _signed_in, _text

pytestmark = pytest.mark.django_db
SCOPE = Scope.everything()
DAY = date(2024, 10, 6)


def said(lacks: list[Lack]) -> list[tuple[str, str, str, int, int]]:
    return [(one.kind, one.name, one.meter, len(one.areas), len(one.feeders)) for one in lacks]


def silent_from(grid: Grid, points: list[MeteringPoint], day: date) -> None:
    grid.freeze([row for row in grid.days(9) if row[0] not in points or row[1] < day])


def test_a_silent_master_brings_back_its_area_and_with_the_feeder_more(tmp_path: Path) -> None:
    grid = Grid()
    silent_from(grid, [grid.masters[0]], date(2024, 10, 5))

    found = queries.on_day(SCOPE, DAY)

    assert (found.areas, found.feeders) == (1, 1)
    assert said(found.lacks) == [("silent", "T1台区", "M1", 1, 1)]
    (one,) = found.lacks
    assert (one.since, one.certain, one.manager, one.feeders) == (date(2024, 10, 5), True, "经理1", ("东线",))


def test_what_alone_makes_most_computable_comes_first() -> None:
    grid = Grid()
    silent_from(grid, [grid.masters[0], grid.customers[2]], date(2024, 10, 5))

    found = queries.on_day(SCOPE, DAY)

    assert said(found.lacks) == [("silent", "T1台区", "M1", 1, 1), ("collection", "T2台区", "", 1, 0)]
    low = found.lacks[1]
    assert [(one.customer, one.meter, one.since) for one in low.missing] == [
        ("003", "m003", date(2024, 10, 5))
    ]
    assert (low.enough, low.unclear) == (1, 0)
    assert "1 只表缺电量，补回 1 只即可算" in listing.detail(low)


def test_mended_in_their_order_each_brings_back_what_it_says() -> None:
    """Mend what stands first, again and again: as many areas come back as were named, and in the end all of them."""
    grid = Grid()
    broken = [grid.masters[0], grid.masters[1], grid.customers[2], grid.gate]
    silent_from(grid, broken, date(2024, 10, 5))
    by_meter = {"M1": grid.masters[0], "M2": grid.masters[1], "": grid.customers[2], "G1": grid.gate}

    def uncomputable() -> set[str]:
        rows = [*losses.loss_on(SCOPE, DAY), *losses.loss_of_feeders(SCOPE, DAY, date(2024, 10, 7))]
        return {one.name for one in rows if one.kind == LossKind.UNCOMPUTABLE}

    for _round in range(len(broken)):
        first = queries.on_day(SCOPE, DAY).lacks[0]
        before = uncomputable()
        grid.freeze(
            [row for row in grid.days(9) if row[0] == by_meter[first.meter] and row[1] >= date(2024, 10, 5)]
        )
        assert before - uncomputable() == {*first.areas, *first.feeders}
    assert uncomputable() == set()
    assert queries.on_day(SCOPE, DAY).lacks == []


def test_a_master_the_archive_does_not_have_is_named_as_such() -> None:
    grid = Grid()
    grid.freeze(grid.days(9))
    MeteringPoint.objects.filter(pk=grid.masters[1].pk).update(master_of=None, gate_of=grid.feeder)
    revision.bump([grid.station.pk])

    kinds = {(one.kind, one.name) for one in queries.on_day(SCOPE, DAY).lacks}
    assert (Kind.NO_MASTER, "T2台区") in kinds


def test_a_month_wants_the_registers_of_its_two_ends() -> None:
    grid = Grid()
    grid.freeze([row for row in grid.days(9) if row[0] != grid.masters[0] or row[1] != FIRST])

    found = queries.in_month(SCOPE, 202410)

    assert said(found.lacks) == [("silent", "T1台区", "M1", 1, 1)]
    assert not found.lacks[0].certain
    assert queries.on_day(SCOPE, DAY).lacks == []


def test_the_page_names_the_task_there_is_and_dispatches_another() -> None:
    grid = Grid()
    silent_from(grid, [grid.masters[0], grid.customers[2]], date(2024, 10, 5))
    client = _signed_in(grid, "head")
    page = _text(client, "/loss/missing/?day=2024-10-06")

    assert "不可算：2 个台区、1 条线路。先补前 2 项，可算回 2 个台区。" in page
    assert "总表无冻结" in page and "2024-10-05" in page
    assert page.index("M1") < page.index("T2台区")
    assert 'name="subject"' in page
    assert "/loss/missing/?period=202410" in _text(client, "/loss/?period=202410")
    month = _text(client, "/loss/missing/?of=month&period=202410")
    assert "总表无冻结" in month


def test_another_station_sees_nothing_of_this_one() -> None:
    grid = Grid()
    silent_from(grid, [grid.masters[0]], date(2024, 10, 5))
    other = Grid("西村供电所", "B")
    other.freeze(other.days(9))
    page = _text(_signed_in(other, "head"), "/loss/missing/?day=2024-10-06")
    assert "T1台区" not in page and "每个台区、每条线路都算得出线损" in page
    assert queries.on_day(Scope(frozenset([other.station.pk])), DAY).lacks == []


def test_it_leaves_as_a_list_by_day_and_by_month(tmp_path: Path) -> None:
    grid = Grid()
    silent_from(grid, [grid.masters[0], grid.customers[2]], date(2024, 10, 5))
    for arguments in (["--day", "2024-10-06"], ["--period", "2024-10"]):
        file = tmp_path / "m.csv"
        answer = CliRunner().invoke(export.app, ["missing", "-o", str(file), *arguments])
        assert answer.exit_code == 0, answer.output
        with file.open(encoding="utf-8-sig") as stream:
            rows = list(csv.DictReader(stream))
        assert [row["电能表编号"] for row in rows] == ["M1", ""]
        assert rows[0]["补好可算的台区、线路"] == "T1台区、东线"
        assert rows[1]["无冻结的用户表"] == "003 m003 2024-10-05"
    answer = CliRunner().invoke(
        export.app, ["missing", "-o", "x.csv", "--day", "2024-10-06", "--period", "2024-10"]
    )
    assert answer.exit_code != 0


def test_two_areas_cost_as_many_questions_as_one(django_assert_max_num_queries) -> None:  # noqa: ANN001
    grid = Grid()
    silent_from(grid, [grid.masters[0], grid.masters[1], grid.customers[2]], date(2024, 10, 5))
    queries.on_day(SCOPE, DAY)
    with django_assert_max_num_queries(14):
        queries.on_day(SCOPE, DAY)
    assert Station.objects.count() == 1
    assert WorkOrder.objects.count() == 0
