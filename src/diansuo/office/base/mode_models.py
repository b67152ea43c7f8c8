"""The record of a station's way of running (运行方式): who changed it, from what to what, when."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class StationModeChange(models.Model):
    """One change of a station's mode. Rows are only ever added."""

    station = models.ForeignKey(
        "base.Station", models.PROTECT, related_name="mode_changes", verbose_name=_("供电所")
    )
    before = models.CharField(_("原运行方式"), max_length=8)
    after = models.CharField(_("新运行方式"), max_length=8)
    changed_by = models.ForeignKey(
        "base.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("变更人")
    )
    changed_at = models.DateTimeField(_("变更时间"))

    class Meta:
        verbose_name = _("运行方式变更")
        verbose_name_plural = _("运行方式变更")

    def __str__(self) -> str:
        return f"{self.station_id} {self.before} → {self.after}"
