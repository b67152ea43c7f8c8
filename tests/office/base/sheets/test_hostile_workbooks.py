"""A hostile workbook is refused with a reason, or read, but never takes the process or the memory with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.guard import Limits, check_workbook
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import parse_columns, read_tables
from tests.office.base.sheets.workbooks import (
    FIRST,
    HEADER,
    pack,
    parts,
    pour,
    read_apart,
    sheet_xml,
    workbook,
)

SHEET = "xl/worksheets/sheet1.xml"
COLUMNS = [Column("number", "用户编号", kind="id"), Column("name", "用户名称")]
DATA = HEADER + FIRST
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
GIB = 1024 * 1024 * 1024


def cell(reference: str, value: str = "1") -> str:
    return f'<c r="{reference}"><v>{value}</v></c>'


def _with(path: Path, **more: str | bytes) -> Path:
    named = {name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()}
    return pack(path, parts({SHEET: sheet_xml(DATA)}) | named)


def _nested_rows(path: Path) -> Path:
    rows = "<row><c><v>1</v></c>" * 100_000 + "</row>" * 100_000
    return workbook(path, rows)


def _deep(path: Path) -> Path:
    return _with(path, docProps__app_dot_xml="<a>" * 5_000_000 + "</a>" * 5_000_000)


def _amplified(path: Path) -> Path:
    rows = (f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 200_001))
    members = parts({SHEET: sheet_xml(rows)})
    return pack(path, members | {"xl/sharedStrings.xml": f"<sst><si><t>{'长' * 30_000}</t></si></sst>"})


def _entities(path: Path) -> Path:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY a0 "哈哈">{lines}]>'
    text = sheet_xml(DATA.replace("张三", "&a11;")).replace("?>", f"?>{bomb}", 1)
    return pack(path, parts({SHEET: text}))


def _second_workbook(path: Path) -> Path:
    members = parts({SHEET: sheet_xml(DATA)})
    second = {
        "evil/" + name.removeprefix("xl/"): text
        for name, text in parts({SHEET: sheet_xml(DATA + FAR)}).items()
        if name.startswith("xl/")
    }
    first = members["_rels/.rels"]
    assert isinstance(first, str)
    return pack(path, members | second | {"_rels/.rels": first.replace("xl/workbook", "evil/workbook")})


def _elsewhere(path: Path, part: str, target: str) -> Path:
    return pack(path, parts({part: sheet_xml(DATA + FAR)}, {part: target}))


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "far corner": lambda path: workbook(path, DATA + FAR),
    "far column": lambda path: workbook(path, DATA + f'<row r="3">{cell("XFD3")}</row>'),
    "lower case far corner": lambda path: workbook(path, DATA + FAR.replace("XFD", "xfd")),
    "reference beyond the grid": lambda path: workbook(
        path, DATA + f'<row r="3">{cell("A99999999999")}</row>'
    ),
    "reference in zeros": lambda path: workbook(path, DATA + f'<row r="3">{cell("A0001048576")}</row>'),
    "row beyond the grid": lambda path: workbook(path, DATA + '<row r="4294967295"><c><v>1</v></c></row>'),
    "far corner with a prefix": lambda path: pack(
        path,
        parts(
            {SHEET: sheet_xml(DATA + FAR).replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")}
        ),
    ),
    "rows within rows": _nested_rows,
    "ten million blank rows": lambda path: pour(
        path, SHEET, b"<worksheet><sheetData>", b"<row/>", 10_000_000, b"</sheetData></worksheet>"
    ),
    "ten million numbered blank rows": lambda path: pour(
        path, SHEET, b"<worksheet><sheetData>", b'<row r="5"/>', 10_000_000, b"</sheetData></worksheet>"
    ),
    "one cell nine million times": lambda path: pour(
        path,
        SHEET,
        b'<worksheet><sheetData><row r="1">',
        b'<c r="A1"><v>1</v></c>',
        9_000_000,
        b"</row></sheetData></worksheet>",
    ),
    "a formula": lambda path: workbook(path, DATA + '<row r="3"><c r="A3"><f>1+1</f><v>2</v></c></row>'),
    "a formula under a foreign prefix": lambda path: workbook(
        path, DATA + '<row r="3"><c r="A3"><y:f xmlns:y="urn:y">1+1</y:f><v>2</v></c></row>'
    ),
    "a sheet of many GB": lambda path: pour(path, SHEET, b"<worksheet><sheetData>", b" ", 3 * GIB),
    "shared strings of many GB": lambda path: pour(path, "xl/sharedStrings.xml", b"<sst><si><t>", b"x", GIB),
    "shared strings without number": lambda path: pour(
        path, "xl/sharedStrings.xml", b"<sst>", b"<si/>", 5_000_000, b"</sst>"
    ),
    "a picture of many GB": lambda path: pour(path, "xl/media/x.bin", b"", b"\0", GIB),
    "properties of many GB": lambda path: pour(path, "docProps/app.xml", b"<a>", b"<b/>", 18_000_000),
    "an endless attribute": lambda path: pour(path, "xl/styles.xml", b'<a b="', b"x", 60_000_000, b'"/>'),
    "endless nesting": _deep,
    "one long text in 200,000 cells": _amplified,
    "entities in entities": _entities,
    "a document type": lambda path: _with(path, xl__styles_dot_xml="<!DOCTYPE a><a/>"),
    "a million merged cells": lambda path: workbook(
        path, DATA, after="<mergeCells>" + '<mergeCell ref="D4:E5"/>' * 1_000_000 + "</mergeCells>"
    ),
    "200 sheets": lambda path: pack(
        path, parts({f"xl/worksheets/sheet{n}.xml": sheet_xml(DATA) for n in range(200)})
    ),
    "one sheet listed 60 times": lambda path: pack(
        path,
        parts({SHEET: sheet_xml(DATA)})
        | {
            "xl/workbook.xml": '<workbook xmlns:r="urn:r"><sheets>'
            + "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="r1"/>' for n in range(60))
            + "</sheets></workbook>"
        },
    ),
    "a sheet at an odd path": lambda path: _elsewhere(path, "xl/evil.xml", "evil.xml"),
    "a sheet at an absolute target": lambda path: _elsewhere(path, "xl/a/evil.xml", "/xl/a/evil.xml"),
    "a sheet in capitals": lambda path: _elsewhere(path, "XL/WORKSHEETS/EVIL.XML", "worksheets/evil.xml"),
    "a sheet as a picture": lambda path: _elsewhere(
        path, "xl/worksheets/sheet1.png", "worksheets/sheet1.png"
    ),
    "a sheet above the folder": lambda path: _elsewhere(path, "evil.xml", "../evil.xml"),
    "a sheet with a root of its own": lambda path: pack(
        path, parts({SHEET: sheet_xml(DATA + FAR).replace("worksheet", "picture")})
    ),
    "a second workbook in a folder of its own": _second_workbook,
    "shared strings at an odd path": lambda path: _with(path, xl__odd_dot_xml="<sst><si><t>x</t></si></sst>"),
    "a cut-off sheet": lambda path: pack(path, parts({SHEET: sheet_xml(DATA)[:-30]})),
    "no relations": lambda path: pack(
        path,
        {name: text for name, text in parts({SHEET: sheet_xml(DATA)}).items() if not name.endswith(".rels")},
    ),
    "another program's workbook inside": lambda path: _with(path, xl__workbook_dot_bin=b"\x83\x01"),
    "a word document": lambda path: pack(path, {"word/document.xml": "<a/>"}),
    "an unknown error value": lambda path: workbook(
        path, DATA + '<row r="3"><c r="A3" t="e"><v>#SPILL!</v></c></row>'
    ),
}

# What each is refused for.
REFUSED = {
    "far corner": "离数据太远",
    "far column": "离数据太远",
    "lower case far corner": "编号异常",
    "reference beyond the grid": "编号异常",
    "reference in zeros": "编号异常",
    "row beyond the grid": "编号异常",
    "far corner with a prefix": "离数据太远",
    "rows within rows": "离数据太远",
    "ten million blank rows": "行数超过",
    "ten million numbered blank rows": "行数超过",
    "one cell nine million times": "单元格太多",
    "a formula": "A3 是公式",
    "a formula under a foreign prefix": "A3 是公式",
    "a sheet of many GB": "文字过长",
    "shared strings of many GB": "文字过长",
    "shared strings without number": "单元格太多",
    "a picture of many GB": "异常庞大",
    "properties of many GB": "异常庞大",
    "an endless attribute": "文字过长",
    "endless nesting": "嵌套过深",
    "one long text in 200,000 cells": "文字太多",
    "entities in entities": "文档类型",
    "a document type": "文档类型",
    "a million merged cells": "合并单元格太多",
    "200 sheets": "超过 64 张",
    "one sheet listed 60 times": "列了两次",
    "a sheet at an odd path": "离数据太远",
    "a sheet at an absolute target": "离数据太远",
    "a sheet in capitals": "离数据太远",
    "a sheet as a picture": "不应有的部件",
    "a sheet above the folder": "离数据太远",
    "a sheet with a root of its own": "离数据太远",
    "a second workbook in a folder of its own": "压缩目录异常",
    "shared strings at an odd path": "共享文字",
    "a cut-off sheet": "内容损坏",
    "no relations": "不是 xlsx",
    "another program's workbook inside": "不是 xlsx 工作簿",
    "a word document": "Word",
    "an unknown error value": "#SPILL!",
}


def test_every_hostile_workbook_has_its_reason() -> None:
    assert set(BUILDERS) == set(REFUSED)


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_workbook_is_refused_without_the_memory_or_the_process(name: str, tmp_path: Path) -> None:
    path = BUILDERS[name](tmp_path / "hostile.xlsx")

    answer = read_apart(path)

    assert answer.startswith("refused: hostile.xlsx")
    assert REFUSED[name] in answer


READ: dict[str, tuple[Callable[[Path], Path], int]] = {
    "a lying dimension": (lambda path: workbook(path, DATA, '<dimension ref="A1:XFD1048576"/>'), 1),
    "a cell far down, narrow": (
        lambda path: workbook(path, DATA + f'<row r="1048576">{cell("A1048576")}</row>'),
        2,
    ),
    "rows out of order": (lambda path: workbook(path, f'<row r="3">{cell("A3")}</row>' + DATA), 2),
    "a million blank rows": (lambda path: workbook(path, DATA + "<row/>" * 1_000_000), 1),
    "one merged range over everything": (
        lambda path: workbook(path, DATA, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        1,
    ),
    "merged ranges upside down": (
        lambda path: workbook(path, DATA, after='<mergeCells><mergeCell ref="B9:A2"/></mergeCells>'),
        1,
    ),
    "cells without references": (
        lambda path: workbook(
            path, DATA.replace('r="A1" ', "").replace('r="B1" ', "").replace('r="A2" ', "")
        ),
        1,
    ),
    "prefixed tags": (
        lambda path: pack(
            path,
            parts(
                {
                    SHEET: sheet_xml(DATA)
                    .replace("<", "<x:")
                    .replace("<x:/", "</x:")
                    .replace("<x:?", "<?")
                    .replace("xmlns=", "xmlns:x=")
                }
            ),
        ),
        1,
    ),
    "a drop-down that refers to another sheet": (
        lambda path: workbook(path, DATA, after='<extLst xmlns:xm="urn:xm"><xm:f>S!$A$1</xm:f></extLst>'),
        1,
    ),
    "a chart sheet without cells beside": (
        lambda path: _with(path, xl__chartsheets__sheet1_dot_xml="<chartsheet/>"),
        1,
    ),
    "a chart with formulas of its own": (
        lambda path: _with(
            path, xl__charts__chart1_dot_xml='<c:chart xmlns:c="urn:c"><c:f>S!$A$1</c:f></c:chart>'
        ),
        1,
    ),
}


@pytest.mark.parametrize("name", READ)
def test_an_odd_but_honest_workbook_is_read(name: str, tmp_path: Path) -> None:
    build, rows = READ[name]

    assert read_apart(build(tmp_path / "odd.xlsx")) == f"read: {rows}"


def test_the_limits_hold_for_all_sheets_together(tmp_path: Path) -> None:
    rows = [f'<row r="{row}">{cell(f"A{row}")}</row>' for row in range(1, 101)]
    path = pack(
        tmp_path / "many.xlsx", parts({f"xl/worksheets/sheet{n}.xml": sheet_xml(rows) for n in range(3)})
    )

    check_workbook(path, Limits(cells=300, area=300))
    for limits in (Limits(cells=299), Limits(area=299), Limits(rows=99), Limits(sheets=2), Limits(members=5)):
        with pytest.raises(SheetRefused):
            check_workbook(path, limits)


def test_a_refused_formula_names_its_cell_and_the_remedy(tmp_path: Path) -> None:
    path = workbook(tmp_path / "formula.xlsx", DATA + '<row r="3"><c r="C3"><f>1+1</f><v>2</v></c></row>')

    with pytest.raises(SheetRefused) as refused:
        read_tables(path, "抄表.xlsx", COLUMNS, {})

    assert "C3" in refused.value.reason
    assert "粘贴为数值" in refused.value.remedy
    assert refused.value.where.startswith("抄表.xlsx")


def test_a_text_longer_than_a_cell_holds_is_refused_with_its_row(tmp_path: Path) -> None:
    path = workbook(tmp_path / "long.xlsx", DATA.replace("张三", "长" * 32_768))

    with pytest.raises(SheetRefused, match="第 2 行有单元格超过 32767 个字"):
        read_tables(path, path.name, COLUMNS, {})


def test_the_longest_text_a_cell_holds_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "long.xlsx", DATA.replace("张三", "长" * 32_767))

    [table] = read_tables(path, path.name, COLUMNS, {})

    assert parse_columns(table, COLUMNS).values["name"] == ["长" * 32_767]
