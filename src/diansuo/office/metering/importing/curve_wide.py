"""The wide form of curves: one row a meter, day and quantity, its 96 points side by side; into the same lake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.imports.kinds import Plan, Source
from diansuo.office.base.imports.verdicts import FramedVerdicts, Outcome, Verdicts
from diansuo.office.base.models import Station
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.metering import lake
from diansuo.office.metering.importing.intervals import writes_of
from diansuo.office.metering.importing.placing import REFUSAL, placed, refuse
from diansuo.office.metering.importing.texts import numbers_frame

ITEMS: Final = {
    "power_w": ("有功功率", "总有功功率", "有功功率总", "p", "active power"),
    "voltage_a_mv": ("电压a", "a相电压", "电压a相", "ua", "voltage a"),
    "voltage_b_mv": ("电压b", "b相电压", "电压b相", "ub", "voltage b"),
    "voltage_c_mv": ("电压c", "c相电压", "电压c相", "uc", "voltage c"),
    "current_a_ma": ("电流a", "a相电流", "电流a相", "ia", "current a"),
    "current_b_ma": ("电流b", "b相电流", "电流b相", "ib", "current b"),
    "current_c_ma": ("电流c", "c相电流", "电流c相", "ic", "current c"),
}
NAMES: Final = tuple(ITEMS)
SLOTS: Final = tuple(f"p{slot}" for slot in range(1, lake.CURVE_SLOTS + 1))
HEADINGS: Final = frozenset({"数据项", "数据类型", "曲线类型", "数据项名称", "quantity"})
HEAD_BYTES: Final = 20_000
FINEST: Final = 1e-6
"""A binary number that is this near to half a thousandth is half a thousandth."""


def _slot(slot: int) -> Column:
    """A point's column: its number, or the time at which it begins."""
    minutes = (slot - 1) * 15
    clock = f"{minutes // 60:02d}:{minutes % 60:02d}"
    aliases = (f"P{slot}", f"点{slot}", f"V{slot}", clock, f"{clock}:00", clock.replace(":", ""))
    return Column(f"p{slot}", str(slot), f"Point {slot}", ColumnKind.DECIMAL, aliases=aliases)


COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号")),
    Column("area", "台区编号", "Area number", ColumnKind.ID),
    Column(
        "meter", "表资产号", "Meter number", ColumnKind.ID, True, ("电能表编号", "电能表资产号", "资产编号", "资产号")
    ),
    Column("multiplier", "倍率", "Multiplier", ColumnKind.INTEGER, aliases=("综合倍率",)),
    Column("day", "日期", "Day", ColumnKind.DATE, True, ("数据日期", "采集日期")),
    Column(
        "item", "数据项", "Quantity", ColumnKind.TEXT, True, ("数据类型", "曲线类型", "数据项名称"),
        help=gettext_lazy("有功功率、电压A、电压B、电压C、电流A、电流B 或 电流C"),
    ),
    *(_slot(slot) for slot in range(1, lake.CURVE_SLOTS + 1)),
)  # fmt: skip
IDS: Final = tuple(column for column in COLUMNS if column.field not in SLOTS)


@dataclass(frozen=True, slots=True)
class _Wide:
    """Rows with their verdicts, and their points in thousandths (n, 96), NaN where there is none."""

    rows: pl.DataFrame
    values: Any


def is_wide(source: Source) -> bool:
    """Tell by its headings whether a file has the wide form: a column of quantities, and none of slots."""
    suffix = Path(source.file_name).suffix.lower()
    if suffix == ".parquet":
        try:
            names = list(pl.read_parquet_schema(source.path))
        except (pl.exceptions.PolarsError, OSError):
            return False
        return any(str(name).strip().lower() in HEADINGS for name in names)
    if suffix == ".csv":  # long files are large: their head is enough
        with source.path.open("rb") as stream:
            head = stream.read(HEAD_BYTES)
        shown = (head.decode("utf-8", "ignore") + head.decode("gb18030", "ignore")).lower()
        return any(name in shown for name in HEADINGS)
    try:
        numbers_frame(source, COLUMNS, SLOTS, rows_at_most=0)
    except SheetRefused:
        return False
    return True


def plan(source: Source) -> Plan:
    """Say what a wide table of curves would put into the lake, row by row.

    Raises:
        SheetRefused: not such a table.
    """
    texts, values, notes = numbers_frame(source, COLUMNS, SLOTS)
    wide = _valued(placed(texts, IDS, source.scope, source.today), values)
    rows, long = _long(wide)
    stations = rows["station_id"].drop_nulls().unique().to_list()
    station = Station.objects.get(pk=stations[0]) if len(stations) == 1 else None
    return Plan(_verdicts(rows), writes_of(lake.CURVE, long), station, notes)


def _valued(frame: pl.DataFrame, values: Any) -> _Wide:
    """Name the quantity, make the points exact thousandths, and refuse what is none."""
    named = {name: field for field, names in ITEMS.items() for name in names}
    quantities = {
        text: named.get(re.sub(r"\s+", " ", text.strip().lower())) for text in frame["item"].unique()
    }
    frame = frame.with_columns(
        quantity=pl.col("item").replace_strict(quantities, return_dtype=pl.String),
        broken=pl.Series(np.isinf(values).any(axis=1)),
        below=pl.Series((values < 0).any(axis=1)),
        nothing=pl.Series(np.isnan(values).all(axis=1)),
    )
    voltage = pl.col("quantity").str.starts_with("voltage")
    for wrong, field, reason, remedy in (
        (
            pl.col("quantity").is_null(),
            "item",
            _("不认识的数据项"),
            _("写有功功率、电压A、电压B、电压C、电流A、电流B 或 电流C"),
        ),
        (pl.col("broken"), "item", _("96 点中有的不是数字"), _("只填数字，没有采到的点留空")),
        (pl.col("nothing"), "item", _("96 点都是空的"), _("没有采到的行删去")),
        (pl.col("below") & voltage, "item", _("电压不能为负"), _("核对该行电压")),
    ):
        frame = refuse(frame, IDS, wrong, field, reason, remedy)
    thousandths = np.sign(values) * np.floor(np.abs(values) * 1000 + 0.5 + FINEST)
    return _Wide(_refuse_conflicts(frame, thousandths), thousandths)


