"""The adjustment by the power factor (力调): cosφ decided in exact integers, its row of the table, its line."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from diansuo.core.rules import RuleBook
from diansuo.shadow.exact import FEN, CannotBill, nearest
from diansuo.shadow.factory import Bill, Factory, rule_of
from diansuo.shadow.rules_of import parameter


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
    table = rule_of(book, "national/power_factor/adjustment", factory)
    standards = [Fraction(standard) for standard in table["standards"]]
    if factory.standard not in standards:
        raise CannotBill("unknown_standard")
    column = standards.index(factory.standard) + 1
    rows = {Fraction(row[0]): Fraction(row[column]) for row in table["rows"]}
    if factor in rows:
        found = rows[factor]
    else:
        last = min(rows)
        found = rows[last] + (last - factor) * 100 * Fraction(table["below_each"])
    return max(found, Fraction(0)) if factory.reduced else found


def adjust(made: Bill, factory: Factory, book: RuleBook, base: Fraction) -> None:
    """Add the line of the adjustment to the money that takes part in it."""
    if factory.active == 0 and factory.reactive != 0:
        policy = rule_of(book, "national/power_factor/policy", factory)
        if parameter(policy, "zero_active_policy") == "none":
            return
    factor = power_factor(factory.active, factory.reactive)
    percent = rate(factory, book, factor)
    if factory.active == 0 and factory.reactive == 0:
        return
    made.power_factor, made.rate = factor, percent
    made.lines.append(("power_factor", None, base, percent / 100, nearest(base * percent / 100, FEN)))
