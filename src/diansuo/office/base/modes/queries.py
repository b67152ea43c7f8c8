"""Which way the stations of a viewer run, and who changed it."""

from __future__ import annotations

from django.db.models import QuerySet

from diansuo.office.base.mode_models import StationModeChange
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope


def modes(scope: Scope) -> list[str]:
    """Return the modes in which the scope's stations run, each once."""
    rows = Station.objects.filter(scope.limit("id")).order_by("mode")
    return list(rows.values_list("mode", flat=True).distinct())


def changes(scope: Scope) -> QuerySet[StationModeChange]:
    """Return the changes of mode of the scope's stations, the latest first."""
    rows = StationModeChange.objects.filter(scope.limit("station"))
    return rows.select_related("changed_by", "station").order_by("-id")
