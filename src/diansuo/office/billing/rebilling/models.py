"""A correction of issued months (退补单): a bill of its own beside them, for they never change."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import Contract, MeteringPoint
from diansuo.office.base.models import Job, Station, User


class Correction(models.Model):
    """What is charged or given back for issued months of one metering point, and who decided it.

    Its facts and months never change; only its state does. ``digest`` is what it came to when it was proposed.
    """

    class Kind(models.TextChoices):
        """What was wrong."""

        METER_ERROR = "meter_error", _("电能表误差")
        WIRING = "wiring", _("接线错误")
        RATIO = "ratio", _("互感器变比错误")
        MULTIPLIER = "multiplier", _("倍率错误")
        CLASS = "class", _("用电类别错误")
        MISSED = "missed", _("少计（多计）电量")
        READING = "reading", _("示数错误")
        CANCEL = "cancel", _("冲正")
        ARCHIVE = "archive", _("按现行档案重算")

    class State(models.TextChoices):
        """Only an issued one counts."""

        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已审批")
        ISSUED = "issued", _("已发行")
        WITHDRAWN = "withdrawn", _("已撤回")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="corrections", verbose_name=_("合同"))
    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="corrections", verbose_name=_("计量点")
    )
    job = models.ForeignKey(
        Job, models.PROTECT, null=True, blank=True, related_name="corrections", verbose_name=_("作业")
    )
    kind = models.CharField(_("差错"), max_length=12, choices=Kind.choices)
    from_period = models.PositiveIntegerField(_("起（电费年月）"))
    to_period = models.PositiveIntegerField(_("止（电费年月）"))
    facts = models.JSONField(_("查实的情况"), default=dict)
    reason = models.CharField(_("原因"), max_length=200)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    digest = models.CharField(_("内容摘要"), max_length=64)
    energy_wh = models.BigIntegerField(_("退补电量（Wh）"))
    amount_fen = models.BigIntegerField(_("退补电费（分）"))
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    proposed_at = models.DateTimeField(_("提交时间"))
    # Of one above the limits: who agreed first, while it still waits for the other.
    agreed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("复核人")
    )
    agreed_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
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
        verbose_name = _("退补单")
        verbose_name_plural = _("退补单")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("approved", "issued"))
                | Q(approved_by__isnull=False)
                & (Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by"))),
                name="correction_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | (Q(proposed_by__isnull=True) | ~Q(agreed_by=F("proposed_by")))
                & (Q(approved_by__isnull=True) | ~Q(approved_by=F("agreed_by"))),
                name="correction_six_eyes",
            ),
            # One at a time for a point: a second one would be reckoned from what the first is about to change.
            models.UniqueConstraint(
                fields=["point"],
                condition=Q(state__in=("proposed", "approved")),
                name="correction_waiting_once",
            ),
        ]
        indexes = [models.Index(fields=["state", "contract"], name="correction_state")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.from_period}-{self.to_period}"


class CorrectionMonth(models.Model):
    """A month of a correction: what it was, what is right, and how it stands once the correction is issued.

    ``use`` is the right use as the pricing takes it; ``part`` is what this kind of error adds to what was billed,
    so that the same error found again replaces it. ``counted_wh`` moves the steps of the year of ``counted_in``.
    """

    correction = models.ForeignKey(
        Correction, models.CASCADE, related_name="months", verbose_name=_("退补单")
    )
    bill = models.ForeignKey(
        "billing.Bill", models.PROTECT, related_name="correction_months", verbose_name=_("原账单")
    )
    period = models.PositiveIntegerField(_("电费年月"))
    energy_wh = models.BigIntegerField(_("退补电量（Wh）"))
    amount_fen = models.BigIntegerField(_("退补电费（分）"))
    right_fen = models.BigIntegerField(_("应收（分）"))
    issued_fen = models.BigIntegerField(_("已发行（分）"))
    counted_wh = models.BigIntegerField(_("计入年度累计的变化（Wh）"))
    counted_in = models.PositiveIntegerField(_("计入的电费年月"))
    year_to_date_wh = models.BigIntegerField(_("本期前年度累计（Wh）"))
    use = models.JSONField(_("应为"))
    part = models.JSONField(_("差错部分"), default=dict)
    rules = models.ManyToManyField(
        "billing.RuleSlice", related_name="+", blank=True, verbose_name=_("参与的规则")
    )

    class Meta:
        verbose_name = _("退补月份")
        verbose_name_plural = _("退补月份")
        constraints = [models.UniqueConstraint(fields=["correction", "period"], name="correction_month_once")]
        indexes = [models.Index(fields=["bill"], name="correction_of_bill")]


class CorrectionLine(models.Model):
    """What a month's correction comes to by component: right less issued."""

    month = models.ForeignKey(
        CorrectionMonth, models.CASCADE, related_name="lines", verbose_name=_("退补月份")
    )
    component = models.PositiveSmallIntegerField(_("项目"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    right_fen = models.BigIntegerField(_("应收（分）"))
    issued_fen = models.BigIntegerField(_("已发行（分）"))

    class Meta:
        verbose_name = _("退补明细")
        verbose_name_plural = _("退补明细")
        constraints = [models.UniqueConstraint(fields=["month", "component"], name="correction_line_once")]


class RebillRefusal(models.Model):
    """A point of a set that could not be rebilled, and why; the rest of the set went on."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="rebill_refusals", verbose_name=_("作业"))
    point = models.ForeignKey(MeteringPoint, models.PROTECT, related_name="+", verbose_name=_("计量点"))
    period = models.PositiveIntegerField(_("电费年月"), null=True, blank=True)
    reason = models.JSONField(_("原因"))

    class Meta:
        verbose_name = _("重算未成")
        verbose_name_plural = _("重算未成")
        constraints = [models.UniqueConstraint(fields=["job", "point"], name="rebill_refusal_once")]


class ClosedYear(models.Model):
    """A year whose settlement a station has closed: its months are no longer corrected."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    year = models.PositiveSmallIntegerField(_("年度"))
    closed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("关账人")
    )
    closed_at = models.DateTimeField(_("关账时间"))

    class Meta:
        verbose_name = _("已关账年度")
        verbose_name_plural = _("已关账年度")
        constraints = [models.UniqueConstraint(fields=["station", "year"], name="closed_year_once")]
