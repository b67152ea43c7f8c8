"""What the pages and commands ask: a change over a population, and the months there are."""

from __future__ import annotations

from diansuo.core.quantity.month import next_month
from diansuo.core.tariff.what_if import Change
from diansuo.office.archive.models import Contract, PointArea
from diansuo.office.base.scope import Scope
from diansuo.office.billing.models import Bill
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.answers import Answer, answer_of
from diansuo.office.billing.repricing.comparing import Compared, Progress, compare
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.prices import AS_THEY_ARE, OtherPrices
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.sums import queries as sums


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
    return answer_of(compared(scope, population, change, prices, on_progress))


def compared(
    scope: Scope,
    population: Population,
    change: Change,
    prices: OtherPrices = AS_THEY_ARE,
    on_progress: Progress = lambda _done, _total: None,
) -> Compared:
    """Return the bills of a population before and after a change; raises what :func:`what_if` does."""
    book = priced_book()
    return compare(
        scope,
        population,
        change,
        book=book,
        other=prices.book(book),
        place=commercial_place(),
        year_start_month=year_start_month(book, population.first),
        on_progress=on_progress,
    )


def months_of_customer(scope: Scope, customer_id: int) -> list[int]:
    """Return the months with bills of one customer, newest first."""
    contracts = list(
        Contract.objects.filter(scope.limit("customer__station"), customer=customer_id).values_list(
            "id", flat=True
        )
    )
    rows = Bill.objects.filter(contract__in=contracts)
    return list(rows.values_list("period", flat=True).distinct().order_by("-period"))


def bills(scope: Scope, population: Population) -> int:
    """Return how many bills a population has at most, without counting them: those of its months, or of its area."""
    months = [population.first]
    while months[-1] < population.last:
        months.append(next_month(months[-1]))
    if population.customers:
        return len(population.customers) * len(months)
    counts = sums.bills_by_month(scope, months)
    if population.area is not None:
        hung = PointArea.objects.filter(scope.limit("area__station"), area=population.area)
        return min(hung.values("point").distinct().count() * len(months), sum(counts.values()))
    return sum(counts.values())
