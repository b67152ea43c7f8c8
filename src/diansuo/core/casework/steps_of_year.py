"""Annual or monthly steps stated by a case itself (阶梯电价; domain.md §2)."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given
from diansuo.core.casework.outcome import Line, Outcome, Refused

KEYS: Final = (
    "energy_kwh", "peak_kwh", "valley_kwh", "year_to_date_kwh", "months", "upper", "prices", "form", "increments",
    "extra_kwh", "free_kwh", "billed_yuan",
)  # fmt: skip
FORMS: Final = ("increment", "full")


def residential(given: Given) -> Outcome:
    """Price the energy of a household by steps; peak and valley on top; free energy off the first price.

    ``upper`` are the limits of the whole period (a year); ``months`` of 12 takes that many twelfths; ``extra_kwh`` is
    added to every limit (households of many persons); ``billed_yuan`` is taken off, for a year settled anew.

    Raises:
        Refused: peak is more than the whole.
    """
    outcome = Outcome()
    energy, before = given.number("energy_kwh"), given.number("year_to_date_kwh", 0)
    months = given.number("months", 12)
    if min(energy, before) < 0:
        raise Refused("negative_energy", energy_kwh=energy, year_to_date_kwh=before)
    if months.denominator != 1 or not 1 <= months <= 12:
        given.refuse("months", f"{given.members['months'].value} months", "write a whole number from 1 to 12")
    upper = [limit * months / 12 + given.number("extra_kwh", 0) for limit in given.number_list("upper")]
    prices = given.number_list("prices")
    if len(prices) != len(upper) + 1:
        given.refuse(
            "prices", f"{len(prices)} prices for {len(upper) + 1} steps", "give one price for each step"
        )
        return outcome
    edges = [Fraction(0), *upper]
    for at, (low, high) in enumerate(pairwise([*edges, max(before + energy, edges[-1])])):
        part = max(Fraction(0), min(before + energy, high) - max(before, low))
        outcome.values[f"step_{at + 1}_kwh"] = part
    _charge_steps(given, outcome, energy, prices)
    _charge_periods(given, outcome, energy)
    if given.has("free_kwh"):
        free = min(energy, given.number("free_kwh"))
        outcome.charge(Line("free_energy", free, "kWh", -prices[0], fen_of(-free * prices[0])))
    if given.has("billed_yuan"):
        billed = given.number("billed_yuan")
        outcome.charge(Line("correction", Fraction(-1), "", billed, -fen_of(billed), note="billed before"))
    return outcome


def _charge_steps(given: Given, outcome: Outcome, energy: Fraction, prices: list[Fraction]) -> None:
    full = given.choice("form", FORMS, "increment") == "full"
    if not full:
        outcome.charge(Line("base", energy, "kWh", prices[0], fen_of(energy * prices[0])))
    for at, price in enumerate(prices):
        part = outcome.values[f"step_{at + 1}_kwh"]
        own = price if full else price - prices[0]
        if part and (full or at):
            outcome.charge(Line("step", part, "kWh", own, fen_of(part * own), note=str(at + 1)))


def _charge_periods(given: Given, outcome: Outcome, energy: Fraction) -> None:
    """Add the increments of peak and valley; the valley is what the peak leaves."""
    if not given.has("increments"):
        return
    added = given.inner("increments", (), ("peak", "valley"))
    if not given.has("peak_kwh"):
        raise Refused("no_time_of_use_registers")
    peak = given.number("peak_kwh")
    valley = given.number("valley_kwh", 0)
    if peak + valley > energy:
        raise Refused("registers_exceed_total", peak_kwh=peak, valley_kwh=valley, energy_kwh=energy)
    for name, kwh in (("peak", peak), ("valley", energy - peak)):
        price = added.number(name, 0)
        outcome.charge(Line(name, kwh, "kWh", price, fen_of(kwh * price)))
