"""How a commercial contract is settled, and the customer's own transformers: facts that hold for a period.

What every contract has (class, voltage, capacity) stands in ``ContractTerm``; this is what two-part bills, power
factor, market purchase and losses need beside it (domain.md §2 to §6, §14).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering.energy import LossMethod
from diansuo.core.tariff.commercial import CapacityMethod, PurchaseMode
from diansuo.office.base.periods import PeriodModel

CAPACITY_METHOD_NAMES = {
    CapacityMethod.NONE: _("不计容（需）量电费"),
    CapacityMethod.CAPACITY: _("按容量"),
    CapacityMethod.CONTRACT_DEMAND: _("按合同最大需量"),
    CapacityMethod.ACTUAL_DEMAND: _("按实际最大需量"),
}
PURCHASE_MODE_NAMES = {
    PurchaseMode.AGENT: _("电网代理购电"),
    PurchaseMode.MARKET: _("直接参与市场"),
    PurchaseMode.RETURNED: _("退回代理购电（1.5倍）"),
}
LOSS_METHOD_NAMES = {
    LossMethod.NONE: _("不计变损"),
    LossMethod.FORMULA: _("标准公式"),
    LossMethod.TABLE: _("月损耗表"),
    LossMethod.AGREED_VALUE: _("协议值"),
    LossMethod.AGREED_RATIO: _("协议比例"),
}
CAPACITY_METHODS = [(int(code), name) for code, name in CAPACITY_METHOD_NAMES.items()]
PURCHASE_MODES = [(int(code), name) for code, name in PURCHASE_MODE_NAMES.items()]
LOSS_METHODS = [(int(code), name) for code, name in LOSS_METHOD_NAMES.items()]
# Hundredths: 90 is 0.90.
NO_STANDARD = 0
STANDARD_NAMES = {NO_STANDARD: _("不考核"), 90: "0.90", 85: "0.85", 80: "0.80"}
STANDARDS = list(STANDARD_NAMES.items())


class MeteringSide(models.IntegerChoices):
    """Where a customer is supplied and where it is metered (计量方式); which losses are added depends on it."""

    HIGH_HIGH = 1, _("高供高计")
    HIGH_LOW = 2, _("高供低计")
    LOW_LOW = 3, _("低供低计")


class SupplyTerm(PeriodModel):
    """How a commercial contract is settled, for a period; empty where the archive does not say."""

    contract = models.ForeignKey(
        "archive.Contract", models.PROTECT, related_name="supply_terms", verbose_name=_("合同")
    )
    time_of_use = models.BooleanField(_("执行分时"), default=False)
    purchase_mode = models.PositiveSmallIntegerField(
        _("购电方式"), choices=PURCHASE_MODES, default=int(PurchaseMode.AGENT)
    )
    capacity_method = models.PositiveSmallIntegerField(
        _("基本电费计费方式"), choices=CAPACITY_METHODS, default=int(CapacityMethod.NONE)
    )
    contract_demand_w = models.BigIntegerField(_("合同最大需量（W）"), null=True, blank=True)
    capacity_exempt = models.BooleanField(_("免收容（需）量电费"), default=False)
    power_factor_standard = models.PositiveSmallIntegerField(
        _("功率因数标准"), choices=STANDARDS, default=NO_STANDARD
    )
    reduced_standard = models.BooleanField(_("降低标准"), default=False)
    metering_side = models.PositiveSmallIntegerField(
        _("计量方式"), choices=MeteringSide.choices, null=True, blank=True
    )
    loss_method = models.PositiveSmallIntegerField(
        _("变损计费方式"), choices=LOSS_METHODS, default=int(LossMethod.NONE)
    )
    agreed_active_wh = models.BigIntegerField(_("协议有功变损（Wh/月）"), null=True, blank=True)
    agreed_reactive_varh = models.BigIntegerField(_("协议无功变损（varh/月）"), null=True, blank=True)
    agreed_ratio_ppm = models.PositiveIntegerField(_("协议变损比例（百万分之一）"), null=True, blank=True)
    # Of the reactive energy read; empty: the agreement has none.
    agreed_reactive_ratio_ppm = models.PositiveIntegerField(
        _("协议无功变损比例（百万分之一）"), null=True, blank=True
    )
    line_loss_ppm = models.PositiveIntegerField(_("专线线损率（百万分之一）"), null=True, blank=True)
    market_price_nano = models.BigIntegerField(_("市场交易电价（10⁻⁹元/千瓦时）"), null=True, blank=True)

    period_keys = (("contract",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("计费参数")
        verbose_name_plural = _("计费参数")


class Transformer(PeriodModel):
    """A customer's own transformer or high-voltage motor while it runs; a pause is a gap between two rows.

    Nameplate values are empty where nobody has them: a loss by formula is then refused, never guessed.
    """

    contract = models.ForeignKey(
        "archive.Contract", models.PROTECT, related_name="transformers", verbose_name=_("合同")
    )
    number = models.CharField(_("变压器编号"), max_length=40)
    model = models.CharField(_("型号"), max_length=40, blank=True, default="")
    capacity_va = models.BigIntegerField(_("额定容量（VA）"))
    p0_w = models.PositiveIntegerField(_("空载损耗（W）"), null=True, blank=True)
    pk_w = models.PositiveIntegerField(_("短路损耗（W）"), null=True, blank=True)
    i0_milli_percent = models.PositiveIntegerField(_("空载电流（千分之一个百分点）"), null=True, blank=True)
    uk_milli_percent = models.PositiveIntegerField(_("阻抗电压（千分之一个百分点）"), null=True, blank=True)
    shifts = models.PositiveSmallIntegerField(_("生产班次"), null=True, blank=True)
    # Of the energy metered together; empty: by capacity.
    share_ppm = models.PositiveIntegerField(_("变损分摊比例（百万分之一）"), null=True, blank=True)

    period_keys = (("contract", "number"),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("受电变压器")
        verbose_name_plural = _("受电变压器")
        constraints = [
            *PeriodModel.Meta.constraints,
            models.CheckConstraint(condition=Q(capacity_va__gt=0), name="transformer_capacity_positive"),
            models.CheckConstraint(
                condition=Q(shifts__isnull=True) | Q(shifts__gte=1, shifts__lte=3), name="transformer_shifts"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class LossTableRow(PeriodModel):
    """A bracket of a station's own table of monthly losses (月损耗表): what a transformer loses a month.

    A bracket reaches from above the one before it, of the same series and capacity, up to and with its own limit. An
    empty series is the table of every transformer that has none of its own.
    """

    station = models.ForeignKey(
        "base.Station", models.PROTECT, related_name="loss_table", verbose_name=_("供电所")
    )
    series = models.CharField(_("型号"), max_length=40, blank=True, default="")
    capacity_va = models.BigIntegerField(_("额定容量（VA）"))
    up_to_wh = models.BigIntegerField(_("月用电量至（Wh）"))
    active_wh = models.BigIntegerField(_("有功变损（Wh/月）"))
    reactive_varh = models.BigIntegerField(_("无功变损（varh/月）"), default=0)

    period_keys = (("station", "series", "capacity_va", "up_to_wh"),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("月损耗表")
        verbose_name_plural = _("月损耗表")

    def __str__(self) -> str:
        return f"{self.series} {self.capacity_va // 1000} kVA ≤ {self.up_to_wh // 1000} kWh"


class MarketPrice(PeriodModel):
    """What a market customer pays for its energy in a month of use, by period; a period without a price is empty."""

    contract = models.ForeignKey(
        "archive.Contract", models.PROTECT, related_name="market_prices", verbose_name=_("合同")
    )
    sharp_nano = models.BigIntegerField(_("尖（10⁻⁹元/千瓦时）"), null=True, blank=True)
    peak_nano = models.BigIntegerField(_("峰（10⁻⁹元/千瓦时）"), null=True, blank=True)
    flat_nano = models.BigIntegerField(_("平（10⁻⁹元/千瓦时）"))
    valley_nano = models.BigIntegerField(_("谷（10⁻⁹元/千瓦时）"), null=True, blank=True)
    deep_valley_nano = models.BigIntegerField(_("深谷（10⁻⁹元/千瓦时）"), null=True, blank=True)

    period_keys = (("contract",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("市场交易电价")
        verbose_name_plural = _("市场交易电价")
