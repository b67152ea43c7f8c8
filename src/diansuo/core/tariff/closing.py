"""A year of steps settled anew when it turns out shorter: closing of an account, change of class away from steps.

Each of the year's bills is priced once as it was and once with the limits of the months the household really had; the
last bill charges the difference in lines of its own. So the year costs, to the fen, what it would have cost had
everybody known from the first bill on. Source: domain.md §2.3; docs/rules/residential-steps.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int16, Int64, WrongColumn, require
from diansuo.core.quantity.month import MONTHS
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.columns import BillingInput, Bills, Freeze, Lines, Refusal, RefusalCode
from diansuo.core.tariff.crossing import price_across_changes
from diansuo.core.tariff.joining import join_lines, join_rules, refuse, under_rules
from diansuo.core.tariff.shapes import YEAR_ANEW

OF_THE_YEAR: Final = ("months_in_year", "persons", "persons_months", "heating_months")
"""What says how high the limits of a whole year are."""


@dataclass(frozen=True, slots=True)
class EarlierBills:
    """The bills of the year before a last bill, as they were priced.

    Attributes:
        row: int64 (bills,), the row of the last bill each of them belongs to.
        inputs: what they were priced with, among it the months and the persons of that time.
        freeze: the frozen registers they were divided by.
    """

    row: Int64
    inputs: BillingInput
    freeze: Freeze | None = None

    @classmethod
    def as_one(cls, last: BillingInput, months_in_year: Int16 | None = None) -> EarlierBills:
        """Take the year before each last bill as one bill at the price of that bill's first day.

        For want of the single bills: their roundings, and prices that changed within the year, are not seen.

        Args:
            last: the last bills, with the year's energy before them.
            months_in_year: int16 (rows,), the months they were priced with; None: 12.
        """
        rows = np.flatnonzero(last.year_to_date_wh > 0)
        months = np.full(len(last), MONTHS, np.int16) if months_in_year is None else months_in_year
        before = last.take(rows)
        nothing = np.zeros(len(rows), np.int64)
        one_day = before.from_day + 1
        return cls(
            rows,
            replace(
                before,
                to_day=one_day,
                energy_wh=before.year_to_date_wh,
                peak_wh=nothing,
                valley_wh=nothing,
                year_to_date_wh=nothing,
                months_in_year=months[rows],
                free_months=np.zeros(len(rows), np.int16),
            ),
        )


def settle_year_anew(
    last: BillingInput,
    earlier: EarlierBills,
    book: RuleBook,
    place: str | None = None,
    freeze: Freeze | None = None,
) -> Bills:
    """Price the last bills of years of steps, each with what the year costs more or less for its real months.

    The lines of a last bill are those of its own use under ``T(m)``, then one line of component ``CORRECTION`` for
    each step (and price) whose energy in the earlier bills changes: its quantity is the energy they have in that step
    under ``T(m)`` less what was charged there, its price that of the step's own line, its amount the difference of
    the two amounts (step id ``year-anew``), which need not be quantity times price to the fen.

    Args:
        last: the last bills; ``months_in_year`` and what else says how high the limits are as the whole year really
            had it, ``year_to_date_wh`` the energy of the earlier bills that counts.
        earlier: the year's bills before.
        book: the rules; from ``RuleBook.from_slices`` to settle again what was settled once.
        place: whose rules; None: the book's default place.
        freeze: frozen registers of the last bills.

    Returns:
        Bills like those of :func:`price_across_changes`. A row is refused where one of its earlier bills cannot be
        priced, or where they do not come to ``year_to_date_wh``.

    Raises:
        WrongColumn: a column has the wrong dtype or length.
        ValueError: no place is named and the book has no default.
    """
    require(np.int64, row=earlier.row)
    if len(earlier.row) != len(earlier.inputs):
        raise WrongColumn(f"row: expected {len(earlier.inputs)} rows, got {len(earlier.row)}")
    bills = price_across_changes(last, book, place, freeze)
    as_billed = price_across_changes(earlier.inputs, book, place, earlier.freeze)
    real = {name: getattr(last, name)[earlier.row] for name in OF_THE_YEAR}
    anew = price_across_changes(replace(earlier.inputs, **real), book, place, earlier.freeze)
    refused = _refusals(last, earlier, as_billed, anew)
    bills = refuse(bills, {row: each for row, each in refused.items() if bills.priced[row]})
    rules, _ = join_rules((bills.rules, as_billed.rules, anew.rules))
    bills = under_rules(bills, rules)
    corrections = _corrections(earlier.row, under_rules(as_billed, rules), under_rules(anew, rules))
    corrections = corrections.take(bills.priced[corrections.row])
    amount_fen = bills.amount_fen.copy()
    np.add.at(amount_fen, corrections.row, corrections.amount_fen)
    corrected = set(corrections.rule.tolist())
    return replace(
        bills,
        amount_fen=amount_fen,
        lines=join_lines([bills.lines, corrections]),
        rules=tuple(
            replace(rule, rounding_steps=(*rule.rounding_steps, YEAR_ANEW)) if at in corrected else rule
            for at, rule in enumerate(rules)
        ),
    )


def _corrections(row: Int64, as_billed: Bills, anew: Bills) -> Lines:
    """Write what the steps of the earlier bills come to anew less what they came to, by row, rule, step and price."""
    keys, quantities, amounts = [], [], []
    for sign, bills in ((-1, as_billed), (1, anew)):
        in_steps = np.isin(bills.lines.component, (Component.BASE, Component.STEP))
        lines = bills.lines.take(in_steps)
        keys.append(np.stack([row[lines.row], lines.rule, lines.step, lines.price_nano]))
        quantities.append(sign * lines.quantity_wh)
        amounts.append(sign * lines.amount_fen)
    key, group = np.unique(np.concatenate(keys, axis=1), axis=1, return_inverse=True)
    corrections = Lines.empty(key.shape[1])
    corrections.row[:], corrections.rule[:], corrections.step[:], corrections.price_nano[:] = key
    corrections.sequence[:] = 1
    corrections.component[:] = Component.CORRECTION
    for column, changes in (
        (corrections.quantity_wh, quantities),
        (corrections.amount_fen, amounts),
    ):
        column[:] = 0
        np.add.at(column, group.ravel(), np.concatenate(changes))
    corrections.remainder_wh[:] = 0
    return corrections.take((corrections.quantity_wh != 0) | (corrections.amount_fen != 0))


def _refusals(
    last: BillingInput, earlier: EarlierBills, as_billed: Bills, anew: Bills
) -> Mapping[int, Refusal]:
    """Refuse last bills of whose year a bill cannot be priced, or whose year does not add up."""
    refusals: dict[int, Refusal] = {}
    for refusal in (*as_billed.refusals, *anew.refusals):
        row = int(earlier.row[refusal.row])
        params = {**refusal.params, "earlier_period": int(earlier.inputs.period[refusal.row])}
        refusals.setdefault(row, replace(refusal, row=row, params=params))
    counted_wh = np.zeros(len(last), np.int64)
    np.add.at(counted_wh, earlier.row, as_billed.counted_wh)
    for row in np.flatnonzero(counted_wh != last.year_to_date_wh).tolist():
        params = {"year_to_date_wh": int(last.year_to_date_wh[row]), "earlier_wh": int(counted_wh[row])}
        refusals.setdefault(row, Refusal(row, RefusalCode.EARLIER_BILLS_DO_NOT_ADD_UP, params))
    return refusals
