"""Temporary supply without a meter, slow and obvious: every day looked at, one fraction at a time."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from diansuo.core.rules import RuleBook

VOLTAGES = {1: "below_1kv", 2: "kv_1_10"}
FLAT_RULES = {3: "residential_shared", 4: "agricultural"}
COMPONENTS = {
    "purchase": 5, "upstream_loss": 6, "transmission": 7, "system_operation": 8, "surcharge": 9, "energy": 16,
}  # fmt: skip


class Line(NamedTuple):
    first: date
    end: date
    component: int
    kwh: Fraction
    price: Fraction
    fen: int


class Supply(NamedTuple):
    price_class: int
    voltage: int
    kw: Fraction
    hours: Fraction
    start: date


def half_up(value: Fraction) -> int:
    """Round a number that is not below 0, halves up."""
    return int(value + Fraction(1, 2))


def prices_of(book: RuleBook, place: str, supply: Supply, day: date) -> dict[int, Any]:
    """Return what every kWh of a day costs, by component, as (identity of the entry, price)."""
    voltage = VOLTAGES[supply.voltage]
    if supply.price_class in FLAT_RULES:
        entry = book.in_force(f"{place}/{FLAT_RULES[supply.price_class]}", day)
        return {1: (entry.effective, Fraction(entry.values["prices"][voltage]))}
    found = {}
    for name in book.in_force(f"{place}/commercial_components", day).values["components"]:
        entry = book.in_force(f"{place}/commercial_prices/{name}", day)
        found[COMPONENTS[name]] = (
            entry.effective,
            Fraction(entry.values["prices"]["single_part"][voltage]),
        )
    return found


def rules_held(book: RuleBook, place: str, supply: Supply, day: date) -> tuple[date, ...]:
    names = ["settlement", "commercial_components"] if supply.price_class == 5 else ["settlement"]
    return tuple(book.in_force(f"{place}/{name}", day).effective for name in names)


def lines_of(book: RuleBook, place: str, supply: Supply, first: date, end: date) -> list[Line]:
    """Charge the days one after the other; days of one month and the same prices make one stretch."""
    step = Fraction(book.in_force(f"{place}/settlement", supply.start).number("energy_precision"))

    def used(day: date) -> Fraction:
        exact = supply.kw * supply.hours * (day - supply.start).days
        return half_up(exact / step) * step

    stretches: list[list[Any]] = []
    for at in range((end - first).days):
        day = first + timedelta(days=at)
        held = (
            day.year,
            day.month,
            prices_of(book, place, supply, day),
            rules_held(book, place, supply, day),
        )
        if stretches and stretches[-1][2] == held:
            stretches[-1][1] = day + timedelta(days=1)
        else:
            stretches.append([day, day + timedelta(days=1), held])
    found = []
    for since, until, held in stretches:
        kwh = used(until) - used(since)
        for component, (_rule, price) in held[2].items():
            if kwh:
                found.append(Line(since, until, component, kwh, price, half_up(kwh * price * 100)))
    return found


def refund_fen(paid_fen: int, agreed_days: int, used_days: int) -> int:
    """Give back half where less than half was used (1996, clause 87)."""
    return half_up(Fraction(paid_fen, 2)) if 2 * used_days < agreed_days else 0
