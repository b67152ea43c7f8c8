"""What the company owes for photovoltaic energy fed in (上网电费): money of its own, never a line of a bill."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import Contract
from diansuo.office.base.models import Job
from diansuo.office.metering.models import Consumption


class FeedInSettlement(models.Model):
    """The energy a point fed in within a month, and what is owed for it; no amount while its price is not known."""

    class State(models.IntegerChoices):
        """As of a bill: drafts belong to a running cycle; beside another system they are kept."""

        DRAFT = 0, _("未发行")
        ISSUED = 1, _("已发行")
        KEPT = 2, _("已核算，不发行")

    class Held(models.TextChoices):
        """Why there is no amount."""

        NOTHING = "", _("已计算")
        NO_READING = "no_reading", _("反向有功示数没有抄全，上网电量不明")
        NO_DATE = "no_date", _("没有投产日期，不知道按存量还是增量项目结算")
        NO_PRICE = "no_price", _("规则库没有上网电价")
        MARKET = "market", _("增量项目按市场和机制电价结算，规则库没有机制电价")

    # The entry of the rulebook and its hash, until it is stored as ``rule``.
    priced_by: tuple[Any, str] | None = None

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="feed_in", verbose_name=_("合同"))
    consumption = models.OneToOneField(
        Consumption, models.PROTECT, related_name="feed_in", verbose_name=_("结算电量")
    )
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", verbose_name=_("作业"))
    period = models.PositiveIntegerField(_("电费年月"))
    state = models.PositiveSmallIntegerField(_("状态"), choices=State.choices, default=State.DRAFT)
    issued_date = models.DateField(_("发行日期"), null=True, blank=True)
    full_feed_in = models.BooleanField(_("全额上网"))
    energy_wh = models.BigIntegerField(_("上网电量（Wh）"), null=True, blank=True)
    price_nano = models.BigIntegerField(_("上网电价（10⁻⁹元/千瓦时）"), null=True, blank=True)
    amount_fen = models.BigIntegerField(_("应付上网电费（分）"), null=True, blank=True)
    held = models.CharField(_("未计算的原因"), max_length=12, choices=Held.choices, blank=True, default="")
    rule = models.ForeignKey(
        "billing.RuleSlice", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("规则")
    )

    class Meta:
        verbose_name = _("上网电费")
        verbose_name_plural = _("上网电费")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held="", amount_fen__isnull=False) | ~models.Q(held=""),
                name="feed_in_has_amount_or_reason",
            )
        ]
        indexes = [models.Index(fields=["contract", "period"], name="feed_in_history")]
