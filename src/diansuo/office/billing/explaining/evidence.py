"""The one place where stored bills become the columns that the core explains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from diansuo.core.rules import RuleBook
from diansuo.core.tariff import BillingInput, Freeze, PriceClass
from diansuo.core.tariff.classes import RULES_OF_CLASS
from diansuo.core.tariff.explaining import (
    CommercialEvidence,
    Explanation,
    Facts,
    HouseholdEvidence,
    explain_commercial,
    explain_households,
    explain_unlike,
)
from diansuo.core.tariff.resolve import day_number
from diansuo.office.billing.columns import Int64
from diansuo.office.billing.explaining.commercial import commercial_freeze, commercial_input
from diansuo.office.billing.explaining.stored import Stored

HOUSEHOLD: Final = ("persons", "persons_months", "heating_months", "free_months")
"""What a household has on top, as far as bills carry it."""
WITHOUT_PERIODS: Final = {
    PriceClass.RESIDENTIAL_STEPS_TOU: PriceClass.RESIDENTIAL_STEPS,
    PriceClass.RESIDENTIAL_SHARED_TOU: PriceClass.RESIDENTIAL_SHARED,
}


def explain(before: Stored, after: Stored) -> Explanation:
    """Explain a bill against an earlier one of the same contract, from what is stored with both.

    The rules of both are laid together, so that each cause can be priced alone; where the two contradict each other,
    each bill is priced by its own.
    """
    if before.commercial != after.commercial or before.place != after.place:
        return explain_unlike(_facts([before]), _facts([after]), np.array([after.bill.energy_wh]))
    mine, theirs = _book(before), _book(after)
    both = _book(before, after)
    found = _explain(before, after, both, both)
    return found if found.separable.all() else _explain(before, after, mine, theirs)


def _explain(before: Stored, after: Stored, old: RuleBook, new: RuleBook) -> Explanation:
    if after.commercial:
        return explain_commercial(_commercial(before, old), _commercial(after, new), after.place)
    return explain_households(_household(before, old), _household(after, new), after.place)


def _book(*bills: Stored) -> RuleBook:
    return RuleBook.from_slices(one.content for bill in bills for one in bill.slices)


def _facts(bills: Sequence[Stored]) -> Facts:
    def column(values: Sequence[int]) -> Int64:
        return np.array(values, dtype=np.int64)

    return Facts(
        amount_fen=column([each.bill.amount_fen for each in bills]),
        adjustment_fen=column([each.adjustment_fen for each in bills]),
        multiplier=column([each.multiplier for each in bills]),
        trued_up_wh=column([each.trued_up_wh for each in bills]),
        loss_wh=column([each.bill.transformer_loss_wh + each.bill.line_loss_wh for each in bills]),
    )


def _class_priced(stored: Stored, book: RuleBook) -> int:
    """Return the class whose rules are stored: a bill without energy has no line of a period, and no rule of one."""
    price_class = PriceClass(stored.bill.price_class)
    rule = RULES_OF_CLASS[price_class].time_of_use
    needless = stored.read_wh == 0 and rule is not None and f"{stored.place}/{rule}" not in book.rules
    return WITHOUT_PERIODS.get(price_class, price_class) if needless else price_class


def _input(stored: Stored, book: RuleBook) -> BillingInput:
    bill = stored.bill

    def wide(value: int) -> Int64:
        return np.array([value], dtype=np.int64)

    return BillingInput(
        price_class=wide(_class_priced(stored, book)).astype(np.int16),
        voltage_class=wide(bill.voltage_class).astype(np.int16),
        period=wide(bill.period),
        from_day=wide(day_number(bill.from_date)),
        to_day=wide(day_number(bill.to_date)),
        energy_wh=wide(stored.read_wh),
        peak_wh=wide(bill.peak_wh),
        valley_wh=wide(bill.valley_wh),
        has_time_of_use=np.array([bill.consumption.has_parts]),
        year_to_date_wh=wide(bill.year_to_date_wh),
        months_in_year=wide(bill.months_in_year).astype(np.int16),
        **{name: wide(getattr(bill, name, 0)).astype(np.int16) for name in HOUSEHOLD},
    )


def _household(stored: Stored, book: RuleBook) -> HouseholdEvidence:
    return HouseholdEvidence(_input(stored, book), _facts([stored]), book, _freeze(stored))


def _freeze(stored: Stored) -> Freeze:
    """Return the registers that divided a bill: what its parts had used up to each day that days did not divide."""
    rows = []
    used = np.zeros(3, dtype=np.int64)
    for part, following in zip(stored.parts, stored.parts[1:], strict=False):
        used = used + np.array([part.energy_wh, part.peak_wh, part.valley_wh])
        if not (part.by_days and following.by_days):
            rows.append([0, day_number(following.from_date), *used.tolist()])
    return Freeze(*np.array(rows, dtype=np.int64).reshape(-1, 5).T.copy())


def _commercial(stored: Stored, book: RuleBook) -> CommercialEvidence:
    return CommercialEvidence(commercial_input(stored), _facts([stored]), book, commercial_freeze(stored))
