"""From a file to typed columns: find the header, clean every cell, and collect every problem at once."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from diansuo.office.base.sheets.clean import Unreadable, clean_text, parser_of
from diansuo.office.base.sheets.columns import Column, heading_table, match_headings, normal
from diansuo.office.base.sheets.guard import check_workbook
from diansuo.office.base.sheets.problems import Problem, SheetRefused

HEADER_WITHIN = 20
CSV_BYTES = 1024 * 1024 * 1024
CSV_FIELD = 32_768
_TOTALS = frozenset({"合计", "总计", "小计", "共计", "total"})

Grid = list[list[Any]]


@dataclass(slots=True)
class Table:
    """A sheet's data as cleaned text columns; ``row_numbers`` are the rows' numbers in the file, from 1."""

    sheet: str
    header_row: int
    row_numbers: list[int]
    fields: dict[str, list[str]]
    unknown_headings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.row_numbers)


@dataclass(slots=True)
class Parsed:
    """A table's typed columns (None for empty), every problem, and the places of the rows that have one."""

    sheet: str
    row_numbers: list[int]
    values: dict[str, list[Any]]
    problems: list[Problem]
    refused: set[int]

    def __len__(self) -> int:
        return len(self.row_numbers)


def read_tables(
    path: Path, filename: str, columns: Sequence[Column], extra_aliases: Mapping[str, str]
) -> list[Table]:
    """Read every sheet of a file that holds the columns.

    Raises:
        SheetRefused: not a file we read, hostile, without a header we know, or without a required column.
    """
    table = heading_table(columns, extra_aliases)
    tables = []
    best: list[str] = []
    for sheet, grid, merged in _grids(path, filename):
        header = _find_header(grid, table)
        if header is None:
            best = best or [_text(cell) for cell in next((row for row in grid if any(row)), [])][:20]
            continue
        tables.append(_table(sheet, grid, header, merged, table))
    if not tables:
        raise SheetRefused(
            _("找不到表头（前 %(rows)s 行内没有认得的列名）；文件中有：%(found)s")
            % {"rows": HEADER_WITHIN, "found": "、".join(cell for cell in best if cell) or _("空")},
            _("下载导入模板对照列名，或在“列名别名”中登记本地列名"),
            filename,
        )
    _require_columns(tables, columns, filename)
    return tables


def parse_columns(table: Table, columns: Sequence[Column]) -> Parsed:
    """Turn a table's text into values, column by column; every problem is collected, none is raised."""
    parsed = Parsed(table.sheet, table.row_numbers, {}, [], set())
    for column in columns:
        texts = table.fields.get(column.field)
        if texts is None:
            parsed.values[column.field] = [None] * len(table)
            continue
        parsed.values[column.field] = _parse_column(column, texts, parsed)
    return parsed


def _parse_column(column: Column, texts: list[str], parsed: Parsed) -> list[Any]:
    parse = parser_of(column)
    values: list[Any] = []
    for place, text in enumerate(texts):
        value = None
        if text:
            try:
                value = parse(text)
            except Unreadable as problem:
                _note(parsed, place, column, text, problem.reason, problem.remedy)
        elif column.required:
            _note(parsed, place, column, text, _("必填列为空"), _("补填“%(column)s”") % {"column": column.heading})
        values.append(value)
    return values


def _note(parsed: Parsed, place: int, column: Column, value: str, reason: str, remedy: str) -> None:
    parsed.refused.add(place)
    parsed.problems.append(
        Problem(parsed.sheet, parsed.row_numbers[place], column.heading, value, reason, remedy)
    )


def _grids(path: Path, filename: str) -> Iterable[tuple[str, Grid, list[Any]]]:
    suffix = Path(filename).suffix.lower()
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise SheetRefused(_("文件是空的"), _("重新导出该文件"), filename)
    if suffix == ".xlsx":
        yield from _workbook(path, filename)
    elif suffix in (".csv", ".txt"):
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise SheetRefused(_("扩展名是 csv，内容却是 Excel 工作簿"), _("把扩展名改为 .xlsx 后再导入"), filename)
        yield Path(filename).stem, _csv_grid(path, filename), []
    else:
        raise SheetRefused(
            _("不支持 %(suffix)s 文件") % {"suffix": suffix or _("无扩展名")},
            _("另存为 .xlsx 或 .csv 后再导入"),
            filename,
        )


