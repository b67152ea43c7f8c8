"""What the pages and commands ask: a change over a population, and the months there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diansuo.core.tariff.what_if import Change
from diansuo.office.base.scope import Scope
from diansuo.office.billing.operations import year_start_month
from diansuo.office.billing.repricing.answers import Answer, answer_of
from diansuo.office.billing.repricing.comparing import Documents, Progress, compare
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place

NOTHING: Mapping[str, Mapping[str, Any]] = {}


def what_if(
    scope: Scope,
    population: Population,
    change: Change,
    documents: Documents = NOTHING,
    on_progress: Progress = lambda _done, _total: None,
) -> Answer:
    """Return what a change would bring over a population of bills.

    Raises:
        RuleBookRefused: everything that is wrong with the documents.
    """
    book = priced_book()
    compared = compare(
        scope,
        population,
        change,
        documents,
        book=book,
        place=commercial_place(),
        year_start_month=year_start_month(book, population.first),
        on_progress=on_progress,
    )
    return answer_of(compared)
