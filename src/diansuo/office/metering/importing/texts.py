"""The file of an interval table as a frame of texts, refused before it is read if it is larger than any station's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow
import pyarrow.parquet
from django.utils.translation import gettext as _

from diansuo.office.base.imports.kinds import Source
from diansuo.office.base.sheets.clean import clean_text
from diansuo.office.base.sheets.columns import Column, heading_table, normal
from diansuo.office.base.sheets.file_types import TEXT_SUFFIXES
from diansuo.office.base.sheets.plain_csv import PlainTable, read_plain
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import read_tables

# A county's month: 300,000 meters, 31 days, with room to spare.
MOST_ROWS: Final = 5_000_000
MOST_BYTES: Final = 3 * 2**29
MOST_COLUMNS: Final = 200
Numbers = np.ndarray[Any, np.dtype[np.float64]]
LARGEST: Final = 1e9
FINEST_DECIMALS: Final = 4
"""Of numbers that a parquet file holds as floats; it has no text to be exact by."""


def text_frame(
    source: Source, columns: Sequence[Column], raw: Collection[str] = ()
) -> tuple[pl.DataFrame, list[str]]:
    """Return the file as text columns with ``sheet`` and ``row`` (its number in the file), and notes about it.

    Columns the file does not have are empty throughout. The columns ``raw`` are left as a parquet file holds them,
    null where it has none: :func:`texts_of` makes texts of them, ``exact`` exact numbers.

    Raises:
        SheetRefused: not such a table.
    """
    if Path(source.file_name).suffix.lower() == ".parquet":
        return _parquet(source, columns, raw), []
    plain = _plain(source, columns)
    if plain is not None:
        return _of_plain(plain, columns), plain.notes
    fields = [column.field for column in columns]
    tables = read_tables(source.path, source.file_name, columns, source.aliases)
    frames = [
        pl.DataFrame(
            {
                "sheet": [table.sheet] * len(table),
                "row": table.row_numbers,
                **{field: table.fields.get(field, [""] * len(table)) for field in fields},
            },
            schema={"sheet": pl.String, "row": pl.Int64, **dict.fromkeys(fields, pl.String)},
        )
        for table in tables
    ]
    return pl.concat(frames), [note for table in tables for note in table.notes]


def numbers_frame(
    source: Source, columns: Sequence[Column], numbers: Sequence[str], *, rows_at_most: int | None = None
) -> tuple[pl.DataFrame, Numbers, list[str]]:
    """Return the file's texts as :func:`text_frame` does, and some of its columns as numbers (n, k), with notes.

    An empty cell is NaN; one that is no number is infinite, as is one that does not fit. ``rows_at_most`` 0 asks only
    whether it is such a table.

    Raises:
        SheetRefused: not such a table, or without any of the columns of numbers.
    """
    texts = [column for column in columns if column.field not in numbers]
    if Path(source.file_name).suffix.lower() == ".parquet":
        named = _needed(source, columns)
        _require_some(source, [field for field in numbers if field in named])
        if rows_at_most == 0:
            return pl.DataFrame(), np.zeros((0, len(numbers))), []
        frame = pl.read_parquet(source.path, columns=[named[field] for field in numbers if field in named])
        values = np.full((len(frame), len(numbers)), np.nan)
        for at, field in enumerate(numbers):
            if field in named:
                values[:, at] = _numbers(frame[named[field]])
        return _parquet(source, texts), values, []
    plain = _plain(source, columns)
    if plain is None:
        for table in read_tables(source.path, source.file_name, columns, source.aliases):
            _require_some(source, [field for field in numbers if field in table.fields])
        shown, notes = text_frame(source, columns)
    else:
        _require_some(source, [field for field in numbers if field in plain.frame.columns])
        shown, notes = _of_plain(plain, columns), plain.notes
    held = np.stack([_numbers(shown[field]) for field in numbers], axis=1)
    return shown.drop(list(numbers)), held, notes


def _plain(source: Source, columns: Sequence[Column]) -> PlainTable | None:
    """Return a csv file that columns can be read from at once."""
    if Path(source.file_name).suffix.lower() not in TEXT_SUFFIXES:
        return None
    return read_plain(source.path, source.file_name, columns, source.aliases, rows_at_most=MOST_ROWS)


def _of_plain(plain: PlainTable, columns: Sequence[Column]) -> pl.DataFrame:
    fields = [column.field for column in columns]
    return plain.frame.select(
        pl.lit(plain.sheet).alias("sheet"),
        "row",
        *(field if field in plain.frame.columns else pl.lit("").alias(field) for field in fields),
    )


def _require_some(source: Source, found: Sequence[str]) -> None:
    if not found:
        raise SheetRefused(_("没有 96 点的列"), _("表头写 1 至 96，或 00:00 至 23:45"), source.file_name)


def _numbers(values: pl.Series) -> Numbers:
    """Numbers of a column: NaN where empty, infinite where it is none or does not fit."""
    if values.dtype == pl.String:
        text = values.str.replace_all(",", "", literal=True).str.strip_chars().fill_null("")
        made = text.cast(pl.Float64, strict=False)
        made = pl.select(
            pl.when(text == "").then(float("nan")).when(made.is_null()).then(float("inf")).otherwise(made)
        ).to_series()
    else:
        made = values.cast(pl.Float64).fill_null(float("nan"))
    found = made.to_numpy().copy()
    found[np.abs(found) > LARGEST] = np.inf
    return found


def _parquet(source: Source, columns: Sequence[Column], raw: Collection[str] = ()) -> pl.DataFrame:
    named = _needed(source, columns)
    try:
        frame = pl.read_parquet(source.path, columns=list(named.values()))
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise _unreadable(source, problem) from problem
    made = []
    for column in columns:
        if column.field not in named:
            empty = None if column.field in raw else ""
            made.append(pl.lit(empty, dtype=None if empty is None else pl.String).alias(column.field))
            continue
        values = frame[named[column.field]]
        made.append(pl.lit(values if column.field in raw else texts_of(values)).alias(column.field))
    row = pl.int_range(1, len(frame) + 1, dtype=pl.Int64, eager=True)
    name = clean_text(Path(source.file_name).stem)
    return pl.DataFrame({"row": row}).select(pl.lit(name).alias("sheet"), "row", *made)


def texts_of(values: pl.Series) -> pl.Series:
    """Return cells as texts, empty where there is none."""
    if values.dtype.is_float():
        values = values.cast(pl.Float64).round(FINEST_DECIMALS)
    return values.cast(pl.String).fill_null("")


def _needed(source: Source, columns: Sequence[Column]) -> dict[str, str]:
    """Return the file's name of every column it has of ours, by field, from its metadata alone.

    Raises:
        SheetRefused: not a parquet file, larger than such a table can be, or without a required column.
    """
    try:
        with pyarrow.parquet.ParquetFile(source.path) as file:
            metadata, names = file.metadata, file.schema_arrow.names
    except (pyarrow.ArrowException, OSError) as problem:
        raise _unreadable(source, problem) from problem
    _require_bounded(metadata, source)
    table = heading_table(columns, source.aliases)
    named = {table[normal(name)]: name for name in names if normal(name) in table}
    missing = [column.heading for column in columns if column.required and column.field not in named]
    if missing:
        raise SheetRefused(
            _("缺少列：%(columns)s") % {"columns": "、".join(missing)},
            _("补上该列；列名不同的，在“列名别名”中登记"),
            source.file_name,
        )
    return named


def _require_bounded(metadata: pyarrow.parquet.FileMetaData, source: Source) -> None:
    """Refuse by what the file says of itself: compressed, a few hundred KB can hold more than the memory."""
    unpacked_bytes = sum(metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    for number, most, reason in (
        (metadata.num_columns, MOST_COLUMNS, _("有 %(number)s 列，多于 %(most)s 列")),
        (metadata.num_rows, MOST_ROWS, _("有 %(number)s 行，多于 %(most)s 行")),
        (unpacked_bytes, MOST_BYTES, _("解压后有 %(number)s 字节，多于 %(most)s 字节")),
    ):
        if number > most:
            raise SheetRefused(
                reason % {"number": f"{number:,}", "most": f"{most:,}"},
                _("按月份或台区分成几个文件导入"),
                source.file_name,
            )


def _unreadable(source: Source, problem: Exception) -> SheetRefused:
    return SheetRefused(
        _("不是 parquet 文件：%(problem)s") % {"problem": next(iter(str(problem).splitlines()), "")},
        _("重新导出后再导入"),
        source.file_name,
    )
