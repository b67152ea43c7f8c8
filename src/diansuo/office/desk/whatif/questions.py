"""A trial's question as plain data: whose bills, what would be otherwise; kept with a job, and its key."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.commercial import CapacityMethod
from diansuo.core.tariff.what_if import Change
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import OtherPrices


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and of which stations (None: of all)."""

    scope: Scope
    population: Population
    change: Change
    prices: OtherPrices

    def record(self) -> dict[str, Any]:
        """Return the question as plain data."""
        stations = self.scope.station_ids
        change = asdict(self.change)
        if self.change.price_class is not None:
            change["price_class"] = [int(one) for one in self.change.price_class]
        if self.change.capacity_method is not None:
            change["capacity_method"] = int(self.change.capacity_method)
        prices = {
            "documents": self.prices.documents,
            "rule_id": self.prices.rule_id,
            "by": str(self.prices.by),
            "first": self.prices.first and self.prices.first.isoformat(),
        }
        record = {
            "stations": None if stations is None else sorted(stations),
            "population": asdict(self.population),
            "change": change,
            "prices": prices,
        }
        plain: dict[str, Any] = json.loads(json.dumps(record, default=str))
        return plain

    @property
    def digest(self) -> str:
        """Return a short name of the question: the same asked again has the same."""
        said = json.dumps(self.record(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def of_customers(self, first: int, last: int) -> Population:
        """Return the part of the population whose customers (ids) lie in a range."""
        return replace(self.population, between=(first, last))


def question_of(record: dict[str, Any]) -> Question:
    """Return the question that :meth:`Question.record` wrote down."""
    stations, given, prices = record["stations"], dict(record["change"]), record["prices"]
    population = dict(record["population"])
    population |= {name: tuple(population[name]) for name in ("customers", "points")}
    if given["price_class"] is not None:
        given["price_class"] = tuple(PriceClass(one) for one in given["price_class"])
    if given["capacity_method"] is not None:
        given["capacity_method"] = CapacityMethod(given["capacity_method"])
    return Question(
        Scope(None if stations is None else frozenset(stations)),
        Population(**population),
        Change(**given),
        OtherPrices(
            prices["documents"],
            prices["rule_id"],
            Decimal(prices["by"]),
            prices["first"] and date.fromisoformat(prices["first"]),
        ),
    )
