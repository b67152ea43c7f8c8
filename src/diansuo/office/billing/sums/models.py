"""The bills of a station's month in one row."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.models import Station


class MonthSum(models.Model):
    """How many bills a station has in a month, and what the issued ones come to; corrections are not among them.

    Moved by whatever writes, drops or issues bills, in the same transaction (:mod:`.operations`). Every bill of the
    month is of a contract from ``first_contract`` to ``last_contract`` (ids). ``version`` grows with every change.
    """

    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("供电所"))
    period = models.PositiveIntegerField(_("电费年月"))
    issued = models.IntegerField(_("已发行"), default=0)
    unissued = models.IntegerField(_("未发行"), default=0)
    energy_wh = models.BigIntegerField(_("电量（Wh）"), default=0)
    amount_fen = models.BigIntegerField(_("电费（分）"), default=0)
    first_contract = models.BigIntegerField(default=0)
    last_contract = models.BigIntegerField(default=0)
    version = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("月度电费合计")
        verbose_name_plural = _("月度电费合计")
        constraints = [models.UniqueConstraint(fields=["station", "period"], name="month_sum_once")]

    def __str__(self) -> str:
        return f"{self.station_id} {self.period}"
