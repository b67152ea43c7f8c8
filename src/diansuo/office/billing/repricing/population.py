"""Whose bills are priced again: a station, an area, a class, some customers, a range of capacity, some months."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from diansuo.core.tariff.what_if.change import COMMERCIAL
from diansuo.office.base.scope import Scope


@dataclass(frozen=True, slots=True)
class Population:
    """A set of bills; what is left out narrows nothing.

    Attributes:
        first: first 电费年月 YYYYMM.
        last: last one, included.
        station: id.
        area: id of the transformer area.
        price_class: :class:`~diansuo.core.tariff.PriceClass`.
        commercial: True: only commercial bills; False: only the others.
        customers: numbers of customers (用户编号).
        points: ids of metering points.
        least_va: smallest capacity of the contract, VA.
        most_va: largest one.
    """

    first: int
    last: int
    station: int | None = None
    area: int | None = None
    price_class: int | None = None
    commercial: bool | None = None
    customers: tuple[str, ...] = ()
    points: tuple[int, ...] = ()
    least_va: int | None = None
    most_va: int | None = None

    def conditions(self, scope: Scope) -> tuple[str, list[Any]]:
        """Return the SQL conditions within a scope, on the joins of :mod:`.loading`, and their parameters."""
        texts, params = ["b.period BETWEEN %s AND %s"], [self.first, self.last]

        def add(text: str, *values: Any) -> None:
            texts.append(text)
            params.extend(values)

        if scope.station_ids is not None:
            add(_one_of("p.station_id", scope.station_ids), *sorted(scope.station_ids))
        for text, value in (
            ("p.station_id = %s", self.station),
            ("a.area_id = %s", self.area),
            ("t.capacity_va >= %s", self.least_va),
            ("t.capacity_va <= %s", self.most_va),
        ):
            if value is not None:
                add(text, value)
        if self.price_class is not None:
            add("b.price_class = %s", int(self.price_class))
        if self.commercial is not None:
            add(f"b.price_class {'IN' if self.commercial else 'NOT IN'} (%s, %s)", *COMMERCIAL)
        for column, values in (("m.number", self.customers), ("c.point_id", self.points)):
            if values:
                add(_one_of(column, values), *values)
        return " AND ".join(texts), params


def _one_of(column: str, values: Iterable[Any]) -> str:
    marks = ", ".join("%s" for _value in values)
    return f"{column} IN ({marks})" if marks else "1 = 0"
