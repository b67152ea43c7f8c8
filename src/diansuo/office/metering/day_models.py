"""What the checks of daily freezes and curves found, and what people decided about any finding of reading."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering.findings import Severity
from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Job, Proposal, User, WorkOrder

SEVERITIES = [
    (int(Severity.INFO), _("提示")),
    (int(Severity.WARNING), _("警告")),
    (int(Severity.BLOCKING), _("待处理")),
]


class DayFinding(models.Model):
    """What a check of daily freezes or curves found; the next run over the same month replaces it."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="day_findings", verbose_name=_("计量点")
    )
    # The month that was run over (自然月), not a month of bills: no bill stands on it.
    month = models.PositiveIntegerField(_("月份"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", verbose_name=_("作业"))
    rule = models.CharField(_("规则"), max_length=48)
    severity = models.PositiveSmallIntegerField(_("级别"), choices=SEVERITIES)
    register = models.PositiveSmallIntegerField(_("示数类型"), null=True, blank=True)
    from_date = models.DateField(_("起"))
    # The day after the last one concerned.
    to_date = models.DateField(_("止"))
    # On so many days of them, where one row stands for several; its figures are those of the first.
    times = models.PositiveSmallIntegerField(_("天数"), default=1)
    actual = models.BigIntegerField(_("实际"), default=0)
    expected = models.BigIntegerField(_("应为"), default=0)
    limit = models.BigIntegerField(_("限值"), default=0)

    class Meta:
        verbose_name = _("按日核查发现")
        verbose_name_plural = _("按日核查发现")
        constraints = [
            models.UniqueConstraint(fields=["month", "point", "rule", "from_date"], name="day_finding_once"),
        ]

    @property
    def detail(self) -> dict[str, str]:
        """The days, as the wording of findings asks for them."""
        return {"from": self.from_date.isoformat(), "to": self.to_date.isoformat()}


class ReadingDecision(models.Model):
    """What somebody decided about a finding of reading: appended, the latest counts, none is changed or deleted.

    A finding is found anew with every run: it is known by point, month, rule and register, one of days also by its
    first day, and by its figures. With other figures it is another finding, and open again.
    """

    class Decision(models.TextChoices):
        """What is done about it."""

        GOOD = "good", _("认可")
        REREAD = "reread", _("已派补抄")
        OVERRIDE = "override", _("已提改值")
        ESTIMATE = "estimate", _("已估算（仅线损）")
        REOPENED = "reopened", _("已退回待办")

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="reading_decisions", verbose_name=_("计量点")
    )
    rule = models.CharField(_("规则"), max_length=48)
    month = models.PositiveIntegerField(_("月份"))
    from_date = models.DateField(_("起"), null=True, blank=True)
    register = models.PositiveSmallIntegerField(_("示数类型"), null=True, blank=True)
    actual = models.BigIntegerField(_("实际"), default=0)
    expected = models.BigIntegerField(_("应为"), default=0)
    decision = models.CharField(_("处理"), max_length=10, choices=Decision.choices)
    reason = models.CharField(_("理由"), max_length=200)
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("派工单")
    )
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("变更提议")
    )
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("处理人"))
    decided_at = models.DateTimeField(_("处理时间"))

    class Meta:
        verbose_name = _("抄表异常处理")
        verbose_name_plural = _("抄表异常处理")
        indexes = [models.Index(fields=["month", "point", "rule"], name="reading_decision_of")]
