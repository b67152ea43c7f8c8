"""What a change of the rules did to a month's bills: the same inputs priced by the rules of an earlier month.

A policy takes exactly the change of its prices: days, energy and steps stay those of the month, only the values that
came into force after the earlier month are taken away, so that the earlier ones go on holding.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
from django.db.models import Max

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day
from diansuo.core.rules import NoSuchRule, NoValueInForce, RuleBook
from diansuo.core.rules.supposing import as_of, rules_begun
from diansuo.core.tariff import Component
from diansuo.core.tariff.classes import RESIDENTIAL_TERMS, RULES_OF_CLASS, SETTLEMENT
from diansuo.core.tariff.commercial import Crossed
from diansuo.core.tariff.commercial.schedules import PLACE_TERMS, PriceMonthBasis
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average.book import GROUP_OF, MONTHS_KEPT, Group, beyond_flat
from diansuo.office.billing.models import Bill
from diansuo.office.billing.repricing.comparing import as_billed
from diansuo.office.billing.repricing.loading import Billed, load
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.pricing import Repriced, reprice
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.sums import queries as sums

OF_HOUSEHOLDS: Final = frozenset(
    name for rules in RULES_OF_CLASS.values() for name in (rules.energy, rules.time_of_use) if name
) | {SETTLEMENT, RESIDENTIAL_TERMS}

Moved = tuple[Int64, Int64]
"""Metering points, and int64 (points, groups): what the earlier rules would have charged more."""


def moved_by_rules(station: Station, now_period: int, before_period: int) -> Moved:
    """Return what a station's bills of a month would have come to more by the rules of an earlier one, by group.

    Nothing is priced where no value came into force in between. A bill that does not reprice to itself counts with 0.
    """
    state = (station.revision, *sums.state(Scope.everything(), station.pk, (now_period, before_period)))
    return _moved(station.pk, now_period, before_period, state, priced_book().hash)


def forget() -> None:
    """Drop what is remembered: for another database behind the same station, as in tests."""
    _moved.cache_clear()


@lru_cache(maxsize=MONTHS_KEPT)
def _moved(station_id: int, now: int, before: int, _state: tuple[object, ...], _book_hash: str) -> Moved:
    nothing = np.zeros(0, np.int64), np.zeros((0, len(Group)), np.int64)
    book, place = priced_book(), commercial_place()
    days = [_last_day(station_id, period, book, place) for period in (before, now)]
    if days[0] is None or days[1] is None:
        return nothing
    begun = rules_begun(book, days[0], days[1])
    kinds = [_concerns_households(begun, book), _concerns_commercial(begun, book, place)]
    if not any(kinds):
        return nothing
    only = None if all(kinds) else kinds[1]
    billed = load(Scope(frozenset({station_id})), Population(now, now, commercial=only), book)
    if not len(billed):
        return nothing
    return billed.point, _difference(billed, book, as_of(book, days[0]), place)


def _last_day(station_id: int, period: int, book: RuleBook, place: str) -> date | None:
    """Return the last day whose prices a station's bills of a month have: of use, or the first of the bill's month."""
    mine = sums.within(Scope(frozenset({station_id})), station_id, period)
    rows = Bill.objects.filter(mine, consumption__point__station=station_id, period=period)
    end: date | None = rows.aggregate(end=Max("to_date"))["end"]
    if end is None:
        return None
    last = end - timedelta(days=1)
    return max(last, first_day(period)) if _by_bill_month(book, place, last) else last


def _by_bill_month(book: RuleBook, place: str, day: date) -> bool:
    """Tell whether a place prices a whole bill by the sheet of the bill's month."""
    try:
        basis = book.in_force(f"{place}/{PLACE_TERMS}", day).word("price_month_basis")
    except (NoSuchRule, NoValueInForce):
        return False
    return PriceMonthBasis(basis) is PriceMonthBasis.BILL_MONTH


def _concerns_households(begun: frozenset[str], book: RuleBook) -> bool:
    return any(f"{book.default_place}/{name}" in begun for name in OF_HOUSEHOLDS)


def _concerns_commercial(begun: frozenset[str], book: RuleBook, place: str) -> bool:
    households = {f"{book.default_place}/{name}" for name in OF_HOUSEHOLDS - {SETTLEMENT}}
    return any(rule.startswith(("national/", f"{place}/")) for rule in begun - households)


def _difference(billed: Billed, book: RuleBook, old: RuleBook, place: str) -> Int64:
    now, refused = as_billed(billed, book, place)
    then = reprice(billed.rows, len(billed), billed.freeze, old, place)
    moved = _by_group(billed, then) - _by_group(billed, now)
    moved[list(refused | then.refused)] = 0
    return moved


def _by_group(billed: Billed, repriced: Repriced) -> Int64:
    """Return int64 (bills, groups), the money of repriced lines as `book` groups that of stored ones."""
    amounts = np.zeros((len(billed), len(Group)), np.int64)
    if repriced.households is not None:
        lines = repriced.households.lines
        np.add.at(amounts, (billed.rows.of_household[lines.row], _groups(lines.component)), lines.amount_fen)
    if repriced.commercial is not None:
        _add_commercial(amounts, billed, repriced.commercial)
    return amounts


def _add_commercial(amounts: Int64, billed: Billed, crossed: Crossed) -> None:
    lines = crossed.bills.lines
    row = billed.rows.of_commercial[lines.row]
    np.add.at(amounts, (row, _groups(lines.component)), lines.amount_fen)
    banded = np.flatnonzero(lines.band >= 0)
    if not len(banded):
        return
    moved = beyond_flat(
        {
            "bill": row[banded],
            "component": lines.component[banded].astype(np.int64),
            "part": crossed.line_part[banded].astype(np.int64),
            "band": lines.band[banded].astype(np.int64),
            "quantity": lines.quantity[banded],
            "price_nano": lines.price_nano[banded],
            "amount_fen": lines.amount_fen[banded],
        }
    )
    np.add.at(amounts, (row[banded], np.full(len(banded), Group.TIME_OF_USE)), moved)
    np.add.at(amounts, (row[banded], np.full(len(banded), Group.ENERGY)), -moved)


def _groups(component: np.ndarray) -> Int64:
    table = np.zeros(max(Component) + 1, np.int64)
    for code in Component:
        table[code] = GROUP_OF.get(code, Group.ENERGY)
    return table[component]
