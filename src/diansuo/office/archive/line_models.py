"""Lines the station has on record, of areas (台区线路) and of 10 kV feeders: segments that hang on each other."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.base.models import ImportBatch

PHASES = [("A", _("A相")), ("B", _("B相")), ("C", _("C相")), ("ABC", _("三相"))]


class OfLineList(models.Model):
    """A row that came with a list of lines, so that the list can be taken back."""

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="+", verbose_name=_("导入批次"))

    class Meta:
        abstract = True


class LineList(OfLineList):
    """The lines of one area, or of one feeder, as one list gave them; a later list replaces it whole."""

    area = models.ForeignKey(
        "archive.TransformerArea", models.PROTECT, null=True, blank=True, related_name="line_lists",
        verbose_name=_("台区"),
    )  # fmt: skip
    feeder = models.ForeignKey(
        "archive.Feeder",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="line_lists",
        verbose_name=_("线路"),
    )
    replaced_by = models.ForeignKey(
        ImportBatch, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("被替换的批次")
    )

    class Meta:
        verbose_name = _("线路清单")
        verbose_name_plural = _("线路清单")
        constraints = [
            models.UniqueConstraint(
                fields=["area"], condition=models.Q(replaced_by__isnull=True), name="one_line_list_of_an_area"
            ),
            models.UniqueConstraint(
                fields=["feeder"],
                condition=models.Q(replaced_by__isnull=True),
                name="one_line_list_of_a_feeder",
            ),
            models.CheckConstraint(
                condition=models.Q(area__isnull=True) ^ models.Q(feeder__isnull=True),
                name="line_list_of_area_or_feeder",
            ),
        ]

    def __str__(self) -> str:
        return str(self.area or self.feeder)


class LineSegment(OfLineList):
    """A segment (线段): what it hangs on, of which conductor and how long it is; its end bears its number."""

    line_list = models.ForeignKey(
        LineList, models.PROTECT, related_name="segments", verbose_name=_("线路清单")
    )
    number = models.CharField(_("线段编号"), max_length=40)
    # Empty: it begins at the transformer's busbar, a feeder's at the substation.
    upper_number = models.CharField(_("上级线段"), max_length=40, blank=True, default="")
    phase = models.CharField(_("相别"), max_length=3, choices=PHASES)
    conductor = models.CharField(_("导线型号"), max_length=40)
    length_cm = models.PositiveIntegerField(_("长度（cm）"))

    class Meta:
        verbose_name = _("线段")
        verbose_name_plural = _("线段")
        constraints = [models.UniqueConstraint(fields=["line_list", "number"], name="segment_of_a_line_list")]

    def __str__(self) -> str:
        return self.number


class LinePoint(OfLineList):
    """Where a customer's metering point hangs: at the end of a segment. Its phase stands in `PointArea`."""

    segment = models.ForeignKey(LineSegment, models.PROTECT, related_name="points", verbose_name=_("线段"))
    point = models.ForeignKey(
        "archive.MeteringPoint", models.PROTECT, related_name="+", verbose_name=_("计量点")
    )

    class Meta:
        verbose_name = _("线段所接计量点")
        verbose_name_plural = _("线段所接计量点")
        constraints = [models.UniqueConstraint(fields=["segment", "point"], name="point_of_a_segment")]


class LineArea(OfLineList):
    """Where a transformer hangs on a 10 kV feeder: at the end of a segment, with its area or its one customer."""

    segment = models.ForeignKey(LineSegment, models.PROTECT, related_name="areas", verbose_name=_("线段"))
    area = models.ForeignKey(
        "archive.TransformerArea", models.PROTECT, related_name="+", verbose_name=_("台区")
    )

    class Meta:
        verbose_name = _("线段所接配变")
        verbose_name_plural = _("线段所接配变")
        constraints = [models.UniqueConstraint(fields=["segment", "area"], name="area_of_a_segment")]
