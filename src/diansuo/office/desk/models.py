"""The tables of the desk: hand-overs of transformer areas (交接单), and who signed them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.models import Staff, Station, User


class Handover(models.Model):
    """Areas of one person that somebody else answers for from a day on, once both have signed.

    ``content`` is the sheet as it was made (see :mod:`diansuo.office.desk.handover.sheet`): it is what is signed.
    """

    class State(models.TextChoices):
        """Where the hand-over stands."""

        WAITING = "waiting", _("待签字")
        DONE = "done", _("已移交")
        WITHDRAWN = "withdrawn", _("已撤回")

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    outgoing = models.ForeignKey(Staff, models.PROTECT, related_name="+", verbose_name=_("移交人"))
    incoming = models.ForeignKey(Staff, models.PROTECT, related_name="+", verbose_name=_("接收人"))
    areas = models.ManyToManyField(TransformerArea, related_name="handovers", verbose_name=_("台区"))
    handover_date = models.DateField(_("移交日期"))
    with_reading = models.BooleanField(_("抄表一并移交"), default=True)
    keys = models.TextField(_("钥匙与资料"), blank=True, default="")
    content = models.JSONField(_("交接内容"), default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.WAITING)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("制单人"))
    created_at = models.DateTimeField(_("制单时间"))
    done_at = models.DateTimeField(_("生效时间"), null=True, blank=True)
    points_moved = models.PositiveIntegerField(_("移交计量点数"), default=0)
    orders_moved = models.PositiveIntegerField(_("移交派工单数"), default=0)
    withdrawn_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("撤回人")
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("交接单")
        verbose_name_plural = _("交接单")
        constraints = [
            models.CheckConstraint(condition=~Q(outgoing=F("incoming")), name="handover_between_two")
        ]

    def __str__(self) -> str:
        return f"{self.outgoing_id} → {self.incoming_id} {self.handover_date}"


class HandoverSignature(models.Model):
    """One side's signature, given with one's own account; ``stood_in`` says that it was another's, and why."""

    class Side(models.TextChoices):
        """Who signs."""

        OUTGOING = "outgoing", _("移交人")
        INCOMING = "incoming", _("接收人")

    handover = models.ForeignKey(
        Handover, models.PROTECT, related_name="signatures", verbose_name=_("交接单")
    )
    side = models.CharField(_("签字方"), max_length=8, choices=Side.choices)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("签字人"))
    stood_in = models.BooleanField(_("代签"), default=False)
    reason = models.CharField(_("代签原因"), max_length=200, blank=True, default="")
    signed_at = models.DateTimeField(_("签字时间"))

    class Meta:
        verbose_name = _("交接签字")
        verbose_name_plural = _("交接签字")
        constraints = [
            models.UniqueConstraint(fields=["handover", "side"], name="handover_side_once"),
            models.UniqueConstraint(fields=["handover", "user"], name="handover_signer_once"),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.side}"
