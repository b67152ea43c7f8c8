"""Lists and exports written as xlsx or csv; the same rows give the same bytes."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

_CREATED = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_xlsx(sheet_name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a workbook of one sheet; text stays text (ids keep their zeros, nothing becomes a formula)."""
    stream = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(stream, options) as workbook:
        workbook.set_properties({"created": _CREATED.replace(tzinfo=None)})
        heading = workbook.add_format({"bold": True, "bg_color": "#E6F2EC", "bottom": 1})
        money = workbook.add_format({"num_format": "#,##0.00"})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        sheet = workbook.add_worksheet(sheet_name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(headings) - 1, 0), 16)
        for column, text in enumerate(headings):
            sheet.write_string(0, column, str(text), heading)
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                if isinstance(value, Decimal):
                    sheet.write_number(number, column, value, money)  # type: ignore[arg-type]
                elif isinstance(value, int) and not isinstance(value, bool):
                    sheet.write_number(number, column, value)
                elif isinstance(value, datetime.date):
                    sheet.write_datetime(number, column, datetime.datetime.combine(value, datetime.time()), day)
                elif value not in (None, ""):
                    sheet.write_string(number, column, str(value))
    return stream.getvalue()


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write a csv (utf-8 with signature) whole or not at all; return how many rows it has."""
    draft = path.with_name(path.name + ".part")
    count = 0
    with draft.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(headings)
        for row in rows:
            writer.writerow([_harmless(value) for value in row])
            count += 1
    draft.replace(path)
    return count


def _harmless(value: Any) -> Any:
    """Keep a spreadsheet from taking a text for a formula; numbers stay numbers."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS) and not _is_number(value):
        return "'" + value
    return value


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).isdigit()
