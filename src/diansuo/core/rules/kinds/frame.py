"""What the kinds share: the shape of a kind, units of the closed list, prices by voltage class."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from diansuo.core.quantity.money import nano_from_price
from diansuo.core.rules.node import Node, plain

VOLTAGE_KEYS: Final = ("below_1kv", "kv_1_10", "kv_35", "kv_110", "kv_220")
PRICE_UNIT: Final = "yuan/kWh"
PRICE_LIMIT: Final = Decimal("2.3")

Body = Mapping[str, Node]
Values = dict[str, Any]
Units = Collection[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule.

    Attributes:
        keys: the keys its body must have.
        read: checks the body and returns its canonical values.
        continuous: whether its entries must follow on each other without a gap.
        optional: further keys its body may have.
    """

    keys: tuple[str, ...]
    read: Callable[[Body, Units], Values]
    continuous: bool
    optional: tuple[str, ...] = ()


def unit_of(node: Node | None, expected: str, units: Units) -> str:
    """Check that a unit is the expected one and stands in the closed list."""
    if node is not None and node.choice(units, "unit") is not None and node.value != expected:
        node.refuse(f"unit {node.value!r}", f"this kind of rule is published in {expected}")
    return expected


def price(
    node: Node, *, signed: bool = False, limit: Decimal = PRICE_LIMIT, unit: str = PRICE_UNIT
) -> str | None:
    """Read one price: a quoted number with at most nine decimals, or null.

    Below 2.3 yuan a kWh the largest line there may be, 4 TWh, fits int64; so the kernel never overflows.
    """
    if node.value is None:
        return None
    number = node.number()
    if number is None:
        return None
    try:
        nano_from_price(number)
    except ValueError:
        node.refuse(f"{node.value} has more than nine decimals", "prices hold nano-yuan; round at the source")
    if abs(number) >= limit:
        node.refuse(f"{node.value} is more than a line can hold", f"a price lies below {limit} {unit}")
    if number < 0 and not signed:
        node.refuse(f"{node.value} is below 0", "only an increment may lower a price")
    return plain(number)


def by_voltage(
    node: Node,
    units: Units,
    read: Callable[[Node], Any],
    *,
    unit: str = PRICE_UNIT,
    required: Collection[str] = (),
) -> Values:
    """Read one thing for each voltage class that is named, with the unit of all of them."""
    members = node.fields(("unit", *required), VOLTAGE_KEYS)
    prices: Values = {"unit": unit_of(members.pop("unit", None), unit, units)}
    if not members and isinstance(node.value, Mapping):
        node.refuse("no voltage class", f"give a price to at least one of: {', '.join(VOLTAGE_KEYS)}")
    return prices | {name: read(member) for name, member in members.items()}


def quantity(
    node: Node, *, least: Decimal = Decimal(0), limit: Decimal | None = None, above: bool = False
) -> Decimal | None:
    """Read a number from ``least`` on (or, with ``above``, greater than it) and below ``limit``."""
    number = node.number()
    if number is None:
        return None
    if number < least or (above and number == least):
        node.refuse(f"{node.value} is too small", f"write a number {'above' if above else 'from'} {least}")
    elif limit is not None and number >= limit:
        node.refuse(f"{node.value} is too large", f"write a number below {limit}")
    return number
