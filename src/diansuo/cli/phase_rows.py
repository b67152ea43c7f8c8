"""The cells of a csv or of a workbook's first sheet as text: headings, then rows."""

from __future__ import annotations

import csv
from pathlib import Path

from diansuo.cli.say import Failure, t

WORKBOOK = ".xlsx"


def rows_of(file: Path) -> list[list[str]]:
    """Return what stands in each cell, without blanks around it; empty rows are left out, of the first row none.

    Raises:
        Failure: the file cannot be read; says what to do.
    """
    found = _workbook(file) if file.suffix.lower() == WORKBOOK else _csv(file)
    return [row for at, row in enumerate(found) if at == 0 or any(row)]


def _csv(file: Path) -> list[list[str]]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Failure(
            t(f"读不了文件 {file}；另存为 UTF-8 的 csv", f"cannot read {file}; save it as a csv in UTF-8")
        ) from problem
    return [[cell.strip() for cell in row] for row in csv.reader(lines)]


def _workbook(file: Path) -> list[list[str]]:
    from diansuo.cli import office

    office.wake(migrate=False)
    from diansuo.office.base.sheets.problems import SheetRefused
    from diansuo.office.base.sheets.source import open_sheets

    try:
        for source in open_sheets(file, file.name):
            return [[_text(cell) for cell in row] for row in source.rows]
    except OSError as problem:
        raise Failure(t(f"读不了文件 {file}", f"cannot read {file}")) from problem
    except SheetRefused as refusal:
        raise Failure(str(refusal)) from refusal
    return []


def _text(cell: object) -> str:
    """Return a cell as one writes it: a sheet keeps the number of a segment, 12, as 12.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
