"""Areas named for somebody whose reach is a part of the station."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class AreaReach(models.Model):
    """An area that somebody sees beside those they answer for: an inspector's, who reads and manages none."""

    staff = models.ForeignKey(
        "base.Staff", models.CASCADE, related_name="area_reaches", verbose_name=_("人员")
    )
    area = models.ForeignKey("archive.TransformerArea", models.CASCADE, verbose_name=_("台区"))

    class Meta:
        verbose_name = _("指定的管辖台区")
        verbose_name_plural = _("指定的管辖台区")
        constraints = [models.UniqueConstraint(fields=["staff", "area"], name="area_reach_once")]

    def __str__(self) -> str:
        return f"{self.staff} {self.area}"
