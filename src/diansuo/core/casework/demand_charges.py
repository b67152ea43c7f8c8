"""Demand charges of any shape: several of them, with a ratchet, a least demand, a free part, and steps of kW.

The Chinese capacity and demand charge (容需量电费) is ``capacity.py``; tariffs of other countries use these.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given, rounding_of
from diansuo.core.casework.outcome import Line, Outcome, Refused
from diansuo.core.casework.prices import read_price, spread_over_steps
from diansuo.core.casework.span import Span, units_of

KEYS: Final = (
    "kw", "unit", "price", "ratchet_percent", "earlier_kw", "least_kw", "free_kw", "rounding", "rounding_way", "per",
    "power_factor",
)  # fmt: skip
PER: Final = ("month", "day")


def demand_charges(given: Given, outcome: Outcome, measured: Fraction | None, days: Span) -> int:
    """Charge every ``demand_charges`` of a bill; return what takes part in the power-factor adjustment.

    The demand charged is the largest of what was measured (rounded as the tariff says), ``ratchet_percent`` of the
    largest ``earlier_kw``, and ``least_kw``; less ``free_kw``.

    Raises:
        Refused: nobody says what the demand is.
    """
    adjusted = 0
    for name, node in given.named("demand_charges").items():
        own = Given(node, given.context, ("price",), KEYS)
        kw = own.optional_number("kw")
        kw = measured if kw is None else kw
        if kw is None:
            raise Refused("no_demand", remedy=f"give demand_charges.{name}.kw, or a meter with demand_kw")
        if own.has("rounding"):
            kw = rounding_of(own).of(kw)
        billed = max(
            Fraction(0), max(kw, _ratchet(own), own.number("least_kw", 0)) - own.number("free_kw", 0)
        )
        outcome.values[f"{name}_billed_kw"] = billed
        times = units_of(own, own.choice("per", PER, "month"), days) if own.has("per") else Fraction(1)
        for quantity, price, note in spread_over_steps(
            read_price(own.members["price"], own.context), billed, days
        ):
            amount = fen_of(quantity * price * times)
            outcome.charge(Line(name, quantity, own.text("unit", "kW"), price * times, amount, note=note))
            takes_part = own.choice("power_factor", ("adjusted", "exempt"), "exempt") == "adjusted"
            adjusted += amount * takes_part
    return adjusted


def _ratchet(own: Given) -> Fraction:
    earlier = own.number_list("earlier_kw")
    if not earlier:
        if own.has("ratchet_percent"):
            own.refuse("ratchet_percent", "a ratchet without earlier demands", "add earlier_kw: [350, 280]")
        return Fraction(0)
    if not own.has("ratchet_percent"):
        own.refuse("earlier_kw", "earlier demands without a ratchet", "add ratchet_percent: 80")
    return max(earlier) * own.number("ratchet_percent", 0) / 100
