"""A commercial or industrial customer (工商业) and what its energy costs, component by component, in ``Fraction``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.exact import FEN, NANO, CannotBill, nearest
from diansuo.shadow.rules_of import VOLTAGE_NAMES, Changes, days_between, known, parameter, values_of

PERIODS: Final = ("sharp", "peak", "flat", "valley", "deep_valley")
FLAT: Final = 2
COMPONENTS: Final = ("purchase", "upstream_loss", "transmission", "system_operation", "surcharge", "energy")
AGENT, MARKET, RETURNED = range(3)

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
    has_periods: bool = True


@dataclass
class Bill:
    """The lines and what they come to; ``power_factor`` and ``rate`` (per cent) None where there is none."""

    lines: list[Line] = field(default_factory=list)
    energy: Fraction = Fraction(0)
    power_factor: Fraction | None = None
    rate: Fraction | None = None

    @property
    def total(self) -> Fraction:
        """The sum of the lines."""
        return sum((line[4] for line in self.lines), Fraction(0))


def rule_of(book: RuleBook, rule_id: str, factory: Factory) -> Mapping[str, Any]:
    """Return what a rule says on every day of use."""
    return values_of(book, rule_id, factory.from_date, factory.to_date)


def refuse_contradictions(factory: Factory) -> None:
    """A factory that contradicts itself has no bill."""
    if factory.energy < 0 or factory.active < 0 or factory.reactive < 0:
        raise CannotBill("negative_energy")
    if not factory.time_of_use:
        return
    if not factory.has_periods:
        raise CannotBill("no_bands")
    if min(factory.by_period) < 0:
        raise CannotBill("negative_energy")
    if sum(factory.by_period) != factory.energy:
        raise CannotBill("parts_do_not_match_total")


def settled(factory: Factory, book: RuleBook, place: str) -> tuple[Fraction, list[Fraction]]:
    """Round the total and every period but flat; flat is what is left of the total.

    Where nothing is left and less than nothing would be, the largest period gives it.
    """
    step = Fraction(parameter(rule_of(book, f"{place}/settlement", factory), "energy_precision"))
    total = nearest(factory.energy, step)
    parts = [nearest(part, step) for part in factory.by_period]
    parts[FLAT] = total - parts[0] - parts[1] - parts[3] - parts[4]
    while parts[FLAT] < 0:
        largest = max((0, 1, 3, 4), key=lambda period: (parts[period], -period))
        moved = min(parts[largest], -parts[FLAT])
        parts[largest] -= moved
        parts[FLAT] += moved
    return total, parts


def energy_lines(factory: Factory, book: RuleBook, place: str) -> list[tuple[Line, bool]]:
    """Charge every component, in one line or in one for each period where it floats; and whether 力调 adjusts it."""
    components = rule_of(book, f"{place}/commercial_components", factory)["components"]
    total, parts = settled(factory, book, place)
    terms = None if factory.mode == AGENT else rule_of(book, "national/commercial_terms", factory)
    government = factory.mode != MARKET or (
        terms is not None and parameter(terms, "market_time_of_use") == "government"
    )
    ratios = time_of_use_ratios(factory, book, place) if factory.time_of_use and government else None
    lines = []
    for name in COMPONENTS:
        if name not in components:
            continue
        traits = components[name]
        own = name == "purchase" and factory.mode == MARKET
        price = flat_price(factory, book, place, name, own)
        if terms is not None and factory.mode == RETURNED and known(traits["raised"]) == "raised":
            price *= Fraction(parameter(terms, "raised_ratio"))
        adjusted = bool(factory.standard) and known(traits["power_factor"]) == "adjusted"
        if own and factory.time_of_use and not government:
            pieces = own_pieces(factory, parts)
        else:
            pieces = floating_pieces(factory, price, ratios, traits, total, parts)
        for period, quantity, unit_price in pieces:
            rounded = nearest(unit_price, NANO)
            lines.append(((name, period, quantity, rounded, nearest(quantity * rounded, FEN)), adjusted))
    return lines


Piece = tuple[str | None, Fraction, Fraction]
"""period, kWh, yuan/kWh"""


def own_pieces(factory: Factory, parts: list[Fraction]) -> list[Piece]:
    """Every period at the price of the customer's own contract."""
    prices = [Fraction(0) if price is None else price for price in factory.own_prices]
    return list(zip(PERIODS, parts, prices, strict=True))


