"""The kinds of rules: the keys of each body and what makes it right (diansuo/rulebook/README.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from diansuo.core.quantity.money import nano_from_price
from diansuo.core.rules.node import Node, plain

VOLTAGE_KEYS: Final = ("below_1kv", "kv_1_10", "kv_35", "kv_110", "kv_220")
PRICE_UNIT: Final = "yuan/kWh"
STEP_UNIT: Final = "kWh/year"
PRICE_LIMIT: Final = Decimal("2.3")
CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
PARAMETER_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
DAY_MINUTES: Final = 24 * 60

Body = Mapping[str, Node]
Values = dict[str, Any]
Units = Collection[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of rule.

    Attributes:
        keys: the keys of its body, all required.
        read: checks the body and returns its canonical values.
        continuous: whether its entries must follow on each other without a gap.
    """

    keys: tuple[str, ...]
    read: Callable[[Body, Units], Values]
    continuous: bool


def _unit(node: Node | None, expected: str, units: Units) -> str:
    """Check that a unit is the expected one and stands in the closed list."""
    if node is not None and node.choice(units, "unit") is not None and node.value != expected:
        node.refuse(f"unit {node.value!r}", f"this kind of rule is published in {expected}")
    return expected


def _price(node: Node, signed: bool = False) -> str | None:
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
    if abs(number) >= PRICE_LIMIT:
        node.refuse(
            f"{node.value} is more than a line can hold", f"a price lies below {PRICE_LIMIT} yuan/kWh"
        )
    if number < 0 and not signed:
        node.refuse(f"{node.value} is below 0", "only an increment may lower a price")
    return plain(number)


def _prices(node: Node, units: Units, read: Callable[[Node], Any]) -> Values:
    """Read prices by voltage class."""
    members = node.fields(("unit", VOLTAGE_KEYS[0]), VOLTAGE_KEYS[1:])
    prices: Values = {"unit": _unit(members.pop("unit", None), PRICE_UNIT, units)}
    return prices | {name: read(member) for name, member in members.items()}


def annual_steps(body: Body, units: Units) -> Values:
    """Read annual steps (年阶梯): upper limits in kWh a year and one price more than limits."""
    limits = body["limits"].fields(("unit", "upper"))
    unit = _unit(limits.get("unit"), STEP_UNIT, units)
    uppers = [upper.number() for upper in limits["upper"].sequence()] if "upper" in limits else []
    known = [upper for upper in uppers if upper is not None]
    if len(known) == len(uppers) and any(b <= a for a, b in zip([Decimal(0), *known], known, strict=False)):
        limits["upper"].refuse("steps do not increase", "list the upper limits from low to high, above 0")

    def step_prices(node: Node) -> list[str | None] | None:
        if node.value is None:
            return None
        prices = [_price(each) for each in node.sequence()]
        if len(prices) != len(uppers) + 1:
            node.refuse(f"{len(prices)} prices for {len(uppers) + 1} steps", "give one price for each step")
        return prices

    upper = [plain(each) for each in known]
    return {
        "limits": {"unit": unit, "upper": upper},
        "prices": _prices(body["prices"], units, step_prices),
    }


def flat_price(body: Body, units: Units) -> Values:
    """Read one price for every kWh, by voltage class."""
    return {"prices": _prices(body["prices"], units, _price)}


def time_of_use_increment(body: Body, units: Units) -> Values:
    """Read what is added to the price at peak and at valley hours, with the hours of both."""
    values: Values = {"unit": _unit(body["unit"], PRICE_UNIT, units)}
    stretches: list[tuple[int, int]] = []
    for band in ("peak", "valley"):
        members = body[band].fields(("increment", "hours"))
        hours = [_stretch(each) for each in members["hours"].sequence()] if "hours" in members else []
        known = [stretch for stretch in hours if stretch is not None]
        stretches.extend(known)
        values[band] = {
            "increment": _price(members["increment"], signed=True) if "increment" in members else None,
            "hours": [[_clock(start), _clock(end)] for start, end in known],
        }
    stretches.sort()
    touching = all(a[1] == b[0] for a, b in zip(stretches, stretches[1:], strict=False))
    if not (stretches and touching and stretches[0][0] == 0 and stretches[-1][1] == DAY_MINUTES):
        body["peak"].refuse(
            "peak and valley hours do not fill the day exactly once",
            "let them run from 00:00 to 24:00 without gap or overlap",
        )
    return values


def _stretch(node: Node) -> tuple[int, int] | None:
    """Read a stretch of hours ["08:00", "22:00"] as minutes of the day, start before end."""
    ends = [each.value for each in node.sequence()]
    if len(ends) == 2 and all(isinstance(end, str) and CLOCK.fullmatch(end) for end in ends):
        start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in ends)
        if start < end:
            return start, end
    node.refuse("is not a stretch of hours", 'write ["HH:MM", "HH:MM"], quoted, from early to late')
    return None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parameters(body: Body, units: Units) -> Values:
    """Read named values: thresholds and settings."""
    named: Values = {}
    for name, node in body["parameters"].mapping().items():
        if not PARAMETER_NAME.fullmatch(name):
            node.refuse(f"the name {name!r}", "write lower case words joined by _")
        members = node.fields(("value", "unit"), ("note", "unverified", "choices"))
        if "value" not in members or "unit" not in members:
            continue
        unit = members["unit"].choice(units, "unit")
        named[name] = {"value": _parameter_value(members, unit), "unit": unit}
        for text in ("note", "unverified"):
            if text in members:
                members[text].text()
    return {"parameters": named}


def _parameter_value(members: Body, unit: str | None) -> str | None:
    value, choices = members["value"], members.get("choices")
    if unit == "choice" and choices is None:
        value.refuse("a choice without its words", "add choices: [word, word]")
    elif unit != "choice" and choices is not None:
        choices.refuse(f"choices with the unit {unit}", "write unit: choice, or remove choices")
    if value.value is None:
        return None
    if unit == "choice":
        words = [each.text() or "" for each in choices.sequence()] if choices is not None else []
        return value.choice(words, "choice")
    number = value.number()
    return None if number is None else plain(number)


KINDS: Final[Mapping[str, Kind]] = {
    "annual_steps": Kind(("limits", "prices"), annual_steps, continuous=True),
    "flat_price": Kind(("prices",), flat_price, continuous=True),
    "time_of_use_increment": Kind(("unit", "peak", "valley"), time_of_use_increment, continuous=False),
    "parameters": Kind(("parameters",), parameters, continuous=True),
}
