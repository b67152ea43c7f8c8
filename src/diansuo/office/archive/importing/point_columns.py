"""The columns of an archive list that tell how a metering point is settled beside others of its contract."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.importing import words
from diansuo.office.archive.importing.supply_columns import DECIMAL, ID, _number, _word
from diansuo.office.base.sheets.columns import Column, ColumnKind

_CLASSES = tuple(words.known("price_class"))

POINT_COLUMNS = (
    Column(
        "point_behind", "上级计量点编号", "Point above", ID,
        aliases=("上级计量点", "总表计量点编号", "主表计量点编号", "主计量点编号", "parentMpNo", "parent_mp_no"),
        help=_("分表、转供和定量定比填它上面那个装表计量点的编号；可以在同一文件里"),
    ),
    _word(
        "point_relation", "主分表关系", "Relation to the point above", "point_relation",
        aliases=("计量点关系", "主分表标志", "总分表关系", "计量点分类", "mpRelation"),
        help=_("分表从总表扣减；并接不扣减；转供填在被转供户一行；几路进线填独立。一户几个计量点时必填"),
    ),
    _word(
        "point_share", "定量定比", "Agreed energy", "point_share",
        aliases=("定量定比标志", "定比定量标志", "计量点计费方式", "扣减标志"),
        help=_("没有电能表、按定量或定比计的计量点；这样的行电能表编号留空，计量点编号必填"),
    ),
    _number(
        "point_fixed_wh", "定量值", "Fixed quantity (kWh a month)", ("定量电量", "月定量", "定量"), _("每月，单位 kWh"),
    ),
    _number("point_ratio_ppm", "定比值", "Fixed ratio (percent)", ("定比", "定比比例", "定比率"), _("单位 %，如 30")),
    _word(
        "point_ratio_base", "定比基数", "Ratio of", "point_ratio_base", aliases=("定比计算基数",),
        help=_("同一总表既有定量又有定比时必填，按合同"),
    ),
    Column(
        "point_price_class", "计量点电价类别", "Price class of the point", ColumnKind.TEXT,
        aliases=("计量点用电类别", "计量点电价", "计量点执行电价"), listed=_CLASSES,
        choices=dict.fromkeys(_CLASSES, ""),
        help=_("这个计量点与合同的用电类别不同时填，如照明分表"),
    ),
    Column(
        "feed_demand_w", "本路合同最大需量", "Contract demand of the feed (kW)", DECIMAL,
        aliases=("本路需量核定值", "进线合同需量"), help=_("第二路及以上进线，单位 kW；各路需量相加"),
    ),
    _word(
        "supplied_use", "被转供班次", "Use of the supplied", "supplied_use", aliases=("转供班次", "被转供用电性质"),
        help=_("按需量计费的转供户要用它折算需量"),
    ),
    _word(
        "feed_in", "光伏上网方式", "Photovoltaic feed-in", "feed_in",
        aliases=("上网方式", "发电消纳方式", "消纳方式", "上网模式"), help=_("全额上网或余电上网；没有光伏不填"),
    ),
    Column(
        "commissioned_date", "光伏投产日期", "Commissioned on", ColumnKind.DATE,
        aliases=("并网日期", "投产日期", "发电并网日期"), help=_("分存量和增量项目，决定上网电价"),
    ),
)  # fmt: skip
