"""The daily freeze wide table (domain.md §16.1): its columns."""

from __future__ import annotations

from typing import Final

from diansuo.office.base.sheets.columns import Column, ColumnKind

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
