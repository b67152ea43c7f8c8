"""Bills and their lines. An issued bill never changes: what is wrong is put right by a further bill."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.core.quantity.band import Band
from diansuo.core.tariff.classes import Component
from diansuo.office.archive.models import PRICE_CLASSES, VOLTAGE_CLASSES, Contract, Customer, Imported
from diansuo.office.base.models import Job
from diansuo.office.billing.audit.models import AuditDecision
from diansuo.office.billing.opinion.models import Comparison, ExternalLine
from diansuo.office.billing.points.models import FeedInSettlement
from diansuo.office.billing.rebilling.models import (
    ClosedYear,
    Correction,
    CorrectionLine,
    CorrectionMonth,
    RebillRefusal,
)
from diansuo.office.billing.sheets.models import PriceSheet
from diansuo.office.billing.sums.models import MonthSum
from diansuo.office.billing.temporary.models import TemporaryCharge, TemporaryLine, TemporarySupply
from diansuo.office.metering.models import Consumption

__all__ = [
    "AuditDecision",
    "BANDS",
    "BAND_NAMES",
    "COMPONENTS",
    "COMPONENT_NAMES",
    "Bill",
    "BillFacts",
    "BillLine",
    "BillPart",
    "BillRefund",
    "ClosedYear",
    "Comparison",
    "Correction",
    "CorrectionLine",
    "CorrectionMonth",
    "ExternalBill",
    "ExternalLine",
    "FeedInSettlement",
    "MonthSum",
    "PriceSheet",
    "RebillRefusal",
    "RuleSlice",
    "TemporaryCharge",
    "TemporaryLine",
    "TemporarySupply",
]

COMPONENT_NAMES = {
    Component.BASE: _("基础电费"),
    Component.STEP: _("阶梯加价"),
    Component.PEAK: _("高峰加价"),
    Component.VALLEY: _("低谷优惠"),
    Component.PURCHASE: _("代理购电电费"),
    Component.UPSTREAM_LOSS: _("上网环节线损费用"),
    Component.TRANSMISSION: _("输配电量电费"),
    Component.SYSTEM_OPERATION: _("系统运行费"),
    Component.SURCHARGE: _("政府性基金及附加"),
    Component.CAPACITY: _("容量电费"),
    Component.DEMAND: _("需量电费"),
    Component.DEMAND_EXCESS: _("超合同需量电费"),
    Component.POWER_FACTOR: _("功率因数调整电费"),
    Component.FREE_ENERGY: _("免费电量"),
    Component.CORRECTION: _("退补电费"),
    Component.ENERGY: _("电度电费"),
}
BAND_NAMES = {
    Band.SHARP: _("尖"),
    Band.PEAK: _("峰"),
    Band.FLAT: _("平"),
    Band.VALLEY: _("谷"),
    Band.DEEP_VALLEY: _("深谷"),
}
COMPONENTS = [(int(code), name) for code, name in COMPONENT_NAMES.items()]
BANDS = [(int(code), name) for code, name in BAND_NAMES.items()]


class RuleSlice(models.Model):
    """The values one rule had when bill lines used it, under their own hash, so that an old bill recomputes."""

    slice_hash = models.CharField(_("取值摘要"), max_length=64)
    rulebook_hash = models.CharField(_("规则库摘要"), max_length=64)
    rule_id = models.CharField(_("规则"), max_length=80)
    effective_date = models.DateField(_("生效日"))
    content = models.JSONField(_("取值与依据"))

    class Meta:
        verbose_name = _("规则取值")
        verbose_name_plural = _("规则取值")
        constraints = [models.UniqueConstraint(fields=["slice_hash", "rulebook_hash"], name="slice_once")]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.effective_date}"

    @property
    def source(self) -> dict[str, str | None]:
        """The document the values come from: document, clause, published, url."""
        return self.content["source"]

    @property
    def unverified(self) -> dict[str, str]:
        """The values nobody could verify, each with why."""
        return self.content["unverified"]


class Bill(models.Model):
    """What a contract owes for a month's settled consumption at one of its points."""

    class State(models.IntegerChoices):
        """Drafts belong to a running cycle; only issued bills count.

        A kept one is a second opinion on a bill that another system issued: its month is over, it is never issued.
        """

        DRAFT = 0, _("未发行")
        ISSUED = 1, _("已发行")
        KEPT = 2, _("已核算，不发行")

    # ``bill_history`` leads from a contract to its bills; nobody looks for those of a job or a settlement, and an index
    # that nobody reads costs every month of a million some seconds and sixty megabytes.
    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="bills", verbose_name=_("合同"), db_index=False
    )
    consumption = models.OneToOneField(
        Consumption, models.PROTECT, related_name="bill", verbose_name=_("结算电量")
    )
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", verbose_name=_("作业"), db_index=False)
    period = models.PositiveIntegerField(_("电费年月"))
    state = models.PositiveSmallIntegerField(_("状态"), choices=State.choices, default=State.DRAFT)
    issued_date = models.DateField(_("发行日期"), null=True, blank=True)
    from_date = models.DateField(_("起"))
    to_date = models.DateField(_("止"))
    price_class = models.PositiveSmallIntegerField(_("用电类别"), choices=PRICE_CLASSES)
    voltage_class = models.PositiveSmallIntegerField(_("供电电压"), choices=VOLTAGE_CLASSES)
    energy_wh = models.BigIntegerField(_("电量（Wh）"))
    peak_wh = models.BigIntegerField(_("峰（Wh）"), default=0)
    valley_wh = models.BigIntegerField(_("谷（Wh）"), default=0)
    year_to_date_wh = models.BigIntegerField(_("本期前年度累计（Wh）"), default=0)
    year_opening_known = models.BooleanField(_("年初累计已知"), default=True)
    months_in_year = models.PositiveSmallIntegerField(_("年度用电月数"), default=12)
    # What counts for the steps of the year: nothing of a class without steps, not what is free where the place says so.
    counted_wh = models.BigIntegerField(_("计入年度累计（Wh）"), default=0, db_default=0)
    persons = models.PositiveSmallIntegerField(_("一户多人口人数"), default=0, db_default=0)
    persons_months = models.PositiveSmallIntegerField(_("一户多人口月数"), default=0, db_default=0)
    heating_months = models.PositiveSmallIntegerField(_("采暖月数"), default=0, db_default=0)
    free_months = models.PositiveSmallIntegerField(_("免费电量月数"), default=0, db_default=0)
    amount_fen = models.BigIntegerField(_("电费（分）"))
    transformer_loss_wh = models.BigIntegerField(_("变损（Wh）"), default=0)
    line_loss_wh = models.BigIntegerField(_("线损（Wh）"), default=0)
    demand_w = models.BigIntegerField(_("最大需量（W）"), null=True, blank=True)
    # Hundredths; empty where none was computed. The rate is in 0.01 %.
    power_factor = models.PositiveSmallIntegerField(_("功率因数（百分之一）"), null=True, blank=True)
    adjustment_rate = models.IntegerField(_("力调率（0.01%）"), default=0)
    reactive_varh = models.BigIntegerField(_("无功电量（varh）"), default=0)
    unverified = models.BooleanField(_("用到未核对的数值"), default=False)
    rules = models.ManyToManyField(RuleSlice, related_name="+", blank=True, verbose_name=_("参与的规则"))
    settlement = models.ForeignKey(
        RuleSlice, models.PROTECT, related_name="+", verbose_name=_("结算参数"), db_index=False
    )

    class Meta:
        verbose_name = _("电费账单")
        verbose_name_plural = _("电费账单")
        # One for each point: ``consumption`` is unique, and so is its point and month.
        indexes = [
            models.Index(fields=["contract", "period"], name="bill_history"),
            models.Index(fields=["period", "contract"], name="bill_month"),
        ]

    def __str__(self) -> str:
        return f"{self.contract_id} {self.period}"


