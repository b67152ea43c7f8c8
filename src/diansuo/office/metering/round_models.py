"""The table of what a reader's phone sent: each entry once, with what became of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Proposal, User, WorkOrder


class RoundEntry(models.Model):
    """One thing a reader noted at a meter, as the phone sent it; kept whatever became of it.

    The phone gives each entry its number before it sends it, so that one sent twice is known (``client_id``).
    """

    class Kind(models.TextChoices):
        """What was noted."""

        READING = "reading", _("示数")
        MISSED = "missed", _("未抄")
        FOUND = "found", _("现场发现")

    class Outcome(models.TextChoices):
        """What became of it; all but the first are final."""

        ASKS = "asks", _("待确认")
        STORED = "stored", _("已收下")
        SAME = "same", _("已有相同")
        PROPOSED = "proposed", _("待复核")
        REFUSED = "refused", _("未收下")

    client_id = models.UUIDField(_("手机端编号"), unique=True)
    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="round_entries", verbose_name=_("计量点")
    )
    period = models.PositiveIntegerField(_("电费年月"))
    read_date = models.DateField(_("抄表日期"))
    kind = models.CharField(_("内容"), max_length=8, choices=Kind.choices)
    # Registers in Wh, the meter's number as seen, the reason or what was found: as the phone sent it.
    said = models.JSONField(_("原始内容"), default=dict)
    made_at = models.DateTimeField(_("手机录入时间"))
    received_at = models.DateTimeField(_("收到时间"))
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("录入人"))
    outcome = models.CharField(_("处理结果"), max_length=8, choices=Outcome.choices)
    words = models.TextField(_("说明"), blank=True, default="")
    photo_file = models.CharField(_("照片"), max_length=80, blank=True, default="")
    photo_type = models.CharField(_("照片类型"), max_length=20, blank=True, default="")
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("派工单")
    )
    proposal = models.ForeignKey(
        Proposal, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提议")
    )

    class Meta:
        verbose_name = _("现场抄表记录")
        verbose_name_plural = _("现场抄表记录")
        indexes = [models.Index(fields=["point", "period"], name="round_entry_of_month")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.kind} {self.read_date}"
