"""The table of causes of loss that were found: what speaks for each, who was sent, and what it was."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diansuo.core.network.causes import CauseKind
from diansuo.office.archive.models import Meter, MeteringPoint, PointArea, TransformerArea
from diansuo.office.base.models import Station, User, WorkOrder

KIND_NAMES = {
    CauseKind.MISSING_READS: _("采集缺失"),
    CauseKind.WRONG_MULTIPLIER: _("倍率错误"),
    CauseKind.WRONG_AREA: _("户变关系错误"),
    CauseKind.WRONG_PHASE: _("相别错误"),
    CauseKind.CLOCK_DRIFT: _("时钟偏差"),
    CauseKind.STOPPED_METER: _("电能表停走、失准"),
    CauseKind.PHASE_LOST: _("失压、断相"),
    CauseKind.REVERSED_WIRING: _("接线反"),
    CauseKind.PHOTOVOLTAIC: _("光伏计量错误"),
    CauseKind.UNMETERED: _("无表用电"),
    CauseKind.THEFT: _("疑似窃电"),
    CauseKind.IMBALANCE: _("三相不平衡"),
    CauseKind.LOW_POWER_FACTOR: _("功率因数低"),
    CauseKind.LONG_LINE: _("线路长、线径细"),
    CauseKind.OVERLOADED: _("配变过载"),
    CauseKind.OVERSIZED: _("配变容量过大"),
}
KINDS = [(int(code), name) for code, name in KIND_NAMES.items()]


class LossFinding(models.Model):
    """A cause of an area's loss as the engine found it: while it is open, once; answered, it stays as it was.

    One that nobody was sent to and that a later search of the area finds no more is gone, from ``gone_date`` on.

    ``daily_wh`` is what it adds to the loss of a mean day since it began, below 0 where it hides loss. What the loss
    did afterwards is computed when it is shown, like every loss.
    """

    class State(models.TextChoices):
        """Where a finding stands."""

        WAITING = "waiting", _("待派")
        SENT = "sent", _("已派")
        PROVEN = "proven", _("查实")
        CLEARED = "cleared", _("排除")
        GONE = "gone", _("不再出现")

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    area = models.ForeignKey(TransformerArea, models.PROTECT, related_name="+", verbose_name=_("台区"))
    kind = models.PositiveSmallIntegerField(_("原因"), choices=KINDS)
    # Empty: the cause is the area's own.
    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("计量点")
    )
    meter = models.ForeignKey(
        Meter, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("电能表")
    )
    other_area = models.ForeignKey(
        TransformerArea, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("另一台区")
    )
    other_phase = models.CharField(
        _("实际相别"), max_length=3, choices=PointArea.Phase.choices, blank=True, default=""
    )
    # The day it was first found, the latest day it was found again, and since when it shows.
    found_date = models.DateField(_("发现日期"))
    seen_date = models.DateField(_("最近发现"))
    first_date = models.DateField(_("起始日期"))
    gone_date = models.DateField(_("不再出现日期"), null=True, blank=True)
    rank = models.PositiveSmallIntegerField(_("次序"))
    daily_wh = models.BigIntegerField(_("日电量（Wh）"))
    monthly_fen = models.BigIntegerField(_("折合每月（分）"), null=True, blank=True)
    confidence_bp = models.PositiveSmallIntegerField(_("把握（万分之一）"))
    evidence = models.PositiveSmallIntegerField(_("依据"))
    figures = models.JSONField(_("依据数值"), default=list)
    check_kind = models.PositiveSmallIntegerField(_("核查方法"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.WAITING)
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("派工单")
    )
    answer = models.TextField(_("核查说明"), blank=True, default="")
    answered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核查人")
    )
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("线损原因")
        verbose_name_plural = _("线损原因")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind", "point"],
                condition=Q(state__in=("waiting", "sent"), point__isnull=False),
                name="loss_finding_open_once",
            ),
            models.UniqueConstraint(
                fields=["area", "kind"],
                condition=Q(state__in=("waiting", "sent"), point__isnull=True),
                name="loss_finding_of_area_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "sent", "gone"))
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="loss_finding_answered_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="gone", gone_date__isnull=False)
                | (~Q(state="gone") & Q(gone_date__isnull=True)),
                name="loss_finding_gone_on_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["area", "state"], name="loss_finding_of_area"),
            models.Index(fields=["order"], name="loss_finding_of_order"),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} {self.kind} {self.point_id or ''}"
