"""From a file to typed columns: find the header, clean every cell, and collect every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from diansuo.office.base.sheets.cells import text_of
from diansuo.office.base.sheets.clean import Unreadable, clean_text, parser_of
from diansuo.office.base.sheets.columns import Column, heading_table, match_headings, normal
from diansuo.office.base.sheets.problems import Problem, SheetRefused
from diansuo.office.base.sheets.source import TEXT_CHARACTERS, Merge, Row, Source, open_sheets

HEADER_WITHIN = 20
CELLS = 24_000_000
_AT_ONCE = 4096
_SHOWN = 20
TOTALS = frozenset({"合计", "总计", "小计", "共计", "total"})


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
    """A table's typed columns (None for empty), every problem by row, and the places of the rows that have one."""

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
    tables: list[Table] = []
    seen: list[str] = []
    try:
        for source in open_sheets(path, filename):
            first = list(islice(source.rows, HEADER_WITHIN))
            header = find_header(first, table)
            if header is None:
                seen = seen or _first_texts(first)
            else:
                tables.append(_table(source, first, header, table))
    except MemoryError as problem:
        raise SheetRefused(_("文件太大，内存不够"), _("分成几个文件导入"), filename) from problem
    if not tables:
        raise SheetRefused(
            _("找不到表头（前 %(rows)s 行内没有认得的列名）；文件中有：%(found)s")
            % {"rows": HEADER_WITHIN, "found": "、".join(seen) or _("空")},
            _("下载导入模板对照列名，或在“列名别名”中登记本地列名"),
            filename,
        )
    require_columns(tables, columns, filename)
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
    parsed.problems.sort(key=lambda problem: problem.row)
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
            _note(
                parsed,
                place,
                column,
                text,
                _("必填列为空"),
                _("补填“%(column)s”") % {"column": column.heading},
            )
        values.append(value)
    return values


def _note(parsed: Parsed, place: int, column: Column, value: str, reason: str, remedy: str) -> None:
    parsed.refused.add(place)
    parsed.problems.append(
        Problem(parsed.sheet, parsed.row_numbers[place], column.heading, column.quoted(value), reason, remedy)
    )


def find_header(rows: Sequence[Row], table: Mapping[str, str]) -> int | None:
    """Return the place of the row that names most columns, if it names at least two."""
    best, most = None, 1
    for place, row in enumerate(rows):
        known = len({table[name] for name in (normal(text_of(cell)) for cell in row) if name in table})
        if known > most:
            best, most = place, known
    return best


def _first_texts(rows: Sequence[Row]) -> list[str]:
    texts = ([text for cell in row if (text := clean_text(text_of(cell)))] for row in rows)
    return next((found for found in texts if found), [])[:_SHOWN]


def _table(source: Source, first: Sequence[Row], header: int, headings: Mapping[str, str]) -> Table:
    names = [clean_text(text_of(cell)) for cell in first[header]]
    places, unknown = match_headings(names, headings, source.sheet)
    table = Table(source.sheet, header + 1, [], {name: [] for name in places}, unknown)
    below = enumerate(chain(islice(first, header + 1, None), source.rows), start=header + 1)
    kept = _data_rows(_unmerged(below, header, source.merges), len(names), table)
    while block := list(islice(kept, _AT_ONCE)):
        table.row_numbers.extend(at + 1 for at, _row in block)
        for name, place in places.items():
            table.fields[name].extend(_column(block, place))
        if len(table) * len(places) > CELLS:
            raise SheetRefused(_("数据太多"), _("分成几个文件导入"), source.sheet)
    _refuse_endless_texts(table)
    if unknown:
        table.notes.append(_("未用的列：%(columns)s") % {"columns": "、".join(unknown)})
    return table


def _column(block: Sequence[tuple[int, Row]], place: int) -> list[str]:
    cells = [row[place] if place < len(row) else "" for _at, row in block]
    return [
        clean_text(cell if isinstance(cell, str) else text_of(cell)) if cell != "" else "" for cell in cells
    ]


def _unmerged(
    rows: Iterable[tuple[int, Row]], header: int, merges: Sequence[Merge]
) -> Iterator[tuple[int, Row]]:
    """Give every data row of a merged cell the value that stands in its first row."""
    waiting = sorted((merge for merge in merges if merge[0][0] > header), reverse=True)
    standing: list[tuple[Merge, Any]] = []
    for at, row in rows:
        while waiting and waiting[-1][0][0] <= at:
            merge = waiting.pop()
            left = merge[0][1]
            if merge[0][0] == at and left < len(row):
                standing.append((merge, row[left]))
        if standing:
            standing = [(merge, value) for merge, value in standing if merge[1][0] >= at]
            for ((_top, left), (_bottom, right)), value in standing:
                row[left : right + 1] = [value] * (min(right, len(row) - 1) - left + 1)
        yield at, row


def _data_rows(rows: Iterable[tuple[int, Row]], width: int, table: Table) -> Iterator[tuple[int, Row]]:
    """Leave out empty rows and totals; note the totals and the first row that is longer than the header."""
    longer = False
    for at, row in rows:
        leading = next((text for cell in row if (text := text_of(cell).strip())), "")
        if not leading:
            continue
        if len(leading) < _SHOWN and clean_text(leading).casefold().strip(":") in TOTALS:
            table.notes.append(_("第 %(row)s 行是合计，未导入") % {"row": at + 1})
            continue
        if not longer and len(row) > width and any(text_of(cell).strip() for cell in row[width:]):
            longer = True
            table.notes.append(_("第 %(row)s 行比表头长，多出的单元格未用") % {"row": at + 1})
        yield at, row


def _refuse_endless_texts(table: Table) -> None:
    for texts in table.fields.values():
        if max(map(len, texts), default=0) > TEXT_CHARACTERS:
            place = next(place for place, text in enumerate(texts) if len(text) > TEXT_CHARACTERS)
            raise SheetRefused(
                _("第 %(row)s 行有单元格超过 %(limit)s 个字")
                % {"row": table.row_numbers[place], "limit": TEXT_CHARACTERS},
                _("检查该行后重新导出"),
                table.sheet,
            )


def require_columns(tables: list[Table], columns: Sequence[Column], filename: str) -> None:
    """Refuse tables that lack a required column, naming it (`SheetRefused`)."""
    for table in tables:
        missing = [
            column.heading for column in columns if column.required and column.field not in table.fields
        ]
        if missing:
            raise SheetRefused(
                _("缺少列：%(columns)s") % {"columns": "、".join(missing)},
                _("补上该列；列名不同的，在“列名别名”中登记。文件中未认出的列：%(unknown)s")
                % {"unknown": "、".join(table.unknown_headings) or _("无")},
                f"{filename} {table.sheet}",
            )
