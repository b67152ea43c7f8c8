"""The step of temporary supply without a meter (临时用电无表): docs/rules/temporary-supply.md."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework import span
from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given, number_of
from diansuo.core.casework.legal import entry_of, number_in_force
from diansuo.core.casework.outcome import Line, Outcome, Refused

RULE: Final = "national/temporary_supply"
KEYS: Final = ("kw", "hours_a_day", "days", "used_days", "price", "prices", *span.KEYS)
REQUIRED: Final = ("kw", "hours_a_day", "days")


def temporary_supply(given: Given) -> Outcome:
    """Charge capacity × hours × days before, and give back what the rule says where it ends early.

    ``prices`` are parts of the price by name, each a line of its own; ``used_days`` the days until an early end.
    """
    kw, hours, days = given.number("kw"), given.number("hours_a_day"), given.number("days")
    if not (kw > 0 and 0 < hours <= 24 and days > 0):
        raise Refused("no_use", kw=kw, hours_a_day=hours, days=days)
    kwh = kw * hours * days
    outcome = Outcome(values={"energy_kwh": kwh})
    prices = (
        {"energy": given.number("price")}
        if given.has("price")
        else {name: number_of(node, given.context) for name, node in given.named("prices").items()}
    )
    for name, price in prices.items():
        outcome.charge(Line(name, kwh, "kWh", price, fen_of(kwh * price)))
    paid = outcome.amount_fen or 0
    outcome.values["paid_before_yuan"] = Fraction(paid, 100)
    if given.has("used_days"):
        _early_end(given, outcome, Fraction(paid, 100), given.number("used_days") / days)
    return outcome


def _early_end(given: Given, outcome: Outcome, paid_yuan: Fraction, used: Fraction) -> None:
    """Give back what the rule of the days says; ``used`` is the share of the agreed days before the end."""
    if not 0 <= used < 1:
        raise Refused("no_early_end", used=used)
    where = given.context, RULE
    days = span.read_span(given)
    ratio = number_in_force(*where, "refund_ratio", days)
    if entry_of(*where, days).word("early_end_way") == "by_days":
        ratio = 1 - used
    elif used >= number_in_force(*where, "refund_below_ratio", days):
        ratio = Fraction(0)
    back = fen_of(paid_yuan * ratio)
    if back:
        outcome.charge(Line("early_end", -ratio, "times", paid_yuan, -back))
    outcome.values["refund_yuan"] = Fraction(back, 100)
