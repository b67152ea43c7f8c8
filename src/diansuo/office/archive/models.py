"""The register of a station: the grid, its customers, their metering points, and who answers for them.

What can change over time stands in period rows: terms of a contract, meter and multiplier of a metering point,
its transformer area and phase, the person responsible, an area's capacity and feeder.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from diansuo.office.archive.class_names import (
    PRICE_CLASS_NAMES,
    PRICE_CLASSES,
    VOLTAGE_CLASS_NAMES,
    VOLTAGE_CLASSES,
)
from diansuo.office.archive.grid_models import AreaTerm, Feeder, Substation, TransformerArea, VectorGroup
from diansuo.office.archive.household_models import HouseholdTerm, UseTerm
from diansuo.office.archive.imported import Imported
from diansuo.office.archive.line_models import LineList as LineList  # the rest of its room with it
from diansuo.office.archive.point_models import FeedIn, PointTerm, ShareKind, SuppliedUse
from diansuo.office.archive.reach_models import AreaReach
from diansuo.office.archive.route_models import ReadingMethod, RouteCycle, RouteStandIn, RouteTerm
from diansuo.office.archive.supply_models import (
    LossTableRow,
    MarketPrice,
    MeteringSide,
    SupplyTerm,
    Transformer,
)
from diansuo.office.base.masks import address as masked_address
from diansuo.office.base.models import Company, Staff, Station
from diansuo.office.base.periods import PeriodModel

__all__ = [
    "AreaReach",
    "AreaTerm",
    "Contract",
    "ContractTerm",
    "Customer",
    "FeedIn",
    "Feeder",
    "HouseholdTerm",
    "Imported",
    "LossTableRow",
    "MarketPrice",
    "Meter",
    "MeterInstallation",
    "MeteringPoint",
    "MeteringSide",
    "PRICE_CLASSES",
    "PRICE_CLASS_NAMES",
    "PointArea",
    "PointTerm",
    "Premise",
    "ReadingMethod",
    "Responsibility",
    "Route",
    "RouteCycle",
    "RouteStandIn",
    "RouteTerm",
    "ShareKind",
    "Substation",
    "SuppliedUse",
    "SupplyTerm",
    "Transformer",
    "TransformerArea",
    "UseTerm",
    "VOLTAGE_CLASSES",
    "VOLTAGE_CLASS_NAMES",
    "VectorGroup",
    "YearOpening",
]


class Route(Imported):
    """A reading route (抄表段); its fixed day and its owner stand in ``RouteTerm``, for periods."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    number = models.CharField(_("抄表段编号"), max_length=32)
    name = models.CharField(_("抄表段名称"), max_length=80, blank=True, default="")

    class Meta:
        verbose_name = _("抄表段")
        verbose_name_plural = _("抄表段")
        constraints = [models.UniqueConstraint(fields=["station", "number"], name="route_number")]

    def __str__(self) -> str:
        return self.name or self.number


