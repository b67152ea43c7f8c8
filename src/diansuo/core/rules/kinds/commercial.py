"""Commercial prices: what a bill is made of, what each part costs, and what capacity or demand costs.

Source of the shapes: 发改价格〔2023〕526号 (components of the price, capacity and demand), 发改办价格〔2021〕809号
(the 1.5-fold); domain.md §1.2, §3.3, §4, §5.2.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial
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
from diansuo.core.rules.node import Node

COMPONENTS: Final = ("purchase", "upstream_loss", "transmission", "system_operation", "surcharge", "energy")
TRAITS: Final = {
    "owner": ("rulebook", "sheet"),
    "time_of_use": ("floats", "fixed"),
    "power_factor": ("adjusted", "exempt"),
    "raised": ("raised", "plain"),
}
OWNER: Final = "owner"
SCHEMES: Final = ("single_part", "two_part")
CAPACITY_UNIT: Final = "yuan/kVA/month"
DEMAND_UNIT: Final = "yuan/kW/month"
CHARGE_LIMIT: Final = Decimal(1000)


def price_components(body: Body, units: Units) -> Values:
    """Read the components of a price and the four traits of each; a trait that is not known is null."""
    node = body["components"]
    members = node.fields((), COMPONENTS)
    if node.value == {}:
        node.refuse("no component", f"name at least one of: {', '.join(COMPONENTS)}")
    return {"components": {name: _traits(member) for name, member in members.items()}}


def _traits(node: Node) -> Values:
    traits: Values = {}
    for name, member in node.fields(tuple(TRAITS)).items():
        # who owns a price is our own decision, never a thing that is not known
        unknown = member.value is None and name != OWNER
        traits[name] = None if unknown else member.choice(TRAITS[name], name)
    return traits


def component_price(body: Body, units: Units) -> Values:
    """Read the price of one component by scheme (单一制, 两部制) and voltage class.

    A price may be below 0: the balance of past months makes 系统运行费 negative in some of them.
    """
    node = body["prices"]
    members = node.fields(("unit",), SCHEMES)
    prices: Values = {"unit": unit_of(members.pop("unit", None), PRICE_UNIT, units)}
    if not members:
        node.refuse("no price", f"give the prices of at least one of: {', '.join(SCHEMES)}")
    for scheme, member in members.items():
        classes = member.fields((), VOLTAGE_KEYS)
        if not classes:
            member.refuse("no voltage class", f"give a price to at least one of: {', '.join(VOLTAGE_KEYS)}")
        prices[scheme] = {name: price(each, signed=True) for name, each in classes.items()}
    return {"prices": prices}


def demand_charge_price(body: Body, units: Units) -> Values:
    """Read what a kVA of capacity and a kW of demand cost a month, by voltage class."""
    read: Values = {}
    for name, unit in (("capacity", CAPACITY_UNIT), ("demand", DEMAND_UNIT)):
        if name in body:
            charge = partial(price, limit=CHARGE_LIMIT, unit=unit)
            read[name] = by_voltage(body[name], units, charge, unit=unit)
    return read
