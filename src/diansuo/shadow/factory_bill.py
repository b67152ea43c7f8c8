"""The whole bill of a factory: its energy, its capacity or demand, its power factor."""

from __future__ import annotations

from fractions import Fraction

from diansuo.core.rules import RuleBook
from diansuo.shadow.charges import charge_lines
from diansuo.shadow.factory import Bill, Factory, energy_lines, refuse_contradictions, settled
from diansuo.shadow.power_factor import adjust


def bill(factory: Factory, book: RuleBook, place: str) -> Bill:
    """Bill one customer by the rules of a place.

    Raises:
        Changes: a price changes within the days of use.
        CannotBill: there is no bill.
    """
    refuse_contradictions(factory)
    made = Bill(energy=settled(factory, book, place)[0])
    base = Fraction(0)
    for line, adjusted in energy_lines(factory, book, place):
        made.lines.append(line)
        base += line[4] if adjusted else 0
    charges = charge_lines(factory, book, place) if factory.two_part and not factory.exempt else []
    made.lines += charges
    base += sum(line[4] for line in charges)
    if factory.standard:
        adjust(made, factory, book, base)
    made.lines = [line for line in made.lines if line[2] != 0 or line[0] == "power_factor"]
    return made