class BillPart(models.Model):
    """A part of a bill whose days lie on both sides of a change of prices or class (分段), in the order of its days.

    Of a household's part: the class it was priced by, its months and energy of the year before it, and its rules.
    """

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="parts", verbose_name=_("账单"))
    part = models.PositiveSmallIntegerField(_("段"))
    from_date = models.DateField(_("起"))
    to_date = models.DateField(_("止"))
    energy_wh = models.BigIntegerField(_("电量（Wh）"))
    peak_wh = models.BigIntegerField(_("峰（Wh）"), default=0)
    valley_wh = models.BigIntegerField(_("谷（Wh）"), default=0)
    by_days = models.BooleanField(_("按天数分段"), default=False)
    price_class = models.PositiveSmallIntegerField(
        _("用电类别"), choices=PRICE_CLASSES, null=True, blank=True
    )
    voltage_class = models.PositiveSmallIntegerField(
        _("供电电压"), choices=VOLTAGE_CLASSES, null=True, blank=True
    )
    months_in_year = models.PositiveSmallIntegerField(_("年度用电月数"), null=True, blank=True)
    year_to_date_wh = models.BigIntegerField(_("本段前年度累计（Wh）"), null=True, blank=True)
    settlement = models.ForeignKey(
        RuleSlice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("结算参数")
    )
    terms = models.ForeignKey(
        RuleSlice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("居民用电约定")
    )

    class Meta:
        verbose_name = _("账单分段")
        verbose_name_plural = _("账单分段")
        constraints = [models.UniqueConstraint(fields=["bill", "part"], name="bill_part_once")]


