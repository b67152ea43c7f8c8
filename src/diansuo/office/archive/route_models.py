"""What a reading route is for a period: its fixed day, its cycle, how it is read, and who answers for it.

A 电费年月 goes by the term in force on its first day, so that a month has one fixed day whatever changes inside it.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.models import Staff, User
from diansuo.office.base.periods import PeriodModel

ALWAYS: Final = date(2000, 1, 1)
"""From when on the first term of a route holds: nobody knows what was before, and what is known covers it."""
FIRST_READING_DAY: Final = 1
"""The fixed day of points on no route, and of a route whose day nobody has said."""


class RouteCycle(models.TextChoices):
    """In which months a route is read: every month (domain.md §8.1), or every other one where a place still does."""

    MONTHLY = "monthly", _("每月")
    ODD = "odd", _("隔月（单数月）")
    EVEN = "even", _("隔月（双数月）")


class ReadingMethod(models.TextChoices):
    """How the registers of a route come: from afar, or by somebody who walks there."""

    UNKNOWN = "", _("未定")
    REMOTE = "remote", _("远程采集")
    MANUAL = "manual", _("现场抄表")


class RouteTerm(PeriodModel):
    """The fixed day, cycle, way of reading and owner of a route, for a period; changed by proposals alone."""

    route = models.ForeignKey("archive.Route", models.PROTECT, related_name="terms", verbose_name=_("抄表段"))
    reading_day = models.PositiveSmallIntegerField(_("抄表例日"), default=FIRST_READING_DAY)
    cycle = models.CharField(
        _("抄表周期"), max_length=8, choices=RouteCycle.choices, default=RouteCycle.MONTHLY
    )
    method = models.CharField(
        _("抄表方式"), max_length=8, choices=ReadingMethod.choices, blank=True, default=""
    )
    owner = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, related_name="routes", verbose_name=_("段负责人")
    )

    period_keys = (("route",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("抄表段参数")
        verbose_name_plural = _("抄表段参数")
        constraints = [
            *PeriodModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(reading_day__gte=1, reading_day__lte=31), name="route_reading_day"
            ),
        ]


class RouteStandIn(PeriodModel):
    """Who reads a route for its owner for some days (代抄), and why; afterwards it is the owner's again by itself."""

    route = models.ForeignKey(
        "archive.Route", models.PROTECT, related_name="stand_ins", verbose_name=_("抄表段")
    )
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="stand_ins", verbose_name=_("代抄人"))
    reason = models.CharField(_("原因"), max_length=200)
    said_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    said_at = models.DateTimeField(_("登记时间"))

    period_keys = (("route",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("代抄")
        verbose_name_plural = _("代抄")
