"""A plain csv file read by columns: millions of lines without quotes, blank lines or totals, as a head end writes them.

What is not plain, or is to be refused, is left to :mod:`read`, which goes row by row and says what is wrong and where.
Both come to the same texts.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from django.utils.translation import gettext as _

from diansuo.office.base.sheets.clean import clean_text
from diansuo.office.base.sheets.columns import Column, heading_table, match_headings
from diansuo.office.base.sheets.file_types import kind_of_file
from diansuo.office.base.sheets.read import HEADER_WITHIN, TOTALS, Table, find_header, require_columns
from diansuo.office.base.sheets.source import (
    CSV_BYTES,
    LINE_CHARACTERS,
    SNIFFED_LINES,
    TEXT_CHARACTERS,
    delimiter_of,
    encoding_of,
)

NEWLINE, RETURN, TAB = b"\n\r\t"
FIRST_PRINTABLE: Final = 0x20
NOT_CLEAN: Final = r"[^\x21-\x7e]"
SHORT: Final = 20


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A csv file's cleaned texts by field, String, with ``row``, the line's number in the file; and notes about it."""

    sheet: str
    frame: pl.DataFrame
    notes: list[str]


def read_plain(
    path: Path,
    filename: str,
    columns: Sequence[Column],
    extra_aliases: Mapping[str, str],
    *,
    rows_at_most: int,
) -> PlainTable | None:
    """Read a csv file that is plain, None where it is not, where it has more rows, or where it is to be refused.

    Raises:
        SheetRefused: not a csv file, or without a required column.
    """
    if kind_of_file(path, filename) != "csv" or path.stat().st_size > CSV_BYTES:
        return None
    encoding = encoding_of(path, filename)
    if encoding == "utf-16":
        return None
    held = path.read_bytes()
    marked = encoding == "utf-8-sig"
    content = held.removeprefix(codecs.BOM_UTF8) if marked else held.decode(encoding).encode()
    lines = _lines(content)
    if lines is None or lines > rows_at_most:
        return None
    head = content[: _end_of_line(content, max(HEADER_WITHIN, SNIFFED_LINES))].decode()
    delimiter = delimiter_of(islice(io.StringIO(head, newline=""), SNIFFED_LINES))
    first = list(islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), HEADER_WITHIN))
    headings = heading_table(columns, extra_aliases)
    header = find_header(first, headings)
    if header is None:
        return None
    sheet = Path(filename).stem
    places, unknown = match_headings([clean_text(cell) for cell in first[header]], headings, sheet)
    require_columns([Table(sheet, header + 1, [], {name: [] for name in places}, unknown)], columns, filename)
    body = _cells(content, header + 1, len(first[header]), delimiter)
    if body is None or not _is_data(body):
        return None
    kept = [_cleaned(body[:, place].alias(name)) for name, place in places.items()]
    if any((one.str.len_chars().max() or 0) > TEXT_CHARACTERS for one in kept):
        return None
    row = pl.int_range(header + 2, header + 2 + len(body), dtype=pl.Int64, eager=True).alias("row")
    notes = [_("未用的列：%(columns)s") % {"columns": "、".join(unknown)}] if unknown else []
    return PlainTable(sheet, pl.DataFrame([row, *kept]), notes)


def _lines(content: bytes) -> int | None:
    """Return how many lines there are; None where quotes, other control characters or long lines are."""
    held = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(held == NEWLINE)
    control = int((held < FIRST_PRINTABLE).sum()) - len(ends) - int((held == TAB).sum())
    returns = int((held == RETURN).sum())
    if b'"' in content or control != returns or returns != content.count(b"\r\n"):
        return None
    if b"\n\n" in content or b"\n\r\n" in content or content[:1] in (b"\n", b"\r"):
        return None
    bounds = np.concatenate(([-1], ends, [len(held)]))
    return None if int(np.diff(bounds).max()) > LINE_CHARACTERS else len(ends) + 1


def _end_of_line(content: bytes, lines: int) -> int:
    """Return where so many lines end, or the content does."""
    at = -1
    for _line in range(lines):
        at = content.find(b"\n", at + 1)
        if at < 0:
            return len(content)
    return at + 1


def _cells(content: bytes, skipped: int, width: int, delimiter: str) -> pl.DataFrame | None:
    """Return the cells below the heading, missing ones empty; None where a line is longer than it."""
    start = _end_of_line(content, skipped)
    names = [str(place) for place in range(width)]
    if start >= len(content):
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    try:
        frame = pl.read_csv(
            content[start:], has_header=False, separator=delimiter, quote_char=None,
            schema=dict.fromkeys(names, pl.String), raise_if_empty=False,
        )  # fmt: skip
    except pl.exceptions.PolarsError:
        return None
    return frame.fill_null("")


def _is_data(body: pl.DataFrame) -> bool:
    """Tell whether every line begins with a cell that is neither blank nor a total's."""
    leading = body[:, 0].str.strip_chars()
    if (leading == "").any():
        filled = (
            pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name).str.strip_chars())
            for name in body.columns
        )
        leading = body.select(pl.coalesce(*filled, pl.lit(""))).to_series()
    if (leading == "").any():
        return False
    words = leading.filter((leading.str.len_chars() < SHORT) & ~leading.str.contains(r"^[0-9]+$")).unique()
    return not any(clean_text(word).casefold().strip(":") in TOTALS for word in words)


def _cleaned(cells: pl.Series) -> pl.Series:
    """Return cells as :func:`clean_text` leaves them, which is asked once for each text that could change."""
    touched = cells.str.contains(NOT_CLEAN)
    if not touched.any():
        return cells
    texts = cells.filter(touched).unique()
    cleaned = pl.Series([clean_text(text) for text in texts], dtype=pl.String)
    return cells.replace_strict(texts, cleaned, default=cells, return_dtype=pl.String)
