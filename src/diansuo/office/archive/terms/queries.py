"""What stands of terms: the rows a change is about, whose they are, and whether they are still as they were said."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from diansuo.office.archive.models import (
    Contract,
    ContractTerm,
    HouseholdTerm,
    MeteringPoint,
    MeterInstallation,
    PointArea,
)
from diansuo.office.base.periods import PeriodModel
from diansuo.office.base.scope import Scope

AT_ONCE = 500


def contract(scope: Scope, contract_id: int) -> Contract | None:
    """Return a contract within the scope."""
    rows = Contract.objects.filter(scope.limit("customer__station"), pk=contract_id)
    return rows.select_related("customer__station").first()


def _open(model: type[PeriodModel], day: date, **key: Any) -> Any:
    return model.objects.in_force(day).filter(**key).first()


def names(scope: Scope, model: type[models.Model], ids: Iterable[int]) -> dict[int, str]:
    """Return how some things are called, those of other stations left out."""
    path = "station" if hasattr(model, "station_id") else ""
    rows = model._base_manager.filter(pk__in=set(ids))
    return {row.pk: str(row) for row in (rows.filter(scope.limit(path)) if path else rows)}


def points_of_customer(scope: Scope, number: str) -> list[MeteringPoint]:
    """Return the metering points of a customer within the scope, by number of the customer."""
    rows = MeteringPoint.objects.filter(scope.limit("station"), contract__customer__number=number)
    return list(rows.select_related("contract__customer", "station").order_by("pk"))


def standing_terms(scope: Scope, point_row: MeteringPoint, day: date) -> dict[str, Any]:
    """Return what holds for a point and its contract on a day, by attribute; what is not known is not there."""
    if not scope.holds(point_row):
        return {}
    found: dict[str, Any] = {}
    for model, names_of in (
        (MeterInstallation, ("multiplier",)),
        (ContractTerm, ("price_class", "voltage_class", "capacity_va")),
        (HouseholdTerm, ("persons", "electric_heating", "free_energy")),
        (PointArea, ("area_id", "phase")),
    ):
        by_point = model in (MeterInstallation, PointArea)
        key = {"point": point_row.pk} if by_point else {"contract": point_row.contract_id}
        row = _open(model, day, **key)
        if row is not None:
            found |= {name: getattr(row, name) for name in names_of}
    return found
