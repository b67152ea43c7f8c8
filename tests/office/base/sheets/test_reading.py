"""Sheets as stations keep them: titles, merged cells, totals, headings of their own, more than one sheet."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import Table, parse_columns, read_tables
from tests.office.base.sheets.workbooks import sheet_xml, text_row, workbook

COLUMNS = [
    Column("number", "用户编号", "Customer number", kind="id", required=True, aliases=("户号",)),
    Column("name", "用户名称"),
    Column("area", "台区名称"),
    Column("capacity", "合同容量", kind="decimal"),
    Column("connected", "送电日期", kind="date"),
]


def book(path: Path, fill: Callable[[Any, Any], None]) -> Path:
    path = path / "档案.xlsx"
    with xlsxwriter.Workbook(path) as file:
        fill(file, file.add_worksheet("用户"))
    return path


def grid(path: Path, *rows: tuple[Any, ...]) -> Path:
    def fill(_file: Any, sheet: Any) -> None:
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)

    return book(path, fill)


def read(path: Path, aliases: dict[str, str] | None = None) -> Table:
    [table] = read_tables(path, path.name, COLUMNS, aliases or {})
    return table


def refusal(path: Path, aliases: dict[str, str] | None = None) -> SheetRefused:
    with pytest.raises(SheetRefused) as refused:
        read(path, aliases)
    return refused.value


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    table = read(
        grid(
            tmp_path,
            ("某某供电所用户档案",),
            (),
            ("制表:", "李四"),
            ("用户编号", "用户名称"),
            ("0041", "张三"),
        )
    )

    assert (table.header_row, table.row_numbers) == (4, [5])
    assert table.fields == {"number": ["0041"], "name": ["张三"]}


def test_a_sheet_that_begins_far_from_its_corner_keeps_its_row_numbers(tmp_path: Path) -> None:
    def fill(_file: Any, sheet: Any) -> None:
        sheet.write_row("C5", ["用户编号", "用户名称"])
        sheet.write_row("C6", ["0041", "张三"])

    table = read(book(tmp_path, fill))

    assert (table.header_row, table.row_numbers, table.fields["name"]) == (5, [6], ["张三"])


def test_a_merged_title_is_no_data(tmp_path: Path) -> None:
    def fill(_file: Any, sheet: Any) -> None:
        sheet.merge_range("A1:E2", "用户档案")
        sheet.write_row("A3", ["用户编号", "用户名称"])
        sheet.write_row("A4", ["0041", "张三"])

    table = read(book(tmp_path, fill))

    assert table.fields == {"number": ["0041"], "name": ["张三"]}


def test_a_cell_merged_over_rows_belongs_to_each_of_them_and_to_no_other(tmp_path: Path) -> None:
    def fill(_file: Any, sheet: Any) -> None:
        sheet.write_row("A1", ["台区名称", "用户编号", "合同容量"])
        sheet.merge_range("A2:A4", "光明台区")
        sheet.merge_range("A6:A7", "幸福台区")
        for row in range(2, 9):
            sheet.write(f"B{row}", f"00{row}")
        sheet.merge_range("C3:C4", 8)

    table = read(book(tmp_path, fill))

    assert table.fields["area"] == ["光明台区"] * 3 + [""] + ["幸福台区"] * 2 + [""]
    assert table.fields["capacity"] == ["", "8", "8", "", "", "", ""]


def test_a_cell_merged_past_the_end_of_the_data_stops_with_it(tmp_path: Path) -> None:
    rows = [text_row(1, "用户编号", "用户名称"), text_row(2, "0041", "张三"), text_row(3, "0042")]
    path = workbook(
        tmp_path / "m.xlsx", rows, after='<mergeCells><mergeCell ref="B2:XFD1048576"/></mergeCells>'
    )

    assert read(path).fields["name"] == ["张三", "张三"]


@pytest.mark.parametrize("word", ["合计", "合  计", "总计:", "小计：", "共计", "Total"])
def test_a_row_of_totals_is_left_out_and_noted(word: str, tmp_path: Path) -> None:
    table = read(grid(tmp_path, ("用户编号", "合同容量"), ("0041", 8), (word, 8), ("0042", 4)))

    assert table.fields["number"] == ["0041", "0042"]
    assert table.row_numbers == [2, 4]
    assert [note for note in table.notes if "合计" in note and "第 3 行" in note]


def test_a_customer_whose_name_begins_like_a_total_is_kept(tmp_path: Path) -> None:
    table = read(grid(tmp_path, ("用户名称", "用户编号"), ("合计超市", "0041")))

    assert table.fields["name"] == ["合计超市"]


def test_blank_rows_between_are_passed_over(tmp_path: Path) -> None:
    table = read(
        grid(tmp_path, ("用户编号", "用户名称"), ("0041", "张三"), (), ("  ", "　"), ("0042", "李四"))
    )

    assert table.row_numbers == [2, 5]


def test_headings_match_though_they_differ_in_width_blanks_case_stars_and_units(tmp_path: Path) -> None:
    headings = (" 用户\n编号 *", "Ｕser", "合同容量（ｋＶＡ）*", "台 区 名 称：", "*送电日期[必填]")
    table = read(grid(tmp_path, headings, ("0041", "x", 8, "光明", "2024-08-01")))

    assert set(table.fields) == {"number", "capacity", "area", "connected"}
    assert table.unknown_headings == ["User"]
    assert any("User" in note for note in table.notes)


def test_the_english_heading_is_known(tmp_path: Path) -> None:
    assert read(grid(tmp_path, ("CUSTOMER NUMBER", "用户名称"), ("0041", "张三"))).fields["number"] == [
        "0041"
    ]


def test_two_headings_of_one_column_are_refused_by_name(tmp_path: Path) -> None:
    refused = refusal(grid(tmp_path, ("用户编号", "户号", "用户名称"), ("1", "2", "3")))

    assert "用户编号" in refused.reason
    assert "户号" in refused.reason


def test_the_users_own_alias_wins_over_ours(tmp_path: Path) -> None:
    path = grid(tmp_path, ("户号", "用户编号"), ("张三", "0041"))

    assert read(path, {"户号": "name"}).fields == {"name": ["张三"], "number": ["0041"]}


def test_an_alias_for_another_kind_of_file_is_no_column_here(tmp_path: Path) -> None:
    table = read(
        grid(tmp_path, ("用户编号", "用户名称", "金额"), ("0041", "张三", 5)), {"金额": "paid_amount"}
    )

    assert set(table.fields) == {"number", "name"}
    assert table.unknown_headings == ["金额"]


def test_a_file_without_a_header_says_what_it_found(tmp_path: Path) -> None:
    refused = refusal(grid(tmp_path, ("甲", "乙"), (1, 2)))

    assert "甲、乙" in refused.reason
    assert "别名" in refused.remedy


def test_a_header_below_the_first_twenty_rows_is_not_looked_for(tmp_path: Path) -> None:
    assert "前 20 行" in refusal(grid(tmp_path, *[("甲",)] * 20, ("用户编号", "用户名称"))).reason


def test_a_missing_column_is_named_with_the_headings_that_were_not_known(tmp_path: Path) -> None:
    refused = refusal(grid(tmp_path, ("客户代码", "用户名称", "台区名称"), ("0041", "张三", "光明")))

    assert "用户编号" in refused.reason
    assert "客户代码" in refused.remedy


def test_every_visible_sheet_is_read_hidden_and_foreign_ones_are_not(tmp_path: Path) -> None:
    def fill(file: Any, sheet: Any) -> None:
        for number, other in enumerate([sheet, file.add_worksheet("二所"), file.add_worksheet("隐藏")]):
            other.write_row(0, 0, ["用户编号", "用户名称"])
            other.write_row(1, 0, [f"00{number}", "张三"])
        other.hide()
        file.add_worksheet("说明").write(0, 0, "没有数据")
        file.add_worksheet("空")
        chart = file.add_chart({"type": "line"})
        chart.add_series({"values": "=用户!$A$2:$A$2"})
        file.add_chartsheet("图").set_chart(chart)

    path = book(tmp_path, fill)
    tables = read_tables(path, path.name, COLUMNS, {})

    assert [(table.sheet, table.fields["number"]) for table in tables] == [
        ("用户", ["000"]),
        ("二所", ["001"]),
    ]


def test_dates_numbers_and_ids_come_out_of_cells_as_they_are_shown(tmp_path: Path) -> None:
    def fill(file: Any, sheet: Any) -> None:
        day = file.add_format({"num_format": "yyyy/m/d"})
        sheet.write_row(0, 0, ["用户编号", "合同容量", "送电日期", "用户名称"])
        sheet.write_string(1, 0, "0041020017")
        sheet.write_number(1, 1, 0.1 + 0.2)
        sheet.write_datetime(1, 2, datetime.datetime(2024, 8, 1), day)  # noqa: DTZ001
        sheet.write_boolean(1, 3, True)
        sheet.write_number(2, 0, 4102000011)
        sheet.write_number(2, 1, 301.70999999999981)
        minute = file.add_format({"num_format": "yyyy/m/d h:mm"})
        sheet.write_datetime(2, 2, datetime.datetime(2024, 8, 1, 13, 5), minute)  # noqa: DTZ001
        sheet.write_number(2, 3, 8)
        sheet.write_number(3, 0, 5)
        sheet.write_number(3, 1, 0.00001)
        sheet.write_number(3, 2, 45505)

    parsed = parse_columns(read(book(tmp_path, fill)), COLUMNS)

    assert parsed.problems == []
    assert parsed.values["number"] == ["0041020017", "4102000011", "5"]
    assert parsed.values["capacity"] == [Decimal("0.3"), Decimal("301.71"), Decimal("0.00001")]
    assert parsed.values["connected"] == [datetime.date(2024, 8, 1)] * 3
    assert parsed.values["name"] == ["TRUE", "8", None]


@pytest.mark.parametrize("number", [10**15, 4130009000000020240007, 1.23e20])
def test_an_id_that_excel_has_shortened_is_refused_with_the_remedy(number: float, tmp_path: Path) -> None:
    parsed = parse_columns(read(grid(tmp_path, ("用户编号", "用户名称"), (number, "张三"))), COLUMNS)

    [problem] = parsed.problems
    assert "末几位已丢失" in problem.reason
    assert "文本" in problem.remedy


def test_an_error_cell_is_a_problem_not_an_empty_cell(tmp_path: Path) -> None:
    rows = [
        text_row(1, "用户编号", "合同容量"),
        '<row r="2"><c r="A2" t="e"><v>#N/A</v></c><c r="B2" t="e"><v>#DIV/0!</v></c></row>',
        '<row r="3"><c r="A3"><v>41</v></c><c t="e"><v>#REF!</v></c></row>',
    ]
    parsed = parse_columns(read(workbook(tmp_path / "e.xlsx", rows)), COLUMNS)

    assert [(problem.row, problem.column, problem.value) for problem in parsed.problems] == [
        (2, "用户编号", "#N/A"),
        (2, "合同容量", "#DIV/0!"),
        (3, "合同容量", "#REF!"),
    ]
    assert all("错误值" in problem.reason and problem.remedy for problem in parsed.problems)


def test_an_error_cell_under_a_prefix_and_far_right_is_a_problem_too(tmp_path: Path) -> None:
    text = sheet_xml(
        [
            text_row(1, "备注", "用户编号", "合同容量"),
            '<row r="2"><c r="C2" t="e"><v>#N/A</v></c><c r="B2"><v>1</v></c></row>',
        ]
    )
    rows = text.partition("<sheetData>")[2].partition("</sheetData>")[0]
    parsed = parse_columns(read(workbook(tmp_path / "e.xlsx", rows)), COLUMNS)

    assert [(problem.column, problem.value) for problem in parsed.problems] == [("合同容量", "#N/A")]


def test_all_problems_come_at_once_row_by_row_with_place_and_remedy(tmp_path: Path) -> None:
    path = grid(
        tmp_path,
        ("用户编号", "合同容量", "送电日期"),
        ("0041", "八", "2024-13-01"),
        ("", 8, "2024-08-01"),
        ("0043", 8, "2024-08-01"),
        ("0044", "1,2", "昨天"),
    )
    parsed = parse_columns(read(path), COLUMNS)

    assert [(problem.sheet, problem.row, problem.column, problem.value) for problem in parsed.problems] == [
        ("用户", 2, "合同容量", "八"),
        ("用户", 2, "送电日期", "2024-13-01"),
        ("用户", 3, "用户编号", ""),
        ("用户", 5, "合同容量", "1,2"),
        ("用户", 5, "送电日期", "昨天"),
    ]
    assert all(problem.reason and problem.remedy for problem in parsed.problems)
    assert parsed.refused == {0, 1, 3}
    assert parsed.values["number"] == ["0041", None, "0043", "0044"]
    assert parsed.values["area"] == [None] * 4


def test_a_file_of_a_header_alone_is_an_empty_table(tmp_path: Path) -> None:
    parsed = parse_columns(read(grid(tmp_path, ("用户编号", "用户名称"))), COLUMNS)

    assert (len(parsed), parsed.problems, parsed.values["number"]) == (0, [], [])


def test_real_households_are_read_without_a_problem(real_households: Path) -> None:
    columns = [
        Column("number", "用户编号", kind="id", required=True),
        Column("area", "台区编号", kind="id"),
        Column("meter", "电能表编号", kind="id", aliases=("表资产号",)),
        Column("register", "示数类型"),
        Column("multiplier", "综合倍率", kind="decimal", aliases=("倍率",)),
        Column("previous", "上次示数", kind="decimal"),
        Column("present", "本次示数", kind="decimal"),
        Column("freeze_date", "日期", kind="date"),
        Column("frozen", "PAP_R", kind="decimal"),
    ]
    files = sorted(real_households.iterdir())

    assert len(files) == 22
    for path in files:
        [table] = read_tables(path, path.name, columns, {})
        parsed = parse_columns(table, columns)
        assert (path.name, parsed.problems) == (path.name, [])
        assert len(parsed) > 0
        assert len(set(parsed.values["number"])) <= 10
        assert all(len(number) == 10 for number in parsed.values["number"])
