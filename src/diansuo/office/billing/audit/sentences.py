"""The sentences of the audit's findings, in the words of the trade."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from diansuo.core.tariff.auditing.rules import AuditRule, Situation

TITLES: Final[dict[str, Promise | str]] = {
    AuditRule.ZERO.id: _("突然零度"),
    AuditRule.UP.id: _("电量突增"),
    AuditRule.DOWN.id: _("电量突减"),
    AuditRule.MAX.id: _("超理论最大电量（审核）"),
    AuditRule.SUM.id: _("分时之和大于总"),
    AuditRule.TOU.id: _("峰谷失衡"),
    AuditRule.PF.id: _("力率异常"),
    AuditRule.DEMAND.id: _("需量异常"),
    AuditRule.SUB.id: _("总分倒挂"),
    AuditRule.LOSS.id: _("变损占比偏高"),
    AuditRule.PRICE.id: _("电价策略不符"),
    AuditRule.TIER.id: _("阶梯断档"),
    AuditRule.CAPACITY.id: _("基本电费异常"),
    AuditRule.MULTIPLIER.id: _("倍率变更无工单"),
    AuditRule.AMOUNT.id: _("单价偏离"),
    AuditRule.DUPLICATE.id: _("重复计费"),
    AuditRule.MISSING.id: _("应结未结"),
    AuditRule.METERING.id: _("计量方式不符"),
}
_ARCHIVE: Final = _("核对档案与合同，错的按变更生效日更正后重新执行")

SENTENCES: Final[dict[Situation, tuple[Promise | str, Promise | str]]] = {
    Situation.ZERO: (
        _(
            "本期 0 千瓦时，上月 %(last_wh)s，上年同期 %(year_ago_wh)s，按本台区同类水平应为 %(expected_wh)s 千瓦时"
        ),
        _("核对示数与采集，必要时现场核实是否停用、故障或绕越计量"),
    ),
    Situation.UP: (
        _(
            "本期 %(energy_wh)s 千瓦时，上月 %(last_wh)s，上年同期 %(year_ago_wh)s，"
            "按本台区同类水平应为 %(expected_wh)s 千瓦时"
        ),
        _("核对示数与倍率，属实放行，不实更正示数后重新执行"),
    ),
    Situation.DOWN: (
        _(
            "本期只有 %(energy_wh)s 千瓦时，上月 %(last_wh)s，上年同期 %(year_ago_wh)s，"
            "按本台区同类水平应为 %(expected_wh)s 千瓦时"
        ),
        _("核对示数与倍率，必要时现场核实是否停用、故障或窃电"),
    ),
    Situation.MAX_CONTRACT: (
        _("本期 %(energy_wh)s 千瓦时，超过合同容量 %(capacity_va)s kVA 能用的 %(most_wh)s 千瓦时"),
        _("核对示数、倍率与合同容量；属实的查超容用电"),
    ),
    Situation.MAX_AREA: (
        _("本期 %(energy_wh)s 千瓦时，超过整个台区配变 %(capacity_va)s kVA 能供的 %(most_wh)s 千瓦时"),
        _("核对示数、倍率与户变关系"),
    ),
    Situation.SUM: (
        _("分时电量合计 %(parts_wh)s 千瓦时，大于总电量 %(energy_wh)s 千瓦时"),
        _("核对总与各分时示数"),
    ),
    Situation.TOU_ABSENT: (
        _("执行分时电价，峰 %(peak_wh)s、平 %(flat_wh)s、谷 %(valley_wh)s 千瓦时，有时段为 0"),
        _("核对电能表时段设置与分时示数"),
    ),
    Situation.TOU_VALLEY: (
        _("谷段 %(valley_wh)s 千瓦时，超过本期 %(energy_wh)s 千瓦时中可能的 %(most_wh)s 千瓦时"),
        _("核对电能表时钟与时段设置；属实放行"),
    ),
    Situation.PF_LOW: (
        _("功率因数 %(factor_hundredths)s，低于 %(limit_hundredths)s"),
        _("核对无功示数与接线，属实的通知用户检查无功补偿"),
    ),
    Situation.PF_HIGH: (
        _("功率因数 %(factor_hundredths)s，已连续 %(months_count)s 个月高于 %(limit_hundredths)s"),
        _("核对无功示数是否漏抄、电能表是否计无功"),
    ),
    Situation.PF_NONE: (
        _("有功 %(energy_wh)s 千瓦时，无功为 0"),
        _("核对无功示数是否漏抄、电能表是否计无功"),
    ),
    Situation.PF_CHANGED: (
        _("功率因数 %(factor_hundredths)s，上月 %(before_hundredths)s"),
        _("核对无功示数；属实放行，并通知用户检查无功补偿"),
    ),
    Situation.DEMAND_UNLIKE: (
        _("最大需量 %(demand_w)s 千瓦，按上月 %(before_w)s 千瓦和本期负荷应约 %(expected_w)s 千瓦"),
        _("核对需量示数与倍率；属实放行"),
    ),
    Situation.CAPACITY_DEMAND: (
        _("合同最大需量 %(contract_w)s 千瓦，大于变压器 %(capacity_va)s kVA"),
        _("核对合同最大需量与变压器容量"),
    ),
    Situation.DEMAND_OVER: (
        _("最大需量 %(demand_w)s 千瓦，超过合同最大需量 %(contract_w)s 千瓦允许的 %(most_w)s 千瓦"),
        _("核对需量示数与倍率；属实放行，并通知用户调整合同最大需量"),
    ),
    Situation.DEMAND_ZERO: (
        _("用电 %(energy_wh)s 千瓦时，需量为 0"),
        _("补抄需量示数，核对需量是否误复位"),
    ),
    Situation.DEMAND_BELOW: (
        _("最大需量 %(demand_w)s 千瓦，小于本期平均负荷 %(mean_w)s 千瓦"),
        _("核对需量示数与倍率"),
    ),
    Situation.SUB: (
        _("总表 %(energy_wh)s 千瓦时，小于分表合计 %(subs_wh)s 千瓦时"),
        _("核对总表、分表的示数、倍率与主分表关系"),
    ),
    Situation.LOSS: (
        _("变损 %(loss_wh)s 千瓦时，超过抄见 %(metered_wh)s 千瓦时允许的 %(most_wh)s 千瓦时"),
        _("核对变压器铭牌与运行起止；长期轻载的建议用户减容或暂停"),
    ),
    Situation.PRICE_HOUSEHOLD: (
        _("执行居民电价，本期 %(energy_wh)s 千瓦时，超过 %(most_wh)s 千瓦时"),
        _("现场核实有无经营用电，属实放行，不符的更正用电类别"),
    ),
    Situation.PRICE_VOLTAGE: (
        _("执行居民一户一表电价，供电电压为%(voltage_class)s"),
        _ARCHIVE,
    ),
    Situation.PRICE_TWO_PART: (
        _("容量 %(capacity_va)s kVA，从 %(from_va)s kVA 起执行两部制，现执行单一制"),
        _("核对是否属于可以保留单一制的用户，不是的改执行两部制"),
    ),
    Situation.PRICE_SINGLE_PART: (
        _("容量 %(capacity_va)s kVA，%(up_to_va)s kVA 及以下执行单一制，现执行两部制"),
        _ARCHIVE,
    ),
    Situation.PRICE_FACTOR: (
        _("容量 %(capacity_va)s kVA，从 %(from_va)s kVA 起考核功率因数，现未考核"),
        _ARCHIVE,
    ),
    Situation.PRICE_TIME_OF_USE: (
        _("容量 %(capacity_va)s kVA，从 %(from_va)s kVA 起执行分时电价，现未执行"),
        _ARCHIVE,
    ),
    Situation.TIER_SUM: (
        _("本期前年度累计 %(year_wh)s 千瓦时，本年各月账单合计 %(months_wh)s 千瓦时"),
        _("重新执行本月流程；仍不一致的，查以前月份是否退补、补发行"),
    ),
    Situation.TIER_RESET: (
        _("新的阶梯年度开始，本期前年度累计应为 0，现为 %(year_wh)s 千瓦时"),
        _("重新执行本月流程；仍有请查年度起始累计"),
    ),
    Situation.TIER_OPENED: (
        _("补录的年初累计 %(opened_wh)s 千瓦时从本期起计入阶梯，本年以前各月的账单没有计入"),
        _("核对年初累计的依据；属实放行，以前各月按退补更正；不符的改正后重新执行"),
    ),
    Situation.CAPACITY_CHARGED: (
        _("本期没有运行的变压器，仍收容（需）量电费 %(charge_fen)s 元"),
        _("核对变压器的投运、暂停日期"),
    ),
    Situation.CAPACITY_DIFFERS: (
        _("合同容量 %(capacity_va)s kVA，变压器合计 %(transformers_va)s kVA"),
        _("核对合同容量与受电变压器，更正后重新执行"),
    ),
    Situation.MULTIPLIER: (
        _("综合倍率由 %(before_count)s 变为 %(multiplier_count)s，没有对应的派工单"),
        _("核对互感器变比与换表记录，补派工单或更正倍率"),
    ),
    Situation.AMOUNT_LOW: (
        _("平均电价 %(price_nano)s 元/千瓦时，低于同类中位电价 %(median_nano)s 的下限 %(limit_nano)s"),
        _("核对用电类别、分时与免费电量"),
    ),
    Situation.AMOUNT_HIGH: (
        _("平均电价 %(price_nano)s 元/千瓦时，高于同类中位电价 %(median_nano)s 的上限 %(limit_nano)s"),
        _("核对用电类别、阶梯累计与分时"),
    ),
    Situation.DUPLICATE: (
        _("本期从 %(from_day)s 算起，而到 %(billed_day)s 为止的电费已经发行"),
        _("核对抄表日期；同一段电量不能收两次"),
    ),
    Situation.MISSING: (
        _("上月结算 %(last_wh)s 千瓦时，本月没有结算也没有列入应抄"),
        _("核对抄表段、表计与合同状态，补抄后重新执行"),
    ),
    Situation.METERING_NO_LOSS: (
        _(
            "高供低计而未计变损：抄见 %(energy_wh)s 千瓦时，按变压器铭牌估算本期变损 %(loss_wh)s 千瓦时，"
            "电价 %(price_nano)s 元/千瓦时"
        ),
        _("核对变压器产权与计量方式，属用户的改为计收变损并按规定追补"),
    ),
    Situation.METERING_HIGH_LOSS: (
        _("高供高计而计了变损 %(loss_wh)s 千瓦时"),
        _("变损已在表计之内，取消变损后重新执行，已收的退还"),
    ),
    Situation.METERING_LOW_LOSS: (
        _("低供低计而计了变损 %(loss_wh)s 千瓦时"),
        _("低压供电的变压器不属用户，核对产权与计量方式"),
    ),
    Situation.METERING_LOW_OWN: (
        _("低供低计而档案有用户自己的变压器 %(capacity_va)s kVA"),
        _("核对变压器产权与计量方式"),
    ),
    Situation.METERING_VOLTAGE: (
        _("计量方式为%(side)s，供电电压为%(voltage_class)s，两者不符"),
        _("核对供电电压与计量方式，更正后重新执行"),
    ),
}
BY_DAYS: Final = _("（按本期天数折算 %(energy)s）")
"""Behind another month's energy: what it comes to in as many days as this month has."""
BACKWARDS: Final = (
    _("；反向走字 %(reverse_wh)s 千瓦时，疑似进出线接反"),
    _("现场核对进出线是否接反：接反的更正接线，按反向电量追补；不是接反的，查停用、故障或绕越计量"),
)
"""Of a month with less than usual whose reverse register ran: what is added to why, and what to do instead."""
_NO_LESS_THAN_MEAN: Final = _("需量不低于平均负荷 %(mean_w)s 千瓦")
_ABOUT: Final = _("约 %(expected_wh)s 千瓦时")
_AT_MOST: Final = _("不超过 %(most_wh)s 千瓦时")
_NO_LOSS: Final = _("不计变损")

