"""Lines a case states itself: amounts, fixed charges by day, month or year, percentages (taxes), a least amount."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given, rounding_of
from diansuo.core.casework.outcome import Line
from diansuo.core.casework.prices import Steps, read_price, spread_over_steps
from diansuo.core.casework.span import Span, units_of
from diansuo.core.rules.node import Node

KEYS: Final = (
    "name", "quantity", "unit", "price", "amount_yuan", "per", "percent", "of", "power_factor", "rounding",
    "rounding_way",
)  # fmt: skip
CHARGE_LINE_KEYS: Final = tuple(key for key in KEYS if key != "power_factor")
TAX_KEYS: Final = ("name", "percent", "of", "rounding", "rounding_way")
LEAST_KEYS: Final = ("yuan", "per", "of", "quantity")
PER: Final = ("day", "month", "year")
ALL: Final = "all"


def own_line(given: Given, days: Span, charged: Sequence[Line], energy_kwh: Fraction | None = None) -> Line:
    """Return one line: ``amount_yuan``, ``quantity`` x ``price`` (by the day, month, year), or ``percent`` of others.

    Args:
        given: what the case says of it.
        days: the days of the bill, for ``per``.
        charged: the lines before it, for ``percent``.
        energy_kwh: the energy of the bill, for an amount in steps; None where there is none.
    """
    name, unit = given.text("name"), given.text("unit")
    if given.has("percent"):
        for key in ("amount_yuan", "price", "quantity", "per"):
            if given.has(key):
                given.refuse(
                    key,
                    f"{key} beside percent",
                    "a line is a percentage of others or has a price; take one out",
                )
        quantity, price, unit = base_of(given, charged), given.number("percent") / 100, "yuan"
    elif given.has("amount_yuan"):
        for key in ("price", "quantity"):
            if given.has(key):
                given.refuse(
                    key, f"{key} beside amount_yuan", "write amount_yuan, or quantity and price; take one out"
                )
        quantity, price = _units(given, days), _amount(given, days, energy_kwh)
    else:
        if not given.has("price"):
            given.refuse(
                "price",
                f"the line {name!r} has no amount",
                "write price (and quantity), amount_yuan or percent",
            )
        quantity, price = given.number("quantity", 1) * _units(given, days), given.number("price", 0)
    amount = quantity * price
    if given.has("rounding"):
        amount = rounding_of(given).of(amount)
    return Line(name, quantity, unit, price, fen_of(amount), note=given.choice("per", PER))


def _amount(given: Given, days: Span, energy_kwh: Fraction | None) -> Fraction:
    """Return ``amount_yuan``, a number or the amount of the step that the energy of the bill reaches."""
    node = given.members["amount_yuan"]
    if not isinstance(node.value, Mapping):
        return given.number("amount_yuan")
    if energy_kwh is None:
        given.refuse(
            "amount_yuan", "steps where there is no energy", "write a number; steps belong to lines of a bill"
        )
        return Fraction(0)
    steps = read_price(node, given.context)
    if isinstance(steps, Steps):
        steps = replace(steps, whole=frozenset(range(1, len(steps.steps) + 1)))
    return spread_over_steps(steps, energy_kwh, days)[0][1]


def _units(given: Given, days: Span) -> Fraction:
    per = given.choice("per", PER)
    return units_of(given, per, days) if per else Fraction(1)


def base_of(given: Given, charged: Sequence[Line]) -> Fraction:
    """Return the sum of the lines that ``of`` names: ``all`` (the default), or names of components and groups."""
    wanted = _names(given.members["of"]) if given.has("of") else [ALL]
    if ALL in wanted:
        return Fraction(sum(line.amount_fen for line in charged), 100)
    known = {name for line in charged for name in (line.component, line.group) if name}
    for name in wanted:
        if name not in known:
            given.refuse(
                "of", f"no line {name!r}", f"name lines of this bill: all, {', '.join(sorted(known))}"
            )
    return Fraction(
        sum(line.amount_fen for line in charged if {line.component, line.group} & set(wanted)), 100
    )


def _names(node: Node) -> list[str]:
    if isinstance(node.value, str):
        return [node.value]
    return [each.text() or "" for each in node.sequence()]


def least_line(given: Given, days: Span, charged: Sequence[Line]) -> Line | None:
    """Return what lifts the lines that ``of`` names to a least amount; None where they reach it."""
    per = given.choice("per", PER)
    least = given.number("yuan") * given.number("quantity", 1) * (units_of(given, per, days) if per else 1)
    missing = fen_of(least) - fen_of(base_of(given, charged))
    if missing <= 0:
        return None
    return Line("least_amount", Fraction(1), "", Fraction(missing, 100), missing)
