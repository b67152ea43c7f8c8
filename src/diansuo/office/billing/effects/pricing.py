"""Everyone touched, priced as billed and under the new terms, month by month; the year's energy moves along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import billing_year
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.what_if import Rows, under
from diansuo.core.tariff.what_if.change import STEPPED
from diansuo.office.base.scope import Scope
from diansuo.office.billing.effects.columns import Asked
from diansuo.office.billing.repricing.comparing import COLUMNS, Compared, as_billed
from diansuo.office.billing.repricing.loading import Billed, load
from diansuo.office.billing.repricing.population import Population
from diansuo.office.billing.repricing.pricing import reprice

A_FEW: Final = 500
"""Up to so many points are asked for by id; more of them by reading the station's whole month."""
AUDITED: Final = 1
"""What is left to be done when every month is priced: the audit of the latest one."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Priced:
    """The bills of the points touched: what they came to and would come to, with the energy of both.

    Attributes:
        compared: bill by bill; ``compared.energy_wh`` as billed.
        energy_after_wh: int64, of the same rows.
    """

    compared: Compared
    energy_after_wh: Int64


@dataclass(slots=True)
class _Year:
    """What the changed months of a billing year added to the energy of each contract so far."""

    year: int = 0
    contract: Int64 = None  # type: ignore[assignment]
    more_wh: Int64 = None  # type: ignore[assignment]

    def begin(self, year: int) -> None:
        if year != self.year:
            self.year, self.contract, self.more_wh = year, np.zeros(0, np.int64), np.zeros(0, np.int64)

    def of(self, contract: Int64) -> Int64:
        if not len(self.contract):
            return np.zeros(len(contract), np.int64)
        at = np.minimum(np.searchsorted(self.contract, contract), len(self.contract) - 1)
        return np.where(self.contract[at] == contract, self.more_wh[at], 0)

    def add(self, contract: Int64, wh: Int64) -> None:
        every, at = np.unique(np.append(self.contract, contract), return_inverse=True)
        sums = np.zeros(len(every), np.int64)
        np.add.at(sums, at.reshape(-1), np.append(self.more_wh, wh))
        self.contract, self.more_wh = every, sums


def price_months(
    scope: Scope,
    asked: Asked,
    months: Sequence[int],
    *,
    station: int,
    book: RuleBook,
    place: str,
    year_start_month: int,
    on_progress: Progress = lambda _done, _total: None,
) -> Priced:
    """Price the months of the points touched as billed and under their new terms, as if these had held in them.

    Args:
        scope: whose bills may be seen.
        asked: what changes.
        months: 电费年月, ascending.
        station: whose points they are.
        book: the rules.
        place: whose commercial prices.
        year_start_month: month in which the billing year begins.
        on_progress: told how many months of how many are done; the audit that follows is one more.
    """
    few = tuple(asked.point.tolist()) if len(asked.point) <= A_FEW else ()
    years = bool(np.isin(asked.terms.price_class, STEPPED).any())
    found: list[Priced] = []
    year = _Year()
    for done, month in enumerate(months):
        on_progress(done, len(months) + AUDITED)
        population = Population(month, month, station=station, points=few)
        billed = load(scope, population, book, year_start_month=year_start_month, years=years)
        year.begin(billing_year(month, year_start_month))
        if len(billed):
            found.append(_month(billed, asked, year, book, place))
    on_progress(len(months), len(months) + AUDITED)
    return _together(found)


def _month(billed: Billed, asked: Asked, year: _Year, book: RuleBook, place: str) -> Priced:
    before, refused = as_billed(billed, book, place)
    terms = asked.by_point(billed.point)
    rows, freeze = under(billed.rows, billed.freeze, terms)
    rows = _with_year(rows, year.of(billed.contract))
    after = reprice(rows, len(billed), freeze, book, place)
    energy, was = _energies(rows, len(billed)), _energies(billed.rows, len(billed))
    more = energy - was
    year.add(billed.contract, np.where(after.priced, more, 0))
    refused = after.refused | refused
    kept = np.isin(billed.point, asked.point)
    mine = {row: why for row, why in refused.items() if kept[row]}
    kept[list(refused)] = False
    of = {name: getattr(billed, name)[kept] for name in ("bill", "period", "point", "customer", "area")}
    compared = Compared(
        **of,
        price_class=billed.price_class[kept],
        new_class=np.where(terms.price_class < 0, billed.price_class, terms.price_class)[kept],
        energy_wh=billed.energy_wh[kept],
        before_fen=billed.amount_fen[kept],
        after_fen=after.amount_fen[kept],
        step_before=before.step[kept],
        step_after=after.step[kept],
        refused=tuple(
            (int(billed.bill[row]), int(billed.customer[row]), *why) for row, why in sorted(mine.items())
        ),
    )
    return Priced(compared, (billed.energy_wh + more)[kept])


def _with_year(rows: Rows, more_wh: Int64) -> Rows:
    """Return the rows with what earlier months of the year would have had more, where steps count it."""
    given = rows.households
    stepped = np.isin(given.price_class, STEPPED)
    more = np.where(stepped, more_wh[rows.of_household], 0)
    return replace(
        rows, households=replace(given, year_to_date_wh=np.maximum(given.year_to_date_wh + more, 0))
    )


def _energies(rows: Rows, bills: int) -> Int64:
    sums = np.zeros(bills, np.int64)
    np.add.at(sums, rows.of_household, rows.households.energy_wh)
    np.add.at(sums, rows.of_commercial, rows.commercial.energy_wh)
    return sums


def _together(found: list[Priced]) -> Priced:
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        kind = np.int16 if name.startswith("step") else np.int64
        each = [getattr(one.compared, name) for one in found]
        columns[name] = np.concatenate(each) if each else np.zeros(0, kind)
    energy = [one.energy_after_wh for one in found]
    refused = tuple(why for one in found for why in one.compared.refused)
    return Priced(
        Compared(**columns, refused=refused),
        np.concatenate(energy) if energy else np.zeros(0, np.int64),
    )
