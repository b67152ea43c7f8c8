"""The slow twin of an explanation: one household of annual steps, ``Decimal``, one statement a cause."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from diansuo.core.rules import RuleBook
from diansuo.shadow.household import Customer, bill

WH = Decimal("0.001")


@dataclass
class Month:
    """A settled month of a household: how it is priced, its multiplier, and what makes up for an estimate."""

    customer: Customer
    multiplier: int
    trued_up_kwh: Decimal

    @property
    def days(self) -> int:
        return (self.customer.to_date - self.customer.from_date).days


def down(kwh: Decimal) -> Decimal:
    """Round down to the Wh, nothing below 0."""
    return max(kwh.quantize(WH, ROUND_DOWN), Decimal(0))


def explain(before: Month, after: Month, book: RuleBook) -> list[tuple[str, Decimal]]:
    """Return (cause, yuan) of every part that is not 0, in the documented order."""
    old, new = before.customer, after.customer
    own = down(old.energy_kwh - before.trued_up_kwh)
    days_kwh = old.energy_kwh if before.days == after.days else own * after.days / before.days
    if before.days != after.days:
        days_kwh = down(days_kwh) + before.trued_up_kwh
    use_kwh = (new.energy_kwh - after.trued_up_kwh) * before.multiplier / after.multiplier
    bills = [(old, "")]
    state = old
    for cause, kwh in (
        ("days", days_kwh),
        ("energy", down(use_kwh) + before.trued_up_kwh),
        ("multiplier", new.energy_kwh - after.trued_up_kwh + before.trued_up_kwh),
        ("trued_up", new.energy_kwh),
    ):
        state = Customer(**{**vars(old), "energy_kwh": max(kwh, Decimal(0))})
        bills.append((state, cause))
    state = Customer(
        **{**vars(state), "year_to_date_kwh": new.year_to_date_kwh, "months_in_year": new.months_in_year}
    )
    bills += [(state, "steps"), (new, "price")]
    yuan = [bill(each, book).total_yuan for each, _ in bills]
    parts = [(cause, now - then) for (_, cause), then, now in zip(bills[1:], yuan, yuan[1:], strict=False)]
    return [(cause, amount) for cause, amount in parts if amount]
