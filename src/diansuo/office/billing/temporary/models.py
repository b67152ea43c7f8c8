"""What was agreed with a temporary customer without a meter, and every charge of it with its evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import PRICE_CLASSES, VOLTAGE_CLASSES, Customer
from diansuo.office.base.models import User


class TemporarySupply(models.Model):
    """What was agreed. It never changes; what is charged for it, and until when it runs, say its charges."""

    customer = models.ForeignKey(
        Customer, models.PROTECT, related_name="temporary_supplies", verbose_name=_("用户")
    )
    purpose = models.CharField(_("用途"), max_length=80)
    address = models.CharField(_("用电地址"), max_length=200, blank=True, default="")
    price_class = models.PositiveSmallIntegerField(_("用电类别"), choices=PRICE_CLASSES)
    voltage_class = models.PositiveSmallIntegerField(_("供电电压"), choices=VOLTAGE_CLASSES)
    capacity_w = models.BigIntegerField(_("用电容量（W）"))
    minutes_a_day = models.PositiveSmallIntegerField(_("每日使用（分钟）"))
    from_date = models.DateField(_("供电日"))
    place = models.CharField(_("电价执行地"), max_length=80)

    class Meta:
        verbose_name = _("临时用电（无表）")
        verbose_name_plural = _("临时用电（无表）")
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity_w__gt=0, minutes_a_day__gt=0, minutes_a_day__lte=1440),
                name="temporary_supply_has_use",
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.purpose}"


class TemporaryCharge(models.Model):
    """One charge of a supply, or what is given back of it; an issued one never changes.

    ``digest`` is what it came to when it was proposed. ``facts`` is what it was reckoned from beside the supply itself.
    """

    class Kind(models.TextChoices):
        """Why."""

        ADVANCE = "advance", _("预收")
        EXTENSION = "extension", _("延期")
        EARLY_END = "early_end", _("提前终止")
        CANCEL = "cancel", _("冲正")

    class State(models.TextChoices):
        """Only an issued one counts."""

        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已审批")
        ISSUED = "issued", _("已发行")
        WITHDRAWN = "withdrawn", _("已撤回")

    supply = models.ForeignKey(
        TemporarySupply, models.PROTECT, related_name="charges", verbose_name=_("临时用电（无表）")
    )
    kind = models.CharField(_("事由"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    from_date = models.DateField(_("起"))
    to_date = models.DateField(_("止（不含）"))
    energy_wh = models.BigIntegerField(_("电量（Wh）"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    facts = models.JSONField(_("依据"), default=dict)
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="")
    digest = models.CharField(_("内容摘要"), max_length=64)
    rulebook_hash = models.CharField(_("规则库摘要"), max_length=64)
    rules = models.ManyToManyField(
        "billing.RuleSlice", related_name="+", blank=True, verbose_name=_("参与的规则")
    )
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    proposed_at = models.DateTimeField(_("提交时间"))
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    approved_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发行人")
    )
    issued_date = models.DateField(_("发行日期"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("临时用电电费")
        verbose_name_plural = _("临时用电电费")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "issued"))
                | Q(approved_by__isnull=False)
                & (Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by"))),
                name="temporary_four_eyes",
            ),
            models.CheckConstraint(condition=Q(to_date__gt=F("from_date")), name="temporary_has_days"),
            # One at a time: a second one would be reckoned from what the first is about to change.
            models.UniqueConstraint(
                fields=["supply"],
                condition=Q(state__in=("proposed", "approved")),
                name="temporary_waiting_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "supply"], name="temporary_state")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"


class TemporaryLine(models.Model):
    """One line: Wh × unit price = amount; of an early end (no component) fen × share = what goes back."""

    charge = models.ForeignKey(
        TemporaryCharge, models.CASCADE, related_name="lines", verbose_name=_("临时用电电费")
    )
    sequence = models.PositiveSmallIntegerField(_("行号"))
    from_date = models.DateField(_("起"))
    to_date = models.DateField(_("止（不含）"))
    component = models.PositiveSmallIntegerField(_("项目"), null=True, blank=True)
    quantity = models.BigIntegerField(_("数量"))
    price_nano = models.BigIntegerField(_("单价（10⁻⁹元）"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    rule = models.ForeignKey("billing.RuleSlice", models.PROTECT, related_name="+", verbose_name=_("规则"))

    class Meta:
        verbose_name = _("临时用电电费明细")
        verbose_name_plural = _("临时用电电费明细")
        constraints = [
            models.UniqueConstraint(fields=["charge", "sequence"], name="temporary_line_once"),
        ]
