"""The trail's two tables: entries, which are only ever added, and where the chain ends."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class TrailEntry(models.Model):
    """One entry of the trail.

    ``body`` is the text that the chain is made of; the other columns repeat it for searching.
    ``station`` has no constraint in the database: what is said about a row stays when the row goes.
    """

    sequence = models.BigIntegerField(_("序号"), unique=True)
    act = models.BigIntegerField(_("同一事务"))
    written_at = models.DateTimeField(_("时间"))
    what = models.CharField(_("动作"), max_length=10)
    table = models.CharField(_("表"), max_length=64)
    count = models.BigIntegerField(_("行数"))
    key = models.CharField(_("对象"), max_length=64, blank=True, default="")
    station = models.ForeignKey(
        "base.Station",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("供电所"),
    )
    person = models.CharField(_("操作人"), max_length=150, blank=True, default="")
    doing = models.CharField(_("操作"), max_length=400, blank=True, default="")
    origin = models.CharField(_("来源"), max_length=120, blank=True, default="")
    why = models.CharField(_("原因"), max_length=400, blank=True, default="")
    body = models.TextField(_("内容"))
    digest = models.CharField(_("摘要"), max_length=64)

    class Meta:
        verbose_name = _("操作留痕")
        verbose_name_plural = _("操作留痕")
        indexes = [
            models.Index(fields=["table", "key"], name="trail_by_object"),
            models.Index(fields=["person", "sequence"], name="trail_by_person"),
            models.Index(fields=["written_at"], name="trail_by_day"),
            models.Index(fields=["station", "sequence"], name="trail_by_station"),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.what} {self.table}"


class TrailHead(models.Model):
    """Where the chain ends: one row, locked by whoever adds to it, so that two writers cannot fork the chain."""

    sequence = models.BigIntegerField(_("序号"), default=0)
    digest = models.CharField(_("摘要"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = _("留痕链尾")
        verbose_name_plural = _("留痕链尾")

    def __str__(self) -> str:
        return f"{self.sequence} {self.digest}"
