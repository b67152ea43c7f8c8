"""A file as sheets of raw rows, streamed: xlsx through calamine once the guard has let it pass, csv by itself."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from diansuo.office.base.sheets.file_types import kind_of_file
from diansuo.office.base.sheets.guard import MIB, ErrorCells, check_workbook
from diansuo.office.base.sheets.problems import SheetRefused

CSV_BYTES = 512 * MIB
TEXT_CHARACTERS = 32_767  # the most a spreadsheet's cell holds
LINE_CHARACTERS = MIB
_RECORD_CHARACTERS = 4 * MIB
_BLOCK = MIB
SNIFFED_LINES = 20

Row = list[Any]
Merge = tuple[tuple[int, int], tuple[int, int]]


@dataclass(slots=True)
class Source:
    """One sheet: its rows from the file's first, and its merged ranges (row, column from 0, both ends within)."""

    sheet: str
    rows: Iterator[Row]
    merges: Sequence[Merge] = field(default_factory=tuple)


def open_sheets(path: Path, filename: str) -> Iterator[Source]:
    """Give the visible sheets of a file one after the other; each is to be read before the next.

    Raises:
        SheetRefused: not a file we read, hostile, or damaged.
    """
    if kind_of_file(path, filename) == "xlsx":
        yield from _workbook(path, filename)
    else:
        yield from _csv(path, filename)


def _workbook(path: Path, filename: str) -> Iterator[Source]:
    try:
        errors = check_workbook(path)
    except SheetRefused as refusal:
        raise SheetRefused(refusal.reason, refusal.remedy, f"{filename} {refusal.where}".strip()) from refusal
    with _contained(filename):
        workbook = CalamineWorkbook.from_path(path)
        listed = workbook.sheets_metadata
    for info in listed:
        if _is_read(info):
            with _contained(filename):
                sheet = workbook.get_sheet_by_name(info.name)
                merges = list(sheet.merged_cell_ranges or [])
            yield Source(info.name, _rows(sheet, errors.get(info.name, {}), filename), merges)


def _is_read(info: SheetMetadata) -> bool:
    return info.visible == SheetVisibleEnum.Visible and info.typ == SheetTypeEnum.WorkSheet


def _rows(sheet: CalamineSheet, errors: ErrorCells, filename: str) -> Iterator[Row]:
    """Give the rows from the sheet's first, each from its first column (calamine begins where the data does)."""
    if sheet.start is None:
        return
    margin = [""] * sheet.start[1]
    wrong: dict[int, list[tuple[int, str]]] = {}
    for (at, column), error in errors.items():
        wrong.setdefault(at, []).append((column, error))
    with _contained(filename):
        for at, cells in enumerate(sheet.iter_rows()):
            row = margin + cells if margin else cells
            for column, error in wrong.get(at, ()):
                if column < len(row):
                    row[column] = error
            yield row


@contextmanager
def _contained(filename: str) -> Iterator[None]:
    """Turn whatever calamine does with a file it cannot read, a Rust panic among it, into a refusal."""
    try:
        yield
    except (CalamineError, MemoryError) as problem:
        raise _unreadable(filename, problem) from problem
    except BaseException as problem:
        if type(problem).__name__ != "PanicException":
            raise
        raise _unreadable(filename, problem) from problem


def _unreadable(filename: str, problem: BaseException) -> SheetRefused:
    return SheetRefused(
        _("工作簿读不出来：%(problem)s") % {"problem": problem or type(problem).__name__},
        _("用 Excel 或 WPS 打开后另存为 .xlsx"),
        filename,
    )


def _csv(path: Path, filename: str) -> Iterator[Source]:
    if path.stat().st_size > CSV_BYTES:
        raise SheetRefused(
            _("文件超过 %(size)s MB") % {"size": CSV_BYTES // MIB}, _("分成几个文件导入"), filename
        )
    encoding = encoding_of(path, filename)
    with path.open(encoding=encoding, newline="") as stream:
        delimiter = delimiter_of(islice(_Lines(stream, filename), SNIFFED_LINES))
        stream.seek(0)
        yield Source(Path(filename).stem, _records(_Lines(stream, filename), delimiter, filename))


def delimiter_of(lines: Iterable[str]) -> str:
    """Return which of the delimiters stands most often in a file's first lines."""
    return max(",\t;", key="".join(lines).count)


def _records(lines: _Lines, delimiter: str, filename: str) -> Iterator[Row]:
    csv.field_size_limit(TEXT_CHARACTERS)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            lines.taken = 0
            yield row
    except csv.Error as problem:
        raise SheetRefused(
            _("csv 格式有误（第 %(line)s 行）：%(problem)s") % {"line": reader.line_num, "problem": problem},
            _("检查引号是否成对，重新导出"),
            filename,
        ) from problem


class _Lines:
    """The lines of a text, none of them endless; ``taken`` are the characters since the last whole record."""

    def __init__(self, stream: Any, filename: str) -> None:
        self.stream, self.filename, self.taken = stream, filename, 0

    def __iter__(self) -> Iterator[str]:
        while line := self.stream.readline(LINE_CHARACTERS + 1):
            self.taken += len(line)
            if len(line) > LINE_CHARACTERS or self.taken > _RECORD_CHARACTERS:
                raise SheetRefused(_("csv 里有一行过长"), _("检查引号是否成对，重新导出"), self.filename)
            if "\x00" in line:
                raise SheetRefused(_("文件里有空字符，不是文本文件"), _("重新导出为 csv"), self.filename)
            yield line


def encoding_of(path: Path, filename: str) -> str:
    """Return in which of the encodings stations use a text file is written.

    Raises:
        SheetRefused: in none of them.
    """
    with path.open("rb") as stream:
        start = stream.read(2)
    marked = start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    candidates: Iterable[str] = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise SheetRefused(_("文字编码不是 utf-8 或 gb18030"), _("另存为“CSV UTF-8”后再导入"), filename)


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True
