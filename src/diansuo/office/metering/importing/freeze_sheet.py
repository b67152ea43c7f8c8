"""The daily freeze wide table (domain.md §16.1): its columns, and the file as a frame of texts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl
import pyarrow
import pyarrow.parquet
from django.utils.translation import gettext as _

from diansuo.office.base.imports.kinds import Source
from diansuo.office.base.sheets.clean import clean_text
from diansuo.office.base.sheets.columns import Column, ColumnKind, heading_table, normal
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import read_tables

_D = ColumnKind.DECIMAL
REGISTER_COLUMNS: Final = (
    Column(
        "active_total_wh",
        "PAP_R",
        "Active total",
        _D,
        True,
        ("正向有功总", "正向有功（总）", "日冻结正向有功总"),
    ),
    Column("active_sharp_wh", "PAP_R1", "Active sharp", _D, aliases=("正向有功尖", "正向有功（尖）")),
    Column("active_peak_wh", "PAP_R2", "Active peak", _D, aliases=("正向有功峰", "正向有功（峰）")),
    Column("active_flat_wh", "PAP_R3", "Active flat", _D, aliases=("正向有功平", "正向有功（平）")),
    Column("active_valley_wh", "PAP_R4", "Active valley", _D, aliases=("正向有功谷", "正向有功（谷）")),
    Column("reactive_forward_wh", "PRP_R", "Reactive forward", _D, aliases=("正向无功", "正向无功总")),
    Column("reverse_total_wh", "RAP_R", "Reverse active", _D, aliases=("反向有功", "反向有功总")),
    Column("reactive_reverse_wh", "RRP_R", "Reactive reverse", _D, aliases=("反向无功", "反向无功总")),
    Column("demand_w", "PAP_DEMAND", "Demand", _D, aliases=("最大需量", "需量")),
    Column("active_a_wh", "PAP_A", "Active phase A", _D, aliases=("A相正向有功", "正向有功A相")),
    Column("active_b_wh", "PAP_B", "Active phase B", _D, aliases=("B相正向有功", "正向有功B相")),
    Column("active_c_wh", "PAP_C", "Active phase C", _D, aliases=("C相正向有功", "正向有功C相")),
)
COLUMNS: Final = (
    Column(
        "customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011",
        help="台区总表和线路关口不填，按表资产号找",
    ),
    Column("area", "台区编号", "Area number", ColumnKind.ID, example="4102T00017"),
    Column(
        "meter", "表资产号", "Meter number", ColumnKind.ID, True, ("电能表编号", "电能表资产号", "资产编号", "资产号"),
        example="4130009000000020240007",
    ),
    Column("multiplier", "倍率", "Multiplier", ColumnKind.INTEGER, aliases=("综合倍率",), example="1"),
    Column(
        "day", "日期", "Day", ColumnKind.DATE, True, ("冻结日期", "数据日期"), example="2024-07-01",
        help="当日 0 点冻结",
    ),
    *REGISTER_COLUMNS,
)  # fmt: skip
# A county's month: 300,000 meters, 31 days, with room to spare.
MOST_ROWS: Final = 5_000_000
MOST_BYTES: Final = 3 * 2**29
MOST_COLUMNS: Final = 200
HEADING: Final = {column.field: column.heading for column in COLUMNS}


def text_frame(source: Source) -> tuple[pl.DataFrame, list[str]]:
    """Return the file as text columns with ``sheet`` and ``row`` (its number in the file), and notes about it.

    Columns the file does not have are empty throughout.

    Raises:
        SheetRefused: not a freeze table.
    """
    if Path(source.file_name).suffix.lower() == ".parquet":
        return _parquet(source), []
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    frames = [
        pl.DataFrame(
            {
                "sheet": [table.sheet] * len(table),
                "row": table.row_numbers,
                **{field: table.fields.get(field, [""] * len(table)) for field in HEADING},
            },
            schema={"sheet": pl.String, "row": pl.Int64, **dict.fromkeys(HEADING, pl.String)},
        )
        for table in tables
    ]
    return pl.concat(frames), [note for table in tables for note in table.notes]


def _parquet(source: Source) -> pl.DataFrame:
    named = _needed(source)
    try:
        frame = pl.read_parquet(source.path, columns=list(named.values()))
    except (pl.exceptions.PolarsError, OSError) as problem:
        raise _unreadable(source, problem) from problem
    texts = [
        frame[named[field]].cast(pl.String).fill_null("").alias(field)
        if field in named
        else pl.repeat("", len(frame), dtype=pl.String, eager=True).alias(field)
        for field in HEADING
    ]
    name = pl.repeat(clean_text(Path(source.file_name).stem), len(frame), dtype=pl.String, eager=True)
    row = pl.int_range(1, len(frame) + 1, dtype=pl.Int64, eager=True)
    return pl.DataFrame([name.alias("sheet"), row.alias("row"), *texts])


def _needed(source: Source) -> dict[str, str]:
    """Return the file's name of every column it has of ours, by field, from its metadata alone.

    Raises:
        SheetRefused: not a parquet file, larger than a freeze table can be, or without a required column.
    """
    try:
        with pyarrow.parquet.ParquetFile(source.path) as file:
            metadata, names = file.metadata, file.schema_arrow.names
    except (pyarrow.ArrowException, OSError) as problem:
        raise _unreadable(source, problem) from problem
    _require_bounded(metadata, source)
    table = heading_table(COLUMNS, source.aliases)
    named = {table[normal(name)]: name for name in names if normal(name) in table}
    missing = [column.heading for column in COLUMNS if column.required and column.field not in named]
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
