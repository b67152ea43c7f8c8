"""What the pages and commands ask: a change over a population, and the months there are."""

from __future__ import annotations

from diansuo.core.tariff.what_if import Change
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.answers import Answer, answer_of
from diansuo.office.billing.repricing.comparing import Progress, compare
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import AS_THEY_ARE, OtherPrices
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place


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