class BillLine(models.Model):
    """One line: quantity × unit price = amount, by which rule and which values.

    Of a capacity or demand line the quantity is VA or W times days, and the price is for a month of ``days``.
    """

    class Unit(models.IntegerChoices):
        """What the quantity counts."""

        WH = 0, _("Wh")
        VA_DAYS = 1, _("VA·天")
        W_DAYS = 2, _("W·天")
        FEN = 3, _("分")

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="lines", verbose_name=_("账单"))
    sequence = models.PositiveSmallIntegerField(_("行号"))
    component = models.PositiveSmallIntegerField(_("项目"), choices=COMPONENTS)
    part = models.PositiveSmallIntegerField(_("段"), default=0)
    step = models.PositiveSmallIntegerField(_("档"), default=0)
    band = models.PositiveSmallIntegerField(_("时段"), choices=BANDS, null=True, blank=True)
    quantity = models.BigIntegerField(_("数量"))
    unit = models.PositiveSmallIntegerField(_("数量单位"), choices=Unit.choices, default=Unit.WH)
    days = models.PositiveSmallIntegerField(_("当月天数"), default=0)
    price_nano = models.BigIntegerField(_("单价（10⁻⁹元）"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    remainder_wh = models.BigIntegerField(_("尾差（Wh）"), default=0)
    rule = models.ForeignKey(
        RuleSlice, models.PROTECT, related_name="+", verbose_name=_("规则"), db_index=False
    )

    class Meta:
        verbose_name = _("账单明细")
        verbose_name_plural = _("账单明细")


class BillRefund(models.Model):
    """A line that is not on the bill but owed to the household by another way (先征后返)."""

    bill = models.ForeignKey(Bill, models.CASCADE, related_name="refunds", verbose_name=_("账单"))
    sequence = models.PositiveSmallIntegerField(_("行号"))
    component = models.PositiveSmallIntegerField(_("项目"), choices=COMPONENTS)
    part = models.PositiveSmallIntegerField(_("段"), default=0)
    step = models.PositiveSmallIntegerField(_("档"), default=0)
    quantity_wh = models.BigIntegerField(_("电量（Wh）"))
    price_nano = models.BigIntegerField(_("单价（10⁻⁹元）"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    rule = models.ForeignKey(RuleSlice, models.PROTECT, related_name="+", verbose_name=_("规则"))

    class Meta:
        verbose_name = _("应返电费")
        verbose_name_plural = _("应返电费")


class BillFacts(models.Model):
    """What a commercial bill was priced with, as evidence: with it and its rules the bill recomputes byte for byte.

    A household's bill needs none: what it was priced with are columns of the bill and of its parts.
    """

    bill = models.OneToOneField(Bill, models.CASCADE, related_name="facts", verbose_name=_("账单"))
    content = models.JSONField(_("计费依据"))

    class Meta:
        verbose_name = _("账单计费依据")
        verbose_name_plural = _("账单计费依据")


class ExternalBill(Imported):
    """A bill that another system issued to a customer for a month, as its export tells it (已发行电费).

    ``contract`` is the customer's, where there is one only: with it the bill can be held against our own.
    """

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="external_bills", verbose_name=_("用户")
    )
    contract = models.ForeignKey(
        Contract,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="external_bills",
        verbose_name=_("合同"),
    )
    period = models.PositiveIntegerField(_("电费年月"))
    energy_wh = models.BigIntegerField(_("结算电量（Wh）"))
    amount_fen = models.BigIntegerField(_("应收电费（分）"))
    issued_date = models.DateField(_("发行日期"), null=True, blank=True)
    class_text = models.CharField(_("用电类别"), max_length=40, blank=True, default="")
    multiplier = models.PositiveIntegerField(_("倍率"), null=True, blank=True)
    loss_wh = models.BigIntegerField(_("变损、线损电量（Wh）"), null=True, blank=True)

    class Meta:
        verbose_name = _("已发行电费")
        verbose_name_plural = _("已发行电费")
        constraints = [models.UniqueConstraint(fields=["customer", "period"], name="external_bill_once")]
        indexes = [
            models.Index(fields=["contract", "period"], name="external_history"),
            models.Index(fields=["-period", "id"], name="external_month"),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.period}"
