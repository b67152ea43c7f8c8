"""Lists of 10 kV lines: previewed with row, column and remedy, a feeder whole or not at all, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from diansuo.office.archive.line_models import LineArea, LineList, LineSegment
from diansuo.office.archive.models import AreaTerm, Feeder
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch
from diansuo.office.base.scope import Scope
from diansuo.office.network.lines import feeder_knowing
from tests.office.metering.builder import ALL, NOW, bring_in, make_station, preview, write_csv
from tests.office.network.grid import Grid

pytestmark = pytest.mark.django_db

HEADINGS = ("线路名称", "线段编号", "上级线段", "导线型号", "长度(m)", "下接台区编号")


@pytest.fixture
def grid() -> Grid:
    """The feeder 东线 with areas T1 and T2 and a customer's own transformer T3."""
    return Grid()


def row(number: str, upper: str = "", areas: str = "", **cells: Any) -> dict[str, Any]:
    plain = {"线路名称": "东线", "线段编号": number, "上级线段": upper, "下接台区编号": areas}
    return {**plain, "导线型号": "JKLYJ-120", "长度(m)": "800", **cells}


def own_lines(**first: Any) -> list[dict[str, Any]]:
    return [row("1", **first), row("2", "1", "T1、T3"), row("3", "1", "T2", 线路名称="F1", 导线型号="LGJ70")]


def listed(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, HEADINGS, list(rows))


def refusals(batch: ImportBatch) -> list[tuple[Any, ...]]:
    found = operations.verdicts.load(operations.verdict_file(batch), Outcome.REFUSED)
    assert all(one["remedy"] for one in found)
    return [(one["row"], one["column"], one["value"], one["reason"]) for one in found]


