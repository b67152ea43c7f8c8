"""The columns of an archive list that tell how a commercial contract is settled, and its own transformers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.importing import words
from diansuo.office.base.sheets.columns import Column, ColumnKind, Text

TEXT, ID, DECIMAL = ColumnKind.TEXT, ColumnKind.ID, ColumnKind.DECIMAL


def _word(field: str, heading: str, heading_en: str, words_of: str, **more: Any) -> Column:
    """Return a column whose cells are words of one list."""
    known = tuple(words.known(words_of))
    return Column(field, heading, heading_en, TEXT, listed=known, choices=dict.fromkeys(known, ""), **more)


def _number(field: str, heading: str, heading_en: str, aliases: tuple[str, ...], help_text: Text) -> Column:
    return Column(field, heading, heading_en, DECIMAL, aliases=aliases, help=help_text)


SUPPLY_COLUMNS = (
    _word(
        "time_of_use", "是否执行分时", "Time of use", "yes_no", example="是",
        aliases=("执行分时", "是否执行峰谷", "是否执行峰谷标志", "峰谷标志", "分时标志", "tsFlag", "ts_flag"),
        help=_("工商业按分时电价计费的填“是”"),
    ),
    _word(
        "purchase_mode", "购电方式", "Purchase", "purchase_mode", example="代理购电",
        aliases=("市场化属性", "市场化属性分类", "交易方式", "市场化标志"), help=_("不填为代理购电"),
    ),
    _number(
        "market_price_nano", "市场交易电价", "Market price (yuan/kWh)",
        ("零售电价", "市场化电价", "交易电价"), _("直接参与市场的用户，单位 元/kWh"),
    ),
    _word(
        "capacity_method", "基本电费计费方式", "Capacity charge", "capacity_method",
        aliases=("基本电费计算方式", "容需量计费方式", "需量计费方式", "基本电费类型", "baCalcMode", "ba_calc_mode"),
        help=_("两部制必填：按容量、按合同最大需量或按实际最大需量"),
    ),
    _number(
        "contract_demand_w", "合同最大需量", "Contract demand (kW)",
        ("需量核定值", "核定需量", "合同需量", "需量值", "核准需量"), _("单位 kW"),
    ),
    _word(
        "capacity_exempt", "免收容需量电费", "Exempt from capacity charge", "yes_no",
        aliases=("免收基本电费", "免收需量电费", "免收容量电费"),
        help=_("政策免收容（需）量电费的两部制用户（如单独报装的充电设施）填“是”"),
    ),
    _word(
        "power_factor_standard", "功率因数考核标准", "Power factor standard", "power_factor_standard", example="不考核",
        aliases=("功率因数标准", "力率标准", "力调标准", "功率因数考核方式", "pfEvalMode", "pf_eval_mode"),
        help=_("0.90、0.85、0.80；不填为不考核"),
    ),
    _word(
        "reduced_standard", "降低标准", "Reduced standard", "yes_no", aliases=("降低功率因数标准", "是否降低标准"),
        help=_("降低标准的用户高于标准不减收"),
    ),
    _word(
        "metering_side", "计量方式", "Metering side", "metering_side",
        aliases=("计量方式分类", "meteringMode", "measMode", "meas_mode"),
    ),
    _word(
        "loss_method", "变损计费方式", "Transformer loss", "loss_method",
        aliases=("变损计算方式", "变损算法标志", "tlCalcMode", "变损分摊方式"), help=_("不填为不计变损"),
    ),
    _number(
        "agreed_active_wh", "有功变损协议值", "Agreed loss (kWh a month)", ("变损协议值", "协议变损"),
        _("每月，单位 kWh"),
    ),
    _number(
        "agreed_reactive_varh", "无功变损协议值", "Agreed reactive loss (kvarh a month)", ("无功变损协议电量",),
        _("每月，单位 kvarh"),
    ),
    _number(
        "agreed_ratio_ppm", "变损协议比例", "Agreed loss (percent)", ("变损比例", "变损率"), _("单位 %，如 2.5"),
    ),
    _number(
        "agreed_reactive_ratio_ppm", "无功变损协议比例", "Agreed reactive loss (percent)",
        ("无功变损比例", "无功变损率"), _("无功电量的百分之几；协议没有无功变损的不填"),
    ),
    _number(
        "line_loss_ppm", "线损率", "Line loss (percent)", ("专线线损率", "线损计费比例", "线损比例", "线损协议比例"),
        _("用户专线的线损，单位 %，如 3"),
    ),
)  # fmt: skip
TRANSFORMER_COLUMNS = (
    Column(
        "transformer_number", "受电变压器编号", "Transformer number", ID,
        aliases=("变压器编号", "受电设备编号", "变压器出厂编号", "equipId"),
        help=_("用户有几台变压器时必填；一行一台"),
    ),
    Column(
        "transformer_model", "受电变压器型号", "Transformer model", TEXT, aliases=("变压器型号", "受电设备型号"),
        help=_("如 S11；损耗参数不填时按型号查表"),
    ),
    _number(
        "transformer_capacity_va", "受电变压器容量", "Transformer capacity (kVA)",
        ("受电设备容量", "铭牌容量", "plateCap", "plate_cap"), _("单位 kVA；高压电动机按 kW 填"),
    ),
    _number("transformer_p0_w", "空载损耗", "No-load loss (kW)", ("铁损", "有功空载损耗"), _("单位 kW")),
    _number("transformer_pk_w", "短路损耗", "Load loss (kW)", ("负载损耗", "铜损", "有功负载损耗"), _("单位 kW")),
    _number("transformer_i0", "空载电流", "No-load current (percent)", ("空载电流百分比", "空载电流率"), _("单位 %")),
    _number(
        "transformer_uk", "阻抗电压", "Impedance voltage (percent)",
        ("短路电压", "阻抗电压百分比", "短路电压百分比"), _("单位 %"),
    ),
    _word(
        "transformer_shifts", "生产班次", "Shifts", "shifts", aliases=("班次", "用电班次"),
        help=_("公式法计变损时的班制：1、2 或 3"),
    ),
    _number(
        "transformer_share", "变损分摊比例", "Share of the energy (percent)",
        ("变压器分摊比例", "电量分摊比例"), _("几台变压器共用计量、协议约定分摊的，单位 %；不填按容量"),
    ),
    _word(
        "transformer_state", "变压器状态", "Transformer state", "transformer_state",
        aliases=("受电设备状态", "受电变压器状态"), help=_("暂停的填“暂停”，自生效日起不计容量"),
    ),
)  # fmt: skip
