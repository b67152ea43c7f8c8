"""Steps of the classical theoretical losses: by voltage drop, of a 10 kV feeder by capacities, of uneven phases."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework.given import Given
from diansuo.core.casework.outcome import Outcome, Refused
from diansuo.core.network.classical_methods import (
    FeederSection,
    FeederTransformer,
    drop_share,
    feeder_resistance_ohm,
    loss_share_of_drop,
    unbalance_factor,
)

DROP_KEYS: Final = ("head_v", "end_v", "tan_phi", "x_over_r", "active_kwh")
FEEDER_KEYS: Final = (
    "kv", "active_kwh", "reactive_kvarh", "hours", "shape_factor", "sections", "transformers",
)  # fmt: skip
SECTION_KEYS: Final = ("kva", "ohm")
TRANSFORMER_KEYS: Final = ("kva", "p0_kw", "pk_kw")
UNBALANCE_KEYS: Final = ("amperes", "neutral_ratio")
PHASES: Final = 3
KILO: Final = 1000


def voltage_drop(given: Given) -> Outcome:
    """Return what a line loses by its voltage drop (电压损失法)."""
    try:
        drop = drop_share(given.number("head_v"), given.number("end_v"))
        share = loss_share_of_drop(drop, given.number("tan_phi", 0), given.number("x_over_r", 0))
    except ValueError:
        raise Refused("no_voltage_drop") from None
    return Outcome(
        values={
            "drop_percent": drop * 100,
            "rate_percent": share * 100,
            "line_kwh": share * given.number("active_kwh"),
        }
    )


def feeder_by_capacity(given: Given) -> Outcome:
    """Return what a 10 kV feeder and its transformers lose, the load shared by their capacities."""
    sections, transformers = (
        [Given(node, given.context, keys, ()) for node in given.sequence(name)]
        for name, keys in (("sections", SECTION_KEYS), ("transformers", TRANSFORMER_KEYS))
    )
    kv, hours = given.number("kv"), given.number("hours")
    try:
        line, copper = feeder_resistance_ohm(
            [FeederSection(each.number("kva") * KILO, each.number("ohm")) for each in sections],
            [
                FeederTransformer(*(each.number(key) * KILO for key in TRANSFORMER_KEYS))
                for each in transformers
            ],
            kv * KILO,
        )
    except ValueError:
        raise Refused("no_feeder_load") from None
    if not (kv and hours and given.number("active_kwh")):
        raise Refused("no_feeder_load")
    squares = given.number("active_kwh") ** 2 + given.number("reactive_kvarh", 0) ** 2
    effective = given.number("shape_factor", 1) ** 2 * squares / (3 * (kv * hours) ** 2)
    iron = sum((each.number("p0_kw") for each in transformers), Fraction(0)) * hours
    ways = {"line_kwh": line, "copper_kwh": copper}
    lost = {name: PHASES * effective * ohm * hours / KILO for name, ohm in ways.items()}
    whole = sum(lost.values(), iron)
    rate = whole / given.number("active_kwh") * 100
    ohms = {"line_ohm": line, "transformer_ohm": copper}
    return Outcome(values={**ohms, **lost, "iron_kwh": iron, "loss_kwh": whole, "rate_percent": rate})


def phase_unbalance(given: Given) -> Outcome:
    """Return how much more a four-wire line loses than with the load evenly on its phases (不平衡附加系数)."""
    amperes = given.number_list("amperes")
    if len(amperes) != PHASES:
        raise Refused("no_phase_currents")
    a, b, c = amperes
    try:
        factor = unbalance_factor(a, b, c, given.number("neutral_ratio", 2))
    except ValueError:
        raise Refused("no_phase_currents") from None
    return Outcome(values={"loss_factor": factor})
