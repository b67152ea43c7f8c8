"""The grid above the customers: substations, 10 kV feeders, transformer areas and what hangs on what."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.imported import Imported
from diansuo.office.base.models import Company, Station
from diansuo.office.base.periods import PeriodModel


class Substation(Imported):
    """A substation (变电站)."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    name = models.CharField(_("名称"), max_length=80)

    class Meta:
        verbose_name = _("变电站")
        verbose_name_plural = _("变电站")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="substation_name")]

    def __str__(self) -> str:
        return self.name


class Feeder(Imported):
    """A 10 kV feeder (线路)."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    substation = models.ForeignKey(
        Substation, models.PROTECT, null=True, blank=True, verbose_name=_("变电站")
    )
    number = models.CharField(_("线路编号"), max_length=32, blank=True, default="")
    name = models.CharField(_("线路名称"), max_length=80)

    class Meta:
        verbose_name = _("线路")
        verbose_name_plural = _("线路")
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="feeder_name")]

    def __str__(self) -> str:
        return self.name


class TransformerArea(Imported):
    """A transformer area (台区)."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    number = models.CharField(_("台区编号"), max_length=32)
    name = models.CharField(_("台区名称"), max_length=80)

    class Meta:
        verbose_name = _("台区")
        verbose_name_plural = _("台区")
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="area_number")]

    def __str__(self) -> str:
        return self.name


class VectorGroup(models.IntegerChoices):
    """The vector group of a transformer; the numbers are those of ``core.network.daily_lists.Winding``."""

    YYN0 = 1, "Yyn0"
    DYN11 = 2, "Dyn11"


class AreaTerm(PeriodModel):
    """What an area's transformer is and hangs on, for a period."""

    area = models.ForeignKey(TransformerArea, models.PROTECT, related_name="terms", verbose_name=_("台区"))
    feeder = models.ForeignKey(Feeder, models.PROTECT, null=True, blank=True, verbose_name=_("线路"))
    capacity_va = models.BigIntegerField(_("配变容量（VA）"), null=True, blank=True)
    # A customer's own transformer: it has customers but no loss of ours, and counts as sold on its feeder.
    dedicated = models.BooleanField(_("专变"), default=False)
    winding = models.PositiveSmallIntegerField(
        _("联结组别"), null=True, blank=True, choices=VectorGroup.choices
    )
    # As the plate has it, S11-M-200/10; its losses stand in national/transformers by series and capacity.
    model = models.CharField(_("配变型号"), max_length=40, blank=True, default="")

    period_keys = (("area",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("台区参数")
        verbose_name_plural = _("台区参数")
