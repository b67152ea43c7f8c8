"""Prices of energy in one piece: annual steps, one flat price, and increments by time of use."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from diansuo.core.rules.kinds.frame import (
    PRICE_UNIT,
    VOLTAGE_KEYS,
    Body,
    Units,
    Values,
    by_voltage,
    price,
    unit_of,
)
from diansuo.core.rules.kinds.hours import HALF_OPEN_REMEDY, Stretch, faults_of_day, stretches, written
from diansuo.core.rules.node import Node, plain

STEP_UNIT: Final = "kWh/year"


def annual_steps(body: Body, units: Units) -> Values:
    """Read annual steps (年阶梯): upper limits in kWh a year and one price more than limits."""
    limits = body["limits"].fields(("unit", "upper"))
    unit = unit_of(limits.get("unit"), STEP_UNIT, units)
    uppers = [upper.number() for upper in limits["upper"].sequence()] if "upper" in limits else []
    known = [upper for upper in uppers if upper is not None]
    if len(known) == len(uppers) and any(b <= a for a, b in zip([Decimal(0), *known], known, strict=False)):
        limits["upper"].refuse("steps do not increase", "list the upper limits from low to high, above 0")

    def step_prices(node: Node) -> list[str | None] | None:
        if node.value is None:
            return None
        prices = [price(each) for each in node.sequence()]
        if len(prices) != len(uppers) + 1:
            node.refuse(f"{len(prices)} prices for {len(uppers) + 1} steps", "give one price for each step")
        return prices

    upper = [plain(each) for each in known]
    return {
        "limits": {"unit": unit, "upper": upper},
        "prices": by_voltage(body["prices"], units, step_prices, required=VOLTAGE_KEYS[:1]),
    }


def flat_price(body: Body, units: Units) -> Values:
    """Read one price for every kWh, by voltage class."""
    return {"prices": by_voltage(body["prices"], units, price, required=VOLTAGE_KEYS[:1])}


def time_of_use_increment(body: Body, units: Units) -> Values:
    """Read what is added to the price at peak and at valley hours, with the hours of both."""
    values: Values = {"unit": unit_of(body["unit"], PRICE_UNIT, units)}
    owned: list[tuple[Stretch, str]] = []
    for band in ("peak", "valley"):
        members = body[band].fields(("increment", "hours"))
        known = stretches(members["hours"]) if "hours" in members else []
        owned.extend((stretch, band) for stretch in known)
        values[band] = {
            "increment": price(members["increment"], signed=True) if "increment" in members else None,
            "hours": written(known),
        }
    faults = list(faults_of_day(owned))
    if faults:
        body["peak"].refuse(
            f"peak and valley hours do not fill the day exactly once: {'; '.join(faults)}", HALF_OPEN_REMEDY
        )
    return values
