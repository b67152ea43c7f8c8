"""The columns of a reading list as stations export them (domain.md §16.1), and the words its cells use."""

from __future__ import annotations

from typing import Final

from diansuo.core.metering import Purpose, Register
from diansuo.office.base.masks import Part
from diansuo.office.base.sheets.columns import Column, ColumnKind

REGISTERS: Final[dict[str, Register]] = {
    name: register
    for register, names in {
        Register.ACTIVE_TOTAL: (
            "正向有功（总）",
            "正向有功总",
            "正向有功",
            "有功（总）",
            "有功总",
            "有功",
            "总",
        ),
        Register.ACTIVE_SHARP: (
            "正向有功（尖）",
            "正向有功尖",
            "正向有功（尖峰）",
            "有功（尖）",
            "有功尖",
            "尖",
        ),
        Register.ACTIVE_PEAK: ("正向有功（峰）", "正向有功峰", "有功（峰）", "有功峰", "峰"),
        Register.ACTIVE_FLAT: ("正向有功（平）", "正向有功平", "有功（平）", "有功平", "平"),
        Register.ACTIVE_VALLEY: ("正向有功（谷）", "正向有功谷", "有功（谷）", "有功谷", "谷"),
        Register.ACTIVE_DEEP_VALLEY: ("正向有功（深谷）", "正向有功深谷", "有功（深谷）", "深谷"),
        Register.REVERSE_TOTAL: ("反向有功（总）", "反向有功总", "反向有功"),
        Register.REVERSE_SHARP: ("反向有功（尖）", "反向有功尖"),
        Register.REVERSE_PEAK: ("反向有功（峰）", "反向有功峰"),
        Register.REVERSE_FLAT: ("反向有功（平）", "反向有功平"),
        Register.REVERSE_VALLEY: ("反向有功（谷）", "反向有功谷"),
        Register.REACTIVE_FORWARD: ("正向无功", "正向无功（总）", "正向无功总", "无功（总）", "无功总"),
        Register.REACTIVE_REVERSE: ("反向无功", "反向无功（总）", "反向无功总"),
        Register.REACTIVE_Q1: ("无功Ⅰ象限", "Ⅰ象限无功", "一象限无功", "无功一象限"),
        Register.REACTIVE_Q2: ("无功Ⅱ象限", "Ⅱ象限无功", "二象限无功", "无功二象限"),
        Register.REACTIVE_Q3: ("无功Ⅲ象限", "Ⅲ象限无功", "三象限无功", "无功三象限"),
        Register.REACTIVE_Q4: ("无功Ⅳ象限", "Ⅳ象限无功", "四象限无功", "无功四象限"),
        Register.DEMAND: ("最大需量", "正向有功最大需量", "需量"),
    }.items()
    for name in names
}
PURPOSES: Final[dict[str, Purpose]] = {
    "正常": Purpose.PERIODIC,
    "正常抄表": Purpose.PERIODIC,
    "例抄": Purpose.PERIODIC,
    "拆表止度": Purpose.FINAL,
    "止度": Purpose.FINAL,
    "装表起度": Purpose.INITIAL,
    "起度": Purpose.INITIAL,
    "特抄": Purpose.SPECIAL,
}
YES_NO: Final[dict[str, bool]] = {
    "是": True, "估抄": True, "Y": True, "1": True, "TRUE": True,
    "否": False, "实抄": False, "N": False, "0": False, "FALSE": False,
}  # fmt: skip

COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011"),
    Column("customer_name", "用户名称", "Customer", aliases=("户名",), example="用户01"),
    Column("phone", "联系方式", "Phone", aliases=("联系电话",), part=Part.PHONE),
    Column("route", "抄表段编号", "Route number", ColumnKind.ID, example="0041020017"),
    Column("route_name", "抄表段名称", "Route", example="东村一段"),
    Column("reading_day", "抄表例日", "Reading day", ColumnKind.INTEGER, aliases=("例日",), example="1"),
    Column("reader", "抄表员", "Reader", example="王五"),
    Column("point", "计量点编号", "Metering point", ColumnKind.ID, example="410200001101"),
    Column("walk_order", "抄表序号", "Walk order", example="1"),
    Column(
        "meter", "电能表编号", "Meter number", ColumnKind.ID, True,
        ("电能表资产编号", "电能表资产号", "资产编号", "资产号", "表资产号", "表号"), example="4130009000000020240007",
    ),
    Column(
        "register", "示数类型", "Register", ColumnKind.CHOICE, True, choices=REGISTERS,
        listed=("正向有功（总）", "正向有功（尖）", "正向有功（峰）", "正向有功（平）", "正向有功（谷）"),
        example="正向有功（总）",
    ),
    Column("previous", "上次示数", "Previous register", ColumnKind.DECIMAL, aliases=("上期示数",), example="3482.86"),
    Column(
        "current", "本次示数", "Register now", ColumnKind.DECIMAL, aliases=("本期示数", "示数"), example="3872.27",
        help="未抄的留空",
    ),
    Column("energy", "抄见电量", "Energy", ColumnKind.DECIMAL, example="389.41"),
    Column("multiplier", "综合倍率", "Multiplier", ColumnKind.INTEGER, aliases=("倍率",), example="1"),
    Column("digits", "抄表位数", "Digits", example="6.2"),
    Column("trouble", "异常类型", "Trouble"),
    Column("status", "抄表状态", "Status", example="已抄"),
    Column("company", "供电单位", "Company", example="巩义供电公司"),
    Column("station", "供电所", "Station", example="东村供电所"),
    Column("address", "用户地址", "Address", aliases=("用电地址",), example="东村1号", part=Part.ADDRESS),
    Column("read_date", "抄表日期", "Read on", ColumnKind.DATE, example="2024-08-01"),
    Column("period", "电费年月", "Billing month", ColumnKind.MONTH, aliases=("抄表年月",), example="202408"),
    Column(
        "purpose", "抄表性质", "Purpose", ColumnKind.CHOICE, choices=PURPOSES,
        listed=("正常", "拆表止度", "装表起度", "特抄"), example="正常",
    ),
    Column(
        "estimated", "估抄标志", "Estimated", ColumnKind.CHOICE, aliases=("是否估抄",), choices=YES_NO,
        listed=("是", "否"), example="否",
    ),
)  # fmt: skip
HEADING: Final = {column.field: column.heading for column in COLUMNS}
