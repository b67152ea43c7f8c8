"""Steps about energy alone: what meters recorded, what they should have, what a transformer loses."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.casework import span, transformers, wrong_metering
from diansuo.core.casework.exact import Rounding, fen_of
from diansuo.core.casework.given import Given, rounding_of
from diansuo.core.casework.meters import Energy, read_meters
from diansuo.core.casework.outcome import Line, Outcome
from diansuo.core.casework.transformers import losses, read_transformers

CORRECTION_KEYS: Final = (
    *wrong_metering.KEYS, "energy_kwh", "half", "rounding", "rounding_way", "price", "booked_multiplier",
    "real_multiplier", "register_difference", "normal_kwh",
)  # fmt: skip
LOSS_KEYS: Final = (*span.KEYS, "transformers", "losses", "active_kwh", "reactive_kvarh")


def energy(given: Given) -> Outcome:
    """Work out what the meters of a case recorded: each, and the sum of those that are billed."""
    step = rounding_of(given)
    total = Energy()
    outcome = Outcome()
    for meter in read_meters(given.named("meters"), given.context, step):
        outcome.values[f"{meter.name}_kwh"] = meter.energy.total
        if meter.factor != 1:
            outcome.values[f"{meter.name}_correction_factor"] = meter.factor
        if meter.role == "billing":
            total.add(meter.energy)
    outcome.values["total_kwh"], outcome.values["reactive_kvarh"] = total.total, total.reactive
    outcome.values.update({f"{band}_kwh": kwh for band, kwh in total.bands.items()})
    return outcome


def correction(given: Given) -> Outcome:
    """Work out what was recorded wrongly: right energy, difference, and its amount where a price is given.

    ``half`` takes half of the difference (the error of a meter or transformer since its last check, 1996 §80,
    2024 of like content). A negative difference is refunded.
    """
    outcome = Outcome()
    recorded = given.number("energy_kwh", 0)
    step = rounding_of(given)
    if given.has("register_difference"):
        recorded += given.number("register_difference") * given.number("booked_multiplier", 1)
    if given.has("normal_kwh"):
        right = given.number("normal_kwh")
        for key in (*wrong_metering.KEYS, "booked_multiplier", "real_multiplier"):
            if given.has(key):
                given.refuse(
                    key,
                    f"{key} beside normal_kwh",
                    "a normal month is the right energy; take one of them out",
                )
    else:
        factor = wrong_metering.correction_factor(given)
        if given.has("real_multiplier"):
            factor *= given.number("real_multiplier") / (given.number("booked_multiplier", 1) or 1)
        outcome.values["factor"] = factor
        outcome.values["rate_percent"] = (factor - 1) * 100
        right = recorded * factor
    share = Fraction(1, 2) if given.flag("half") else Fraction(1)
    delta = step.of((right - recorded) * share)
    outcome.values |= {"recorded_kwh": recorded, "right_kwh": recorded + delta, "delta_kwh": delta}
    if given.has("price"):
        price = given.number("price")
        outcome.charge(Line("correction", delta, "kWh", price, fen_of(delta * price)))
    return outcome


def transformer_loss(given: Given) -> Outcome:
    """Compute the losses of transformers by the method of the case, without any bill."""
    days = span.read_span(given)
    owned = read_transformers(given.named("transformers"), given.context, days)
    stated: dict[str, dict[str, object]] = {"energy": {}}
    for key, name in (("active_kwh", "active"), ("reactive_kvarh", "reactive")):
        stated["energy"][name] = given.members[key].value if given.has(key) else "0"
    meters = read_meters(
        {"energy": given.node.child("energy", stated)}, given.context, Rounding(Fraction(1, 10**6))
    )
    lost = losses(given.inner("losses", (), transformers.LOSS_KEYS), owned, meters, days, Rounding())
    outcome = Outcome()
    for name, (active, reactive) in lost.by_transformer.items():
        if name and len(lost.by_transformer) > 1:
            outcome.values |= {f"{name}_kwh": active, f"{name}_kvarh": reactive}
    outcome.values |= {"active_kwh": lost.active_kwh, "reactive_kvarh": lost.reactive_kvarh}
    return outcome
