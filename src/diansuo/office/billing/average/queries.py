"""What the pages of the average price read: the change between two months, outliers, and execution rates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.execution import Execution, execution
from diansuo.core.tariff.price_effects import PriceEffects, Sales, price_effects
from diansuo.core.tariff.price_outliers import OutlierLimits, Outliers, price_outliers
from diansuo.office.archive.models import Customer, TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.billing.average import book, policy, rules
from diansuo.office.billing.average.book import Book, Group
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sums import queries as sums

COMMERCIAL = (int(PriceClass.COMMERCIAL_SINGLE_PART), int(PriceClass.COMMERCIAL_TWO_PART))
IDS_AT_ONCE = 500  # below SQLite's limit of parameters
NO_CLASS = 0
ANSWERS_KEPT = 2
"""Of a county of a million customers one is a quarter of a gigabyte."""


@dataclass(frozen=True, slots=True)
class Change:
    """Every customer's bills of two months side by side, one row a metering point that was billed in either."""

    customer: Int64
    point: Int64
    area: Int64
    kind: Int64
    before: Sales
    now: Sales
    effects: PriceEffects


def book_of(scope: Scope, period: int) -> Book:
    """Return the bills of a month of all stations in the scope."""
    stations = list(scope.stations())
    return Book.joined([book.of_month(one, period) for one in stations]) if stations else Book.none()


def change(scope: Scope, now_period: int, before_period: int) -> Change | None:
    """Return what moved revenue and average price between two months; None where nothing was sold in the earlier."""
    return _change(scope, now_period, before_period, _stamp(scope, now_period, before_period))


def _stamp(scope: Scope, *months: int) -> tuple[object, ...]:
    """Return what changes with everything that the analysis of these months stands on."""
    archives = tuple((one.pk, one.revision) for one in scope.stations())
    return archives, sums.states(scope, months), priced_book().hash


@lru_cache(maxsize=ANSWERS_KEPT)
def _change(scope: Scope, now_period: int, before_period: int, _of: tuple[object, ...]) -> Change | None:
    now, before = book_of(scope, now_period), book_of(scope, before_period)
    if not before.energy_wh.sum():
        return None
    point = np.union1d(now.point, before.point)
    mine, theirs = _aligned(point, now), _aligned(point, before)
    # Of a customer who was not billed in one of the months the other tells the class.
    kind_now = np.where(mine.kind == NO_CLASS, theirs.kind, mine.kind)
    kind_before = np.where(theirs.kind == NO_CLASS, mine.kind, theirs.kind)
    sales = (
        Sales(kind_before, theirs.energy_wh, theirs.amount_fen),
        Sales(kind_now, mine.energy_wh, mine.amount_fen),
    )
    return Change(
        customer=np.where(mine.customer == 0, theirs.customer, mine.customer),
        point=point,
        area=np.where(mine.customer == 0, theirs.area, mine.area),
        kind=kind_now,
        before=sales[0],
        now=sales[1],
        effects=price_effects(*sales, _by_earlier_rules(scope, (now_period, before_period), point, mine)),
    )


def _by_earlier_rules(scope: Scope, months: tuple[int, int], point: Int64, mine: Book) -> Int64 | None:
    """Return the money of the later month by the rules of the earlier; None where the rules are the same."""
    amount_fen = mine.amount_fen.copy()
    for station in scope.stations():
        moved, by_group = policy.moved_by_rules(station, *months)
        # Bills of one point in a month sum up.
        np.add.at(amount_fen, np.searchsorted(point, moved), by_group)
    return None if np.array_equal(amount_fen, mine.amount_fen) else amount_fen


def _aligned(point: Int64, one: Book) -> Book:
    """Return a book with a row for each of these points; zeros for those it does not have."""
    at = np.searchsorted(point, one.point)
    columns = {}
    for name in Book.__slots__:
        column = getattr(one, name)
        columns[name] = np.zeros((len(point), *column.shape[1:]), column.dtype)
        columns[name][at] = column
    return Book(**columns)


def outliers(scope: Scope, period: int) -> tuple[Book, Outliers]:
    """Return a month's bills and whose price stands apart."""
    return _outliers(scope, period, rules.limits(period), _stamp(scope, period))


@lru_cache(maxsize=ANSWERS_KEPT)
def _outliers(
    scope: Scope, period: int, limits: OutlierLimits, _of: tuple[object, ...]
) -> tuple[Book, Outliers]:
    one = book_of(scope, period)
    return one, price_outliers(one.kind, one.area, one.energy_wh, one.amount_fen.sum(axis=1), limits)


@dataclass(frozen=True, slots=True)
class Rate:
    """An execution rate: its code, how it stands, and the rows of the book that must follow and do not."""

    code: str
    of: Execution
    open_rows: Int64


def rates(scope: Scope, period: int) -> tuple[Book, list[Rate]]:
    """Return how far time of use, power factor and two-part prices are carried out among commercial customers.

    Who must: time of use all of them; the adjustment those from the capacity of the 0.85 standard on; two-part those
    from its capacity on. A customer whose capacity the archive does not know is not counted as due.
    """
    one = book_of(scope, period)
    day = first_day(period)
    commercial = np.isin(one.kind, COMMERCIAL)
    adjusted_from = rules.adjusted_from_va(day)
    two_part_from = rules.two_part_from_va(day)
    two_part = one.kind == PriceClass.COMMERCIAL_TWO_PART
    found = []
    for code, must, does, group in (
        ("time_of_use", commercial, one.time_of_use, Group.TIME_OF_USE),
        (
            "power_factor",
            commercial & (one.capacity_va >= adjusted_from),
            one.power_factor_standard > 0,
            Group.POWER_FACTOR,
        ),
        ("two_part", commercial & (one.capacity_va >= two_part_from), two_part, Group.CAPACITY),
    ):
        rate = execution(must, does, one.energy_wh, np.ascontiguousarray(one.amount_fen[:, group]))
        found.append(Rate(code, rate, np.flatnonzero(must & ~does)))
    return one, found


def customers(scope: Scope, ids: Iterable[int]) -> dict[int, Customer]:
    """Return these customers by id."""
    found: dict[int, Customer] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), IDS_AT_ONCE):
        rows = Customer.objects.filter(scope.limit("station"), pk__in=wanted[start : start + IDS_AT_ONCE])
        found |= {one.pk: one for one in rows.only("number", "name", "station_id")}
    return found


def areas(scope: Scope, ids: Iterable[int]) -> dict[int, str]:
    """Return the names of these transformer areas."""
    rows = TransformerArea.objects.filter(scope.limit("station"), pk__in=set(ids))
    return dict(rows.values_list("id", "name"))


REMEMBERED: Final = (_change, _outliers)
"""What this process keeps; another database behind the same stations, as in tests, has to clear it."""