def _workbook(path: Path, filename: str) -> Iterable[tuple[str, Grid, list[Any]]]:
    try:
        check_workbook(path)
    except SheetRefused as refusal:
        raise SheetRefused(refusal.reason, refusal.remedy, f"{filename} {refusal.where}".strip()) from refusal
    try:
        workbook = CalamineWorkbook.from_path(path)
        for info in workbook.sheets_metadata:
            if info.visible != SheetVisibleEnum.Visible:
                continue
            sheet = workbook.get_sheet_by_name(info.name)
            yield info.name, sheet.to_python(skip_empty_area=False), list(sheet.merged_cell_ranges or [])
    except (CalamineError, PasswordError) as problem:
        raise SheetRefused(
            _("工作簿读不出来：%(problem)s") % {"problem": problem}, _("用 Excel 或 WPS 打开后另存为 .xlsx"), filename
        ) from problem


def _csv_grid(path: Path, filename: str) -> Grid:
    if path.stat().st_size > CSV_BYTES:
        raise SheetRefused(_("文件超过 1 GB"), _("分成几个文件导入"), filename)
    text = _decode(path.read_bytes(), filename)
    if "\x00" in text:
        raise SheetRefused(_("文件里有空字符，不是文本文件"), _("重新导出为 csv"), filename)
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max(",\t;", key=first.count)
    csv.field_size_limit(CSV_FIELD)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as problem:
        raise SheetRefused(
            _("csv 格式有误：%(problem)s") % {"problem": problem}, _("检查引号是否成对，重新导出"), filename
        ) from problem


def _decode(content: bytes, filename: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefused(_("文字编码不是 utf-8 或 gb18030"), _("另存为“CSV UTF-8”后再导入"), filename)


def _find_header(grid: Grid, table: Mapping[str, str]) -> int | None:
    """Return the place of the row that names most columns, if it names at least two."""
    best, most = None, 1
    for place, row in enumerate(grid[:HEADER_WITHIN]):
        known = len({table[name] for name in (normal(_text(cell)) for cell in row) if name in table})
        if known > most:
            best, most = place, known
    return best


def _table(
    sheet: str, grid: Grid, header: int, merged: Sequence[Any], headings: Mapping[str, str]
) -> Table:
    names = [_text(cell) for cell in grid[header]]
    places, unknown = match_headings(names, headings, sheet)
    _fill_merged(grid, header, merged)
    rows, notes = _data_rows(grid, header)
    fields = {
        name: [clean_text(_text(row[place])) if place < len(row) else "" for row in (grid[at] for at in rows)]
        for name, place in places.items()
    }
    width = len(names)
    for at in rows:
        if any(_text(cell) for cell in grid[at][width:]):
            notes.append(_("第 %(row)s 行比表头长，多出的单元格未用") % {"row": at + 1})
            break
    if unknown:
        notes.append(_("未用的列：%(columns)s") % {"columns": "、".join(unknown)})
    return Table(sheet, header + 1, [at + 1 for at in rows], fields, unknown, notes)


def _fill_merged(grid: Grid, header: int, merged: Sequence[Any]) -> None:
    """Give every data row of a merged cell the value that stands in its first row."""
    for (top, left), (bottom, right) in merged:
        if top <= header or top >= len(grid):
            continue
        for row in grid[top : min(bottom, len(grid) - 1) + 1]:
            for column in range(left, min(right, len(row) - 1) + 1):
                row[column] = grid[top][left]


def _data_rows(grid: Grid, header: int) -> tuple[list[int], list[str]]:
    rows, notes = [], []
    for at in range(header + 1, len(grid)):
        filled = [cell for cell in grid[at] if cell not in ("", None)]
        if not filled or not any(_text(cell).strip() for cell in filled):
            continue
        if clean_text(_text(filled[0])).casefold() in _TOTALS:
            notes.append(_("第 %(row)s 行是合计，未导入") % {"row": at + 1})
            continue
        rows.append(at)
    return rows, notes


def _text(cell: Any) -> str:
    """Return a cell as text; numbers exact, and visibly scientific where a float has lost digits."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell)) if abs(cell) <= 2**53 else f"{cell:.15e}"
        return repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, datetime.date) else str(cell)


def _require_columns(tables: list[Table], columns: Sequence[Column], filename: str) -> None:
    for table in tables:
        missing = [column.heading for column in columns if column.required and column.field not in table.fields]
        if missing:
            raise SheetRefused(
                _("缺少列：%(columns)s") % {"columns": "、".join(missing)},
                _("补上该列；列名不同的，在“列名别名”中登记。文件中未认出的列：%(unknown)s")
                % {"unknown": "、".join(table.unknown_headings) or _("无")},
                f"{filename} {table.sheet}",
            )
