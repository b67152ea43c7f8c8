"""A frame of texts with customer, meter and day: each row placed in the archive, or refused with the first reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl
from django.utils.translation import gettext as _

from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.clean import Unreadable, parse_date, parse_id
from diansuo.office.base.sheets.columns import Column
from diansuo.office.metering.importing.places import known_customers, places_of, places_without_customer
from diansuo.office.metering.importing.texts import texts_of

NAMED: Final = ("customer", "meter", "multiplier", "day")
REFUSAL: Final = ("column", "value", "reason", "remedy")
_PLACE: Final = {
    "customer": pl.String,
    "meter": pl.String,
    "point_id": pl.Int64,
    "meter_id": pl.Int64,
    "station_id": pl.Int64,
    "archive_multiplier": pl.Int64,
    "limit_wh": pl.Int64,
    "valid_from": pl.Date,
    "valid_to": pl.Date,
}


def placed(texts: pl.DataFrame, columns: Sequence[Column], scope: Scope, today: date) -> pl.DataFrame:
    """Return one row a text row: ``date``, ``point_id``, ``meter_id``, ``station_id``, and a refusal.

    The columns of ``REFUSAL`` are empty where the row is good so far. ``limit_wh`` is where the meter's registers end.
    ``subject`` names customer (or meter) and day, ``at`` is the row's place. Rows that follow each other with one
    customer, meter, multiplier and day (a curve has 96 of them) are placed once.
    """
    begins = texts.select(
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in NAMED)
        | (pl.int_range(pl.len()) == 0)
    ).to_series()
    frame = texts.select(NAMED).filter(begins)
    frame = frame.with_columns(*(pl.lit("").alias(f"refusal_{name}") for name in REFUSAL))
    frame = _with_places(_with_ids_and_days(frame), scope)
    frame = _refuse_places(frame, columns, scope, today).drop("at")
    who = pl.when(pl.col("customer") == "").then(pl.col("meter")).otherwise(pl.col("customer"))
    frame = frame.with_columns(subject=pl.format("{} {}", who, pl.col("date").cast(pl.String).fill_null("")))
    if len(frame) < len(texts):
        frame = frame[begins.cast(pl.UInt32).cum_sum() - 1]
    return pl.concat([texts.drop(NAMED), frame], how="horizontal").with_row_index("at")


def refuse(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    wrong: pl.Expr | pl.Series,
    field: str,
    reason: str,
    remedy: str,
) -> pl.DataFrame:
    """Refuse the rows of a condition that are not refused yet; a condition that no row meets costs one look."""
    if not frame.select(pl.lit(wrong) if isinstance(wrong, pl.Series) else wrong).to_series().any():
        return frame
    heading = next(column.heading for column in columns if column.field == field)
    condition = pl.lit(wrong) if isinstance(wrong, pl.Series) else wrong
    first = condition.fill_null(value=False) & (pl.col("refusal_reason") == "")
    said = {
        "column": pl.lit(heading),
        "value": pl.lit(texts_of(frame[field])),
        "reason": pl.lit(reason),
        "remedy": pl.lit(remedy),
    }
    return frame.with_columns(
        pl.when(first).then(value).otherwise(pl.col(f"refusal_{name}")).alias(f"refusal_{name}")
        for name, value in said.items()
    )


def _with_ids_and_days(frame: pl.DataFrame) -> pl.DataFrame:
    """Read every different number and day once."""
    cells = frame["day"].unique()
    shown = texts_of(cells).to_list()
    table = pl.DataFrame({"day": cells, "date": pl.Series([_day(text) for text in shown], dtype=pl.Date)})
    frame = frame.join(table, on="day", how="left", nulls_equal=True, maintain_order="left")
    for name in ("customer", "meter"):
        numbers = {text: _number(text) for text in frame[name].unique().to_list()}
        if any(text != number for text, number in numbers.items()):
            frame = frame.with_columns(pl.col(name).replace_strict(numbers, return_dtype=pl.String))
    return frame


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if text else None
    except Unreadable:
        return None


def _number(text: str) -> str:
    try:
        return parse_id(text)
    except Unreadable:
        return ""


def _with_places(frame: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Join the installation in force on the row's day: the one that begins then rather than the one that ends."""
    table = _installations(frame, scope)
    frame = frame.with_row_index("at")
    keys = ["customer", "meter"]
    joined = frame.join(
        table.with_columns(known_meter=pl.lit(value=True)), on=keys, how="left", maintain_order="left"
    )
    begins, ends, day = pl.col("valid_from"), pl.col("valid_to"), pl.col("date")
    hangs = (begins <= day) & (ends.is_null() | (ends >= day))
    found = [name for name in _PLACE if name not in keys]
    joined = joined.with_columns(pl.when(hangs).then(pl.col(name)).alias(name) for name in found)
    if len(joined) == len(frame):
        return joined
    return joined.sort("at", begins, nulls_last=False).unique("at", keep="last", maintain_order=True)


def _installations(frame: pl.DataFrame, scope: Scope) -> pl.DataFrame:
    """Return every installation of the customers a file names, and of the meters it names without a customer."""
    customers = {number for number in frame["customer"].unique().to_list() if number}
    unowned = frame.filter(pl.col("customer") == "")["meter"].unique().to_list()
    places = [place for found in places_of(customers, scope).values() for place in found]
    places += places_without_customer([number for number in unowned if number], scope)
    return pl.DataFrame(
        [
            (
                place.customer, place.meter, place.point_id, place.meter_id, place.station_id, place.multiplier,
                1000 * 10**place.integer_digits, place.valid_from, place.valid_to,
            )
            for place in places
        ],
        schema=_PLACE,
        orient="row",
    )  # fmt: skip


def _refuse_places(frame: pl.DataFrame, columns: Sequence[Column], scope: Scope, today: date) -> pl.DataFrame:
    customers = {number for number in frame["customer"].unique().to_list() if number}
    known = list(known_customers(customers, scope))
    multiplier = pl.col("multiplier").cast(pl.Int64, strict=False)
    checks = [
        (
            (pl.col("customer") == "") & pl.col("known_meter").is_null(),
            "customer",
            _("用户编号为空或已被改成数值，且档案中没有以该表为台区总表或线路关口"),
            _("将该列设为“文本”后重新导出；总表和关口先在用户档案中导入"),
        ),
        (
            ~pl.col("customer").is_in([*known, ""]),
            "customer",
            _("档案中没有该用户"),
            _("先导入用户档案，或核对用户编号"),
        ),
        (pl.col("date").is_null(), "day", _("不是日期"), _("写成 2024-08-01")),
        (pl.col("date") > today, "day", _("日期还没到"), _("核对日期")),
        (pl.col("known_meter").is_null(), "meter", _("该用户没有装过这块电能表"), _("核对电能表编号")),
        (pl.col("point_id").is_null(), "meter", _("当日这块表不在该处"), _("核对日期与档案中的装拆表日期")),
        (
            (pl.col("multiplier") != "") & ~multiplier.eq_missing(pl.col("archive_multiplier")),
            "multiplier",
            _("与档案倍率不符"),
            _("核对互感器；档案有误的先办理倍率变更"),
        ),
    ]
    for wrong, field, reason, remedy in checks:
        frame = refuse(frame, columns, wrong, field, reason, remedy)
    return frame
