"""A dangerous edit before it is done (提议): what, from when, why, what it would bring, who proposed, who agreed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_fsm import FSMField, transition


class ProposalState(models.TextChoices):
    """Only an applied one has changed anything."""

    DRAFT = "draft", _("待预览")
    PREVIEWED = "previewed", _("待复核")
    SECONDED = "seconded", _("待再复核")
    APPLIED = "applied", _("已生效")
    STALE = "stale", _("依据已变，待重算")
    REJECTED = "rejected", _("已退回")
    WITHDRAWN = "withdrawn", _("已撤回")


OPEN = (ProposalState.DRAFT, ProposalState.PREVIEWED, ProposalState.SECONDED, ProposalState.STALE)
"""The states in which somebody still has to do something."""
WAITING = (ProposalState.PREVIEWED, ProposalState.SECONDED)
"""The states in which a second person may agree."""
OVER = (ProposalState.REJECTED, ProposalState.WITHDRAWN)
"""The states in which nothing of it holds or may come to hold."""


class Proposal(models.Model):
    """A proposed change of terms. ``terms`` never changes once proposed; ``preview`` is what the second person saw.

    ``basis`` names everything the preview stands on. ``undo`` says how the change is taken back exactly.
    """

    State = ProposalState

    kind = models.CharField(_("种类"), max_length=24)
    # Without a station it holds for the whole place: prices, rules.
    station = models.ForeignKey(
        "base.Station", models.PROTECT, null=True, blank=True, verbose_name=_("供电所")
    )
    subject = models.CharField(_("对象"), max_length=200)
    customer_number = models.CharField(_("用户编号"), max_length=32, blank=True, default="")
    terms = models.JSONField(_("改什么"))
    effective_date = models.DateField(_("生效日"))
    reason = models.CharField(_("原因"), max_length=200)
    state = FSMField(_("状态"), choices=ProposalState.choices, default=ProposalState.DRAFT)
    basis = models.CharField(_("依据摘要"), max_length=64, blank=True, default="")
    preview = models.JSONField(_("影响"), default=dict)
    previewed_at = models.DateTimeField(_("预览时间"), null=True, blank=True)
    customers = models.PositiveIntegerField(_("涉及户数"), default=0)
    difference_fen = models.BigIntegerField(_("电费增减（分）"), default=0)
    seconds_needed = models.PositiveSmallIntegerField(_("需要几人复核"), default=1)
    batch = models.ForeignKey(
        "base.ImportBatch",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("导入批次"),
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversals",
        verbose_name=_("撤回哪一张"),
    )
    undo = models.JSONField(_("如何还原"), default=list)
    proposed_by = models.ForeignKey(
        "base.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提交人")
    )
    proposed_at = models.DateTimeField(_("提交时间"))
    # Of a proposal from the command line: the login and the computer it was run by. Nobody of that name agrees to it.
    proposed_from = models.CharField(_("命令行登录名"), max_length=160, blank=True, default="")
    applied_at = models.DateTimeField(_("生效操作时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "base.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤回、退回人"),
    )
    ended_at = models.DateTimeField(_("撤回、退回时间"), null=True, blank=True)
    ended_because = models.CharField(_("撤回、退回原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("提议")
        verbose_name_plural = _("提议")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=("previewed", "seconded", "applied")) | ~Q(basis=""),
                name="proposal_seen_before_agreed",
            )
        ]
        indexes = [models.Index(fields=["state", "station"], name="proposal_state")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.subject}"

    @transition(field=state, source=[*OPEN], target=ProposalState.PREVIEWED)
    def seen(self) -> None:
        """Its effect is worked out; whoever agreed to another effect has to agree again."""

    @transition(field=state, source=[*WAITING], target=ProposalState.SECONDED)
    def agreed(self) -> None:
        """One more person agreed, and it needs yet another."""

    @transition(field=state, source=[*WAITING], target=ProposalState.APPLIED)
    def applied(self) -> None:
        """The change is written."""

    @transition(field=state, source=[*WAITING], target=ProposalState.STALE)
    def overtaken(self) -> None:
        """What its preview stood on has changed."""

    @transition(field=state, source=[*OPEN], target=ProposalState.REJECTED)
    def turned_down(self) -> None:
        """A second person does not agree."""

    @transition(field=state, source=[*OPEN, ProposalState.APPLIED], target=ProposalState.WITHDRAWN)
    def taken_back(self) -> None:
        """Nothing of it holds any more."""


class ProposalSecond(models.Model):
    """Somebody who agreed to a proposal, to the very effect that ``basis`` names."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="seconds", verbose_name=_("提议"))
    user = models.ForeignKey("base.User", models.PROTECT, related_name="+", verbose_name=_("复核人"))
    basis = models.CharField(_("依据摘要"), max_length=64)
    agreed_at = models.DateTimeField(_("复核时间"))

    class Meta:
        verbose_name = _("复核")
        verbose_name_plural = _("复核")
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="proposal_second_once")]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.user}"
