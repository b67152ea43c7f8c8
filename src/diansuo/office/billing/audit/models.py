"""What a person decided about a finding of the audit. Only ever added: the latest about a matter is in force."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import User, WorkOrder


class AuditDecision(models.Model):
    """Who let a bill out, kept it, or sent somebody to look, and which figures that was about.

    ``basis`` are the figures of the finding: the decision holds for them alone. ``kind`` tells the findings of one
    rule apart. ``stake_fen`` is what was at stake.
    """

    class Decision(models.TextChoices):
        """What was decided."""

        RELEASED = "released", _("放行")
        HELD = "held", _("扣留")
        SITE = "site", _("转现场核实")
        REOPENED = "reopened", _("撤回决定")

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="audit_decisions", verbose_name=_("计量点")
    )
    period = models.PositiveIntegerField(_("电费年月"))
    rule = models.CharField(_("规则"), max_length=48)
    kind = models.CharField(_("情形"), max_length=32, blank=True, default="")
    decision = models.CharField(_("审核决定"), max_length=10, choices=Decision.choices)
    reason = models.CharField(_("理由"), max_length=200)
    decided_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("审核人"))
    decided_at = models.DateTimeField(_("审核时间"))
    basis = models.JSONField(_("审核时的数值"), default=dict)
    stake_fen = models.BigIntegerField(_("涉及金额（分）"), default=0)
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("派工单")
    )

    class Meta:
        verbose_name = _("审核决定")
        verbose_name_plural = _("审核决定")
        indexes = [models.Index(fields=["period", "point"], name="audit_decision_month")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.period} {self.rule}"
