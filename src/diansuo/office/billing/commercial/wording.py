"""Why a commercial bill is held, in the trade's words: the cause, and what to do now."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.office.base import wording
from diansuo.office.base.registry import Words

_Detail = dict[str, Any]


def _no_supply_terms(_detail: _Detail) -> Words:
    return Words(
        _("缺计费参数"),
        _("工商业用户的计费参数（分时、购电方式、基本电费计费方式等）没有入档"),
        _("在用户档案文件里补“是否执行分时”等列后导入，再重新执行"),
    )


def _supply_changed(_detail: _Detail) -> Words:
    return Words(
        _("账期内变更计费参数"),
        _("账期内计费方式、功率因数标准等有变更，不能用一组参数结算"),
        _("把变更生效日改为抄表例日；计费方式按季、合同需量按月变更"),
    )


def _several_months(_detail: _Detail) -> Words:
    return Words(
        _("账期超过一个月"),
        _("上月漏抄，本期跨了几个月，电价和基本电费不能并在一起算"),
        _("补录漏抄月份的示数（特抄或冻结），逐月执行"),
    )


def _no_reactive(_detail: _Detail) -> Words:
    return Words(
        _("缺无功示数"),
        _("执行功率因数调整，但本期没有完整的正向无功示数"),
        _("补录本月和上月的正向无功（反向无功有的一并补），或核对功率因数考核标准"),
    )


def _several_transformers(detail: _Detail) -> Words:
    return Words(
        _("变压器数与变损公式不符"),
        _("按标准公式计变损须有且只有一台运行的变压器，档案里本期有 %(count)s 台")
        % {"count": detail.get("count", 0)},
        _("在用户档案文件里补受电变压器；几台变压器共用一块表的，改用协议值或协议比例"),
    )


def _no_loss_table(_detail: _Detail) -> Words:
    return Words(
        _("没有月损耗表"),
        _("档案按月损耗表计变损，系统里还没有损耗表"),
        _("改用标准公式、协议值或协议比例；或先在原系统出账"),
    )


def _no_loss_terms(_detail: _Detail) -> Words:
    return Words(
        _("缺变损参数"),
        _("变压器的损耗参数、班次，或协议的变损、线损值没有入档"),
        _("在用户档案文件里补空载损耗、短路损耗、空载电流、阻抗电压、生产班次，或协议值"),
    )


def _out_of_service(_detail: _Detail) -> Words:
    return Words(
        _("暂停期间有电量"),
        _("变压器全月暂停，表计却走了字"),
        _("到现场核查；擅自启用的按违约用电处理，状态有误的更正档案"),
    )


def _no_bands(_detail: _Detail) -> Words:
    return Words(
        _("缺分时示数"),
        _("执行分时电价，本期没有完整的峰、平、谷示数"),
        _("补录分时示数，或核对是否执行分时"),
    )


def _parts_differ(_detail: _Detail) -> Words:
    return Words(_("分时大于总"), _("尖、峰、谷电量之和大于总电量"), _("核对各分时示数与倍率"))


def _band_without_hours(_detail: _Detail) -> Words:
    return Words(
        _("本月没有该时段"),
        _("表计在本月没有的时段（尖或深谷）走了字，规则库没有写明按哪一段计"),
        _("核对表计时段设置；或在当地分时规则里写明 without_month"),
    )


def _no_capacity(_detail: _Detail) -> Words:
    return Words(
        _("两部制缺容量或计费方式"),
        _("两部制用户没有合同容量，或没有选基本电费计费方式"),
        _("在用户档案文件里补“合同容量”和“基本电费计费方式”；免收的填“免收容需量电费”"),
    )


def _no_demand(_detail: _Detail) -> Words:
    return Words(
        _("缺最大需量"), _("按需量计费，本期没有最大需量示数"), _("补录本月最大需量示数（抄见值，不乘倍率）")
    )


def _no_contract_demand(_detail: _Detail) -> Words:
    return Words(
        _("缺合同最大需量"), _("按合同最大需量计费，档案没有核定值"), _("在用户档案文件里补“合同最大需量”")
    )


def _no_market_price(_detail: _Detail) -> Words:
    return Words(
        _("缺市场交易电价"), _("直接参与市场的用户没有交易电价"), _("在用户档案文件里补“市场交易电价”")
    )


def _unknown_standard(detail: _Detail) -> Words:
    return Words(
        _("功率因数标准查不到"),
        _("力调表没有标准 0.%(standard)s") % {"standard": detail.get("power_factor_standard", "")},
        _("核对功率因数考核标准：0.90、0.85 或 0.80"),
    )


def _days(_detail: _Detail) -> Words:
    return Words(
        _("计费天数不合规则"),
        _("本期的计费天数与规则规定的当月天数不符"),
        _("核对抄表日与送电日期；2024年6月以前一月按30天"),
    )


def _unreasonable(detail: _Detail) -> Words:
    energy = detail.get("energy_wh") or detail.get("active_wh")
    return Words(
        _("电量不合理"),
        _("结算电量 %(energy)s 千瓦时为负或过大")
        % {"energy": wording.kilowatt_hours(energy) if isinstance(energy, int) else ""},
        _("核对示数、倍率与扣减"),
    )


WORDS: Final[dict[str, Callable[[_Detail], Words]]] = {
    "B-NO-SUPPLY-TERMS": _no_supply_terms,
    "B-SUPPLY-CHANGED": _supply_changed,
    "B-SEVERAL-MONTHS": _several_months,
    "B-NO-REACTIVE": _no_reactive,
    "B-SEVERAL-TRANSFORMERS": _several_transformers,
    "B-NO-LOSS-TABLE": _no_loss_table,
    "B-NO-TRANSFORMER-TERMS": _no_loss_terms,
    "B-NO-AGREED-TERMS": _no_loss_terms,
    "B-ENERGY-OUT-OF-SERVICE": _out_of_service,
    "B-NO-BANDS": _no_bands,
    "B-PARTS-DO-NOT-MATCH-TOTAL": _parts_differ,
    "B-BAND-WITHOUT-HOURS": _band_without_hours,
    "B-TWO-PART-WITHOUT-CAPACITY": _no_capacity,
    "B-CAPACITY-TOO-LARGE": _no_capacity,
    "B-NO-DEMAND": _no_demand,
    "B-NO-CONTRACT-DEMAND": _no_contract_demand,
    "B-NO-MARKET-PRICE": _no_market_price,
    "B-UNKNOWN-STANDARD": _unknown_standard,
    "B-MONTH-DAYS-OUT-OF-RANGE": _days,
    "B-NEGATIVE-ENERGY": _unreasonable,
    "B-ENERGY-TOO-LARGE": _unreasonable,
    "B-LOSS-TOO-LARGE": _unreasonable,
}
