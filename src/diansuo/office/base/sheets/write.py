"""Lists and exports written as xlsx or csv; the same rows give the same bytes."""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

CREATED = datetime.datetime(2024, 1, 1)  # noqa: DTZ001  (a workbook's own property has no zone; fixed: bytes repeat)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SIGNED_NUMBER = re.compile(r"[+-](?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)?")
_NOT_IN_A_SHEET_NAME = re.compile(r"[\[\]:*?/\\]|^'|'$")
_CELL_CHARACTERS = 32_767
_EXACT_BELOW = 10**15  # a spreadsheet's numbers have 15 digits
_FIRST_YEAR = 1900


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a workbook: its name, its headings, its rows."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Any]]


def write_xlsx(sheet_name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of one sheet; text stays text (ids keep their zeros, nothing becomes a formula)."""
    return write_sheets([Sheet(sheet_name, headings, rows)])


def write_sheets(sheets: Iterable[Sheet]) -> bytes:
    """Return a workbook of several sheets, in their order, each written as :func:`write_xlsx` writes one."""
    stream = io.BytesIO()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "in_memory": True,
    }
    with xlsxwriter.Workbook(stream, options) as workbook:
        workbook.set_properties({"created": CREATED})
        heading = workbook.add_format({"bold": True, "bg_color": "#E6F2EC", "bottom": 1})
        for each in sheets:
            sheet = workbook.add_worksheet(sheet_title(each.name))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(len(each.headings) - 1, 0), 16)
            for column, text in enumerate(each.headings):
                sheet.write_string(0, column, str(text), heading)
            cells = _Cells(workbook, sheet)
            for number, row in enumerate(each.rows, start=1):
                for column, value in enumerate(row):
                    cells.write(number, column, value)
    return stream.getvalue()


def sheet_title(text: str) -> str:
    """Return a name as a sheet may bear it."""
    return _NOT_IN_A_SHEET_NAME.sub(" ", text).strip()[:31].strip("' ") or "Sheet1"


class _Cells:
    """Writes values into cells by their type; what a spreadsheet's number would not hold exactly stays text."""

    def __init__(self, workbook: Workbook, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.money: Format = workbook.add_format({"num_format": "#,##0.00"})
        self.price: Format = workbook.add_format({"num_format": "#,##0.00#######"})
        self.day: Format = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.minute: Format = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def write(self, row: int, column: int, value: Any) -> None:
        if isinstance(value, datetime.datetime) and timezone.is_aware(value):
            value = timezone.make_naive(value)
        if isinstance(value, Decimal) and value.is_finite() and abs(value) < _EXACT_BELOW:
            fine = int(value.as_tuple().exponent) < -2
            self.sheet.write_number(row, column, value, self.price if fine else self.money)
        elif isinstance(value, int) and not isinstance(value, bool) and abs(value) < _EXACT_BELOW:
            self.sheet.write_number(row, column, value)
        elif isinstance(value, datetime.date) and value.year > _FIRST_YEAR:
            self._write_day(row, column, value)
        elif value not in (None, ""):
            self.sheet.write_string(row, column, str(value)[:_CELL_CHARACTERS])

    def _write_day(self, row: int, column: int, value: datetime.date) -> None:
        if isinstance(value, datetime.datetime):
            self.sheet.write_datetime(row, column, value, self.minute)
        else:
            midnight = datetime.datetime.combine(value, datetime.time())
            self.sheet.write_datetime(row, column, midnight, self.day)


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a csv (utf-8 with signature) whole or not at all; return how many rows it has."""
    draft = path.with_name(path.name + ".part")
    count = 0
    try:
        with draft.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(headings)
            for row in rows:
                writer.writerow([_harmless(value) for value in row])
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return count


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking a text for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _SIGNED_NUMBER.fullmatch(value):
        return "'" + value
    return value
