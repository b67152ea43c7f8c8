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
        _("账期内变更变损参数"),
        _("账期内变损计费方式、协议值或线损率有变更，损耗不能分段计"),
        _("把变更生效日改为抄表例日，或按变更日特抄、分两次结算"),
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


def _no_transformer(_detail: _Detail) -> Words:
    return Words(
        _("缺受电变压器"),
        _("按标准公式或月损耗表计变损，档案里没有受电变压器"),
        _("在用户档案文件里补受电变压器，一台一行；或改用协议值、协议比例"),
    )


def _no_loss_table(_detail: _Detail) -> Words:
    return Words(
        _("没有月损耗表"),
        _("档案按月损耗表计变损，账期首日没有这种变压器的损耗表"),
        _("导入本所的“月损耗表”并写明生效日；或改用标准公式、协议值或协议比例"),
    )


def _no_bracket(detail: _Detail) -> Words:
    capacity, energy = detail.get("capacity_va"), detail.get("active_wh")
    return Words(
        _("损耗表查不到"),
        _("月损耗表没有 %(capacity)s kVA、月用电量 %(energy)s 千瓦时这一档")
        % {
            "capacity": wording.kilovolt_amperes(capacity) if isinstance(capacity, int) else "",
            "energy": wording.kilowatt_hours(energy) if isinstance(energy, int) else "",
        },
        _("核对变压器容量与倍率；或补齐“月损耗表”的容量和电量档"),
    )


def _method_change(detail: _Detail) -> Words:
    return Words(
        _("计费方式未按季变更"),
        _("基本电费计费方式自 %(day)s 起变更，规则只许从下一季度起变更") % {"day": detail.get("day", "")},
        _("把变更生效日改为季度首日（1、4、7、10月1日），或核对申请"),
    )


def _contract_demand_change(detail: _Detail) -> Words:
    return Words(
        _("合同需量未按月变更"),
        _("合同最大需量自 %(day)s 起变更，不在抄表周期的首日") % {"day": detail.get("day", "")},
        _("把变更生效日改为抄表例日；容量同时变更的，一并录入新的合同容量"),
    )


def _demand_by_stretch(_detail: _Detail) -> Words:
    return Words(
        _("容量变更当月须分段取需量"),
        _("规则规定容量变更当月按段取最大需量，系统里没有各段的需量"),
        _("按变更日特抄需量、分两次结算"),
    )


def _terms_elsewhere(_detail: _Detail) -> Words:
    return Words(
        _("账期内改为非工商业"),
        _("账期内用电类别由工商业改为其他类别，不能在一份账单里结算"),
        _("按变更日特抄，作销户和新立户处理"),
    )


def _short_pause(detail: _Detail) -> Words:
    return Words(
        _("暂停不足最短天数"),
        _("变压器 %(number)s 只暂停了 %(days)s 天，不足 %(minimum)s 天，容量电费照收")
        % {name: detail.get(name, "") for name in ("number", "days", "minimum")},
        _("核对加封、启封日期；上月已按暂停免收的天数用退补补收"),
    )


def _pause_limit(detail: _Detail) -> Words:
    return Words(
        _("暂停累计超限"),
        _("变压器 %(number)s 本日历年累计暂停超过 %(months)s 个月")
        % {name: detail.get(name, "") for name in ("number", "months")},
        _("核对暂停申请；超出部分按规则或合同办理"),
    )


def _pause_too_long(detail: _Detail) -> Words:
    return Words(
        _("减容期满未恢复"),
        _("变压器 %(number)s 连续停用已满 %(months)s 个月")
        % {name: detail.get(name, "") for name in ("number", "months")},
        _("联系用户办理恢复、永久减容或销户；已拆除的更正档案"),
    )


def rule_is_open(detail: _Detail) -> Words:
    """Say that a rule which decides something of the bill does not have its value."""
    return Words(
        _("规则未定"),
        _("规则库没有写明“%(rule)s”的 %(field)s，本户的账单取决于它")
        % {"rule": detail.get("rule_id", ""), "field": detail.get("field", "")},
        _("按省公司口径在 DIANSUO_HOME/rulebook 里写明这一项后重新执行本月流程"),
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
        _("缺市场交易电价"),
        _("直接参与市场的用户没有本月的交易电价，或用了电的时段没有价"),
        _("导入该月的“市场交易电价”；各月同价的，在用户档案文件里补“市场交易电价”"),
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
    "B-NO-TRANSFORMER": _no_transformer,
    "B-NO-LOSS-TABLE": _no_loss_table,
    "B-NO-TABLE-BRACKET": _no_bracket,
    "B-METHOD-CHANGE-WITHIN-QUARTER": _method_change,
    "B-CONTRACT-DEMAND-CHANGE-WITHIN-MONTH": _contract_demand_change,
    "B-DEMAND-BY-STRETCH": _demand_by_stretch,
    "B-CLASS-CHANGED": _terms_elsewhere,
    "B-SHORT-PAUSE": _short_pause,
    "B-PAUSE-LIMIT": _pause_limit,
    "B-PAUSE-TOO-LONG": _pause_too_long,
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
    "B-MARKET-PRICE-TOO-LARGE": _no_market_price,
    "B-UNKNOWN-STANDARD": _unknown_standard,
    "B-MONTH-DAYS-OUT-OF-RANGE": _days,
    "B-NEGATIVE-ENERGY": _unreasonable,
    "B-ENERGY-TOO-LARGE": _unreasonable,
    "B-LOSS-TOO-LARGE": _unreasonable,
}
