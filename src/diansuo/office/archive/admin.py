"""The back office of the register: every table to look at, search, filter and export."""

from __future__ import annotations

from django.contrib import admin

from diansuo.office.archive.models import (
    AreaTerm,
    Contract,
    ContractTerm,
    Customer,
    Feeder,
    HouseholdTerm,
    LossTableRow,
    MarketPrice,
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    PointTerm,
    Premise,
    Responsibility,
    Route,
    RouteStandIn,
    RouteTerm,
    Substation,
    SupplyTerm,
    Transformer,
    TransformerArea,
    UseTerm,
    YearOpening,
)
from diansuo.office.base.admin import ReadOnlyAdmin


@admin.register(Substation)
class SubstationAdmin(ReadOnlyAdmin):
    """Substations."""

    company_path = "company"
    list_display = ("name", "company")
    search_fields = ("name",)


@admin.register(Feeder)
class FeederAdmin(ReadOnlyAdmin):
    """Feeders."""

    company_path = "company"
    list_display = ("name", "number", "substation", "company")
    search_fields = ("name", "number")


@admin.register(TransformerArea)
class TransformerAreaAdmin(ReadOnlyAdmin):
    """Transformer areas."""

    station_path = "station"
    list_display = ("number", "name", "station")
    search_fields = ("number", "name")


@admin.register(AreaTerm)
class AreaTermAdmin(ReadOnlyAdmin):
    """What areas were over time."""

    station_path = "area__station"
    list_display = ("area", "feeder", "capacity_va", "valid_from", "valid_to")
    search_fields = ("area__number", "area__name")


@admin.register(Route)
class RouteAdmin(ReadOnlyAdmin):
    """Reading routes."""

    station_path = "station"
    list_display = ("number", "name", "station")
    search_fields = ("number", "name")


@admin.register(RouteTerm)
class RouteTermAdmin(ReadOnlyAdmin):
    """What routes were over time."""

    station_path = "route__station"
    list_display = ("route", "reading_day", "cycle", "method", "owner", "valid_from", "valid_to")
    list_select_related = ("route", "owner")
    search_fields = ("route__number", "route__name")
    list_filter = ("reading_day", "cycle", "method")


@admin.register(RouteStandIn)
class RouteStandInAdmin(ReadOnlyAdmin):
    """Who read a route for its owner."""

    station_path = "route__station"
    list_display = ("route", "staff", "valid_from", "valid_to", "reason", "said_by")
    list_select_related = ("route", "staff", "said_by")
    search_fields = ("route__number", "route__name", "staff__name")


@admin.register(Premise)
class PremiseAdmin(ReadOnlyAdmin):
    """Premises."""

    station_path = "station"
    list_display = ("address", "station")
    search_fields = ("address",)


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """Customers."""

    station_path = "station"
    list_display = ("number", "name", "phone", "station")
    search_fields = ("number", "name", "phone")


@admin.register(Contract)
class ContractAdmin(ReadOnlyAdmin):
    """Contracts."""

    station_path = "customer__station"
    list_display = ("customer", "premise", "opened_date", "closed_date")
    search_fields = ("customer__number", "customer__name")


@admin.register(ContractTerm)
class ContractTermAdmin(ReadOnlyAdmin):
    """What contracts were priced by over time."""

    station_path = "contract__customer__station"
    list_display = ("contract", "price_class", "voltage_class", "capacity_va", "valid_from", "valid_to")
    list_select_related = ("contract__customer",)
    list_filter = ("price_class", "voltage_class")
    search_fields = ("contract__customer__number", "contract__customer__name")


@admin.register(HouseholdTerm)
class HouseholdTermAdmin(ReadOnlyAdmin):
    """What households had on top of their class over time."""

    station_path = "contract__customer__station"
    list_display = ("contract", "persons", "electric_heating", "free_energy", "valid_from", "valid_to")
    list_filter = ("electric_heating", "free_energy")
    list_select_related = ("contract__customer",)
    search_fields = ("contract__customer__number", "contract__customer__name")


@admin.register(UseTerm)
class UseTermAdmin(ReadOnlyAdmin):
    """What kind of use contracts were over time."""

    station_path = "contract__customer__station"
    list_display = ("contract", "idle_months", "charging_situation", "valid_from", "valid_to")
    list_filter = ("charging_situation",)
    list_select_related = ("contract__customer",)
    search_fields = ("contract__customer__number", "contract__customer__name")


