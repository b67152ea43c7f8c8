"""Whose bills are priced again: a station, an area, a class, some customers, a range of capacity, some months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from diansuo.core.tariff.what_if.change import COMMERCIAL
from diansuo.office.base.scope import Scope

CONTRACTS = "SELECT h.id FROM archive_customer n JOIN archive_contract h ON h.customer_id = n.id"


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
        between: first and last customer (id), included: a part of a population that is priced in parts.
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
    between: tuple[int, int] | None = None

    def conditions(self, scope: Scope) -> tuple[str, list[Any]]:
        """Return the SQL conditions within a scope, on the joins of :mod:`.loading`, and their parameters."""
        # Of some customers the contracts lead to the bills; the plus keeps other indexes from leading.
        plus = "+" if self.customers or self.points or self.between else ""
        month: tuple[Any, ...] = (f"{plus}b.period BETWEEN %s AND %s", self.first, self.last)
        if self.first == self.last:  # month and contract together are an index
            month = ("b.period = %s", self.first)
        found = [month, *self._whose(scope, plus)]
        for text, value in (
            ("a.area_id = %s", self.area),
            ("b.price_class = %s", self.price_class and int(self.price_class)),
            ("t.capacity_va >= %s", self.least_va),
            ("t.capacity_va <= %s", self.most_va),
        ):
            if value is not None:
                found.append((text, value))
        if self.commercial is not None:
            found.append((f"b.price_class {'IN' if self.commercial else 'NOT IN'} (%s, %s)", *COMMERCIAL))
        return " AND ".join(text for text, *_values in found), [
            each for _text, *values in found for each in values
        ]

    def _whose(self, scope: Scope, plus: str) -> Iterator[tuple[Any, ...]]:
        """Yield the conditions that name stations and customers, each with its values."""
        if scope.station_ids is not None:
            yield _one_of(f"{plus}p.station_id", scope.station_ids), *sorted(scope.station_ids)
        if self.station is not None:
            yield f"{plus}p.station_id = %s", self.station
        if self.customers:
            yield (
                f"b.contract_id IN ({CONTRACTS} WHERE {_one_of('n.number', self.customers)})",
                *self.customers,
            )
        if self.points:
            yield _one_of("c.point_id", self.points), *self.points
        if self.between is not None:
            yield f"b.contract_id IN ({CONTRACTS} WHERE n.id BETWEEN %s AND %s)", *self.between


def _one_of(column: str, values: Iterable[Any]) -> str:
    marks = ", ".join("%s" for _value in values)
    return f"{column} IN ({marks})" if marks else "1 = 0"
