"""What billing remarks about households and charging points without holding the bill: facts that do not fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import PriceClass
from diansuo.core.tariff.charging import ChargingSituation, charging_price
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.core.tariff.terms import free_again, time_of_use_lock_months
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.households.loading import Facts, Term
from diansuo.office.billing.households.planning import is_time_of_use
from diansuo.office.billing.households.policies import Policies

TIME_OF_USE_LOCK: Final = "B-TIME-OF-USE-LOCK"
CHARGING_CLASS: Final = "B-CHARGING-CLASS"

# The shared price is the same class with or without peak and valley on top.
SAME_PRICE: Final = {int(PriceClass.RESIDENTIAL_SHARED_TOU): int(PriceClass.RESIDENTIAL_SHARED)}
COMMERCIAL: Final = (PriceClass.COMMERCIAL_SINGLE_PART, PriceClass.COMMERCIAL_TWO_PART)


@dataclass(frozen=True, slots=True)
class Remark:
    """A contradiction that somebody has to look at; the bill goes on."""

    row: int
    rule: str
    detail: dict[str, Any]


def remarks(ready: Ready, facts: Facts, book: RuleBook) -> list[Remark]:
    """Return what contradicts itself among some rows: a choice changed too early, a charging point of another class."""
    return [*_changed_within_lock(ready, facts, Policies(book)), *_charging(ready, facts)]


def _changed_within_lock(ready: Ready, facts: Facts, policies: Policies) -> Iterator[Remark]:
    """Yield households that changed their choice of peak and valley within its lock, in the month of the change."""
    if not facts.terms:
        return
    for row in np.flatnonzero(np.isin(ready.contract, list(facts.terms))).tolist():
        first, end = int(ready.inputs.from_day[row]), int(ready.inputs.to_day[row])
        chosen: int | None = None
        for before, after in _neighbours(facts.terms[int(ready.contract[row])]):
            if is_time_of_use(before.price_class) == is_time_of_use(after.price_class):
                continue
            changed = after.from_day
            months = policies.known(changed, time_of_use_lock_months) if first <= changed < end else None
            if chosen is not None and months and changed < day_number(free_again(day_of(chosen), months)):
                detail = {"chosen": _iso(chosen), "changed": _iso(changed), "months": months}
                yield Remark(row, TIME_OF_USE_LOCK, detail)
            chosen = changed


def _neighbours(terms: list[Term]) -> Iterator[tuple[Term, Term]]:
    """Yield changes between classes households choose from; the choice of a business is no matter of theirs."""
    for before, after in zip(terms, terms[1:], strict=False):
        if not {before.price_class, after.price_class} & {*COMMERCIAL, PriceClass.AGRICULTURAL}:
            yield before, after


def _charging(ready: Ready, facts: Facts) -> Iterator[Remark]:
    """Yield charging points whose class is not the one their situation tells (domain.md §14.2)."""
    if not facts.charging:
        return
    inputs = ready.inputs
    for row in np.flatnonzero(np.isin(ready.contract, list(facts.charging))).tolist():
        price_class, last_day = int(inputs.price_class[row]), int(inputs.to_day[row]) - 1
        for one in facts.charging[int(ready.contract[row])]:
            if one.from_day <= last_day < one.to_day:
                told = charging_price(ChargingSituation(one.situation))
                if SAME_PRICE.get(price_class, price_class) != told.price_class:
                    detail = {
                        "situation": one.situation,
                        "price_class": price_class,
                        "told": int(told.price_class),
                        "document": told.document,
                    }
                    yield Remark(row, CHARGING_CLASS, detail)


def _iso(day: int) -> str:
    return day_of(day).isoformat()