def _refuse_conflicts(frame: pl.DataFrame, values: Any) -> pl.DataFrame:
    """Refuse rows of one point, day and quantity that say different things; mark plain repetitions."""
    good = pl.col("refusal_reason") == ""
    keys = ["point_id", "date", "quantity", "refusal_reason"]
    frame = frame.with_columns(
        mark=pl.Series([hash(row.tobytes()) for row in np.ascontiguousarray(values)], dtype=pl.Int64)
    )
    frame = frame.with_columns(
        conflict=good & (pl.col("mark").n_unique().over(keys) > 1),
        repeats=good & (pl.int_range(pl.len()).over(keys) > 0),
    )
    return refuse(
        frame, IDS, pl.col("conflict"), "day", _("同一天同一数据项有几行不同的值"), _("只留正确的一行")
    )


def _long(wide: _Wide) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows with their outcomes, and the lake's rows of the points and days that are new or changed."""
    rows = wide.rows.with_row_index("place")
    taken = rows.filter((pl.col("refusal_reason") == "") & ~pl.col("repeats"))
    outcome = np.full(len(rows), Outcome.UNCHANGED.value, dtype=object)
    outcome[rows["refusal_reason"].to_numpy() != ""] = Outcome.REFUSED.value
    days = taken.select("station_id", "point_id", "meter_id", "archive_multiplier", "date")
    days = days.unique(["point_id", "date"]).sort("point_id", "date")
    key_of = taken.select("point_id", "date").join(
        days.with_row_index("key"), on=["point_id", "date"], how="left", maintain_order="left"
    )["key"].to_numpy().astype(np.int64)  # fmt: skip
    place = taken["place"].to_numpy().astype(np.int64)
    held, there = _held(days)
    changed = np.zeros(len(days), np.bool_)
    flat = dict(held)
    for name in NAMES:
        mine = np.flatnonzero(taken["quantity"].to_numpy() == name)
        given = wide.values[place[mine]]
        before = held[name][key_of[mine]]
        same = (given == before) | np.isnan(given)
        differs = ~same.all(axis=1)
        known = there[key_of[mine]]
        outcome[place[mine][differs]] = np.where(known[differs], Outcome.CHANGED.value, Outcome.NEW.value)
        changed[key_of[mine][differs]] = True
        flat[name][key_of[mine]] = np.where(np.isnan(given), before, given)
    at = np.flatnonzero(changed)
    return rows.with_columns(outcome=pl.Series(outcome.tolist(), dtype=pl.String)), _exploded(days, flat, at)


def _held(days: pl.DataFrame) -> tuple[dict[str, Any], Any]:
    """Return what the lake holds of some points and days, by quantity (n, 96), and of which it holds anything.

    A quantity that a file does not bring stays as it was: a row of the lake has them all.
    """
    held = {name: np.full((len(days), lake.CURVE_SLOTS), np.nan) for name in NAMES}
    there = np.zeros(len(days), np.bool_)
    if days.is_empty():
        return held, there
    dates, points = days["date"].to_list(), days["point_id"].to_list()
    first, last, bounds = min(dates), max(dates), (min(points), max(points))
    for station_id in days["station_id"].unique().to_list():
        frame = lake.read_curve_span(station_id, first, last + timedelta(days=1), bounds)
        if frame.is_empty():
            continue
        at = frame.join(
            days.select("point_id", "date").with_row_index("key"), left_on=["point", "day"],
            right_on=["point_id", "date"],
        )  # fmt: skip
        key, slot = at["key"].to_numpy().astype(np.int64), at["slot"].to_numpy().astype(np.int64) - 1
        there[key] = True
        for name in NAMES:
            held[name][key, slot] = at[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return held, there


def _exploded(days: pl.DataFrame, flat: dict[str, Any], at: Any) -> pl.DataFrame:
    """Return points and days as rows of the lake, a quarter of an hour each; those without any value left out."""
    chosen = days[at]
    columns = {name: pl.Series(flat[name][at].ravel(), nan_to_null=True).cast(pl.Int64) for name in NAMES}
    slots = np.tile(np.arange(1, lake.CURVE_SLOTS + 1, dtype=np.int16), len(at))
    repeated = {
        "station_id": "station_id", "point": "point_id", "meter": "meter_id", "multiplier": "archive_multiplier",
        "day": "date",
    }  # fmt: skip
    rows = np.repeat(np.arange(len(at)), lake.CURVE_SLOTS)
    made = pl.DataFrame(
        {name: chosen[source].gather(rows) for name, source in repeated.items()} | {"slot": slots} | columns
    )
    return made.filter(~pl.all_horizontal(pl.col(name).is_null() for name in NAMES))


def _verdicts(rows: pl.DataFrame) -> Verdicts:
    shown = rows.with_columns(
        subject=pl.format("{} {}", "subject", "item"),
        refusal_reason=pl.when((pl.col("refusal_reason") == "") & pl.col("repeats"))
        .then(pl.lit(_("与前面的行重复")))
        .otherwise(pl.col("refusal_reason")),
    )
    said = (pl.col(f"refusal_{name}").alias(name) for name in REFUSAL)
    return FramedVerdicts(shown.select("sheet", "row", "outcome", "subject", *said))
