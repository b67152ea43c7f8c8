"""A household's bill when a price changes inside it, and a year of steps settled anew.

What was used is divided by what the meter had frozen on the day of the change, else by days; each part is billed at its
own price and goes on in the steps where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from diansuo.core.rules import RuleBook
from diansuo.shadow.exact import CannotBill, round_down, round_to
from diansuo.shadow.household import ENERGY_RULES, SHARED_TIME_OF_USE, TIME_OF_USE, Bill, Customer, Line, bill
from diansuo.shadow.rules_of import days_between

Registers = tuple[Decimal, Decimal, Decimal]
"""total, peak and valley in kWh"""


@dataclass
class CrossedBill:
    """The bill, and from day, to day and kWh of each of its parts; no parts where nothing changed."""

    bill: Bill
    line_parts: list[int]
    parts: list[tuple[date, date, Decimal]]


def bill_across_changes(customer: Customer, book: RuleBook, frozen: dict[date, Registers]) -> CrossedBill:
    """Bill one customer, part by part where an entry that prices it changes.

    ``frozen``: total, peak and valley used from the first day up to a day, in kWh.
    """
    changes = change_days(customer, book)
    if not changes:
        whole = bill(customer, book)
        return CrossedBill(whole, [0] * len(whole.lines), [])
    if customer.energy_kwh < 0:
        raise CannotBill("negative_energy")
    if customer.price_class in TIME_OF_USE and customer.peak_kwh > customer.energy_kwh:
        raise CannotBill("registers_exceed_total")
    starts = [customer.from_date, *changes]
    ends = [*changes, customer.to_date]
    energy, peak, valley = divide_registers(customer, book, changes, frozen)
    bills, state = [], customer
    for start, end, of_energy, of_peak, of_valley in zip(starts, ends, energy, peak, valley, strict=True):
        state = replace(
            state, from_date=start, to_date=end, energy_kwh=of_energy, peak_kwh=of_peak, valley_kwh=of_valley
        )
        bills.append(bill(state, book))
        taken = sum(
            (line[2] for line in bills[-1].lines + bills[-1].refunds if line[0] == "free_energy"), Decimal(0)
        )
        state = replace(
            state,
            year_to_date_kwh=state.year_to_date_kwh + bills[-1].counted_kwh,
            free_taken_kwh=state.free_taken_kwh + taken,
        )
    return CrossedBill(
        Bill(
            lines=[line for each in bills for line in each.lines],
            energy_kwh=sum((each.energy_kwh for each in bills), Decimal(0)),
            step=bills[-1].step,
            counted_kwh=sum((each.counted_kwh for each in bills), Decimal(0)),
            refunds=[line for each in bills for line in each.refunds],
        ),
        [number for number, each in enumerate(bills, start=1) for _ in each.lines],
        list(zip(starts, ends, energy, strict=True)),
    )


def change_days(customer: Customer, book: RuleBook) -> list[date]:
    """Return the days of use on which something else begins to price the customer, looking at each of them."""
    days = days_between(customer.from_date, customer.to_date)
    held = [entries_on(book, customer, day) for day in days]
    return [days[at] for at in range(1, len(days)) if held[at] != held[at - 1]]


def entries_on(book: RuleBook, customer: Customer, day: date) -> list[str | None]:
    """What prices the customer on a day, by its hash; None where nothing holds."""
    if customer.price_class not in ENERGY_RULES:
        return []
    names = [ENERGY_RULES[customer.price_class], "settlement"]
    if customer.price_class in TIME_OF_USE:
        names.append("residential_time_of_use")
    if (
        customer.price_class == SHARED_TIME_OF_USE
        or customer.persons_months + customer.heating_months + customer.free_months
    ):
        names.append("residential_terms")
    hashes: list[str | None] = []
    for name in names:
        try:
            hashes.append(book.in_force(f"{book.default_place}/{name}", day).slice_hash)
        except LookupError:
            hashes.append(None)
    return hashes


def divide_registers(
    customer: Customer, book: RuleBook, changes: list[date], frozen: dict[date, Registers]
) -> tuple[list[Decimal], list[Decimal], list[Decimal]]:
    """Divide total, peak and valley; what rounding put too much of the peak into a part moves to its neighbour."""
    try:
        rule = book.in_force(f"{book.default_place}/settlement", customer.from_date)
        precision = Decimal(rule.values["parameters"]["energy_precision"]["value"])
    except LookupError:
        precision = Decimal("0.001")
    known = [day for day in changes if day in frozen]
    bounds = [customer.from_date, *known, customer.to_date]
    whole = (customer.energy_kwh, customer.peak_kwh, customer.valley_kwh)
    total, peak, valley = (
        stretches(whole[at], [frozen[day][at] for day in known], precision) for at in range(3)
    )
    if customer.price_class in TIME_OF_USE:
        refuse_contradictions(whole, [frozen[day] for day in known])
    elif not increasing([Decimal(0), *(frozen[day][0] for day in known), customer.energy_kwh]):
        raise CannotBill("freeze_contradicts_reading")
    peak = fit(peak, total)
    divided: tuple[list[Decimal], list[Decimal], list[Decimal]] = ([], [], [])
    for at, (start, end) in enumerate(zip(bounds, bounds[1:], strict=False)):
        inner = [day for day in changes if start < day < end]
        of_total = by_days(total[at], start, end, inner, precision)
        divided[0].extend(of_total)
        divided[1].extend(fit(by_days(peak[at], start, end, inner, precision), of_total))
        divided[2].extend(by_days(valley[at], start, end, inner, precision))
    return divided


def refuse_contradictions(whole: Registers, registers: list[Registers]) -> None:
    """No register runs backwards between two days, and the peak never outruns the total."""
    points = [(Decimal(0),) * 3, *registers, whole]
    for before, after in zip(points, points[1:], strict=False):
        total, peak, valley = (after[at] - before[at] for at in range(3))
        if len(registers) and (min(total, peak, valley) < 0 or peak > total):
            raise CannotBill("freeze_contradicts_reading")


def increasing(values: Iterable[Decimal]) -> bool:
    """Whether no value lies below the one before it."""
    listed = list(values)
    return all(a <= b for a, b in zip(listed, listed[1:], strict=False))


def stretches(whole: Decimal, used: list[Decimal], precision: Decimal) -> list[Decimal]:
    """Cut a register at what is known: what follows each day is rounded, the first stretch has the rest."""
    after = [
        whole,
        *(capped(round_to(whole - each, precision), whole, precision) for each in used),
        Decimal(0),
    ]
    return [a - b for a, b in zip(after, after[1:], strict=False)]


def by_days(
    quantity: Decimal, start: date, end: date, inner: list[date], precision: Decimal
) -> list[Decimal]:
    """``q_new = q x new days / days`` for what follows each change; the rest is the old part's."""
    days = (end - start).days
    shares = [round_to(quantity * (end - day).days / days, precision) for day in inner]
    after = [quantity, *(capped(share, quantity, precision) for share in shares), Decimal(0)]
    return [a - b for a, b in zip(after, after[1:], strict=False)]


