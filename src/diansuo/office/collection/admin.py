"""The back office of collection: what is owed, what was paid, and which settled which, to look at."""

from __future__ import annotations

from django.contrib import admin

from diansuo.office.base.admin import ReadOnlyAdmin
from diansuo.office.collection.models import ArrearsList, Payment, PaymentAllocation, Receivable


@admin.register(Receivable)
class ReceivableAdmin(ReadOnlyAdmin):
    """Receivables."""

    station_path = "customer__station"
    list_display = (
        "customer",
        "period",
        "amount_fen",
        "paid_fen",
        "due_date",
        "bill",
        "settled_date",
        "batch",
    )
    search_fields = ("customer__number__startswith",)
    ordering = ("-pk",)


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin):
    """Payments."""

    station_path = "customer__station"
    list_display = (
        "customer",
        "paid_date",
        "amount_fen",
        "allocated_fen",
        "channel",
        "reference",
        "taken_by",
        "taken_at",
    )
    search_fields = ("customer__number__startswith", "reference__startswith")
    ordering = ("-pk",)


@admin.register(PaymentAllocation)
class PaymentAllocationAdmin(ReadOnlyAdmin):
    """Which payment settled what."""

    station_path = "payment__customer__station"
    list_display = ("payment", "receivable", "amount_fen")
    ordering = ("-pk",)


@admin.register(ArrearsList)
class ArrearsListAdmin(ReadOnlyAdmin):
    """Imported lists of arrears."""

    station_path = "station"
    list_display = ("station", "listed_date", "batch")
    ordering = ("-pk",)
