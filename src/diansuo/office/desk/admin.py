"""The back office of the desk: hand-overs and their signatures, to look at."""

from __future__ import annotations

from django.contrib import admin

from diansuo.office.base.admin import ReadOnlyAdmin
from diansuo.office.desk.models import Handover, HandoverSignature


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    """Hand-overs of areas."""

    station_path = "station"
    list_display = (
        "id",
        "station",
        "outgoing",
        "incoming",
        "handover_date",
        "state",
        "created_at",
        "done_at",
    )
    list_filter = ("state",)
    list_select_related = ("station", "outgoing", "incoming")


@admin.register(HandoverSignature)
class HandoverSignatureAdmin(ReadOnlyAdmin):
    """Signatures of hand-overs."""

    station_path = "handover__station"
    list_display = ("handover", "side", "user", "stood_in", "reason", "signed_at")
    list_select_related = ("handover", "user")
