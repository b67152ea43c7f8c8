"""What customers owe, what they paid, and which payment settled what."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import Customer, Imported
from diansuo.office.base.models import Company, Station, User
from diansuo.office.billing.models import Bill, Correction, TemporaryCharge


class Receivable(Imported):
    """An amount that is due: by a bill, a correction or a temporary supply issued here, or (all empty) by a list.

    What a list no longer names is settled as of the list's day, ``settled_date``, and kept.
    """

    bill = models.OneToOneField(
        Bill, models.PROTECT, null=True, blank=True, related_name="receivable", verbose_name=_("账单")
    )
    correction = models.OneToOneField(
        Correction,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receivable",
        verbose_name=_("退补单"),
    )
    temporary = models.OneToOneField(
        TemporaryCharge,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receivable",
        verbose_name=_("临时用电电费"),
    )
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="receivables", verbose_name=_("用户"))
    period = models.PositiveIntegerField(_("电费年月"))
    amount_fen = models.BigIntegerField(_("应收（分）"))
    paid_fen = models.BigIntegerField(_("已收（分）"), default=0)
    due_date = models.DateField(_("交费截止日"))
    settled_date = models.DateField(_("清单不再列出之日"), null=True, blank=True)

    class Meta:
        verbose_name = _("应收")
        verbose_name_plural = _("应收")
        constraints = [
            models.CheckConstraint(
                condition=Q(paid_fen__gte=0, paid_fen__lte=F("amount_fen")) | Q(amount_fen__lt=0, paid_fen=0),
                name="paid_within_amount",
            ),
            models.UniqueConstraint(
                fields=["customer", "period"],
                condition=Q(bill__isnull=True, correction__isnull=True, temporary__isnull=True),
                name="imported_receivable_once",
            ),
        ]
        indexes = [
            models.Index(
                # All that the sums of what is open ask for: they need not look at the rows.
                fields=["customer", "due_date", "amount_fen", "paid_fen", "bill", "correction", "temporary"],
                name="receivable_open",
                condition=Q(paid_fen__lt=F("amount_fen")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.period}"


class OpenBook(models.Model):
    """How often what a station's customers owe has changed otherwise than by an import (:mod:`.open_books`)."""

    station = models.OneToOneField(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    version = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("欠费合计版本")
        verbose_name_plural = _("欠费合计版本")

    def __str__(self) -> str:
        return f"{self.station_id} {self.version}"


class ArrearsList(Imported):
    """One imported list of everything a station's customers owed on a day (欠费明细)."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    listed_date = models.DateField(_("清单日期"))

    class Meta:
        verbose_name = _("欠费明细")
        verbose_name_plural = _("欠费明细")
        indexes = [models.Index(fields=["station", "-listed_date"], name="arrears_list_latest")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.listed_date}"


class Payment(Imported):
    """Money received once: channel and reference together are never booked twice within a company."""

    company = models.ForeignKey(Company, models.PROTECT, related_name="+", verbose_name=_("供电公司"))
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="payments", verbose_name=_("用户"))
    paid_date = models.DateField(_("收费日期"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    allocated_fen = models.BigIntegerField(_("已销账（分）"), default=0)
    channel = models.CharField(_("渠道"), max_length=20)
    reference = models.CharField(_("流水号"), max_length=64)
    taken_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收费人")
    )
    taken_at = models.DateTimeField(_("记账时间"))

    class Meta:
        verbose_name = _("收费记录")
        verbose_name_plural = _("收费记录")
        constraints = [
            models.UniqueConstraint(fields=["company", "channel", "reference"], name="payment_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="payment_positive"),
            models.CheckConstraint(
                condition=Q(allocated_fen__gte=0, allocated_fen__lte=F("amount_fen")),
                name="allocated_within_payment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["customer"], name="payment_credit", condition=Q(allocated_fen__lt=F("amount_fen"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.reference}"


class PaymentAllocation(models.Model):
    """The part of a payment that settles a receivable; what is left of a payment is the customer's credit."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="allocations", verbose_name=_("收费"))
    receivable = models.ForeignKey(
        Receivable, models.PROTECT, related_name="allocations", verbose_name=_("应收")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = _("销账")
        verbose_name_plural = _("销账")
        constraints = [
            models.UniqueConstraint(fields=["payment", "receivable"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="allocation_positive"),
        ]
