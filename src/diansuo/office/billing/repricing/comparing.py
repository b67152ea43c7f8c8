"""A population priced twice, as it was billed and under a change: before anything is decided, and nothing written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64
from diansuo.core.quantity.month import next_month
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import Component, Freeze
from diansuo.core.tariff.what_if import Change, Rows, changed
from diansuo.core.tariff.what_if.change import STEPPED
from diansuo.office.base.scope import Scope
from diansuo.office.billing.repricing.loading import Billed, corrected, load
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.pricing import Repriced, reprice

NOT_AS_BILLED: Final = "not_as_billed"
"""Today's rules and archive do not come to what was billed, so a difference would not be one of the change."""
CORRECTED: Final = "corrected"
"""The bill settles other months too (退补、年度清算), whose rows it does not keep."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Compared:
    """Bills before and after; one row a bill that could be priced both ways, and the others with their reasons.

    Attributes:
        bill: int64 (bills,), id, and so the columns that follow.
        period: YYYYMM.
        point: the metering point.
        customer: the customer.
        area: the transformer area, 0 without.
        price_class: as billed.
        new_class: under the change.
        energy_wh: as settled.
        before_fen: as billed.
        after_fen: under the change.
        step_before: int16, step the year had reached; 0 without.
        step_after: under the change.
        refused: bill, customer, code and what the engine says with it, of each that was left out.
    """

    bill: Int64
    period: Int64
    point: Int64
    customer: Int64
    area: Int64
    price_class: Int64
    new_class: Int64
    energy_wh: Int64
    before_fen: Int64
    after_fen: Int64
    step_before: Int16
    step_after: Int16
    refused: tuple[tuple[int, int, str, dict[str, Any]], ...]

    def __len__(self) -> int:
        return len(self.bill)

    @property
    def difference_fen(self) -> Int64:
        """What each bill would be more."""
        return self.after_fen - self.before_fen


COLUMNS: Final = tuple(each.name for each in fields(Compared) if each.name != "refused")


def compare(
    scope: Scope,
    population: Population,
    change: Change,
    *,
    book: RuleBook,
    other: RuleBook,
    place: str,
    year_start_month: int = 1,
    on_progress: Progress = lambda _done, _total: None,
) -> Compared:
    """Price the bills of a population as they were billed and under a change, month by month.

    Args:
        scope: whose bills may be seen.
        population: which of them.
        change: other terms.
        book: the rules that priced the bills.
        other: the rules under the change; the same book where they stay.
        place: whose commercial prices.
        year_start_month: month in which the billing year begins.
        on_progress: told how many months of how many are done.
    """
    months = [population.first]
    while months[-1] < population.last:
        months.append(next_month(months[-1]))
    years = change.price_class is not None and change.price_class[1] in STEPPED
    found = []
    for done, month in enumerate(months):
        on_progress(done, len(months))
        some = replace(population, first=month, last=month)
        billed = load(scope, some, book, year_start_month=year_start_month, years=years)
        if len(billed):
            found.append(_compared(billed, change, book, other, place))
    on_progress(len(months), len(months))
    return _together(found)


def as_billed(
    billed: Billed, book: RuleBook, place: str
) -> tuple[Repriced, dict[int, tuple[str, dict[str, Any]]]]:
    """Price bills by the rules as they were; return also those that do not come to what was billed, with why."""
    before = reprice(billed.rows, len(billed), billed.freeze, book, place)
    refused = dict(before.refused)
    off = np.flatnonzero(before.priced & (before.amount_fen != billed.amount_fen))
    settling = set(corrected(billed.bill[off], Component.CORRECTION))
    for row in off.tolist():
        code = CORRECTED if int(billed.bill[row]) in settling else NOT_AS_BILLED
        difference = {"billed_fen": int(billed.amount_fen[row]), "priced_fen": int(before.amount_fen[row])}
        refused[row] = code, difference
    return before, refused


def _compared(billed: Billed, change: Change, book: RuleBook, other: RuleBook, place: str) -> Compared:
    before, refused = as_billed(billed, book, place)
    rows = changed(billed.rows, change)
    freeze = billed.freeze if rows.of_household is billed.rows.of_household else _moved(billed, rows)
    unchanged = change == Change() and other is book
    after = before if unchanged else reprice(rows, len(billed), freeze, other, place)
    refused = after.refused | refused
    kept = np.ones(len(billed), np.bool_)
    kept[list(refused)] = False
    return Compared(
        **{name: getattr(billed, name)[kept] for name in ("bill", "period", "point", "customer", "area")},
        price_class=billed.price_class[kept],
        new_class=_classes(billed, rows)[kept],
        energy_wh=billed.energy_wh[kept],
        before_fen=billed.amount_fen[kept],
        after_fen=after.amount_fen[kept],
        step_before=before.step[kept],
        step_after=after.step[kept],
        refused=tuple(
            (int(billed.bill[row]), int(billed.customer[row]), *why) for row, why in sorted(refused.items())
        ),
    )


def _moved(billed: Billed, rows: Rows) -> Freeze:
    """Return the registers under the new places of their households' rows; those that left have none."""
    freeze, was = billed.freeze, billed.rows.of_household
    stays = np.isin(was, rows.of_household)
    place: Int64 = np.cumsum(stays) - 1
    kept: Bool = stays[freeze.row]
    return freeze.take(kept, place[freeze.row[kept]])


def _classes(billed: Billed, rows: Rows) -> Int64:
    """Return the class of each bill's last row."""
    found = billed.price_class.copy()
    found[rows.of_household] = rows.households.price_class
    found[rows.of_commercial] = np.where(rows.commercial.two_part, 6, 5)
    return found


def _together(found: list[Compared]) -> Compared:
    columns = {
        name: np.concatenate([getattr(one, name) for one in found])
        if found
        else np.zeros(0, np.int16 if name.startswith("step") else np.int64)
        for name in COLUMNS
    }
    return Compared(**columns, refused=tuple(each for one in found for each in one.refused))
