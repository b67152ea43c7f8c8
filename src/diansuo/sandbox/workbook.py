"""Writes a sample's lists as workbooks, the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

_CREATED = datetime(2024, 1, 1)  # noqa: DTZ001  (a workbook's own property has no zone)


def write_workbook(path: Path, title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write one sheet with a title row above the headings, as exports have it; every cell is text."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        workbook.set_properties({"created": _CREATED})
        sheet = workbook.add_worksheet(title)
        sheet.write_string(0, 0, title)
        for column, heading in enumerate(headings):
            sheet.write_string(1, column, heading)
        for number, row in enumerate(rows, start=2):
            for column, value in enumerate(row):
                sheet.write_string(number, column, "" if value is None else str(value))
