"""A factory's bill when a price or its own terms change inside it: divided, billed part by part, put together again.

Monthly prices change on the first of a month, so whoever is read on another day has such a bill every month. Energy is
divided by what the meter showed on the day, else by days. Each part is adjusted by the power factor of the whole month.
The capacity or demand charge is divided where terms change, or its own price or rule does; else the last part of the
stretch bears it whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

Shown = tuple[Fraction, list[Fraction]]
"""Which share of the month a meter had shown up to a day: of all its energy, and of that of each period."""


@dataclass
class CrossedBill:
    """The bill, the part of each line (0 where it is not divided), and the days and kWh of each part.

    ``by_days`` says of each part whether days divided it, and not what the meter showed.
    """

    bill: Bill
    line_parts: list[int]
    parts: list[tuple[date, date, Fraction]]
    by_days: list[bool]


def bill_across_changes(
    factory: Factory,
    book: RuleBook,
    place: str,
    later: Sequence[Factory] = (),
    shown: Callable[[list[date]], dict[date, Shown]] = lambda _days: {},
) -> CrossedBill:
    """Bill one factory, part by part where something that prices it changes.

    Args:
        factory: the month by the terms that hold on its first day, up to the day on which ``later`` ones begin.
        book: the rules.
        place: whose rules.
        later: the stretches with other terms, in order; each with the energy of the month and charged days of its own.
        shown: what the meter had shown up to these days of change, where one can tell.
    """
    stretches = [factory, *later]
    cuts = [change_days(each, book, place) for each in stretches]
    borders = sorted({*(each.from_date for each in later), *(day for of_one in cuts for day in of_one)})
    if not borders:
        whole = bill(factory, book, place)
        return CrossedBill(whole, [0] * len(whole.lines), [], [])
    known = shown(borders)
    days = (factory.from_date, stretches[-1].to_date)
    energies = divided_energy(stretches, days, borders, known)
    parts = [
        replace(part, energy=energy, by_period=by_period)
        for part, (energy, by_period) in zip(
            [
                part
                for each, changes in zip(stretches, cuts, strict=True)
                for part in parts_of(each, changes, of_charge=charge_changes(each, book, place))
            ],
            energies,
            strict=True,
        )
    ]
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
        [any(day not in known for day in (part.from_date, part.to_date) if day in borders) for part in parts],
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
    """Whether the price or the rule of capacity and demand changes within these days."""
    if not factory.two_part or factory.exempt:
        return False
    days = days_between(factory.from_date, factory.to_date)
    return any(
        len({entry_on(book, rule_id, day).slice_hash for day in days}) > 1
        for rule_id in (TERMS, f"{place}/{PRICES}")
    )


def parts_of(factory: Factory, changes: list[date], *, of_charge: bool) -> list[Factory]:
    """Cut a stretch at changes of prices: the charge is divided with it, or is the last part's."""
    only_last = _last_of(len(changes) + 1)

    def share(quantity: Fraction, step: Fraction) -> list[Fraction]:
        if not of_charge:
            return only_last(quantity)
        return by_days(quantity, factory.from_date, factory.to_date, changes, step)

    starts, ends = [factory.from_date, *changes], [*changes, factory.to_date]
    capacity, demand = (
        share(factory.capacity_days, WHOLE_VA_DAYS),
        share(Fraction(factory.demand_days), Fraction(1)),
    )
    return [
        replace(
            factory,
            from_date=starts[at],
            to_date=ends[at],
            capacity_days=capacity[at],
            demand_days=int(demand[at]),
        )
        for at in range(len(starts))
    ]


def _last_of(count: int) -> Callable[[Fraction], list[Fraction]]:
    return lambda quantity: [Fraction(0)] * (count - 1) + [quantity]


def divided_energy(
    stretches: Sequence[Factory], days: tuple[date, date], borders: list[date], known: dict[date, Shown]
) -> list[tuple[Fraction, list[Fraction]]]:
    """Cut the energy of the month, every period of the day for itself; with periods the total is their sum."""
    month = stretches[0]

    def cut(quantity: Fraction, shares: dict[date, Fraction]) -> list[Fraction]:
        return by_what_is_known(quantity, *days, borders, shares, STEP_KWH)

    periods = [
        cut(kwh, {day: of_periods[at] for day, (_all, of_periods) in known.items()})
        for at, kwh in enumerate(month.by_period)
    ]
    by_period = [list(each) for each in zip(*periods, strict=True)]
    if any(each.time_of_use for each in stretches) and month.has_periods:
        energy = [sum(of_part, Fraction(0)) for of_part in by_period]
    else:
        energy = cut(month.energy, {day: of_all for day, (of_all, _periods) in known.items()})
    return list(zip(energy, by_period, strict=True))


def by_what_is_known(
    quantity: Fraction,
    start: date,
    end: date,
    inner: list[date],
    shares: dict[date, Fraction],
    step: Fraction,
) -> list[Fraction]:
    """Cut at the days of which one knows the share used by then; between two of these by days."""
    most = towards_zero(quantity, step)
    fixed = [day for day in inner if day in shares]
    after = [
        quantity,
        *(min(nearest(quantity * (1 - shares[day]), step), most) for day in fixed),
        Fraction(0),
    ]
    borders = [start, *fixed, end]
    found = []
    for at in range(len(borders) - 1):
        first, last = borders[at], borders[at + 1]
        between = [day for day in inner if first < day < last]
        found += by_days(after[at] - after[at + 1], first, last, between, step)
    return found


def by_days(quantity: Fraction, start: date, end: date, inner: list[date], step: Fraction) -> list[Fraction]:
    """``q_new = q x new days / days`` for what follows each change; the rest is the old part's."""
    days = (end - start).days
    most = towards_zero(quantity, step)
    shares = [min(nearest(quantity * (end - day).days / days, step), most) for day in inner]
    after = [quantity, *shares, Fraction(0)]
    return [a - b for a, b in zip(after, after[1:], strict=False)]


def shares_shown(
    of_all: Fraction, of_periods: list[Fraction], used: dict[date, tuple[Fraction, list[Fraction]]]
) -> dict[date, Shown]:
    """Return the shares a meter had shown by days of change; nothing where it contradicts what was read.

    ``of_all`` and ``of_periods`` are what was read of the whole month, ``used`` up to each day. A period of which
    nothing was read goes with the whole.
    """
    before: list[Fraction] = [Fraction(0)] * (1 + len(of_periods))
    for day in sorted(used):
        total, periods = used[day]
        now = [total, *periods]
        falls = any(later < earlier for earlier, later in zip(before, now, strict=True))
        if falls or of_all <= 0 or any(a > b for a, b in zip(now, [of_all, *of_periods], strict=True)):
            return {}
        before = now
    return {
        day: (
            total / of_all,
            [
                part / whole if whole else total / of_all
                for part, whole in zip(periods, of_periods, strict=True)
            ],
        )
        for day, (total, periods) in used.items()
    }
