"""The columns of a list of 10 kV lines (10千伏线路), and what its refusals say."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.network.lines.area_columns import LENGTH
from diansuo.office.network.lines.rows import Words

COLUMNS: Final = (
    Column(
        "owner", "线路名称", "Feeder", ColumnKind.ID, aliases=("线路", "馈线名称", "馈线", "lineName"),
        example="10kV东线", help=_("档案里的线路名称；没有名称的填线路编号"),
    ),
    Column(
        "owner_number", "线路编号", "Feeder number", ColumnKind.ID, aliases=("馈线编号", "lineNo"), example="F001",
        help=_("线路名称不填时按编号认"),
    ),
    Column("number", "线段编号", "Segment", ColumnKind.ID, True, ("线段", "线段号", "线段编码"), example="G01"),
    Column(
        "upper", "上级线段", "Upper segment", ColumnKind.ID, aliases=("上级线段编号", "父线段", "上级"), example="",
        help=_("不填为从变电站引出"),
    ),
    Column(
        "conductor", "导线型号", "Conductor", required=True, aliases=("导线", "电缆型号", "导线规格", "型号规格"),
        example="JKLYJ-120",
    ),
    LENGTH,
    Column(
        "hung", "下接台区编号", "Transformers at its end", aliases=("台区编号", "下接台区", "下接配变", "所接台区编号"),
        example="4102T00001", help=_("接在线段末端的公变台区和专变，几台用顿号隔开"),
    ),
)  # fmt: skip
WORDS: Final = Words(
    owner="线路名称",
    hung="下接台区编号",
    unknown_owner=(_("档案中没有该线路"), _("先导入用户档案，或核对线路名称、编号")),
    several_owners=(_("几条线路都叫这个名称或编号"), _("改填唯一的线路名称，或由该公司人员导入")),
    unknown_hung=(_("档案中没有该台区"), _("先导入用户档案，或核对台区编号")),
    hung_twice=(_("同一台区接在几段线上"), _("只留实际所接的一段")),
    no_upper=_("补上该线段，或改正编号；从变电站引出的不填"),
    circle=_("线段首尾相接成环，接不到变电站"),
    whole=_("本线路另有不能导入的行，整条线路不导入"),
    longest_m=50_000,
)
