"""The bill of a household, a shared meter or a farm: every sentence of the rules one statement, in ``Decimal``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.exact import CannotBill, round_to, yuan
from diansuo.shadow.rules_of import VOLTAGE_NAMES, known, parameter, values_of

ENERGY_RULES: Final = {
    1: "residential_steps",
    2: "residential_steps",
    3: "residential_shared",
    4: "agricultural",
    7: "residential_shared",
}
"""Which rule of the place prices the energy of a class (用电类别) of the archive."""
STEPS, TIME_OF_USE, SHARED_TIME_OF_USE = (1, 2), (2, 7), 7


@dataclass
class Customer:
    """One contract and one settlement, in kWh."""

    price_class: int
    voltage_class: int
    from_date: date
    to_date: date
    energy_kwh: Decimal
    peak_kwh: Decimal
    valley_kwh: Decimal
    year_to_date_kwh: Decimal
    months_in_year: int
    persons: int = 0
    persons_months: int = 0
    heating_months: int = 0
    free_months: int = 0
    free_taken_kwh: Decimal = Decimal(0)


Line = tuple[str, int, Decimal, Decimal, Decimal, Decimal]
"""component, step, kWh, yuan/kWh, yuan, kWh moved by rounding"""


@dataclass
class Bill:
    """The lines and what they come to; ``refunds`` are owed to the household but do not stand on the bill."""

    lines: list[Line]
    energy_kwh: Decimal
    step: int
    counted_kwh: Decimal
    refunds: list[Line] = field(default_factory=list)

    @property
    def total_yuan(self) -> Decimal:
        """The sum of the lines."""
        return sum((line[4] for line in self.lines), Decimal(0))


def bill(customer: Customer, book: RuleBook) -> Bill:
    """Bill one customer by the rules of the book's default place.

    Raises:
        Changes: a price changes within the days of use.
        CannotBill: there is no bill.
    """
    if customer.energy_kwh < 0:
        raise CannotBill("negative_energy")
    if customer.price_class in TIME_OF_USE and customer.peak_kwh > customer.energy_kwh:
        raise CannotBill("registers_exceed_total")
    if customer.price_class not in ENERGY_RULES:
        raise CannotBill("no_such_class")
    settlement = rule_of(book, "settlement", customer)
    precision = Decimal(parameter(settlement, "energy_precision"))
    energy = round_to(customer.energy_kwh, precision)
    rule = rule_of(book, ENERGY_RULES[customer.price_class], customer)
    prices = known(rule["prices"].get(VOLTAGE_NAMES[customer.voltage_class]))
    moved = energy - customer.energy_kwh
    if customer.price_class == SHARED_TIME_OF_USE and not may_choose_periods(customer, book):
        raise CannotBill("time_of_use_not_allowed")
    periods = []
    if customer.price_class in TIME_OF_USE:
        rule_of_periods = rule_of(book, "residential_time_of_use", customer)
        periods = time_of_use_lines(customer, energy, precision, rule_of_periods)
    if customer.price_class in STEPS:
        form = parameter(settlement, "step_line_form")
        prices_of_steps = [Decimal(known(price)) for price in prices]
        return bill_by_steps(customer, book, rule, prices_of_steps, form, energy, moved, periods)
    if customer.persons_months or customer.heating_months or customer.free_months:
        raise CannotBill("no_steps_to_add_to")
    price = Decimal(prices)
    lines: list[Line] = [("base", 0, energy, price, yuan(energy, price), moved), *periods]
    return Bill(without_empty(lines), energy, 0, energy)


def bill_by_steps(
    customer: Customer,
    book: RuleBook,
    rule: Mapping[str, Any],
    prices: list[Decimal],
    form: str,
    energy: Decimal,
    moved: Decimal,
    periods: list[Line],
) -> Bill:
    """Bill a household by the steps of its year: the limits, what of them is left, and what is free."""
    limits = [Decimal(upper) * customer.months_in_year / 12 for upper in rule["limits"]["upper"]]
    limits = [round_to(limit, Decimal("0.001")) + extra_kwh(customer, book) for limit in limits]
    free, counts, on_bill = free_kwh(customer, energy, book)
    counted = energy if counts else energy - free
    by_step = split(customer.year_to_date_kwh, counted, limits)
    by_step[0] += energy - counted
    lines = step_lines(by_step, energy, prices, form, moved) + periods
    free_lines: list[Line] = []
    if free:
        free_lines = [("free_energy", 1, free, -prices[0], -yuan(free, prices[0]), Decimal(0))]
    end = customer.year_to_date_kwh + counted
    return Bill(
        without_empty(lines) + (free_lines if on_bill else []),
        energy,
        1 + sum(1 for limit in limits if end > limit),
        counted,
        [] if on_bill else free_lines,
    )


def rule_of(book: RuleBook, name: str, customer: Customer) -> Mapping[str, Any]:
    """Return what a rule of the place says on every day of use."""
    return values_of(book, f"{book.default_place}/{name}", customer.from_date, customer.to_date)


def may_choose_periods(customer: Customer, book: RuleBook) -> bool:
    """Whether a shared meter may have peak and valley here."""
    terms = rule_of(book, "residential_terms", customer)
    return parameter(terms, "shared_time_of_use") == "allowed"


def without_empty(lines: list[Line]) -> list[Line]:
    """Leave out lines of no energy, but never the first."""
    return [line for place, line in enumerate(lines) if place == 0 or line[2] != 0]


def extra_kwh(customer: Customer, book: RuleBook) -> Decimal:
    """What a household of many persons, or one that heats with electricity, has more on every limit."""
    extra = Decimal(0)
    if customer.persons_months:
        terms = rule_of(book, "residential_terms", customer)
        if customer.persons >= int(parameter(terms, "min_persons")):
            extra += customer.persons_months * Decimal(parameter(terms, "add_kwh_per_month"))
    if customer.heating_months:
        terms = rule_of(book, "residential_terms", customer)
        extra += customer.heating_months * Decimal(parameter(terms, "heating_season_add"))
    return extra


def free_kwh(customer: Customer, energy: Decimal, book: RuleBook) -> tuple[Decimal, bool, bool]:
    """How much is free, whether it counts in the steps, whether the bill is lower for it."""
    if not customer.free_months:
        return Decimal(0), True, True
    terms = rule_of(book, "residential_terms", customer)
    granted = customer.free_months * Decimal(parameter(terms, "free_energy")) - customer.free_taken_kwh
    return (
        max(Decimal(0), min(energy, granted)),
        parameter(terms, "free_energy_counts_in_steps") == "counted",
        parameter(terms, "free_energy_form") == "bill",
    )


def split(before: Decimal, energy: Decimal, limits: list[Decimal]) -> list[Decimal]:
    """Walk up the steps and let each take what still fits below its limit."""
    position, left, by_step = before, energy, []
    for limit in limits:
        taken = min(left, max(Decimal(0), limit - position))
        by_step.append(taken)
        position += taken
        left -= taken
    return [*by_step, left]


def step_lines(
    by_step: list[Decimal], energy: Decimal, prices: list[Decimal], form: str, moved: Decimal
) -> list[Line]:
    """Write the steps: as what each adds to the first, or each at its full price."""
    zero = Decimal(0)
    if form == "full":
        return [
            ("step", step, quantity, price, yuan(quantity, price), moved if step == 1 else zero)
            for step, (quantity, price) in enumerate(zip(by_step, prices, strict=True), start=1)
        ]
    lines: list[Line] = [("base", 1, energy, prices[0], yuan(energy, prices[0]), moved)]
    for step in range(2, len(prices) + 1):
        added = prices[step - 1] - prices[0]
        quantity = by_step[step - 1]
        lines.append(("step", step, quantity, added, yuan(quantity, added), zero))
    return lines


def time_of_use_lines(
    customer: Customer, energy: Decimal, precision: Decimal, rule: Mapping[str, Any]
) -> list[Line]:
    """Add to the peak, take from the valley; the valley is what the total leaves."""
    peak = round_to(customer.peak_kwh, precision)
    valley = energy - peak
    up, down = Decimal(known(rule["peak"]["increment"])), Decimal(known(rule["valley"]["increment"]))
    return [
        ("peak", 0, peak, up, yuan(peak, up), peak - customer.peak_kwh),
        ("valley", 0, valley, down, yuan(valley, down), valley - customer.valley_kwh),
    ]


def months_of_steps(opened: date | None, period: int, year_start_month: int) -> int:
    """For how many months of its billing year a household has steps: those from its connection on, else twelve."""
    if opened is None:
        return 12
    into_year = [(each - year_start_month) % 12 for each in (opened.month, period % 100)]
    starts = [
        opened.year - (opened.month < year_start_month),
        period // 100 - (period % 100 < year_start_month),
    ]
    return 12 - into_year[0] if starts[0] == starts[1] else 12
