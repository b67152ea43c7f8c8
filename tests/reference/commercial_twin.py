"""The slow twin of the commercial engine: one customer, ``Fraction``, every sentence of the rules one statement.

It shares nothing with the engine but the rulebook. Where the two differ, one of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import isqrt

from diansuo.core.rules import RuleBook

VOLTAGE_NAMES = {1: "below_1kv", 2: "kv_1_10", 3: "kv_35", 4: "kv_110", 5: "kv_220"}
PERIODS = ["sharp", "peak", "flat", "valley", "deep_valley"]
COMPONENTS = ["purchase", "upstream_loss", "transmission", "system_operation", "surcharge", "energy"]
AGENT, MARKET, RETURNED = range(3)
CAPACITY, CONTRACT, ACTUAL = 1, 2, 3
FEN, NANO = Fraction(1, 100), Fraction(1, 10**9)

Line = tuple[str, str | None, Fraction, Fraction, Fraction]
"""component, period, quantity (kWh, kVA or kW over the month, or yuan), price, yuan"""


@dataclass
class Factory:
    """One contract and one month: kWh, kVA, kW, yuan."""

    voltage_class: int
    two_part: bool
    bill_month: date
    from_date: date
    to_date: date
    energy: Fraction
    by_period: list[Fraction]
    time_of_use: bool
    mode: int
    own_prices: list[Fraction | None]
    standard: Fraction
    reduced: bool
    active: Fraction
    reactive: Fraction
    method: int
    exempt: bool
    capacity: Fraction
    capacity_days: Fraction
    demand_days: int
    month_days: int
    contract_demand: Fraction
    demand: Fraction | None
    month_energy: Fraction


@dataclass
class Bill:
    """The lines and what they come to; ``power_factor`` None where there is none."""

    lines: list[Line] = field(default_factory=list)
    power_factor: Fraction | None = None

    @property
    def total(self) -> Fraction:
        return sum((line[4] for line in self.lines), Fraction(0))


class CannotBill(Exception):
    """The twin has no bill for this customer."""


def round_to(value: Fraction, unit: Fraction) -> Fraction:
    """Round to a multiple of a unit, halves away from zero."""
    count = abs(value) / unit
    whole = (2 * count.numerator + count.denominator) // (2 * count.denominator)
    return (whole if value >= 0 else -whole) * unit


def bill(factory: Factory, book: RuleBook, place: str) -> Bill:
    """Bill one customer by the rules of a place."""
    if factory.energy < 0 or (factory.time_of_use and min(factory.by_period) < 0):
        raise CannotBill
    if factory.time_of_use and sum(factory.by_period) != factory.energy:
        raise CannotBill
    made = Bill()
    base = Fraction(0)
    components = values_of(book, f"{place}/commercial_components", factory)["components"]
    for line, adjusted in energy_lines(factory, book, place, components):
        made.lines.append(line)
        base += line[4] if adjusted else 0
    charges = charge_lines(factory, book, place) if factory.two_part and not factory.exempt else []
    made.lines += charges
    base += sum(line[4] for line in charges)
    if factory.standard:
        adjust(made, factory, book, base)
    made.lines = [line for line in made.lines if line[2] != 0 or line[0] == "power_factor"]
    return made


def values_of(book: RuleBook, rule_id: str, factory: Factory) -> dict:
    """Return the values that hold on every day of use; refuse when they change in between."""
    try:
        held = {
            id(book.in_force(rule_id, factory.from_date + timedelta(days=day))): day
            for day in range((factory.to_date - factory.from_date).days)
        }
        if len(held) != 1:
            raise CannotBill
        return dict(book.in_force(rule_id, factory.from_date).values)
    except LookupError:
        raise CannotBill from None


def known(value: str | None) -> str:
    """Return a value of the rulebook; what it does not know prices nothing."""
    if value is None:
        raise CannotBill
    return value


def parameter(values: dict, name: str) -> str:
    """Return a named value of a rule of parameters."""
    return known(values["parameters"][name]["value"])


def settled(factory: Factory, book: RuleBook, place: str) -> tuple[Fraction, list[Fraction]]:
    """Round the total and every period but flat; flat is what is left of the total."""
    step = Fraction(parameter(values_of(book, f"{place}/settlement", factory), "energy_precision"))
    total = round_to(factory.energy, step)
    parts = [round_to(part, step) for part in factory.by_period]
    parts[2] = total - parts[0] - parts[1] - parts[3] - parts[4]
    while parts[2] < 0:
        largest = max((0, 1, 3, 4), key=lambda period: (parts[period], -period))
        moved = min(parts[largest], -parts[2])
        parts[largest] -= moved
        parts[2] += moved
    return total, parts


def energy_lines(factory: Factory, book: RuleBook, place: str, components: dict) -> list[tuple[Line, bool]]:
    """Charge every component: in one line, or in one for each period where it floats."""
    total, parts = settled(factory, book, place)
    terms = None if factory.mode == AGENT else values_of(book, "national/commercial_terms", factory)
    government = factory.mode != MARKET or parameter(terms, "market_time_of_use") == "government"
    ratios = time_of_use_ratios(factory, book, place) if factory.time_of_use and government else None
    lines = []
    for name in COMPONENTS:
        if name not in components:
            continue
        traits = components[name]
        own = name == "purchase" and factory.mode == MARKET
        price = flat_price(factory, book, place, name, own)
        if factory.mode == RETURNED and known(traits["raised"]) == "raised":
            price *= Fraction(parameter(terms, "raised_ratio"))
        adjusted = bool(factory.standard) and known(traits["power_factor"]) == "adjusted"
        for period, quantity, unit_price in cut(
            factory, price, own, government, ratios, traits, total, parts
        ):
            unit_price = round_to(unit_price, NANO)
            amount = round_to(quantity * unit_price, FEN)
            lines.append(((name, period, quantity, unit_price, amount), adjusted))
    return lines


def cut(factory, price, own, government, ratios, traits, total, parts):
    """Cut the energy of a component into what has a price of its own: (period, kWh, yuan/kWh)."""
    if own and factory.time_of_use and not government:
        return list(zip(PERIODS, parts, factory.own_prices, strict=True))
    if ratios is None or known(traits["time_of_use"]) == "fixed":
        return [(None, total, price)]
    for period, part in zip(range(5), factory.by_period, strict=True):
        if ratios[period] is None and part != 0:
            raise CannotBill
    return [(PERIODS[at], parts[at], price * ratios[at]) for at in range(5) if ratios[at] is not None]


def flat_price(factory: Factory, book: RuleBook, place: str, name: str, own: bool) -> Fraction:
    """Return what a kWh of a component costs at ratio 1."""
    if own:
        if factory.own_prices[2] is None or (factory.time_of_use and None in factory.own_prices):
            raise CannotBill
        return factory.own_prices[2]
    rule = f"{place}/commercial_prices/{name}"
    owner = values_of(book, f"{place}/commercial_components", factory)["components"][name]["owner"]
    basis = values_of(book, f"{place}/commercial_terms", factory)
    if owner == "sheet" and parameter(basis, "price_month_basis") == "bill_month":
        try:
            prices = book.in_force(rule, factory.bill_month).values["prices"]
        except LookupError:
            raise CannotBill from None
    else:
        prices = values_of(book, rule, factory)["prices"]
    scheme = prices.get("two_part" if factory.two_part else "single_part", {})
    return Fraction(known(scheme.get(VOLTAGE_NAMES[factory.voltage_class])))


def time_of_use_ratios(factory: Factory, book: RuleBook, place: str) -> list[Fraction | None]:
    """Return the ratio of every period: its own in a month with hours of it, else that of the one that stands in."""
    rule = values_of(book, f"{place}/commercial_time_of_use", factory)
    length = (factory.to_date - factory.from_date).days
    dates = [factory.from_date + timedelta(days=day) for day in range(length)]
    days = [day for day in rule["days"] if any(str(each.month) in day["months"] for each in dates)]
    found = []
    for period in PERIODS:
        name = period
        if not any(period in day for day in days):
            name = rule["without_month"].get(period)
        ratio = None if name is None else rule["ratios"][name]
        found.append(None if ratio is None else Fraction(ratio))
    return found


def charge_lines(factory: Factory, book: RuleBook, place: str) -> list[Line]:
    """Charge capacity or demand."""
    terms = values_of(book, "national/capacity_charge", factory)
    prices = values_of(book, f"{place}/commercial_prices/capacity_demand", factory)
    if factory.method == 0 or factory.capacity <= 0:
        raise CannotBill
    days = factory.month_days
    if parameter(terms, "day_base") == "thirty" and days != 30:
        raise CannotBill
    name = VOLTAGE_NAMES[factory.voltage_class]
    if factory.method == CAPACITY:
        price = Fraction(known(prices["capacity"].get(name)))
        share = factory.capacity_days / days
        return [("capacity", None, share, price, round_to(share * price, FEN))]
    if factory.demand is None:
        raise CannotBill
    price = Fraction(known(prices["demand"].get(name)))
    if factory.month_energy / factory.capacity >= Fraction(parameter(terms, "discount_energy")):
        price = round_to(price * Fraction(parameter(terms, "discount_ratio")), NANO)
    part = Fraction(factory.demand_days, days)
    if factory.method == ACTUAL:
        return [("demand", None, factory.demand * part, price, round_to(factory.demand * part * price, FEN))]
    if factory.contract_demand <= 0:
        raise CannotBill
    watt = Fraction(1, 1000)
    floor = round_to(Fraction(parameter(terms, "contract_floor_ratio")) * factory.capacity, watt)
    contract = max(factory.contract_demand, floor)
    limit = round_to(Fraction(parameter(terms, "contract_over_ratio")) * contract, watt)
    excess = max(Fraction(0), factory.demand - limit)
    double = price * Fraction(parameter(terms, "contract_over_multiple"))
    return [
        ("demand", None, contract * part, price, round_to(contract * part * price, FEN)),
        ("demand_excess", None, excess * part, double, round_to(excess * part * double, FEN)),
    ]


def power_factor(active: Fraction, reactive: Fraction) -> Fraction:
    """Return cosφ to two decimals, halves up, from a root with 60 digits and the square of what it says."""
    if active == 0:
        return Fraction(0)
    square = active**2 / (active**2 + reactive**2)
    scale = 10**60
    root = Fraction(isqrt(square.numerator * scale**2 // square.denominator), scale)
    hundredths = int(root * 100)
    # half a hundredth is compared by its square, for the root is cut off
    if square >= (Fraction(2 * hundredths + 1, 200)) ** 2:
        hundredths += 1
    return Fraction(hundredths, 100)


def rate(factory: Factory, book: RuleBook, factor: Fraction) -> Fraction:
    """Return the rate in per cent: the row of the table, or so much more for every 0.01 below its last row."""
    table = values_of(book, "national/power_factor/adjustment", factory)
    standards = [Fraction(standard) for standard in table["standards"]]
    if factory.standard not in standards:
        raise CannotBill
    column = standards.index(factory.standard) + 1
    rows = {Fraction(row[0]): Fraction(row[column]) for row in table["rows"]}
    if factor in rows:
        found = rows[factor]
    else:
        last = min(rows)
        found = rows[last] + (last - factor) * 100 * Fraction(table["below_each"])
    return max(found, Fraction(0)) if factory.reduced else found


def adjust(made: Bill, factory: Factory, book: RuleBook, base: Fraction) -> None:
    """Add the line of the adjustment."""
    if factory.active == 0 and factory.reactive != 0:
        policy = values_of(book, "national/power_factor/policy", factory)
        if parameter(policy, "zero_active_policy") == "none":
            return
    factor = power_factor(factory.active, factory.reactive)
    percent = rate(factory, book, factor)
    if factory.active == 0 and factory.reactive == 0:
        return
    made.power_factor = factor
    made.lines.append(("power_factor", None, base, percent / 100, round_to(base * percent / 100, FEN)))


def charged_days(
    unit: tuple[date, date], part: tuple[date, date], month: tuple[date, date], month_days: int
) -> int:
    """Count the charged days of a unit day by day; a unit that serves the whole month is charged all of it."""
    day, charged, of_part = month[0], 0, 0
    whole = unit[0] <= month[0] and unit[1] >= month[1]
    while day < month[1]:
        last_of_month = day + timedelta(days=1) == month[1]
        counts = 1 if unit[0] <= day < unit[1] and charged < month_days else 0
        if whole and last_of_month:
            counts = month_days - charged
        charged += counts
        of_part += counts if part[0] <= day < part[1] else 0
        day += timedelta(days=1)
    return of_part
