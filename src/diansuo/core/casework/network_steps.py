"""Steps about losses and averages: line loss, equivalent resistance, transformers, average price, photovoltaic."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of
from diansuo.core.casework.given import Given
from diansuo.core.casework.outcome import Line, Outcome, Refused
from diansuo.core.metering.correction.roots import root

LINE_LOSS_KEYS: Final = ("supplied_kwh", "sold_kwh", "fed_in_kwh")
RESISTANCE_KEYS: Final = (
    "kv",
    "active_kwh",
    "reactive_kvarh",
    "hours",
    "segments",
    "shape_factor",
    "n",
    "meters_kwh",
)
SEGMENT_KEYS: Final = ("n", "active_kwh", "ohm")
POWER_KEYS: Final = (
    "count",
    "p0_kw",
    "pk_kw",
    "load",
    "i0_percent",
    "uk_percent",
    "capacity_kva",
    "equivalent",
    "hours",
)
AVERAGE_KEYS: Final = ("amount_yuan", "energy_kwh", "fixed_yuan", "price", "aim")
PV_KEYS: Final = ("generated_kwh", "fed_in_kwh", "imported_kwh", "price", "subsidy")


def line_loss(given: Given) -> Outcome:
    """Return the statistical loss and its rate."""
    supplied = given.number("supplied_kwh") + given.number("fed_in_kwh", 0)
    lost = supplied - given.number("sold_kwh")
    if not supplied:
        raise Refused("nothing_supplied")
    return Outcome(values={"loss_kwh": lost, "rate_percent": lost / supplied * 100})


def equivalent_resistance(given: Given) -> Outcome:
    """Compute an area's loss by the equivalent resistance of its segments (等值电阻法, DL/T 686; domain.md §10.3).

    Roots are taken to 40 decimals; ``n`` is 3 for a three-phase line, 3.5 with the neutral, 2 for a single-phase one.
    """
    active, reactive = given.number("active_kwh"), given.number("reactive_kvarh", 0)
    hours, shape = given.number("hours"), given.number("shape_factor", 1)
    # I² = (A² + R²) / (√3 · U · T)²
    square = (active**2 + reactive**2) / (3 * given.number("kv") ** 2 * hours**2)
    head = given.number("n", Fraction(7, 2))
    weighted = Fraction(0)
    for node in given.sequence("segments"):
        segment = Given(node, given.context, SEGMENT_KEYS, ())
        weighted += segment.number("n") * segment.number("active_kwh") ** 2 * segment.number("ohm")
    resistance = weighted / (head * active**2)
    lost = head * shape**2 * square * resistance * hours / 1000
    meters = given.number("meters_kwh", 0)
    return Outcome(
        values={
            "average_current_a": root(square),
            "resistance_ohm": resistance,
            "line_kwh": lost,
            "loss_kwh": lost + meters,
            "rate_percent": (lost + meters) / active * 100,
        }
    )


def transformer_power(given: Given) -> Outcome:
    """Return what transformers that share a load lose: n · P0 + n · β² · Pk, β the load of each."""
    count, load = given.number("count", 1), given.number("load")
    size = given.number("capacity_kva", 0)
    active = count * (given.number("p0_kw") + load**2 * given.number("pk_kw"))
    kvar = count * size / 100 * (given.number("i0_percent", 0) + load**2 * given.number("uk_percent", 0))
    values = {"active_kw": active, "reactive_kvar": kvar}
    if given.has("equivalent"):
        values["comprehensive_kw"] = active + given.number("equivalent") * kvar
    if given.has("hours"):
        values["energy_kwh"] = active * given.number("hours")
    return Outcome(values=values)


def average_price(given: Given) -> Outcome:
    """Return the average price, and the energy at which a fixed charge and a price come to an average aimed at."""
    outcome = Outcome()
    fixed, price = given.number("fixed_yuan", 0), given.number("price", 0)
    if given.has("energy_kwh") and given.number("energy_kwh"):
        energy = given.number("energy_kwh")
        outcome.values["average_yuan_kwh"] = given.number("amount_yuan", fixed + price * energy) / energy
    if given.has("aim"):
        if given.number("aim") <= price:
            raise Refused("aim_not_above_price", aim=given.number("aim"), price=price)
        outcome.values["energy_kwh"] = fixed / (given.number("aim") - price)
    return outcome


def photovoltaic(given: Given) -> Outcome:
    """Pay for energy fed in; own use is what was generated and not fed in (domain.md §14.1)."""
    outcome = Outcome()
    fed = given.number("fed_in_kwh")
    if given.has("generated_kwh"):
        own = given.number("generated_kwh") - fed
        if own < 0:
            raise Refused("negative_own_use", generated_kwh=given.number("generated_kwh"), fed_in_kwh=fed)
        outcome.values |= {"own_use_kwh": own, "used_kwh": own + given.number("imported_kwh", 0)}
    for name in ("price", "subsidy"):
        if given.has(name):
            basis = given.number("generated_kwh", fed) if name == "subsidy" else fed
            price = given.number(name)
            outcome.charge(Line(f"feed_in_{name}", basis, "kWh", price, fen_of(basis * price)))
    return outcome