def test_a_feeder_s_lines_are_stored_by_its_name_or_its_number_with_the_transformers_at_their_ends(
    grid: Grid, tmp_path: Path
) -> None:
    batch = bring_in("feeder_lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)

    assert batch.counts["new"] == 3 and batch.station == grid.station
    assert LineList.objects.get().feeder == grid.feeder
    kept = list(
        LineSegment.objects.order_by("id").values_list("number", "upper_number", "conductor", "length_cm")
    )
    assert kept == [
        ("1", "", "JKLYJ-120", 80_000), ("2", "1", "JKLYJ-120", 80_000), ("3", "1", "LGJ-70", 80_000),
    ]  # fmt: skip
    hung = LineArea.objects.values_list("segment__number", "area__number")
    assert sorted(hung) == [("2", "T1"), ("2", "T3"), ("3", "T2")]


def test_the_same_list_changes_nothing_and_another_takes_its_place_until_it_is_withdrawn(
    grid: Grid, tmp_path: Path
) -> None:
    first = bring_in("feeder_lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)
    again = bring_in("feeder_lines", listed(tmp_path / "b.csv", *own_lines()), now=NOW)
    assert (again.counts["unchanged"], LineList.objects.count()) == (3, 1)

    second = bring_in("feeder_lines", listed(tmp_path / "c.csv", *own_lines(**{"长度(m)": "900"})), now=NOW)
    assert second.counts["changed"] == 3
    with pytest.raises(operations.UnableToWithdraw, match=str(second.pk)):
        operations.withdraw(first, now=NOW)

    operations.withdraw(second, now=NOW)
    assert LineList.objects.get().batch == first and LineList.objects.get().replaced_by is None
    operations.withdraw(first, now=NOW)
    assert not LineList.objects.exists() and not LineArea.objects.exists()


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([row("1", "3"), row("2", "1"), row("3", "2")], ("上级线段", "线段首尾相接成环，接不到变电站")),
        ([row("1", "", "T9")], ("下接台区编号", "档案中没有该台区")),
        ([row("1", "", "T1"), row("2", "1", "T1")], ("下接台区编号", "同一台区接在几段线上")),
        ([row("1", **{"长度(m)": "60000"})], ("长度", "线段长度应在 0 到 50000 米之间")),
        ([row("1"), row("2", "1", 线路名称="F1", 导线型号="铁丝")], ("导线型号", "导线参数表里没有这种导线")),
    ],
)
def test_a_wrong_row_is_named_and_its_feeder_keeps_what_it_has(
    grid: Grid, tmp_path: Path, rows: list[dict[str, Any]], refused: tuple[str, str]
) -> None:
    bring_in("feeder_lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)
    before = set(LineSegment.objects.values_list("pk", flat=True))
    batch, _plan = preview("feeder_lines", listed(tmp_path / "b.csv", *rows), now=NOW)
    assert refused in {(column, reason) for _row, column, _value, reason in refusals(batch)}
    operations.apply(batch, scope=ALL, now=NOW)
    assert set(LineSegment.objects.values_list("pk", flat=True)) == before


def test_a_row_of_a_feeder_nobody_knows_leaves_the_others_alone(grid: Grid, tmp_path: Path) -> None:
    rows = [row("1", "", "T1"), row("2", 线路名称="西线")]
    batch, _plan = preview("feeder_lines", listed(tmp_path / "a.csv", *rows), now=NOW)
    assert refusals(batch) == [(3, "线路名称", "西线", "档案中没有该线路")]
    operations.apply(batch, scope=ALL, now=NOW)
    assert LineList.objects.get().feeder == grid.feeder


def test_a_list_may_name_feeders_by_number_alone_and_a_row_without_either_is_refused(
    grid: Grid, tmp_path: Path
) -> None:
    both = ("线路编号", *HEADINGS)
    rows = [{"线路编号": "F1", **row("1"), "线路名称": ""}, {"线路编号": "F1", **row("2", "1", "T1")}]
    bring_in("feeder_lines", write_csv(tmp_path / "a.csv", both, rows), now=NOW)
    assert LineSegment.objects.filter(line_list__feeder=grid.feeder).count() == 2

    nameless = write_csv(tmp_path / "b.csv", HEADINGS, [{**row("1"), "线路名称": ""}])
    batch, _plan = preview("feeder_lines", nameless, now=NOW)
    assert refusals(batch) == [(2, "线路名称", "", "没有填是哪条线路")]


def test_a_transformer_on_another_feeder_is_remarked_and_one_not_on_the_list_is_noted(
    grid: Grid, tmp_path: Path
) -> None:
    west = Feeder.objects.create(company=grid.station.company, number="F2", name="西线")
    AreaTerm.objects.filter(area=grid.areas[1]).update(feeder=west)
    batch, plan = preview("feeder_lines", listed(tmp_path / "a.csv", row("1", "", "T1、T2")), now=NOW)
    said = operations.verdicts.load(operations.verdict_file(batch), Outcome.NEW)
    assert said[0]["reason"] == "档案里 T2 挂在 西线"
    assert any("1 台配变不在清单里" in note for note in plan.notes), "T3 hangs here and is not on the list"


def test_a_viewer_knows_the_feeders_of_their_own_stations_alone(grid: Grid) -> None:
    other = make_station("西村供电所")
    assert feeder_knowing.feeders({"东线"}, Scope(frozenset({other.pk})), "") == {}
    (mine,) = feeder_knowing.feeders({"东线"}, Scope(frozenset({grid.station.pk})), "")["东线"]
    assert (mine.pk, mine.station_id) == (grid.feeder.pk, grid.station.pk)
    assert feeder_knowing.feeders({"F1"}, ALL, "西村供电所") == {}


def test_a_list_is_of_an_area_or_of_a_feeder_never_of_both_or_none(grid: Grid, tmp_path: Path) -> None:
    batch = bring_in("feeder_lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)
    for of in ({}, {"area": grid.areas[0], "feeder": grid.feeder}):
        with pytest.raises(IntegrityError), transaction.atomic():
            LineList.objects.create(batch=batch, **of)
