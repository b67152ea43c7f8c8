"""The back office of billing: bills, their lines and the values they used, to look at."""

from __future__ import annotations

from django.contrib import admin

from diansuo.office.base.admin import ReadOnlyAdmin
from diansuo.office.billing.models import (
    Bill,
    BillLine,
    BillRefund,
    ExternalBill,
    FeedInSettlement,
    PriceSheet,
    RuleSlice,
    TemporaryCharge,
    TemporarySupply,
)


@admin.register(Bill)
class BillAdmin(ReadOnlyAdmin):
    """Bills."""

    station_path = "consumption__point__station"
    list_display = (
        "contract",
        "period",
        "state",
        "from_date",
        "to_date",
        "energy_wh",
        "amount_fen",
        "issued_date",
    )
    list_select_related = ("contract__customer",)
    search_fields = ("contract__customer__number__startswith",)
    ordering = ("-pk",)


@admin.register(FeedInSettlement)
class FeedInSettlementAdmin(ReadOnlyAdmin):
    """What is owed for photovoltaic energy fed in."""

    station_path = "consumption__point__station"
    list_display = (
        "contract",
        "period",
        "state",
        "energy_wh",
        "price_nano",
        "amount_fen",
        "held",
        "issued_date",
    )
    list_select_related = ("contract__customer",)
    search_fields = ("contract__customer__number__startswith",)
    ordering = ("-pk",)


@admin.register(BillLine)
class BillLineAdmin(ReadOnlyAdmin):
    """Lines of bills."""

    station_path = "bill__consumption__point__station"
    list_display = (
        "bill",
        "sequence",
        "component",
        "step",
        "band",
        "quantity",
        "unit",
        "price_nano",
        "amount_fen",
        "rule",
    )
    ordering = ("-pk",)


@admin.register(RuleSlice)
class RuleSliceAdmin(ReadOnlyAdmin):
    """The values of rules that bills used."""

    list_display = ("rule_id", "effective_date", "slice_hash", "rulebook_hash")
    ordering = ("-pk",)


@admin.register(BillRefund)
class BillRefundAdmin(ReadOnlyAdmin):
    """What is owed to households beside their bills."""

    station_path = "bill__consumption__point__station"
    list_display = (
        "bill",
        "sequence",
        "component",
        "step",
        "quantity_wh",
        "price_nano",
        "amount_fen",
        "rule",
    )
    list_select_related = ("bill", "rule")
    ordering = ("-pk",)


@admin.register(PriceSheet)
class PriceSheetAdmin(ReadOnlyAdmin):
    """Price sheets and who handled them."""

    list_display = ("place", "from_date", "to_date", "document", "state", "proposed_by", "approved_by")
    list_filter = ("state",)
    ordering = ("-pk",)


@admin.register(ExternalBill)
class ExternalBillAdmin(ReadOnlyAdmin):
    """Bills that another system issued."""

    station_path = "customer__station"
    list_display = ("customer", "period", "energy_wh", "amount_fen", "issued_date", "class_text", "batch")
    search_fields = ("customer__number__startswith",)
    ordering = ("-pk",)


@admin.register(TemporarySupply)
class TemporarySupplyAdmin(ReadOnlyAdmin):
    """Temporary supplies without a meter."""

    station_path = "customer__station"
    list_display = ("customer", "purpose", "price_class", "capacity_w", "minutes_a_day", "from_date")
    list_select_related = ("customer",)
    search_fields = ("customer__number__startswith",)
    ordering = ("-pk",)


@admin.register(TemporaryCharge)
class TemporaryChargeAdmin(ReadOnlyAdmin):
    """What temporary supplies are charged."""

    station_path = "supply__customer__station"
    list_display = (
        "supply",
        "kind",
        "state",
        "from_date",
        "to_date",
        "energy_wh",
        "amount_fen",
        "issued_date",
    )
    list_select_related = ("supply__customer",)
    ordering = ("-pk",)
