"""Lists of low-voltage lines: previewed with row, column and remedy, an area whole or not at all, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from diansuo.office.archive.line_models import LineList, LinePoint, LineSegment
from diansuo.office.archive.models import PointArea
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch
from diansuo.office.network.lines import standing
from diansuo.office.network.technical import rules
from tests.office.metering.builder import ALL, NOW, bring_in, preview, write_csv
from tests.office.network.grid import FIRST, Grid

pytestmark = pytest.mark.django_db

HEADINGS = ("台区编号", "线段编号", "上级线段", "相别", "导线型号", "长度(m)", "下接用户编号")


@pytest.fixture
def grid() -> Grid:
    """Area T1 with customers 001 and 002, area T2 with 003 and 004."""
    return Grid()


def row(number: str, upper: str = "", customers: str = "", **cells: Any) -> dict[str, Any]:
    plain = {
        "台区编号": "T1",
        "线段编号": number,
        "上级线段": upper,
        "相别": "ABC",
        "下接用户编号": customers,
    }
    return {**plain, "导线型号": "JKLYJ-70", "长度(m)": "50", **cells}


def own_lines(**first: Any) -> list[dict[str, Any]]:
    return [
        row("1", **first),
        row("2", "1"),
        row("H1", "1", "001", 相别="A", 导线型号="BLV16", **{"长度(m)": "20.5"}),
        row("H2", "2", "002", 相别="B相", 导线型号="BLV-2×16"),
    ]


def listed(path: Path, *rows: dict[str, Any]) -> Path:
    return write_csv(path, HEADINGS, list(rows))


def applied(file: Path) -> ImportBatch:
    """Preview and apply a file some rows of which are refused."""
    batch, _plan = preview("lines", file, now=NOW)
    return operations.apply(batch, scope=ALL, now=NOW)


def refusals(batch: ImportBatch) -> list[tuple[Any, ...]]:
    found = operations.verdicts.load(operations.verdict_file(batch), Outcome.REFUSED)
    assert all(one["remedy"] for one in found)
    return [(one["row"], one["column"], one["value"], one["reason"]) for one in found]


def test_lines_are_stored_with_the_library_s_conductors_and_the_customers_points(
    grid: Grid, tmp_path: Path
) -> None:
    batch = bring_in("lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)

    assert batch.counts["new"] == 4 and batch.station == grid.station
    kept = list(
        LineSegment.objects.order_by("id").values_list(
            "number", "upper_number", "phase", "conductor", "length_cm"
        )
    )
    assert kept == [
        ("1", "", "ABC", "JKLYJ-70", 5000), ("2", "1", "ABC", "JKLYJ-70", 5000),
        ("H1", "1", "A", "BLV-16", 2050), ("H2", "2", "B", "BLV-16", 5000),
    ]  # fmt: skip
    hung = LinePoint.objects.values_list("segment__number", "point__contract__customer__number")
    assert sorted(hung) == [("H1", "001"), ("H2", "002")]


def test_the_same_list_again_changes_nothing_and_another_takes_its_place_until_it_is_withdrawn(
    grid: Grid, tmp_path: Path
) -> None:
    first = bring_in("lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)
    again = bring_in("lines", listed(tmp_path / "b.csv", *own_lines()), now=NOW)
    assert (again.counts["unchanged"], LineList.objects.count()) == (4, 1)

    second = bring_in("lines", listed(tmp_path / "c.csv", *own_lines(**{"长度(m)": "99"})), now=NOW)
    assert second.counts["changed"] == 4
    assert any("现有清单整体替换，4 段变为 4 段" in note for note in second.notes)
    assert LineList.objects.get(replaced_by__isnull=True).batch == second
    with pytest.raises(operations.UnableToWithdraw, match=str(second.pk)):
        operations.withdraw(first, now=NOW)

    operations.withdraw(second, now=NOW)
    assert LineList.objects.get().batch == first and LineList.objects.get().replaced_by is None
    assert LineSegment.objects.count() == 4
    operations.withdraw(first, now=NOW)
    assert not LineList.objects.exists() and not LinePoint.objects.exists()


def test_every_wrong_row_is_named_with_its_column_and_the_area_keeps_what_it_has(
    grid: Grid, tmp_path: Path
) -> None:
    bring_in("lines", listed(tmp_path / "a.csv", *own_lines()), now=NOW)
    before = set(LineSegment.objects.values_list("pk", flat=True))
    rows = [
        row("1", 导线型号="铁丝"),
        row("2", "9"),
        row("3", **{"长度(m)": "-1"}),
        row("4", "1", "777"),
        row("5"),
        row("5"),
        row("6", 台区编号="T9"),
        row("7"),
    ]
    batch, _plan = preview("lines", listed(tmp_path / "b.csv", *rows), now=NOW)

    assert refusals(batch) == [
        (2, "导线型号", "铁丝", "导线参数表里没有这种导线"),
        (3, "上级线段", "9", "清单里没有上级线段"),
        (4, "长度", "-1", "线段长度应在 0 到 5000 米之间"),
        (5, "上级线段", "1", "清单里没有上级线段"),
        (6, "线段编号", "5", "线段编号重复"),
        (7, "线段编号", "5", "线段编号重复"),
        (8, "台区编号", "T9", "档案中没有该台区"),
        (9, "台区编号", "T1", "本台区另有不能导入的行，整个台区不导入"),
    ]
    operations.apply(batch, scope=ALL, now=NOW)
    assert set(LineSegment.objects.values_list("pk", flat=True)) == before


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        ([row("1", "3"), row("2", "1"), row("3", "2")], ("上级线段", "线段首尾相接成环，接不到配变")),
        ([row("1", "", "777")], ("下接用户编号", "档案中没有该用户")),
        ([row("1", "", "001"), row("2", "1", "001")], ("下接用户编号", "同一用户接在几段线上")),
    ],
)
def test_rings_and_customers_nobody_knows_are_refused_and_nothing_is_written(
    grid: Grid, tmp_path: Path, rows: list[dict[str, Any]], refused: tuple[str, str]
) -> None:
    batch = applied(listed(tmp_path / "a.csv", *rows))
    assert refused in {(column, reason) for _row, column, _value, reason in refusals(batch)}
    assert batch.counts["refused"] == len(rows) and not LineList.objects.exists()


def test_one_area_s_fault_leaves_the_others_alone(grid: Grid, tmp_path: Path) -> None:
    rows = [row("1", customers="777"), row("1", customers="003、004", 台区编号="T2")]
    applied(listed(tmp_path / "a.csv", *rows))
    assert [one.area.number for one in LineList.objects.all()] == ["T2"]
    assert LinePoint.objects.count() == 2


def test_a_customer_booked_on_another_area_is_remarked_and_taken(grid: Grid, tmp_path: Path) -> None:
    batch, plan = preview("lines", listed(tmp_path / "a.csv", row("1", customers="001,003")), now=NOW)
    said = operations.verdicts.load(operations.verdict_file(batch), Outcome.NEW)
    assert said[0]["reason"] == "档案里 003 挂在 T2"
    assert any("1 户不在清单里" in note for note in plan.notes), "002 hangs here and is not on the list"


def test_an_area_s_lines_come_with_its_meters_those_not_listed_at_a_middling_place(
    grid: Grid, tmp_path: Path
) -> None:
    rows = [*own_lines()[:3], row("H3", "2", "003", 相别="C")]
    bring_in("lines", listed(tmp_path / "a.csv", *rows), now=NOW)
    points = [each.pk for each in (*grid.customers[:2], grid.customers[2])]
    found = standing.of_area(grid.areas[0].pk, points, ["", "B", ""], rules.in_force(FIRST))

    assert found.known and found.unplaced == 1
    assert found.consumers.segment.tolist() == [2, 3, 3]
    assert found.consumers.phase.tolist() == [0, 1, 2], "the archive's phase, else the service line's"
    assert found.segments.length_m.tolist() == [50, 50, 20.5, 50]

    other = standing.of_area(grid.areas[1].pk, points, ["A", "", "ABC"], rules.in_force(FIRST))
    assert not other.known and other.consumers.phase.tolist() == [0, 1, 3]
    assert PointArea.objects.exists()