EXPECTED: Final[dict[Situation, Promise | str]] = {
    Situation.ZERO: _ABOUT,
    Situation.UP: _ABOUT,
    Situation.DOWN: _ABOUT,
    Situation.MAX_CONTRACT: _AT_MOST,
    Situation.MAX_AREA: _AT_MOST,
    Situation.SUM: _("分时合计不超过总电量 %(energy_wh)s 千瓦时"),
    Situation.TOU_ABSENT: _("执行的各时段都有电量"),
    Situation.TOU_VALLEY: _("谷段不超过 %(most_wh)s 千瓦时"),
    Situation.PF_LOW: _("功率因数不低于 %(limit_hundredths)s"),
    Situation.PF_HIGH: _("功率因数不高于 %(limit_hundredths)s"),
    Situation.PF_NONE: _("有无功电量"),
    Situation.PF_CHANGED: _("约 %(before_hundredths)s"),
    Situation.DEMAND_UNLIKE: _("约 %(expected_w)s 千瓦"),
    Situation.CAPACITY_DEMAND: _("不大于 %(capacity_va)s 千瓦"),
    Situation.DEMAND_OVER: _("需量不超过 %(most_w)s 千瓦"),
    Situation.DEMAND_ZERO: _NO_LESS_THAN_MEAN,
    Situation.DEMAND_BELOW: _NO_LESS_THAN_MEAN,
    Situation.SUB: _("总表不小于分表合计 %(subs_wh)s 千瓦时"),
    Situation.LOSS: _("变损不超过 %(most_wh)s 千瓦时"),
    Situation.PRICE_HOUSEHOLD: _AT_MOST,
    Situation.PRICE_VOLTAGE: _("供电电压不满 1 千伏"),
    Situation.PRICE_TWO_PART: _("执行两部制"),
    Situation.PRICE_SINGLE_PART: _("执行单一制"),
    Situation.PRICE_FACTOR: _("考核功率因数"),
    Situation.PRICE_TIME_OF_USE: _("执行分时电价"),
    Situation.TIER_SUM: _("年度累计 %(months_wh)s 千瓦时"),
    Situation.TIER_RESET: _("年度累计从 0 开始"),
    Situation.TIER_OPENED: _("本期前年度累计 %(billed_wh)s 千瓦时，或有年初累计的依据"),
    Situation.CAPACITY_CHARGED: _("不收容（需）量电费"),
    Situation.CAPACITY_DIFFERS: _("合同容量 %(transformers_va)s kVA"),
    Situation.MULTIPLIER: _("倍率 %(before_count)s，或有变更工单"),
    Situation.AMOUNT_LOW: _("平均电价不低于 %(limit_nano)s 元/千瓦时"),
    Situation.AMOUNT_HIGH: _("平均电价不高于 %(limit_nano)s 元/千瓦时"),
    Situation.DUPLICATE: _("从 %(billed_day)s 算起"),
    Situation.MISSING: _("约 %(last_wh)s 千瓦时"),
    Situation.METERING_NO_LOSS: _("计收变损 %(loss_wh)s 千瓦时"),
    Situation.METERING_HIGH_LOSS: _NO_LOSS,
    Situation.METERING_LOW_LOSS: _NO_LOSS,
    Situation.METERING_LOW_OWN: _("没有用户自己的变压器"),
    Situation.METERING_VOLTAGE: _("计量方式与供电电压相符"),
}
"""What should be, for each situation."""

