"""What is written: workbooks that repeat byte for byte, csv whole or not at all, no text that turns into a formula."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from python_calamine import CalamineWorkbook

from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.guard import check_workbook
from diansuo.office.base.sheets.read import parse_columns, read_tables
from diansuo.office.base.sheets.template import template_xlsx
from diansuo.office.base.sheets.write import write_csv, write_xlsx

DANGEROUS = [
    "=1+1",
    "+A1",
    "-A1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "=5",
    "＝1+1",
    '=HYPERLINK("http://x")',
]


def sheet_text(content: bytes, part: str = "xl/worksheets/sheet1.xml") -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(part).decode()


def cells(content: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def test_the_same_rows_give_the_same_bytes_at_any_time() -> None:
    rows = [["0041", Decimal("12.30"), date(2024, 8, 1), 5, None, "张三"]]
    with time_machine.travel(datetime(2026, 3, 1, tzinfo=UTC)):
        first = write_xlsx("欠费", ["a", "b", "c", "d", "e", "f"], rows)
    with time_machine.travel(datetime(2027, 9, 9, 9, 9, tzinfo=UTC)):
        second = write_xlsx("欠费", ["a", "b", "c", "d", "e", "f"], iter(rows))

    assert first == second


def test_values_come_back_from_a_workbook_as_they_went_in() -> None:
    moment = datetime(2024, 8, 1, 4, 30, tzinfo=UTC)
    row = [
        "0041",
        Decimal("12.30"),
        date(2024, 8, 1),
        5,
        None,
        4130009000000020240007,
        Decimal("0.028889375"),
        moment,
    ]
    [_, back] = cells(write_xlsx("表", list("abcdefgh"), [row]))

    assert back == [
        "0041",
        12.3,
        date(2024, 8, 1),
        5,
        "",
        "4130009000000020240007",
        0.028889375,
        datetime(2024, 8, 1, 12, 30),  # noqa: DTZ001  (civil time, as the sheet shows it)
    ]


def test_a_price_shows_all_its_decimals_and_money_two() -> None:
    content = write_xlsx("表", ["a", "b"], [[Decimal("0.028889375"), Decimal("12.5")]])
    styles = sheet_text(content, "xl/styles.xml")

    assert "#,##0.00#######" in styles
    assert '"#,##0.00"' in styles


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula_in_a_workbook(text: str, tmp_path: Path) -> None:
    content = write_xlsx(text, [text, "b"], [[text, text]])

    assert "<f>" not in sheet_text(content)
    assert [row[0] for row in cells(content)] == [text.replace("\r", "\r")] * 2
    path = tmp_path / "out.xlsx"
    path.write_bytes(content)
    check_workbook(path)


@pytest.mark.parametrize("name", ["欠费[2024/08]", "a:b*c?", "'引号'", "长" * 60, "", "///"])
def test_any_title_gives_a_workbook(name: str) -> None:
    assert cells(write_xlsx(name, ["a"], [["1"]])) == [["a"], ["1"]]


def test_a_csv_has_the_signature_and_says_how_many_rows(tmp_path: Path) -> None:
    path = tmp_path / "账单.csv"

    assert write_csv(path, ["用户编号", "电费"], [["0041", Decimal("12.30")], ["0042", None]]) == 2
    assert path.read_bytes() == "\ufeff用户编号,电费\r\n0041,12.30\r\n0042,\r\n".encode()


def test_a_csv_that_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "账单.csv"
    path.write_bytes(b"old")

    def rows() -> Iterator[list[str]]:
        yield ["0041"]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        write_csv(path, ["用户编号"], rows())

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_in_a_csv_starts_as_a_formula(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_csv(path, ["a"], [[text]])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        [_, [back]] = csv.reader(stream)

    assert back == "'" + text


@pytest.mark.parametrize("value", ["-12.30", "+8", "-.5", Decimal("-12.30"), -5, "-", "0041", "张三-1", ""])
def test_numbers_and_plain_text_stay_as_they_are_in_a_csv(value: Any, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_csv(path, ["a", "b"], [[value, "b"]])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        [_, [back, _b]] = csv.reader(stream)

    assert back == str(value)


MANY = {f"第{number}类用电用户的选项名称": number for number in range(40)}
COLUMNS = [
    Column("number", "用户编号", kind="id", required=True, example="0041020017", help="十位或十三位"),
    Column("name", "用户名称", required=True, example="张三", aliases=("客户名称",)),
    Column("kind", "用电类别", kind="choice", choices={"居民": 1, "农业": 2}, example="居民"),
    Column("class", "用户分类", kind="choice", choices=MANY, example="第7类用电用户的选项名称"),
    Column("capacity", "合同容量(kVA)", kind="decimal", example="8"),
    Column("connected", "送电日期", kind="date", example="2012-05-01"),
    Column("month", "电费年月", kind="month", example="202408"),
    Column("reading_day", "抄表例日", kind="integer", example="1"),
]


def test_a_template_comes_back_with_every_heading_known_and_its_example_read(tmp_path: Path) -> None:
    path = tmp_path / "模板.xlsx"
    path.write_bytes(template_xlsx("用户档案", COLUMNS))

    [table] = read_tables(path, path.name, COLUMNS, {})
    parsed = parse_columns(table, COLUMNS)

    assert (table.sheet, table.header_row, table.unknown_headings) == ("用户档案", 1, [])
    assert set(table.fields) == {column.field for column in COLUMNS}
    assert parsed.problems == []
    assert {field: values[0] for field, values in parsed.values.items()} == {
        "number": "0041020017",
        "name": "张三",
        "kind": 1,
        "class": 7,
        "capacity": Decimal(8),
        "connected": date(2012, 5, 1),
        "month": 202408,
        "reading_day": 1,
    }


def test_a_template_offers_every_choice_however_long_the_list() -> None:
    content = template_xlsx("用户档案", COLUMNS)
    rules = re.findall(
        r'<dataValidation type="list"[^>]*sqref="([A-Z0-9:]+)"><formula1>([^<]+)', sheet_text(content)
    )

    assert rules == [("C2:C5001", "'选项'!$A$1:$A$2"), ("D2:D5001", "'选项'!$B$1:$B$40")]
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    offered = workbook.get_sheet_by_name("选项").to_python()
    assert [row[1] for row in offered] == list(MANY)
    assert [row[0] for row in offered[:2]] == ["居民", "农业"]


def test_a_templates_columns_are_text_so_that_ids_keep_their_zeros() -> None:
    content = template_xlsx("用户档案", COLUMNS)
    styles = sheet_text(content, "xl/styles.xml")
    column = re.search(r'<col min="1" max="\d+"[^>]*style="(\d+)"', sheet_text(content))

    assert column
    formats = re.findall(r'<xf numFmtId="(\d+)"', styles.partition("<cellXfs")[2])
    assert f'<numFmt numFmtId="{formats[int(column[1])]}" formatCode="@"/>' in styles


def test_a_template_explains_each_column_and_repeats_byte_for_byte() -> None:
    content = template_xlsx("用户档案", COLUMNS)
    explained = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("填写说明").to_python()

    assert [row[0] for row in explained[1:]] == [column.heading for column in COLUMNS]
    assert explained[1] == ["用户编号", "是", "编号（文本）", "", "十位或十三位"]
    assert explained[2][3] == "客户名称"
    with time_machine.travel(datetime(2027, 9, 9, tzinfo=UTC)):
        assert template_xlsx("用户档案", COLUMNS) == content