def floating_pieces(
    factory: Factory,
    price: Fraction,
    ratios: list[Fraction | None] | None,
    traits: Mapping[str, Any],
    total: Fraction,
    parts: list[Fraction],
) -> list[Piece]:
    """All energy at one price, or every period at the price times its ratio."""
    if ratios is None or known(traits["time_of_use"]) == "fixed":
        return [(None, total, price)]
    for ratio, part in zip(ratios, factory.by_period, strict=True):
        if ratio is None and part != 0:
            raise CannotBill("band_without_hours")
    return [(PERIODS[at], parts[at], price * ratio) for at, ratio in enumerate(ratios) if ratio is not None]


def flat_price(factory: Factory, book: RuleBook, place: str, name: str, own: bool) -> Fraction:
    """Return what a kWh of a component costs at ratio 1."""
    if own:
        flat = factory.own_prices[FLAT]
        used = [price for price, kwh in zip(factory.own_prices, factory.by_period, strict=True) if kwh != 0]
        if flat is None or (factory.time_of_use and None in used):
            raise CannotBill("no_market_price")
        return flat
    rule = f"{place}/commercial_prices/{name}"
    owner = rule_of(book, f"{place}/commercial_components", factory)["components"][name]["owner"]
    if owner == "sheet" and month_of_sheets(factory, book, place) == "bill_month":
        try:
            prices = book.in_force(rule, factory.bill_month).values["prices"]
        except LookupError:
            raise CannotBill("no_value_in_force") from None
    else:
        prices = rule_of(book, rule, factory)["prices"]
    scheme = prices.get("two_part" if factory.two_part else "single_part", {})
    return Fraction(known(scheme.get(VOLTAGE_NAMES[factory.voltage_class])))


def month_of_sheets(factory: Factory, book: RuleBook, place: str) -> str:
    """Whether the price of a monthly sheet holds for the days of use or for the 电费年月."""
    terms = f"{place}/commercial_terms"
    if terms not in book.rules:
        return "days_of_use"
    return parameter(rule_of(book, terms, factory), "price_month_basis")


def time_of_use_ratios(factory: Factory, book: RuleBook, place: str) -> list[Fraction | None]:
    """Return the ratio of every period: its own in a month with hours of it, else that of the one that stands in.

    Raises:
        Changes: a period has another ratio in a later month of the bill.
    """
    rule_id = f"{place}/commercial_time_of_use"
    rule = rule_of(book, rule_id, factory)
    months: dict[date, Mapping[str, Any] | None] = {}
    for each in days_between(factory.from_date, factory.to_date):
        months[each.replace(day=1)] = next(
            (day for day in rule["days"] if str(each.month) in day["months"]), None
        )
    found: list[Fraction | None] = []
    for period in PERIODS:
        own = {month: day for month, day in months.items() if day is None or period in day}
        name = period if own else rule["without_month"].get(period)
        ratios: dict[date, str | None] = {}
        for month, day in (own or months).items():
            of_month = (day or {}).get("ratios") or rule["ratios"]
            ratios[month] = None if name is None else of_month.get(name)
            if own and day is not None and ratios[month] is None:
                raise CannotBill("value_absent")
        first = next(iter(ratios.values()))
        for month, ratio in ratios.items():
            if ratio != first:
                raise Changes(rule_id, month)
        found.append(None if first is None else Fraction(first))
    return found
