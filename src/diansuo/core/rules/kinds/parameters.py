"""Named values with their units: thresholds, terms and settings."""

from __future__ import annotations

import re
from typing import Final

from diansuo.core.rules.kinds.frame import Body, Units, Values
from diansuo.core.rules.node import plain

PARAMETER_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def parameters(body: Body, units: Units) -> Values:
    """Read named values: thresholds and settings."""
    named: Values = {}
    for name, node in body["parameters"].mapping().items():
        if not PARAMETER_NAME.fullmatch(name):
            node.refuse(f"the name {name!r}", "write lower case words joined by _")
        members = node.fields(("value", "unit"), ("note", "unverified", "choices", "described"))
        if "value" not in members or "unit" not in members:
            continue
        unit = members["unit"].choice(units, "unit")
        named[name] = {"value": _parameter_value(members, unit), "unit": unit}
        for text in ("note", "unverified"):
            if text in members:
                members[text].text()
        if "described" in members:
            members["described"].choice(("yes",), "mark")
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
