"""The back office of metering: readings, settled energy, findings and the lake's manifest to look at."""

from __future__ import annotations

from django.contrib import admin

from diansuo.office.base.admin import ReadOnlyAdmin
from diansuo.office.metering.models import (
    ClockRead,
    Consumption,
    Finding,
    LakeFile,
    MissedReading,
    PointSettlement,
    ReadingChange,
    RegisterReading,
)


@admin.register(RegisterReading)
class RegisterReadingAdmin(ReadOnlyAdmin):
    """Register readings."""

    station_path = "point__station"
    list_display = ("point", "meter", "register", "read_date", "purpose", "register_wh", "period", "source")
    search_fields = ("meter__asset_number__startswith",)
    ordering = ("-pk",)


@admin.register(ReadingChange)
class ReadingChangeAdmin(ReadOnlyAdmin):
    """What entries replaced."""

    station_path = "point__station"
    list_display = (
        "point", "register", "read_date", "purpose", "before_wh", "after_wh", "batch_before", "changed_by",
        "changed_at",
    )  # fmt: skip
    ordering = ("-pk",)


@admin.register(MissedReading)
class MissedReadingAdmin(ReadOnlyAdmin):
    """Points that were on a list and not read."""

    station_path = "point__station"
    list_display = ("point", "period", "reason")
    ordering = ("-pk",)


@admin.register(Consumption)
class ConsumptionAdmin(ReadOnlyAdmin):
    """Settled energy."""

    station_path = "point__station"
    list_display = ("point", "period", "status", "from_date", "to_date", "total_wh", "peak_wh", "valley_wh")
    ordering = ("-pk",)


@admin.register(PointSettlement)
class PointSettlementAdmin(ReadOnlyAdmin):
    """What points that belong together were settled with."""

    station_path = "consumption__point__station"
    list_display = (
        "consumption",
        "master",
        "share",
        "subs_wh",
        "supplied_wh",
        "shares_wh",
        "settled_wh",
        "feed_in_wh",
    )
    ordering = ("-pk",)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    """What the checks found."""

    station_path = "point__station"
    list_display = ("point", "period", "rule", "severity", "register", "actual", "expected", "limit")
    ordering = ("-pk",)


@admin.register(ClockRead)
class ClockReadAdmin(ReadOnlyAdmin):
    """Meter clocks as they were read."""

    station_path = "point__station"
    list_display = ("point", "meter", "read_at", "ahead_s", "batch")
    ordering = ("-pk",)


@admin.register(LakeFile)
class LakeFileAdmin(ReadOnlyAdmin):
    """The files of the interval lake."""

    station_path = "station"
    list_display = ("path", "station", "side", "kind", "month", "rows", "batch")
    ordering = ("-pk",)
