"""Lists and tables as xlsx downloads: the same columns as on the page, numbers as numbers, ids as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from diansuo.office.base.cells import Column, exported, value_of
from diansuo.office.base.sheets.write import write_xlsx

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # of an xlsx sheet, without the heading


def workbook(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> HttpResponse:
    """Return a download of the rows under the columns' headings (with their units), one sheet."""
    headings = [
        f"{column.title}（{column.unit}）" if column.unit else str(column.title) for column in columns
    ]
    values = (
        [exported(column, value_of(row, column.name)) for column in columns]
        for row, _place in zip(rows, range(MOST_ROWS), strict=False)
    )
    return download(write_xlsx(name, headings, values), f"{name}_{timezone.localdate():%Y%m%d}.xlsx")


def download(content: bytes, file_name: str) -> HttpResponse:
    """Return a workbook as a file to keep."""
    response = HttpResponse(content, content_type=CONTENT_TYPE)
    response.headers["Content-Disposition"] = content_disposition_header(True, file_name)
    return response
