"""Commercial bills explained: each cause changed in turn under the earlier bill's prices, the prices last.

Page: docs/rules/explanation.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.rules import RuleBook
from diansuo.core.tariff.commercial import (
    CommercialFreeze,
    CommercialInput,
    price_commercial_across_changes,
)
from diansuo.core.tariff.commercial.columns import ByBand
from diansuo.core.tariff.explaining.columns import Cause, Explanation, Facts
from diansuo.core.tariff.explaining.telescoping import NO_CAUSE, Link, Priced, parts, run
from diansuo.core.tariff.explaining.use import Use, moving, shared, times

CLASS: Final = ("voltage_class", "two_part", "purchase_mode")
CAPACITY: Final = ("capacity_method", "capacity_exempt", "capacity_va", "contract_demand_w", "demand_w")
CAPACITY_DAYS: Final = ("capacity_va_days", "demand_days")
POWER_FACTOR: Final = ("power_factor_standard", "reduced_standard", "active_wh", "reactive_varh")
WITH_ENERGY: Final = ("active_wh", "reactive_varh", "month_energy_wh")
"""What keeps its ratio to the energy until its own cause is changed."""


@dataclass(frozen=True, slots=True)
class CommercialEvidence:
    """Commercial bills with all that priced them.

    Attributes:
        inputs: one row a bill, as it was priced.
        facts: what stands on the bills, the losses within the energy among it.
        book: the rules they were priced by, :meth:`RuleBook.from_slices` of what is stored with them.
        freeze: the registers of the days that divided them.
    """

    inputs: CommercialInput
    facts: Facts
    book: RuleBook
    freeze: CommercialFreeze = field(default_factory=CommercialFreeze.none)

    def check(self) -> None:
        """Check dtypes, shapes and lengths.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        self.inputs.check()
        self.facts.check(len(self.inputs))

    @property
    def loss_wh(self) -> Int64:
        """The losses within the energy."""
        return np.minimum(self.facts.loss_wh, self.inputs.energy_wh)

    @property
    def use(self) -> Use:
        """Energy without losses, and days."""
        return Use(
            self.inputs.energy_wh - self.loss_wh, self.inputs.to_day - self.inputs.from_day, self.facts
        )


def explain_commercial(
    before: CommercialEvidence, after: CommercialEvidence, place: str | None = None
) -> Explanation:
    """Explain why later commercial bills differ from earlier ones, to the fen.

    Args:
        before: the earlier bills.
        after: the later bills, row by row of the same customers.
        place: whose prices; None: the default place of each book.

    Returns:
        Parts in the order of :class:`Cause` that sum to the difference of each row.

    Raises:
        WrongColumn: a column has the wrong dtype, shape or length.
        ValueError: no place is named and a book has no default.
    """
    before.check()
    after.check()
    links = _links(before, after)

    def pricing(link: Link, rows: Int64) -> Priced:
        side = after if link.cause == Cause.PRICE else before
        freeze = _of_rows(side.freeze, rows)
        bills = price_commercial_across_changes(link.inputs.take(rows), side.book, place, freeze).bills
        return Priced(bills.amount_fen, bills.priced)

    amount_fen, priced = run(links, pricing)
    other_class = np.logical_or.reduce(
        [getattr(before.inputs, name) != getattr(after.inputs, name) for name in CLASS]
    )
    return parts(links, amount_fen, priced, before.facts, after.facts, other_class)


def _of_rows(freeze: CommercialFreeze, rows: Int64) -> CommercialFreeze:
    """Return the freezes of some rows, by their place among these."""
    place = {row: at for at, row in enumerate(rows.tolist())}
    kept = freeze.take(np.isin(freeze.row, rows))
    return replace(kept, row=np.array([place[row] for row in kept.row.tolist()], np.int64))


def _links(before: CommercialEvidence, after: CommercialEvidence) -> list[Link]:
    old, new = before.inputs, after.inputs
    links = [Link(NO_CAUSE, old, old.energy_wh)]
    for cause, read_wh in moving(before.use, after.use):
        links.append(_with_energy(cause, old, new, read_wh + before.loss_wh))
    links.append(_with_energy(Cause.LOSSES, old, new, new.energy_wh))
    state = links[-1].inputs
    for cause, columns in (
        (Cause.TIME_OF_USE, _taken(new, ("band_wh", "time_of_use", "has_bands"))),
        (Cause.CLASS, _taken(new, CLASS) | {"own_price_nano": _own_price(old, new)}),
        (Cause.CAPACITY, _taken(new, (*CAPACITY, "month_energy_wh")) | _charged_days(old, new)),
        (Cause.POWER_FACTOR, _taken(new, POWER_FACTOR)),
    ):
        state = replace(state, **columns)
        links.append(Link(cause, state, new.energy_wh))
    links.append(Link(Cause.PRICE, new, new.energy_wh))
    return links


def _taken(new: CommercialInput, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(new, name) for name in names}


def _with_energy(cause: Cause, old: CommercialInput, new: CommercialInput, energy_wh: Int64) -> Link:
    """Return the earlier bills with another energy: its periods and its reactive energy keep their ratio to it."""
    bands = np.stack(
        [
            shared(_band(old, band), old.energy_wh, _band(new, band), new.energy_wh, energy_wh)
            for band in range(BANDS)
        ],
        axis=1,
    )
    # What rounding down leaves over goes where the settled energy keeps its own remainder.
    bands[:, Band.FLAT] += energy_wh - bands.sum(axis=1)
    columns = {
        name: np.where(
            (old.energy_wh == energy_wh) | (old.energy_wh == 0),
            getattr(old, name),
            times(getattr(old, name), energy_wh, old.energy_wh),
        )
        for name in WITH_ENERGY
    }
    return Link(cause, replace(old, energy_wh=energy_wh, band_wh=bands, **columns), energy_wh)


def _band(inputs: CommercialInput, band: int) -> Int64:
    return np.ascontiguousarray(inputs.band_wh[:, band])


def _own_price(old: CommercialInput, new: CommercialInput) -> ByBand:
    """Return the price of the contract: a customer who has just come to the market has only the later one."""
    changed = old.purchase_mode != new.purchase_mode
    return np.where(changed[:, None], new.own_price_nano, old.own_price_nano)


def _charged_days(old: CommercialInput, new: CommercialInput) -> dict[str, Int64]:
    """Return the later charged days in a month of the earlier length: a whole month stays a whole month."""
    return {
        name: np.where(
            old.month_days == new.month_days,
            getattr(new, name),
            times(getattr(new, name), old.month_days, new.month_days),
        )
        for name in CAPACITY_DAYS
    }
