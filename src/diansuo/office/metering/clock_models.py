"""Meter clocks (电能表时钟) as a collection system read them from afar."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import Imported, Meter, MeteringPoint


class ClockRead(Imported):
    """One meter's clock at one instant: by how many seconds it was ahead of the time; behind is negative."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="clock_reads", verbose_name=_("计量点"), db_index=False
    )
    meter = models.ForeignKey(
        Meter, models.PROTECT, related_name="+", verbose_name=_("电能表"), db_index=False
    )
    read_at = models.DateTimeField(_("召测时间"))
    ahead_s = models.IntegerField(_("时钟偏差（秒，快为正）"))

    class Meta:
        verbose_name = _("电能表时钟")
        verbose_name_plural = _("电能表时钟")
        # The constraint leads from a point to its reads, the index from days to theirs.
        constraints = [models.UniqueConstraint(fields=["point", "meter", "read_at"], name="clock_read_once")]
        indexes = [models.Index(fields=["read_at", "point"], name="clock_read_day")]
