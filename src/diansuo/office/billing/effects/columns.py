"""Changes of terms as columns: for each metering point touched, what its bills would be priced by instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.tariff.what_if import STAYS, NewTerms
from diansuo.office.archive.models import (
    ContractTerm,
    HouseholdTerm,
    MeterInstallation,
    PointArea,
    SupplyTerm,
)
from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange

OF_MODEL: Final[dict[type[Any], dict[str, str]]] = {
    ContractTerm: {name: name for name in ("price_class", "voltage_class", "capacity_va")},
    MeterInstallation: {"multiplier": "multiplier"},
    HouseholdTerm: {"persons": "persons", "electric_heating": "heating", "free_energy": "free"},
    SupplyTerm: {
        name: name
        for name in (
            "time_of_use", "purchase_mode", "capacity_method", "capacity_exempt", "contract_demand_w",
            "power_factor_standard", "reduced_standard",
        )
    },
}  # fmt: skip
"""The column of :class:`NewTerms` that an attribute of a row moves."""
MOVES_NO_MONEY: Final = (PointArea,)
FLAGS: Final = ("heating", "free", "time_of_use", "capacity_exempt", "reduced_standard")


@dataclass(frozen=True, slots=True)
class Asked:
    """What changes by point.

    Attributes:
        point: int64, unique, ascending.
        terms: by point.
        not_priced: names of models whose change the shadow cannot price: losses, transformers, sub-metering.
    """

    point: Int64
    terms: NewTerms
    not_priced: tuple[str, ...]

    def by_point(self, points: Int64) -> NewTerms:
        """Return the terms of the points of some bills, nothing where a point is not touched."""
        everything = NewTerms.nothing(len(points))
        if not len(self.point):
            return everything
        at = np.minimum(np.searchsorted(self.point, points), len(self.point) - 1)
        mine = np.flatnonzero(self.point[at] == points)
        for each in fields(NewTerms):
            getattr(everything, each.name)[mine] = getattr(self.terms, each.name)[at[mine]]
        return everything


def asked(changes: Sequence[TermChange]) -> Asked:
    """Return changes by the points whose bills they move; several about one point are put together."""
    touched = standing.points_of(changes)
    points = np.array(sorted(touched.every_point), np.int64)
    place_of = {point: place for place, point in enumerate(points.tolist())}
    terms = NewTerms.nothing(len(points))
    not_priced: set[str] = set()
    for at, change in enumerate(changes):
        names = OF_MODEL.get(change.model, {})
        if any(name not in names for name in change.after) and change.model not in MOVES_NO_MONEY:
            not_priced.add(str(change.model._meta.verbose_name))
        place = [place_of[point] for point in touched.points.get(at, ())]
        for attribute, value in change.after.items():
            column = names.get(attribute)
            if column is not None:
                getattr(terms, column)[place] = _number(column, value)
        if change.model is MeterInstallation and "multiplier" in change.after:
            terms.multiplier_before[place] = _before(change, touched.rows[at])
    return Asked(points, terms, tuple(sorted(not_priced)))


def _number(column: str, value: Any) -> int:
    if value is None:
        return 0
    return int(bool(value)) if column in FLAGS else int(value)


def _before(change: TermChange, row: Any) -> int:
    before = change.before.get("multiplier", getattr(row, "multiplier", STAYS))
    return int(before)
