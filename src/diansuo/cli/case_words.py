"""The words of a computed case in Chinese and English: lines, periods, values, and what a refusal means."""

from __future__ import annotations

import re
from typing import Final

from diansuo.cli.say import language, t

LINES: Final = {
    "energy": "电度电费", "purchase": "代理购电", "upstream_loss": "上网环节线损", "transmission": "输配电",
    "system_operation": "系统运行费", "surcharge": "政府性基金及附加", "capacity": "容量电费", "demand": "需量电费",
    "demand_excess": "超需量电费", "power_factor": "力调电费", "correction": "退补", "late_payment": "违约金",
    "least_amount": "不足起收额", "theft": "追补电费", "wrong_class": "差额电费", "penalty": "违约使用电费",
    "base": "基本价", "step": "阶梯加价", "free_energy": "免费电量", "peak": "峰段加价", "valley": "谷段减价",
    "rounding": "尾数", "feed_in_price": "上网电费", "feed_in_subsidy": "补贴", "early_end": "提前终止退费",
}  # fmt: skip
BANDS: Final = {"sharp": "尖", "peak": "峰", "flat": "平", "valley": "谷", "deep_valley": "深谷"}
UNITS: Final = {"yuan": "元", "days": "天", "times": "倍"}
STEPS: Final = {
    "bill": "电费", "residential": "居民阶梯", "energy": "电量", "correction": "退补电量", "transformer_loss": "变损",
    "capacity_charge": "容需量电费", "power_factor": "力调", "power_factor_recovery": "力调补收", "charge": "收费",
    "let": "中间值", "difference": "退补", "late_payment": "违约金", "theft": "窃电", "wrong_class_use": "高价低接",
    "capacity_violation": "超容量", "line_loss": "线损", "equivalent_resistance": "等值电阻",
    "transformer_power": "变压器功率损耗", "average_price": "平均电价", "photovoltaic": "光伏",
    "temporary_supply": "临时用电无表", "voltage_drop": "电压损失法", "feeder_by_capacity": "线路理论线损（按容量）",
    "phase_unbalance": "三相不平衡附加系数",
}  # fmt: skip
VALUES: Final = {
    "read_kwh": "抄见电量", "settled_kwh": "结算电量", "billed_kwh": "计费电量", "deducted_kwh": "扣减电量",
    "reactive_kvarh": "无功电量", "loss_kwh": "有功变损", "loss_kvarh": "无功变损", "line_loss_kwh": "线损电量",
    "demand_kw": "最大需量", "charged_demand_kw": "计费需量", "energy_yuan": "电度电费", "capacity_yuan": "容需量电费",
    "power_factor": "功率因数", "power_factor_rate_percent": "调整率 %", "power_factor_base_yuan": "参与调整电费",
    "power_factor_yuan": "力调电费", "before_taxes_yuan": "税前", "factor": "更正系数", "correction_factor": "更正系数",
    "rate_percent": "率 %", "recorded_kwh": "记录电量", "right_kwh": "正确电量", "delta_kwh": "退补电量",
    "recovered_yuan": "追补电费", "penalty_yuan": "违约使用电费", "energy_kwh": "电量", "total_kwh": "合计电量",
    "parts_difference_kwh": "总与分时之差", "right_yuan": "应收", "billed_yuan": "已收", "active_kwh": "有功电量",
    "drop_percent": "电压损失率 %", "line_kwh": "线路损耗", "copper_kwh": "配变铜损", "iron_kwh": "配变铁损",
    "line_ohm": "线路等值电阻 Ω", "transformer_ohm": "配变等值电阻 Ω", "loss_factor": "附加系数",
    "paid_before_yuan": "预收电费", "refund_yuan": "退还",
}  # fmt: skip
REFUSALS: Final[dict[str, tuple[str, str]]] = {
    "no_use": ("容量、每日时数或天数不对：都大于 0，每日不过 24 小时",
               "capacity, hours a day or days make no use: write numbers above 0, at most 24 hours a day"),
    "no_early_end": ("used_days 不少于约定天数，不是提前终止：删去它",
                     "used_days are not fewer than days, so nothing ends early: leave it out"),
    "register_runs_backwards": ("示数倒走：过零请写 digits，确实反转请写 backwards: yes",
                                "the register runs back: write digits if it passed its end, else backwards: yes"),
    "parts_exceed_total": ("分时电量之和大于总电量：核对示数", "the periods exceed the total: check the registers"),
    "registers_exceed_total": ("分时电量大于总电量：核对", "the periods exceed the total: check them"),
    "sub_exceeds_master": ("分表或定量大于总表剩余电量：核对示数、倍率或定量",
                           "more is taken out than the master has left: check registers, multipliers, shares"),
    "no_time_of_use_registers": ("电价分时段，表计却没有分时电量：补分时示数或改用单一价",
                                 "the price needs periods the meters do not show: add their registers, or one price"),
    "no_price_of_period": ("该时段没有电价：补 ratios 或 without_month",
                           "a period has no price: add it to ratios or prices, or name it in without_month"),
    "two_part_without_capacity": ("两部制却没有容量：写 kva、segments 或 transformers",
                                  "no capacity to charge: write kva, segments or transformers"),
    "no_contract_demand": ("缺合同需量：写 contract_kw", "no contract demand: write contract_kw"),
    "no_demand": ("缺最大需量：写 demand_kw，或表计的 demand_kw、demand_register",
                  "no demand: write demand_kw, or a meter with demand_kw or demand_register"),
    "no_transformer_terms": ("缺变压器参数：写 p0_kw、pk_kw 或 model",
                             "the formula lacks terms: write p0_kw and pk_kw, or model"),
    "no_such_model": ("参数表没有这个型号容量：直接写 p0_kw、pk_kw",
                      "the table has no such model and size: write p0_kw and pk_kw"),
    "no_such_transformer": ("表计所指的变压器不存在：核对 transformer",
                            "a meter stands behind a transformer that is not there: check its name"),
    "zero_active_energy": ("有功为零而无功不为零：写 zero_active: none 或 zero",
                           "reactive energy without active: write zero_active: none or zero"),
    "no_reactive_energy": ("缺无功电量：补无功示数，或写 power_factor.value",
                           "no reactive energy: add reactive registers, or power_factor.value"),
    "negative_energy": ("电量为负：核对示数与更正系数", "the energy is negative: check registers and factors"),
    "freeze_beyond_register": ("冻结示数大于止码：核对", "a freeze lies beyond the last register: check it"),
    "freeze_without_price_change": ("冻结日没有调价：把冻结日写成调价日",
                                    "a freeze on a day on which no price changes: freeze on the day of the change"),
    "days_beyond_the_month": ("天数超过当月：核对 days", "more days than the month has: check days"),
    "negative_days": ("天数为负：核对", "the days are negative: check them"),
    "difference_below_zero": ("差额为负：应执行电价低于已执行电价", "the difference is negative: nothing to recover"),
    "no_value_in_force": ("规则库在该日没有此值：在算例里直接写出，或在 rulebook 中补",
                          "the rulebook has no value then: state it in the case, or bring it under rulebook"),
    "value_absent": ("规则库未知此值：在算例里直接写出", "the rulebook does not know it: state it in the case"),
    "no_voltage_drop": ("末端电压高于首端，或数值为负：核对",
                        "no drop: the end lies above the head, or a number is negative"),
    "no_feeder_load": ("没有配变、线段后容量超过全线，或电量、电压、时间为零：核对",
                       "no transformers, more behind a section than on the feeder, or no energy, voltage or time"),
    "no_phase_currents": ("三相电流应为三个不小于 0 的数，不全为 0",
                          "write three currents, none negative and not all 0"),
    "nothing_supplied": ("供电量为零", "nothing was supplied"),
    "aim_not_above_price": ("目标均价不高于电度电价，无解", "the aim is not above the price"),
    "negative_own_use": ("上网电量大于发电量：核对", "more was fed in than generated: check both"),
    "rests_on_a_refused_step": ("所依据的步骤未能计算：先看那一步", "it uses a step that was refused: see that step"),
    "beyond_the_last_step": ("电量超过最后一档：最后一档不写 up_to",
                             "more than the last step: let the last step be without up_to"),
    "steps_without_days": ("按天计的阶梯需要起止日：写 from、to 或 month",
                           "steps by the day need days: write from and to, or month"),
    "steps_across_a_price_change": ("阶梯跨调价需按天拆分：给 steps 写 per_days",
                                    "steps across a price change: write per_days, so that days divide them"),
}  # fmt: skip
PROBLEMS: Final = (
    (r"unknown key '(.+?)'", r"没有 '\1' 这个键"),
    (r"did you mean '(.+?)'\? ", r"是否想写 '\1'？"),
    (r"did you mean (\S+?)\? ", r"是否想写 \1？"),
    (r"use one of: ", "可用："),
    (r"'(\w+)' is missing; add \w+: …", r"缺少 '\1'，请补上"),
    (r"(\S+) '(.+?)' is not known", r"\1 没有 '\2' 这个取值"),
    (
        r"(.+?: )(.+) is not a number; the key says the unit, leave (.+) out: ",
        r"\1\2 不是数；单位已在键名里，去掉 \3：",
    ),
    (r" is not a number; write digits with a point and no separators: ", " 不是数；不要千分位："),
    (r" is not a number; ", " 不是数；"),
    (r"expected a mapping, found a list; write it as key: value lines", "此处应为 键: 值，却是列表"),
    (r"expected a list, found (.+?); write it as \[a, b, …\]", r"此处应为列表 [a, b, …]，却是 \1"),
    (r"is not a day; write it quoted as \"YYYY-MM-DD\"", '不是日期；写成 "YYYY-MM-DD"'),
    (r"null where a number is needed; write a number", "此处需要数"),
    (r"neither steps nor months; .*", "既没有 steps 也没有 months；写法见 docs/guide/case-files.md"),
    (r"there is no such value; ", "没有这个值；"),
    (r"there is no such step; ", "没有这一步；"),
    (r"there are ", "现有："),
    (r"expected to be refused as (\S+), but it was computed", r"期望不予计算（\1），却算出来了"),
    (r"refused as (\S+), which was not expected", r"不予计算（\1），与期望不符"),
    (r"the step comes to no amount", "这一步没有金额"),
    (r"line (\d+): (\w+): expected (.*), computed (.*)", r"第 \1 行 \2：期望 \3，算得 \4"),
    (r"expected (\S+) lines, computed (\d+)", r"期望 \1 行，算得 \2 行"),
    (r"^total: expected (\S+) yuan", r"合计：期望 \1 元"),
    (r"expected (\S+) yuan", r"期望 \1 元"),
    (r"expected (\S+),", r"期望 \1，"),
    (r", computed ", "，算得 "),
)


