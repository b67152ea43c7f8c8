"""What the pages and commands ask: a change over a population, the prices that can be moved, the months there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from diansuo.core.quantity.month import first_day, previous_month
from diansuo.core.rules import RuleBook
from diansuo.core.rules.supposing import has_prices, risen, supposed
from diansuo.core.tariff.what_if import Change
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.answers import Answer, answer_of
from diansuo.office.billing.repricing.comparing import Progress, compare
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place

Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class OtherPrices:
    """Other values of rules: documents that take the place of the book's own, or a price moved from a day on.

    Attributes:
        documents: as for :func:`diansuo.core.rules.supposing.supposed`.
        rule_id: the rule whose every price is moved; empty for none.
        by: by so much, in the unit of the rule.
        first: from which day on.
    """

    documents: Documents | None = None
    rule_id: str = ""
    by: Decimal = Decimal(0)
    first: date | None = None

    def book(self, book: RuleBook) -> RuleBook:
        """Return the book with these values.

        Raises:
            RuleBookRefused: everything that is wrong with the documents.
            NoSuchRule: the book has no rule of this name.
        """
        laid = supposed(book, self.documents) if self.documents else book
        if self.rule_id and self.first and self.by:
            laid = risen(laid, self.rule_id, self.by, self.first)
        return laid


AS_THEY_ARE = OtherPrices()


def what_if(
    scope: Scope,
    population: Population,
    change: Change,
    prices: OtherPrices = AS_THEY_ARE,
    on_progress: Progress = lambda _done, _total: None,
) -> Answer:
    """Return what a change would bring over a population of bills.

    Raises:
        RuleBookRefused: everything that is wrong with the documents of the prices.
        NoSuchRule: the book has no rule of the name.
    """
    book = priced_book()
    compared = compare(
        scope,
        population,
        change,
        book=book,
        other=prices.book(book),
        place=commercial_place(),
        year_start_month=year_start_month(book, population.first),
        on_progress=on_progress,
    )
    return answer_of(compared)


def months(scope: Scope) -> list[int]:
    """Return the months with bills, newest first."""
    rows = Bill.objects.filter(scope.limit("consumption__point__station"))
    return list(rows.values_list("period", flat=True).distinct().order_by("-period"))


def months_of_customer(scope: Scope, customer_id: int) -> list[int]:
    """Return the months with bills of one customer, newest first."""
    rows = Bill.objects.filter(scope.limit("consumption__point__station"), contract__customer=customer_id)
    return list(rows.values_list("period", flat=True).distinct().order_by("-period"))


def bills(scope: Scope, population: Population) -> int:
    """Return how many bills of the months and the class of a population there are within a scope."""
    months_of = Bill.objects.filter(
        scope.limit("consumption__point__station"), period__range=(population.first, population.last)
    )
    if population.price_class is not None:
        months_of = months_of.filter(price_class=population.price_class)
    return months_of.count()


def movable_prices() -> dict[str, Mapping[str, str]]:
    """Return the rules of prices of this place, by id, with their titles."""
    book, place = priced_book(), commercial_place()
    return {
        rule_id: rule.title
        for rule_id, rule in book.rules.items()
        if rule_id.startswith((f"{book.default_place}/", f"{place}/"))
        and rule.entries
        and has_prices(rule.entries[-1])
        and (f"{place}/" in rule_id or "/commercial_" not in rule_id)
    }


def first_day_of_use(period: int) -> date:
    """Return the first day whose use the bills of a month usually hold: that of the month before."""
    return first_day(previous_month(period))
