"""Household bills explained: each cause changed in turn under the earlier bill's prices, the prices last.

Page: docs/rules/explanation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.columns import BillingInput, Freeze
from diansuo.core.tariff.crossing import price_across_changes
from diansuo.core.tariff.explaining.columns import Cause, Explanation, Facts
from diansuo.core.tariff.explaining.telescoping import NO_CAUSE, Link, Priced, parts, run
from diansuo.core.tariff.explaining.use import Use, moving, shared, times

REGISTERS: Final = ("energy_wh", "peak_wh", "valley_wh")
CHANGED_BY: Final = {
    Cause.TIME_OF_USE: ("peak_wh", "valley_wh", "has_time_of_use"),
    Cause.HOUSEHOLD: ("persons", "persons_months", "heating_months", "free_months", "free_taken_wh"),
    Cause.STEPS: ("year_to_date_wh", "months_in_year"),
    Cause.CLASS: ("price_class", "voltage_class"),
}
"""After the energy: which columns each cause takes from the later bill, in this order."""


@dataclass(frozen=True, slots=True)
class HouseholdEvidence:
    """Bills of households with all that priced them.

    Attributes:
        inputs: one row a bill, as it was priced.
        facts: what stands on the bills.
        book: the rules they were priced by, :meth:`RuleBook.from_slices` of what is stored with them.
        freeze: the registers a change of prices divided them by.
    """

    inputs: BillingInput
    facts: Facts
    book: RuleBook
    freeze: Freeze = field(default_factory=Freeze.none)

    def check(self) -> None:
        """Check dtypes and lengths.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        self.inputs.check()
        self.facts.check(len(self.inputs))
        self.freeze.check(len(self.inputs))

    @property
    def use(self) -> Use:
        """Energy and days."""
        return Use(self.inputs.energy_wh, self.inputs.to_day - self.inputs.from_day, self.facts)


def explain_households(
    before: HouseholdEvidence, after: HouseholdEvidence, place: str | None = None
) -> Explanation:
    """Explain why later bills of households differ from earlier ones, to the fen.

    Args:
        before: the earlier bills.
        after: the later bills, row by row of the same customers.
        place: whose rules; None: the default place of each book.

    Returns:
        Parts in the order of :class:`Cause` that sum to the difference of each row.

    Raises:
        WrongColumn: a column has the wrong dtype or length.
        ValueError: no place is named and a book has no default.
    """
    before.check()
    after.check()
    links = _links(before, after)

    def pricing(link: Link, rows: Int64) -> Priced:
        ends = link.cause == Cause.PRICE
        evidence = after if ends else before
        freeze = evidence.freeze if ends else _scaled(before, link.inputs)
        bills = price_across_changes(link.inputs.take(rows), evidence.book, place, _of_rows(freeze, rows))
        return Priced(bills.amount_fen, bills.priced)

    amount_fen, priced = run(links, pricing)
    other_class = np.logical_or.reduce(
        [getattr(before.inputs, name) != getattr(after.inputs, name) for name in CHANGED_BY[Cause.CLASS]]
    )
    return parts(links, amount_fen, priced, before.facts, after.facts, other_class)


def _links(before: HouseholdEvidence, after: HouseholdEvidence) -> list[Link]:
    old, new = before.inputs, after.inputs
    links = [Link(NO_CAUSE, old, old.energy_wh)]
    for cause, energy_wh in moving(before.use, after.use):
        registers: dict[str, Any] = {
            name: shared(getattr(old, name), old.energy_wh, getattr(new, name), new.energy_wh, energy_wh)
            for name in REGISTERS[1:]
        }
        links.append(Link(cause, replace(old, energy_wh=energy_wh, **registers), energy_wh))
    state = links[-1].inputs
    for cause, names in CHANGED_BY.items():
        state = replace(state, **{name: getattr(new, name) for name in names})
        links.append(Link(cause, state, new.energy_wh))
    links.append(Link(Cause.PRICE, new, new.energy_wh))
    return links


def _scaled(before: HouseholdEvidence, inputs: BillingInput) -> Freeze:
    """Return the registers on the days of change as large as the energy that is priced now."""
    freeze = before.freeze
    if not len(freeze.row):
        return freeze
    scaled = {}
    for name in REGISTERS:
        old, new = getattr(before.inputs, name)[freeze.row], getattr(inputs, name)[freeze.row]
        register = getattr(freeze, name)
        scaled[name] = np.where(old == new, register, times(register, new, old))
    return replace(freeze, **scaled)


def _of_rows(freeze: Freeze, rows: Int64) -> Freeze:
    """Return the registers of some rows, ascending, under their place among them."""
    if not len(freeze.row):
        return freeze
    held = np.isin(freeze.row, rows)
    return freeze.take(held, np.searchsorted(rows, freeze.row[held]).astype(np.int64))
