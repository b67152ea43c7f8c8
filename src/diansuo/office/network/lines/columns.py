"""The columns of a list of low-voltage lines (台区线路)."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy

from diansuo.office.base.sheets.columns import Column, ColumnKind

PHASES: Final = {
    "ABC": "ABC", "三相": "ABC", "ABC三相": "ABC", "ABCN": "ABC", "A": "A", "A相": "A", "B": "B", "B相": "B", "C": "C",
    "C相": "C",
}  # fmt: skip
COLUMNS: Final = (
    Column("area", "台区编号", "Area number", ColumnKind.ID, True, ("台区编码", "tgNo"), example="4102T00001"),
    Column("number", "线段编号", "Segment", ColumnKind.ID, True, ("线段", "线段号", "线段编码"), example="01"),
    Column(
        "upper", "上级线段", "Upper segment", ColumnKind.ID, aliases=("上级线段编号", "父线段", "上级"), example="",
        help=gettext_lazy("不填为从配变低压母线引出"),
    ),
    Column(
        "phase", "相别", "Phase", ColumnKind.CHOICE, aliases=("相位",), choices=PHASES,
        listed=("三相", "A相", "B相", "C相"), example="三相", help=gettext_lazy("不填为三相"),
    ),
    Column(
        "conductor", "导线型号", "Conductor", required=True, aliases=("导线", "电缆型号", "导线规格", "型号规格"),
        example="JKLYJ-70",
    ),
    Column(
        "length", "长度", "Length (m)", ColumnKind.DECIMAL, True,
        ("长度(m)", "长度(米)", "线段长度", "线段长度(m)", "线长"), example="52",
    ),
    Column(
        "customers", "下接用户编号", "Customers at its end", aliases=("用户编号", "下接用户", "所接用户编号"),
        example="4102000011", help=gettext_lazy("接在线段末端的用户，几户用顿号隔开"),
    ),
)  # fmt: skip
AREA, NUMBER, UPPER, CONDUCTOR, LENGTH, CUSTOMERS = (
    "台区编号", "线段编号", "上级线段", "导线型号", "长度", "下接用户编号",
)  # fmt: skip
"""Headings that refusals name."""
