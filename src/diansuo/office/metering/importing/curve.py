"""The import kind ``curve``: voltages, power, currents of every quarter of an hour, of chosen areas, into the lake."""

from __future__ import annotations

from typing import Final

import polars as pl
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.metering import lake
from diansuo.office.metering.days import running
from diansuo.office.metering.importing import curve_wide
from diansuo.office.metering.importing.exact import thousandths
from diansuo.office.metering.importing.intervals import IntervalTable, plan_of
from diansuo.office.metering.importing.placing import refuse
from diansuo.office.metering.importing.texts import texts_of
from diansuo.office.metering.models import LakeFile

_D = ColumnKind.DECIMAL
COLUMNS: Final = (
    Column(
        "customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011",
        help=gettext_lazy("台区总表和线路关口不填，按表资产号找"),
    ),
    Column("area", "台区编号", "Area number", ColumnKind.ID, example="4102T00017"),
    Column(
        "meter", "表资产号", "Meter number", ColumnKind.ID, True, ("电能表编号", "电能表资产号", "资产编号", "资产号"),
        example="4130009000000020240007",
    ),
    Column("multiplier", "倍率", "Multiplier", ColumnKind.INTEGER, aliases=("综合倍率",), example="1"),
    Column("day", "日期", "Day", ColumnKind.DATE, True, ("数据日期", "采集日期"), example="2024-07-01"),
    Column(
        "slot", "点号", "Slot", ColumnKind.INTEGER, True, ("数据点", "点序号"), example="1",
        help=gettext_lazy("1 至 96，每 15 分钟一点"),
    ),
    Column("voltage_a_mv", "电压A", "Voltage A", _D, aliases=("A相电压", "电压A相", "UA"), example="231.4"),
    Column("voltage_b_mv", "电压B", "Voltage B", _D, aliases=("B相电压", "电压B相", "UB")),
    Column("voltage_c_mv", "电压C", "Voltage C", _D, aliases=("C相电压", "电压C相", "UC")),
    Column(
        "power_w", "有功功率", "Active power", _D, aliases=("总有功功率", "有功功率总"), example="0.8214",
        help=gettext_lazy("千瓦，未乘倍率；反送为负"),
    ),
    Column(
        "current_a_ma", "电流A", "Current A", _D, aliases=("A相电流", "电流A相", "IA"), example="3.412",
        help=gettext_lazy("安，未乘倍率"),
    ),
    Column("current_b_ma", "电流B", "Current B", _D, aliases=("B相电流", "电流B相", "IB")),
    Column("current_c_ma", "电流C", "Current C", _D, aliases=("C相电流", "电流C相", "IC")),
)  # fmt: skip
VOLTAGES: Final = ("voltage_a_mv", "voltage_b_mv", "voltage_c_mv")
VALUES: Final = (*VOLTAGES, "power_w", "current_a_ma", "current_b_ma", "current_c_ma")


def plan(source: Source) -> Plan:
    """Say what a table of curves would put into the lake, row by row: a quarter of an hour a row, or a day a row.

    Raises:
        SheetRefused: not a table of curves.
    """
    return curve_wide.plan(source) if curve_wide.is_wide(source) else plan_of(TABLE, source)


def _valued(frame: pl.DataFrame) -> pl.DataFrame:
    """Add slot, mV, W and mA as ``<field>_value``, and refuse what is none."""
    slots = frame["slot"] if frame["slot"].dtype.is_integer() else texts_of(frame["slot"])
    exact = {field: thousandths(frame[field], signed=True) for field in VALUES}
    frame = frame.with_columns(
        slots.cast(pl.Int64, strict=False).alias("slot_value"),
        *(found.values.alias(f"{field}_value") for field, found in exact.items()),
    )
    slot = pl.col("slot_value")
    frame = refuse(
        frame, COLUMNS, slot.is_null() | ~slot.is_between(1, lake.CURVE_SLOTS), "slot",
        _("点号应为 1 至 96"), _("每 15 分钟一点，一天 96 点"),
    )  # fmt: skip
    for field, found in exact.items():
        frame = refuse(frame, COLUMNS, found.bad, field, _("不是数字"), _("只填数字，如 231.4"))
        if field in VOLTAGES:
            below = pl.col(f"{field}_value") < 0
            frame = refuse(frame, COLUMNS, below, field, _("电压不能为负"), _("核对该点电压"))
    nothing = pl.all_horizontal(pl.col(f"{field}_value").is_null() for field in VALUES)
    return refuse(
        frame, COLUMNS, nothing, "power_w", _("没有电压、功率，也没有电流"), _("没有采到的点删去这一行")
    )


TABLE: Final = IntervalTable(
    columns=COLUMNS,
    keys=("slot",),
    values=VALUES,
    valued=_valued,
    kind=lake.CURVE,
    read=lake.read_curve_frame,
    change=pl.format(
        "{} {} {} → {} {} {}",
        *(
            pl.col(f"{field}_{side}").cast(pl.String).fill_null("-") + unit
            for side in ("held", "value")
            for field, unit in (("voltage_a_mv", " mV"), ("power_w", " W"), ("current_a_ma", " mA"))
        ),
    ),
)

CURVE = Kind(
    name="curve",
    title=gettext_lazy("电压电流功率曲线"),
    columns=COLUMNS,
    plan=plan,
    made=(LakeFile,),
    blockers=lambda _batch: [],
    suffixes=(".csv", ".parquet", ".xlsx"),
    after_withdrawal=lake.remove_unlisted,
    follow_up=running.follow_up,
)