def capped(share: Decimal, whole: Decimal, precision: Decimal) -> Decimal:
    """Never more than there is, in whole multiples of the precision."""
    return min(share, round_down(whole, precision))


def fit(register: list[Decimal], total: list[Decimal]) -> list[Decimal]:
    """Move what is above the total of its part to the part before, and from the first part to those after."""
    fitted = list(register)
    for at in range(len(fitted) - 1, 0, -1):
        over = max(Decimal(0), fitted[at] - total[at])
        fitted[at] -= over
        fitted[at - 1] += over
    for at in range(len(fitted) - 1):
        over = max(Decimal(0), fitted[at] - total[at])
        fitted[at] -= over
        fitted[at + 1] += over
    return fitted


def corrections(
    last: Customer, earlier: list[Customer], book: RuleBook
) -> dict[tuple[int, Decimal], tuple[Decimal, Decimal]]:
    """What the last bill of a shorter year adds: kWh and yuan by step and price, over the year's earlier bills."""
    changes: dict[tuple[int, Decimal], tuple[Decimal, Decimal]] = {}
    for customer in earlier:
        real = replace(
            customer,
            months_in_year=last.months_in_year,
            persons=last.persons,
            persons_months=last.persons_months,
            heating_months=last.heating_months,
        )
        for sign, each in ((-1, customer), (1, real)):
            for component, step, kwh, price, yuan, _ in bill_across_changes(each, book, {}).bill.lines:
                if component in ("base", "step"):
                    before = changes.get((step, price), (Decimal(0), Decimal(0)))
                    changes[step, price] = before[0] + sign * kwh, before[1] + sign * yuan
    return {key: change for key, change in changes.items() if any(change)}


def lines_of_correction(changes: dict[tuple[int, Decimal], tuple[Decimal, Decimal]]) -> list[Line]:
    """Write the corrections as lines, by step and price."""
    return [
        ("correction", step, kwh, price, yuan, Decimal(0))
        for (step, price), (kwh, yuan) in sorted(changes.items())
    ]