class Premise(Imported):
    """A place that uses electricity (用电地址)."""

    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    address = models.CharField(_("用电地址"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("用电地址")
        verbose_name_plural = _("用电地址")

    def __str__(self) -> str:
        return masked_address(self.address)  # wherever a row is named, anybody may read it


class Customer(Imported):
    """A customer (用户)."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    number = models.CharField(_("用户编号"), max_length=32)
    name = models.CharField(_("用户名称"), max_length=120)
    phone = models.CharField(_("联系方式"), max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="customer_number")]
        indexes = [
            models.Index(fields=["station", "number"], name="customer_station_number"),
            models.Index(fields=["name"], name="customer_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Contract(Imported):
    """A supply contract (供用电合同) of a customer for a premise."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="contracts", verbose_name=_("用户"))
    premise = models.ForeignKey(Premise, models.PROTECT, verbose_name=_("用电地址"))
    opened_date = models.DateField(_("送电日期"), null=True, blank=True)
    closed_date = models.DateField(_("销户日期"), null=True, blank=True)
    # The last time the supply changed hands under the same number (过户): the first day of who has it now.
    transferred_date = models.DateField(_("过户日期"), null=True, blank=True)

    class Meta:
        verbose_name = _("合同")
        verbose_name_plural = _("合同")

    def __str__(self) -> str:
        return str(self.customer)


class ContractTerm(PeriodModel):
    """What a contract's energy is priced by, for a period."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="terms", verbose_name=_("合同"))
    price_class = models.PositiveSmallIntegerField(_("用电类别"), choices=PRICE_CLASSES)
    voltage_class = models.PositiveSmallIntegerField(_("供电电压"), choices=VOLTAGE_CLASSES)
    capacity_va = models.BigIntegerField(_("合同容量（VA）"), null=True, blank=True)

    period_keys = (("contract",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("合同条款")
        verbose_name_plural = _("合同条款")


class YearOpening(Imported):
    """Energy a contract had already used in a billing year before its first bill here (年初累计电量)."""

    contract = models.ForeignKey(
        Contract, models.PROTECT, related_name="year_openings", verbose_name=_("合同")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    energy_wh = models.BigIntegerField(_("累计电量（Wh）"))

    class Meta:
        verbose_name = _("年度起始累计")
        verbose_name_plural = _("年度起始累计")
        constraints = [models.UniqueConstraint(fields=["contract", "year"], name="year_opening_once")]


class MeteringPoint(Imported):
    """A metering point (计量点): of a contract, master of an area (台区总表), or gate of a feeder (线路关口)."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    station = models.ForeignKey(Station, models.PROTECT, verbose_name=_("供电所"))
    number = models.CharField(_("计量点编号"), max_length=32, null=True, blank=True)
    contract = models.ForeignKey(
        Contract, models.PROTECT, null=True, blank=True, related_name="points", verbose_name=_("合同")
    )
    master_of = models.ForeignKey(
        TransformerArea,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="master_points",
        verbose_name=_("所考核台区"),
    )
    gate_of = models.ForeignKey(
        Feeder,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="gate_points",
        verbose_name=_("所关口线路"),
    )
    route = models.ForeignKey(Route, models.PROTECT, null=True, blank=True, verbose_name=_("抄表段"))
    walk_order = models.PositiveIntegerField(_("抄表序号"), null=True, blank=True)

    class Meta:
        verbose_name = _("计量点")
        verbose_name_plural = _("计量点")
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="point_number"),
            models.CheckConstraint(
                condition=models.Q(contract__isnull=False, master_of__isnull=True, gate_of__isnull=True)
                | models.Q(contract__isnull=True, master_of__isnull=False, gate_of__isnull=True)
                | models.Q(contract__isnull=True, master_of__isnull=True, gate_of__isnull=False),
                name="point_of_contract_area_or_feeder",
            ),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"


class Meter(Imported):
    """An electricity meter (电能表)."""

    company = models.ForeignKey(Company, models.PROTECT, verbose_name=_("供电公司"))
    asset_number = models.CharField(_("电能表编号"), max_length=40)
    integer_digits = models.PositiveSmallIntegerField(_("示数整数位"), default=6)
    decimal_digits = models.PositiveSmallIntegerField(_("示数小数位"), default=2)

    class Meta:
        verbose_name = _("电能表")
        verbose_name_plural = _("电能表")
        constraints = [models.UniqueConstraint(fields=["company", "asset_number"], name="meter_asset")]

    def __str__(self) -> str:
        return self.asset_number


class MeterInstallation(PeriodModel):
    """Which meter measures a point, and by what multiplier, for a period."""

    point = models.ForeignKey(
        MeteringPoint, models.PROTECT, related_name="installations", verbose_name=_("计量点")
    )
    meter = models.ForeignKey(Meter, models.PROTECT, related_name="installations", verbose_name=_("电能表"))
    multiplier = models.PositiveIntegerField(_("综合倍率"), default=1)

    period_keys = (("point",), ("meter",))

    class Meta(PeriodModel.Meta):
        verbose_name = _("装表记录")
        verbose_name_plural = _("装表记录")
        constraints = [
            *PeriodModel.Meta.constraints,
            models.CheckConstraint(condition=models.Q(multiplier__gte=1), name="multiplier_positive"),
        ]


class PointArea(PeriodModel):
    """Which transformer area and phase a point hangs on, for a period (户变、户相关系)."""

    class Phase(models.TextChoices):
        """The phase of a single-phase point, or all three."""

        UNKNOWN = "", _("未知")
        A = "A", _("A相")
        B = "B", _("B相")
        C = "C", _("C相")
        THREE = "ABC", _("三相")

    point = models.ForeignKey(MeteringPoint, models.PROTECT, related_name="areas", verbose_name=_("计量点"))
    area = models.ForeignKey(TransformerArea, models.PROTECT, related_name="points", verbose_name=_("台区"))
    phase = models.CharField(_("相别"), max_length=3, choices=Phase.choices, blank=True, default="")

    period_keys = (("point",),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("户变关系")
        verbose_name_plural = _("户变关系")


class Responsibility(PeriodModel):
    """Who reads a point, and who manages its customer, for a period."""

    class Duty(models.TextChoices):
        """What the person answers for."""

        READER = "reader", _("抄表员")
        MANAGER = "manager", _("台区经理")

    point = models.ForeignKey(MeteringPoint, models.PROTECT, related_name="duties", verbose_name=_("计量点"))
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="duties", verbose_name=_("人员"))
    duty = models.CharField(_("职责"), max_length=8, choices=Duty.choices)

    period_keys = (("point", "duty"),)

    class Meta(PeriodModel.Meta):
        verbose_name = _("责任人")
        verbose_name_plural = _("责任人")
        # Whether somebody manages anything: without it, all that a reader reads is looked at to find nothing.
        indexes = [models.Index(fields=["staff", "duty"], name="responsibility_of_staff")]