ON_THE_CHART: Final = ("expected_wh", "most_wh", "subs_wh", "parts_wh", "last_wh")
"""Figures that say how much energy the month should have had, or may have had at most."""

FIGURE_NAMES: Final[dict[str, Promise | str]] = {
    "energy_wh": _("本期电量"),
    "expected_wh": _("应为"),
    "last_wh": _("上月电量"),
    "year_ago_wh": _("上年同期电量"),
    "reverse_wh": _("反向有功"),
    "most_wh": _("上限"),
    "capacity_va": _("容量"),
    "parts_wh": _("分时合计"),
    "peak_wh": _("峰段电量"),
    "flat_wh": _("平段电量"),
    "valley_wh": _("谷段电量"),
    "factor_hundredths": _("功率因数"),
    "limit_hundredths": _("限值"),
    "months_count": _("连续月数"),
    "reactive_varh": _("无功电量"),
    "demand_w": _("最大需量"),
    "most_w": _("允许需量"),
    "contract_w": _("合同最大需量"),
    "mean_w": _("平均负荷"),
    "expected_w": _("应为"),
    "before_w": _("上月最大需量"),
    "before_hundredths": _("上月功率因数"),
    "subs_wh": _("分表合计"),
    "loss_wh": _("变损"),
    "metered_wh": _("抄见电量"),
    "from_va": _("起点容量"),
    "up_to_va": _("终点容量"),
    "voltage_class": _("供电电压"),
    "year_wh": _("账单上的累计"),
    "months_wh": _("各月合计"),
    "zero_wh": _("应为"),
    "charge_fen": _("容（需）量电费"),
    "running_va": _("运行容量"),
    "transformers_va": _("变压器合计"),
    "multiplier_count": _("本期倍率"),
    "before_count": _("上期倍率"),
    "price_nano": _("平均电价"),
    "median_nano": _("同类中位电价"),
    "limit_nano": _("限值"),
    "amount_fen": _("电费"),
    "from_day": _("本期起"),
    "billed_day": _("已发行至"),
    "billed_wh": _("已计变损"),
    "side": _("计量方式"),
}
