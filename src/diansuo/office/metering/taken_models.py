"""Registers of the fixed day (例日) behind registers that were read on another: both side by side, with their proof."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.models import Meter, MeteringPoint
from diansuo.office.base.models import Job


class TakenBack(models.Model):
    """One register a month settles on: what was read, what it was at 0:00 of the fixed day, and the freezes between.

    The reading itself stays as it came. Written by the month's readings stage, replaced by its next run while no bill
    stands on it, and never after: the next month begins at this register.
    """

    # The constraint leads from a point to its rows.
    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="taken_back", verbose_name=_("计量点"), db_index=False
    )
    period = models.PositiveIntegerField(_("电费年月"))
    job = models.ForeignKey(Job, models.PROTECT, related_name="+", verbose_name=_("作业"), db_index=False)
    meter = models.ForeignKey(
        Meter, models.PROTECT, related_name="+", verbose_name=_("电能表"), db_index=False
    )
    register = models.PositiveSmallIntegerField(_("示数类型"))
    fixed_date = models.DateField(_("例日"))
    read_date = models.DateField(_("抄表日期"))
    read_wh = models.BigIntegerField(_("抄见示数（Wh）"))
    register_wh = models.BigIntegerField(_("例日示数（Wh）"))
    # What the meter froze at 0:00; of demand, which is no counter, that of the fixed day alone.
    frozen_fixed_wh = models.BigIntegerField(_("例日冻结（Wh）"))
    frozen_read_wh = models.BigIntegerField(_("抄表日冻结（Wh）"), null=True, blank=True)
    frozen_next_wh = models.BigIntegerField(_("次日冻结（Wh）"), null=True, blank=True)

    class Meta:
        verbose_name = _("折回例日的示数")
        verbose_name_plural = _("折回例日的示数")
        constraints = [
            models.UniqueConstraint(fields=["point", "period", "register"], name="taken_back_once"),
        ]
        indexes = [models.Index(fields=["fixed_date", "point"], name="taken_back_day")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.register} {self.read_date} → {self.fixed_date}"
