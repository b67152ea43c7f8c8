"""A factory's bill when a price changes inside it: divided by days, billed part by part, put together again.

Monthly prices change on the first of a month, so whoever is read on another day has such a bill every month. Each part
is adjusted by the power factor of the whole month. The capacity or demand charge is divided only where its own price or
rule changes; else the last part bears it whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.charges import PRICES, TERMS
from diansuo.shadow.exact import nearest, towards_zero
from diansuo.shadow.factory import Bill, Factory
from diansuo.shadow.factory_bill import bill
from diansuo.shadow.rules_of import Changes, days_between, entry_on

STEP_KWH: Final = Fraction(1, 100)
WHOLE_VA_DAYS: Final = Fraction(1, 1000)


@dataclass
class CrossedBill:
    """The bill, the part of each line (0 where it is not divided), and the days and kWh of each part."""

    bill: Bill
    line_parts: list[int]
    parts: list[tuple[date, date, Fraction]]


def bill_across_changes(factory: Factory, book: RuleBook, place: str) -> CrossedBill:
    """Bill one factory, part by part where something that prices it changes."""
    changes = change_days(factory, book, place)
    if not changes:
        whole = bill(factory, book, place)
        return CrossedBill(whole, [0] * len(whole.lines), [])
    parts = divided(factory, changes, of_charge=charge_changes(factory, book, place))
    bills = [bill(part, book, place) for part in parts]
    together = Bill(
        lines=[line for each in bills for line in each.lines],
        energy=sum((each.energy for each in bills), Fraction(0)),
        power_factor=bills[-1].power_factor,
        rate=bills[-1].rate,
    )
    return CrossedBill(
        together,
        [number for number, each in enumerate(bills, start=1) for _ in each.lines],
        [(part.from_date, part.to_date, each.energy) for part, each in zip(parts, bills, strict=True)],
    )


def change_days(factory: Factory, book: RuleBook, place: str) -> list[date]:
    """Return the days on which something that prices the factory changes: bill it, and cut where it says so."""
    try:
        bill(factory, book, place)
    except Changes as change:
        before = replace(factory, to_date=change.day)
        after = replace(factory, from_date=change.day)
        return sorted({*change_days(before, book, place), change.day, *change_days(after, book, place)})
    return []


def charge_changes(factory: Factory, book: RuleBook, place: str) -> bool:
    """Whether the price or the rule of capacity and demand changes within the month."""
    if not factory.two_part or factory.exempt:
        return False
    days = days_between(factory.from_date, factory.to_date)
    return any(
        len({entry_on(book, rule_id, day).slice_hash for day in days}) > 1
        for rule_id in (TERMS, f"{place}/{PRICES}")
    )


def divided(factory: Factory, changes: list[date], *, of_charge: bool) -> list[Factory]:
    """Cut the month at days of change, every period of the day for itself."""

    def share(quantity: Fraction, step: Fraction) -> list[Fraction]:
        return by_days(quantity, factory.from_date, factory.to_date, changes, step)

    starts, ends = [factory.from_date, *changes], [*changes, factory.to_date]
    periods = list(zip(*(share(each, STEP_KWH) for each in factory.by_period), strict=True))
    energy = share(factory.energy, STEP_KWH)
    if factory.time_of_use and factory.has_periods:
        energy = [sum(of_part, Fraction(0)) for of_part in periods]
    only_last = _last_of(len(starts))
    capacity = share(factory.capacity_days, WHOLE_VA_DAYS) if of_charge else only_last(factory.capacity_days)
    demand = (
        share(Fraction(factory.demand_days), Fraction(1))
        if of_charge
        else only_last(Fraction(factory.demand_days))
    )
    return [
        replace(
            factory,
            from_date=starts[at],
            to_date=ends[at],
            energy=energy[at],
            by_period=list(periods[at]),
            capacity_days=capacity[at],
            demand_days=int(demand[at]),
        )
        for at in range(len(starts))
    ]


def _last_of(count: int) -> Callable[[Fraction], list[Fraction]]:
    return lambda quantity: [Fraction(0)] * (count - 1) + [quantity]


def by_days(quantity: Fraction, start: date, end: date, inner: list[date], step: Fraction) -> list[Fraction]:
    """``q_new = q x new days / days`` for what follows each change; the rest is the old part's."""
    days = (end - start).days
    most = towards_zero(quantity, step)
    shares = [min(nearest(quantity * (end - day).days / days, step), most) for day in inner]
    after = [quantity, *shares, Fraction(0)]
    return [a - b for a, b in zip(after, after[1:], strict=False)]