def line_name(component: str) -> str:
    """Return the name of a line in the command's language; one the case chose stays."""
    return t(LINES.get(component, component), component.replace("_", " "))


def band_name(band: str) -> str:
    """Return the name of a period."""
    return t(BANDS.get(band, band), band.replace("_", " "))


def unit_name(unit: str) -> str:
    """Return the name of a unit."""
    return t(UNITS.get(unit, unit), unit)


def step_name(do: str) -> str:
    """Return what a step does."""
    return t(STEPS.get(do, do), do)


def value_note(name: str) -> str:
    """Return what a value is, beside the name by which a case refers to it; empty where the name says it."""
    return VALUES.get(name, "") if language() != "en" else ""


def refusal_text(code: str) -> str:
    """Return what a refusal means and what to do about it."""
    return t(*REFUSALS[code]) if code in REFUSALS else ""


def told(problem: str) -> str:
    """Return a problem or a difference in the command's language; what has no translation stays English."""
    problem = re.sub(r"\bsteps\.(\d+)", _counted, problem)
    if language() == "en":
        return problem
    for english, chinese in PROBLEMS:
        problem = re.sub(english, chinese, problem)
    return problem


def _counted(match: re.Match[str]) -> str:
    """Say which step a place is in, counted from one as a reader counts."""
    at = int(match[1]) + 1
    return f"{match[0]}{t(f'（第 {at} 步）', f' (step {at})')}"
