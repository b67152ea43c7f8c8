"""A price sheet and what became of it; its content never changes, only its state does."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.models import User


class PriceSheet(models.Model):
    """Published prices of a place for a span of days, as documents of the rulebook (kind ``component_price``).

    ``content`` maps the path of each document to its content, exactly as ``core.rules.parse`` takes them.
    """

    class State(models.TextChoices):
        """Only approved sheets price bills."""

        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已审批")
        WITHDRAWN = "withdrawn", _("已撤回")

    place = models.CharField(_("适用地"), max_length=60)
    from_date = models.DateField(_("执行起"))
    to_date = models.DateField(_("执行止（不含）"))
    document = models.CharField(_("文件"), max_length=200)
    content = models.JSONField(_("价格"))
    content_hash = models.CharField(_("内容摘要"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    proposed_at = models.DateTimeField(_("提交时间"))
    # Of a proposal from the command line: the login and the computer it was run by. Nobody of that name approves it.
    proposed_from = models.CharField(_("命令行登录名"), max_length=160, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审批人")
    )
    approved_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("月度价格表")
        verbose_name_plural = _("月度价格表")
        constraints = [
            models.CheckConstraint(condition=Q(to_date__gt=F("from_date")), name="price_sheet_span"),
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(approved_by__isnull=False) & ~Q(approved_by=F("proposed_by")),
                name="price_sheet_four_eyes",
            ),
        ]
        indexes = [models.Index(fields=["state", "place"], name="price_sheet_state")]

    def __str__(self) -> str:
        return f"{self.place} {self.from_date}"