@admin.register(SupplyTerm)
class SupplyTermAdmin(ReadOnlyAdmin):
    """How commercial contracts were settled over time."""

    station_path = "contract__customer__station"
    list_display = (
        "contract",
        "time_of_use",
        "purchase_mode",
        "capacity_method",
        "contract_demand_w",
        "power_factor_standard",
        "metering_side",
        "loss_method",
        "valid_from",
        "valid_to",
    )
    list_select_related = ("contract__customer",)
    list_filter = ("purchase_mode", "capacity_method", "power_factor_standard", "metering_side")
    search_fields = ("contract__customer__number", "contract__customer__name")


@admin.register(Transformer)
class TransformerAdmin(ReadOnlyAdmin):
    """Customers' own transformers while they ran; a pause lies between two rows."""

    station_path = "contract__customer__station"
    list_display = ("contract", "number", "model", "capacity_va", "p0_w", "pk_w", "valid_from", "valid_to")
    list_select_related = ("contract__customer",)
    search_fields = ("number", "contract__customer__number", "contract__customer__name")


@admin.register(YearOpening)
class YearOpeningAdmin(ReadOnlyAdmin):
    """Energy used in a billing year before the first bill here."""

    station_path = "contract__customer__station"
    list_display = ("contract", "year", "energy_wh")
    list_select_related = ("contract__customer",)
    search_fields = ("contract__customer__number",)


@admin.register(MeteringPoint)
class MeteringPointAdmin(ReadOnlyAdmin):
    """Metering points."""

    station_path = "station"
    list_display = ("number", "contract", "master_of", "route", "walk_order", "station")
    list_select_related = ("contract__customer", "master_of", "route", "station")
    search_fields = ("number", "contract__customer__number")


@admin.register(Meter)
class MeterAdmin(ReadOnlyAdmin):
    """Meters."""

    company_path = "company"
    list_display = ("asset_number", "integer_digits", "decimal_digits", "company")
    search_fields = ("asset_number",)


@admin.register(MeterInstallation)
class MeterInstallationAdmin(ReadOnlyAdmin):
    """Which meters measured which points."""

    station_path = "point__station"
    list_display = ("point", "meter", "multiplier", "valid_from", "valid_to")
    search_fields = ("meter__asset_number", "point__contract__customer__number")


@admin.register(PointArea)
class PointAreaAdmin(ReadOnlyAdmin):
    """Which areas points hung on."""

    station_path = "point__station"
    list_display = ("point", "area", "phase", "valid_from", "valid_to")
    list_filter = ("phase",)
    search_fields = ("area__number", "point__contract__customer__number")


@admin.register(PointTerm)
class PointTermAdmin(ReadOnlyAdmin):
    """How points are settled beside others: master and sub-meters, agreed energy, feeds, photovoltaics."""

    station_path = "point__station"
    list_display = (
        "point", "behind", "relation", "share", "fixed_wh_month", "ratio_ppm", "price_class", "feed_in",
        "valid_from", "valid_to",
    )  # fmt: skip
    list_select_related = ("point", "behind")
    list_filter = ("relation", "share", "feed_in")
    search_fields = ("point__number", "point__contract__customer__number")


@admin.register(Responsibility)
class ResponsibilityAdmin(ReadOnlyAdmin):
    """Who answered for which points."""

    station_path = "point__station"
    list_display = ("point", "staff", "duty", "valid_from", "valid_to")
    list_filter = ("duty",)
    search_fields = ("staff__name", "point__contract__customer__number")


@admin.register(LossTableRow)
class LossTableRowAdmin(ReadOnlyAdmin):
    """Tables of monthly transformer losses."""

    station_path = "station"
    list_display = (
        "series", "capacity_va", "up_to_wh", "active_wh", "reactive_varh", "valid_from", "valid_to", "station",
    )  # fmt: skip
    list_select_related = ("station",)
    search_fields = ("series",)


@admin.register(MarketPrice)
class MarketPriceAdmin(ReadOnlyAdmin):
    """Prices of market customers by month."""

    station_path = "contract__customer__station"
    list_display = (
        "contract", "sharp_nano", "peak_nano", "flat_nano", "valley_nano", "deep_valley_nano", "valid_from", "valid_to",
    )  # fmt: skip
    list_select_related = ("contract__customer",)
    search_fields = ("contract__customer__number",)
