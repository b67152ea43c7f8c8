"""The table of checks on site (现场核查): who is to be looked at in a month and why, and what was found there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.models import Station, User, WorkOrder


class SiteCheck(models.Model):
    """One meter to be looked at on site in a month, drawn by a rule; once a point, month and kind."""

    class Kind(models.TextChoices):
        """Why it was drawn."""

        ZERO = "zero", _("连续零度核实")
        REMOTE = "remote", _("改远程后核对")
        SITE = "site", _("周期核抄")
        ACCOMPANIED = "with", _("监抄")
        REREAD = "reread", _("复抄")

    class Group(models.TextChoices):
        """Whose share or cycle it goes by."""

        HIGH = "high", _("10千伏及以上")
        OTHER = "other", _("低压非居民")
        HOME = "home", _("低压居民")
        MASTER = "master", _("台区总表")

    class Found(models.TextChoices):
        """What was found."""

        GOOD = "good", _("一致")
        UNUSED = "unused", _("确未用电")
        MISREAD = "misread", _("抄错")
        METER = "meter", _("表计故障")
        SUSPECT = "suspect", _("疑似窃电或违约")
        GONE = "gone", _("已拆除或无人")

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="site_checks", verbose_name=_("计量点")
    )
    period = models.PositiveIntegerField(_("电费年月"))
    kind = models.CharField(_("抽取原因"), max_length=8, choices=Kind.choices)
    group = models.CharField(_("类别"), max_length=8, choices=Group.choices)
    order = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("派工单")
    )
    drawn_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("抽取人"))
    drawn_at = models.DateTimeField(_("抽取时间"))
    seen_date = models.DateField(_("现场日期"), null=True, blank=True)
    found = models.CharField(_("核查结果"), max_length=8, choices=Found.choices, blank=True, default="")
    # The register of the total as seen, and by how much it is off what the reading makes of that day; Wh.
    register_wh = models.BigIntegerField(_("现场示数（Wh）"), null=True, blank=True)
    off_wh = models.BigIntegerField(_("相差（Wh）"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    seen_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("核查人")
    )
    entered_at = models.DateTimeField(_("录入时间"), null=True, blank=True)
    # 监抄: the companion signs what the reader wrote, and is somebody else.
    companion = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("监抄人")
    )
    signed_at = models.DateTimeField(_("监抄签字时间"), null=True, blank=True)
    follow_up = models.ForeignKey(
        WorkOrder, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("跟踪派工单")
    )

    class Meta:
        verbose_name = _("现场核查")
        verbose_name_plural = _("现场核查")
        constraints = [
            models.UniqueConstraint(fields=["point", "period", "kind"], name="site_check_once"),
            models.CheckConstraint(condition=~Q(companion=F("seen_by")), name="site_check_two_persons"),
        ]
        indexes = [models.Index(fields=["station", "period", "kind"], name="site_check_month")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.period} {self.kind}"


class SiteCheckVersion(models.Model):
    """What was written about a check before it was corrected, and who replaced it why; never changed."""

    check_of = models.ForeignKey(
        SiteCheck, models.PROTECT, related_name="versions", verbose_name=_("现场核查")
    )
    seen_date = models.DateField(_("现场日期"))
    found = models.CharField(_("核查结果"), max_length=8, choices=SiteCheck.Found.choices)
    register_wh = models.BigIntegerField(_("现场示数（Wh）"), null=True, blank=True)
    off_wh = models.BigIntegerField(_("相差（Wh）"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True, default="")
    seen_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("核查人"))
    entered_at = models.DateTimeField(_("录入时间"))
    companion = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("监抄人")
    )
    signed_at = models.DateTimeField(_("监抄签字时间"), null=True, blank=True)
    why = models.CharField(_("更正原因"), max_length=200)
    replaced_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("更正人"))
    replaced_at = models.DateTimeField(_("更正时间"))

    class Meta:
        verbose_name = _("现场核查原记录")
        verbose_name_plural = _("现场核查原记录")

    def __str__(self) -> str:
        return f"{self.check_of_id} {self.seen_date} {self.found}"
