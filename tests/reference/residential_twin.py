"""The slow twin of the price engine: one customer, ``Decimal``, every sentence of the rule one statement.

It shares nothing with the engine but the rulebook. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from diansuo.core.rules import RuleBook

FEN = Decimal("0.01")
VOLTAGE_NAMES = {1: "below_1kv", 2: "kv_1_10", 3: "kv_35", 4: "kv_110", 5: "kv_220"}
ENERGY_RULES = {
    1: "residential_steps",
    2: "residential_steps",
    3: "residential_shared",
    4: "agricultural",
    7: "residential_shared",
}
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


@dataclass
class Bill:
    """(component, step, kWh, yuan/kWh, yuan, kWh moved by rounding) of every line, and what they come to."""

    lines: list[Line]
    energy_kwh: Decimal
    step: int
    counted_kwh: Decimal
    refunds: list[Line]

    @property
    def total_yuan(self) -> Decimal:
        return sum((line[4] for line in self.lines), Decimal(0))


class CannotBill(Exception):
    """The twin has no bill for this customer."""


def round_to(value: Decimal, unit: Decimal) -> Decimal:
    """Round to a multiple of a unit, halves away from zero (which is what ROUND_HALF_UP does)."""
    return (value / unit).quantize(Decimal(1), rounding=ROUND_HALF_UP) * unit


def bill(customer: Customer, book: RuleBook) -> Bill:
    """Bill one customer by the rules of the book's default place."""
    if customer.energy_kwh < 0 or customer.peak_kwh > customer.energy_kwh:
        raise CannotBill
    settlement = values_of(book, "settlement", customer)["parameters"]
    precision = Decimal(settlement["energy_precision"]["value"])
    form = settlement["step_line_form"]["value"]
    energy = round_to(customer.energy_kwh, precision)
    rule = values_of(book, ENERGY_RULES[customer.price_class], customer)
    prices = rule["prices"].get(VOLTAGE_NAMES[customer.voltage_class])
    if prices is None:
        raise CannotBill
    moved = energy - customer.energy_kwh
    periods = []
    if customer.price_class == SHARED_TIME_OF_USE and not may_choose_periods(customer, book):
        raise CannotBill
    if customer.price_class in TIME_OF_USE:
        rule_of_periods = values_of(book, "residential_time_of_use", customer)
        periods = time_of_use_lines(customer, energy, precision, rule_of_periods)
    if customer.price_class not in STEPS:
        if customer.persons_months or customer.heating_months or customer.free_months:
            raise CannotBill
        price = Decimal(prices)
        lines = [("base", 0, energy, price, yuan(energy, price), moved), *periods]
        return Bill(without_empty(lines), energy, 0, energy, [])
    limits = [Decimal(upper) * customer.months_in_year / 12 for upper in rule["limits"]["upper"]]
    limits = [round_to(limit, Decimal("0.001")) + extra_kwh(customer, book) for limit in limits]
    free, counts, on_bill = free_kwh(customer, energy, book)
    counted = energy if counts else energy - free
    by_step = split(customer.year_to_date_kwh, counted, limits)
    by_step[0] += energy - counted
    lines = step_lines(by_step, energy, [Decimal(price) for price in prices], form, moved) + periods
    first_price = Decimal(prices[0])
    free_lines = (
        [("free_energy", 1, free, -first_price, -yuan(free, first_price), Decimal(0))] if free else []
    )
    end = customer.year_to_date_kwh + counted
    return Bill(
        without_empty(lines) + (free_lines if on_bill else []),
        energy,
        1 + sum(1 for limit in limits if end > limit),
        counted,
        [] if on_bill else free_lines,
    )


def may_choose_periods(customer: Customer, book: RuleBook) -> bool:
    """Whether a shared meter may have peak and valley here."""
    terms = values_of(book, "residential_terms", customer)["parameters"]
    return terms["shared_time_of_use"]["value"] == "allowed"


def without_empty(lines: list[Line]) -> list[Line]:
    """Leave out lines of no energy, but never the first."""
    return [line for place, line in enumerate(lines) if place == 0 or line[2] != 0]


def extra_kwh(customer: Customer, book: RuleBook) -> Decimal:
    """What a household of many persons, or one that heats with electricity, has more on every limit."""
    extra = Decimal(0)
    if customer.persons_months:
        terms = values_of(book, "residential_terms", customer)["parameters"]
        if customer.persons >= int(terms["min_persons"]["value"]):
            extra += customer.persons_months * Decimal(terms["add_kwh_per_month"]["value"])
    if customer.heating_months:
        terms = values_of(book, "residential_terms", customer)["parameters"]
        extra += customer.heating_months * Decimal(terms["heating_season_add"]["value"])
    return extra


def free_kwh(customer: Customer, energy: Decimal, book: RuleBook) -> tuple[Decimal, bool, bool]:
    """How much is free, whether it counts in the steps, whether the bill is lower for it."""
    if not customer.free_months:
        return Decimal(0), True, True
    terms = values_of(book, "residential_terms", customer)["parameters"]
    granted = customer.free_months * Decimal(terms["free_energy"]["value"]) - customer.free_taken_kwh
    return (
        max(Decimal(0), min(energy, granted)),
        terms["free_energy_counts_in_steps"]["value"] == "counted",
        terms["free_energy_form"]["value"] == "bill",
    )


def values_of(book: RuleBook, name: str, customer: Customer) -> dict:
    """Return the values that hold on every day of use; refuse when they change in between."""
    rule_id = f"{book.default_place}/{name}"
    try:
        first = book.in_force(rule_id, customer.from_date)
        last = book.in_force(rule_id, customer.to_date - timedelta(days=1))
    except LookupError:
        raise CannotBill from None
    if first is not last:
        raise CannotBill
    return dict(first.values)


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
    lines = [("base", 1, energy, prices[0], yuan(energy, prices[0]), moved)]
    for step in range(2, len(prices) + 1):
        added = prices[step - 1] - prices[0]
        quantity = by_step[step - 1]
        lines.append(("step", step, quantity, added, yuan(quantity, added), zero))
    return lines


def time_of_use_lines(customer: Customer, energy: Decimal, precision: Decimal, rule: dict) -> list[Line]:
    """Add to the peak, take from the valley; the valley is what the total leaves."""
    peak = round_to(customer.peak_kwh, precision)
    valley = energy - peak
    up, down = Decimal(rule["peak"]["increment"]), Decimal(rule["valley"]["increment"])
    return [
        ("peak", 0, peak, up, yuan(peak, up), peak - customer.peak_kwh),
        ("valley", 0, valley, down, yuan(valley, down), valley - customer.valley_kwh),
    ]


def yuan(quantity_kwh: Decimal, price: Decimal) -> Decimal:
    """Multiply and round to the fen, halves away from zero."""
    return (quantity_kwh * price).quantize(FEN, rounding=ROUND_HALF_UP)
