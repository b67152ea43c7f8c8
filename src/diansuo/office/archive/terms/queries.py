"""What stands of terms: the rows a change is about, whose they are, and whether they are still as they were said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.base.periods import PeriodModel
from diansuo.office.base.scope import Scope

AT_ONCE = 500


@dataclass(slots=True)
class Touched:
    """Whose bills a change moves: the points by change, and the contracts."""

    points: dict[int, list[int]] = field(default_factory=dict)
    rows: dict[int, Any] = field(default_factory=dict)

    @property
    def every_point(self) -> set[int]:
        """All of them."""
        return {point for points in self.points.values() for point in points}


def standing_rows(changes: Sequence[TermChange]) -> dict[tuple[type[PeriodModel], int], Any]:
    """Return the rows that changes are about, by model and id; those that are gone are not there."""
    wanted: dict[type[PeriodModel], list[int]] = defaultdict(list)
    for change in changes:
        if change.row is not None:
            wanted[change.model].append(change.row)
    found = {}
    for model, ids in wanted.items():
        for start in range(0, len(ids), AT_ONCE):
            for row in model.objects.filter(pk__in=ids[start : start + AT_ONCE]):
                found[model, row.pk] = row
    return found


def unchanged(changes: Sequence[TermChange]) -> bool:
    """Tell whether every row still has the values that were said to stand before, and is still open."""
    rows = standing_rows(changes)
    for change in changes:
        if change.row is None:
            continue
        row = rows.get((change.model, change.row))
        if row is None or (row.valid_to is not None and not change.in_place):
            return False
        if any(getattr(row, name) != value for name, value in change.before.items()):
            return False
    return True


def points_of(changes: Sequence[TermChange]) -> Touched:
    """Return the metering points that each change moves, by its place; those of a whole contract where it is one."""
    rows = standing_rows(changes)
    touched = Touched()
    of_contract: dict[int, list[int]] = defaultdict(list)
    for at, change in enumerate(changes):
        row = rows.get((change.model, change.row)) if change.row is not None else None
        touched.rows[at] = row
        owner = {**change.key, **({"point_id": row.point_id} if hasattr(row, "point_id") else {})}
        if hasattr(row, "contract_id"):
            owner["contract_id"] = row.contract_id
        if owner.get("point_id") is not None:
            touched.points[at] = [owner["point_id"]]
        elif owner.get("contract_id") is not None:
            of_contract[owner["contract_id"]].append(at)
    contracts = sorted(of_contract)
    for start in range(0, len(contracts), AT_ONCE):
        for point, contract in MeteringPoint.objects.filter(
            contract__in=contracts[start : start + AT_ONCE]
        ).values_list("pk", "contract_id"):
            for at in of_contract[contract]:
                touched.points.setdefault(at, []).append(point)
    return touched


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
    if not scope.allows(point_row.station_id):
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
