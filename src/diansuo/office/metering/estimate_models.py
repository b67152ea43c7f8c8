"""What was estimated for losses and checks, how and how surely; no bill ever stands on it (不得估抄)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.core.metering.estimation import Way
from diansuo.office.archive.models import Meter, MeteringPoint
from diansuo.office.base.models import User

WAYS = [
    (int(Way.INTERPOLATED), _("线性内插")),
    (int(Way.LIKE_DAYS), _("前几周同日")),
    (int(Way.LAST_YEAR), _("去年同期")),
    (int(Way.CLASS_PROFILE), _("同类形状")),
    (int(Way.AREA_BALANCE), _("台区平衡")),
]


class DayEstimate(models.Model):
    """What a day without an energy of its own may have used: appended, the latest of a point and day counts.

    It holds as long as the registers it stands on do, and only while the true one is missing: that is asked each time
    it is used, so that a register that comes late, or is withdrawn, is followed at once.
    """

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="day_estimates", verbose_name=_("计量点")
    )
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="+", verbose_name=_("电能表"))
    multiplier = models.PositiveIntegerField(_("综合倍率"), default=1)
    of_date = models.DateField(_("日期"))
    energy_wh = models.BigIntegerField(_("估算电量（Wh）"))
    band_wh = models.BigIntegerField(_("误差带（Wh）"))
    way = models.PositiveSmallIntegerField(_("方法"), choices=WAYS)
    # At 0:00 of the day after, before the multiplier; empty where that one is known.
    register_wh = models.BigIntegerField(_("估算示数（Wh）"), null=True, blank=True)
    # The registers it stands on: the last known one before, and the next one where it is known.
    from_date = models.DateField(_("起"))
    from_wh = models.BigIntegerField(_("起示数（Wh）"))
    until_date = models.DateField(_("止"), null=True, blank=True)
    until_wh = models.BigIntegerField(_("止示数（Wh）"), null=True, blank=True)
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("估算人")
    )
    made_at = models.DateTimeField(_("估算时间"))

    class Meta:
        verbose_name = _("日电量估算")
        verbose_name_plural = _("日电量估算")
        indexes = [models.Index(fields=["point", "of_date"], name="day_estimate_of")]


class CurveEstimate(models.Model):
    """The points missing from a day's curve as they were filled: appended, the latest of a point and day counts."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="curve_estimates", verbose_name=_("计量点")
    )
    of_date = models.DateField(_("日期"))
    slots = models.JSONField(_("点号"), default=list)
    power_w = models.JSONField(_("有功功率（W）"), default=list)
    band_w = models.BigIntegerField(_("误差带（W）"))
    # Whether the day's registers were known, and what was filled was brought to them.
    to_register = models.BooleanField(_("按示数校准"), default=False)
    made_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("估算人")
    )
    made_at = models.DateTimeField(_("估算时间"))

    class Meta:
        verbose_name = _("曲线估算")
        verbose_name_plural = _("曲线估算")
        indexes = [models.Index(fields=["point", "of_date"], name="curve_estimate_of")]
