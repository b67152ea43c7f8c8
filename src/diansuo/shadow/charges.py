"""Capacity and demand (基本电费): what a month of kVA or kW costs, and on how many days it is charged."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from diansuo.core.rules import RuleBook
from diansuo.shadow.exact import FEN, NANO, WATT, CannotBill, nearest
from diansuo.shadow.factory import Factory, Line, rule_of
from diansuo.shadow.rules_of import VOLTAGE_NAMES, known, parameter

CAPACITY, CONTRACT, ACTUAL = 1, 2, 3
TERMS: Final = "national/capacity_charge"
PRICES: Final = "commercial_prices/capacity_demand"


def charge_lines(factory: Factory, book: RuleBook, place: str) -> list[Line]:
    """Charge capacity or demand."""
    terms = rule_of(book, TERMS, factory)
    prices = rule_of(book, f"{place}/{PRICES}", factory)
    if factory.method == 0 or factory.capacity <= 0:
        raise CannotBill("two_part_without_capacity")
    days = factory.month_days
    if parameter(terms, "day_base") == "thirty" and days != 30:
        raise CannotBill("month_days_out_of_range")
    name = VOLTAGE_NAMES[factory.voltage_class]
    if factory.method == CAPACITY:
        price = Fraction(known(prices["capacity"].get(name)))
        share = factory.capacity_days / days
        return [("capacity", None, share, price, nearest(share * price, FEN))]
    if factory.demand is None:
        raise CannotBill("no_demand")
    price = Fraction(known(prices["demand"].get(name)))
    if factory.month_energy / factory.capacity >= Fraction(parameter(terms, "discount_energy")):
        price = nearest(price * Fraction(parameter(terms, "discount_ratio")), NANO)
    part = Fraction(factory.demand_days, days)
    if factory.method == ACTUAL:
        return [("demand", None, factory.demand * part, price, nearest(factory.demand * part * price, FEN))]
    if factory.contract_demand <= 0:
        raise CannotBill("no_contract_demand")
    floor = nearest(Fraction(parameter(terms, "contract_floor_ratio")) * factory.capacity, WATT)
    contract = max(factory.contract_demand, floor)
    limit = nearest(Fraction(parameter(terms, "contract_over_ratio")) * contract, WATT)
    excess = max(Fraction(0), factory.demand - limit)
    double = price * Fraction(parameter(terms, "contract_over_multiple"))
    return [
        ("demand", None, contract * part, price, nearest(contract * part * price, FEN)),
        ("demand_excess", None, excess * part, double, nearest(excess * part * double, FEN)),
    ]


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
