"""The columns of a list of low-voltage lines (台区线路), and what its refusals say."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.network.lines.rows import Words

PHASES: Final = {
    "ABC": "ABC", "三相": "ABC", "ABC三相": "ABC", "ABCN": "ABC", "A": "A", "A相": "A", "B": "B", "B相": "B", "C": "C",
    "C相": "C",
}  # fmt: skip
LENGTH: Final = Column(
    "length", "长度", "Length (m)", ColumnKind.DECIMAL, True,
    ("长度(m)", "长度(米)", "线段长度", "线段长度(m)", "线长"), example="52",
)  # fmt: skip
COLUMNS: Final = (
    Column("owner", "台区编号", "Area number", ColumnKind.ID, True, ("台区编码", "tgNo"), example="4102T00001"),
    Column("number", "线段编号", "Segment", ColumnKind.ID, True, ("线段", "线段号", "线段编码"), example="01"),
    Column(
        "upper", "上级线段", "Upper segment", ColumnKind.ID, aliases=("上级线段编号", "父线段", "上级"), example="",
        help=_("不填为从配变低压母线引出"),
    ),
    Column(
        "phase", "相别", "Phase", ColumnKind.CHOICE, aliases=("相位",), choices=PHASES,
        listed=("三相", "A相", "B相", "C相"), example="三相", help=_("不填为三相"),
    ),
    Column(
        "conductor", "导线型号", "Conductor", required=True, aliases=("导线", "电缆型号", "导线规格", "型号规格"),
        example="JKLYJ-70",
    ),
    LENGTH,
    Column(
        "hung", "下接用户编号", "Customers at its end", aliases=("用户编号", "下接用户", "所接用户编号"),
        example="4102000011", help=_("接在线段末端的用户，几户用顿号隔开"),
    ),
)  # fmt: skip
WORDS: Final = Words(
    owner="台区编号",
    hung="下接用户编号",
    unknown_owner=(_("档案中没有该台区"), _("先导入用户档案，或核对台区编号")),
    several_owners=(_("几个供电公司都有这个编号"), _("由该公司人员导入")),
    unknown_hung=(_("档案中没有该用户"), _("先导入用户档案，或核对用户编号")),
    hung_twice=(_("同一用户接在几段线上"), _("只留实际所接的一段")),
    no_upper=_("补上该线段，或改正编号；从配变引出的不填"),
    circle=_("线段首尾相接成环，接不到配变"),
    whole=_("本台区另有不能导入的行，整个台区不导入"),
    longest_m=5_000,
)
