"""What a step is given: its keys, read exactly, every problem with its place and remedy."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from fractions import Fraction
from typing import Any, Final

from diansuo.core.casework.exact import WAYS, BadExpression, Rounding, evaluate
from diansuo.core.casework.outcome import Outcome, Refused
from diansuo.core.rules import RuleBook
from diansuo.core.rules.node import NUMBER, Node

WITH_UNIT: Final = re.compile(r"([+-]?[\d,]*\.?\d+\.?)(.*)", re.DOTALL)
FLAGS: Final = {"yes": True, "no": False}


@dataclass(slots=True)
class Context:
    """What the steps of one case share.

    Attributes:
        book: the rules, for what a case does not state itself.
        names: every number an earlier step came to, as ``step.value``.
        outcomes: the earlier steps.
        nodes: what the earlier steps were given, for ``like:``.
        refused: the earlier steps that must not be computed.
    """

    book: RuleBook
    names: dict[str, Fraction] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    nodes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)


class Given:
    """The keys of one mapping of a case; unknown and missing ones are reported when it is opened."""

    def __init__(
        self, node: Node, context: Context, required: Collection[str] = (), optional: Collection[str] = ()
    ) -> None:
        self.node, self.context = node, context
        self.members = _members(node, tuple(required), tuple(optional))

    def has(self, key: str) -> bool:
        """Whether the key stands there and is not null."""
        return key in self.members and self.members[key].value is not None

    def number(self, key: str, default: Fraction | int | None = None) -> Fraction:
        """Return a number, written out or as an expression; the default, or 0 after a refusal."""
        if not self.has(key):
            if default is None and key in self.members:
                self.members[key].refuse("null where a number is needed", "write a number")
            return Fraction(default or 0)
        return number_of(self.members[key], self.context)

    def optional_number(self, key: str) -> Fraction | None:
        """Return a number, or None where the key is missing."""
        return number_of(self.members[key], self.context) if self.has(key) else None

    def number_list(self, key: str) -> list[Fraction]:
        """Return a list of numbers; empty where the key is missing."""
        return [number_of(node, self.context) for node in self.sequence(key)]

    def text(self, key: str, default: str = "") -> str:
        """Return a text."""
        return (self.members[key].text() or default) if self.has(key) else default

    def choice(self, key: str, words: Collection[str], default: str = "") -> str:
        """Return one of some words."""
        return (self.members[key].choice(tuple(words), key) or default) if self.has(key) else default

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return whether the key says yes."""
        return FLAGS[self.choice(key, tuple(FLAGS), "yes" if default else "no")]

    def day(self, key: str) -> date | None:
        """Return a day, or None where the key is missing."""
        return self.members[key].day() if self.has(key) else None

    def inner(self, key: str, required: Collection[str] = (), optional: Collection[str] = ()) -> Given:
        """Open the mapping under a key; an empty one where the key is missing."""
        node = self.members[key] if self.has(key) else self.node.child(key, {})
        return Given(node, self.context, required if self.has(key) else (), optional)

    def named(self, key: str) -> dict[str, Node]:
        """Return the members of a mapping whose names the writer chooses."""
        return self.members[key].mapping() if self.has(key) else {}

    def sequence(self, key: str) -> list[Node]:
        """Return the members of a list; empty where the key is missing."""
        return self.members[key].sequence() if self.has(key) else []

    def refuse(self, key: str, wrong: str, remedy: str) -> None:
        """Report a problem at a key."""
        self.members.get(key, self.node).refuse(wrong, remedy)


def _members(node: Node, required: tuple[str, ...], optional: tuple[str, ...]) -> dict[str, Node]:
    """Return the members of a mapping with known names; report missing and unknown ones, with what was meant."""
    members = node.mapping()
    if not isinstance(node.value, Mapping):
        return {}
    known = [*required, *(key for key in optional if key not in required)]
    for name in members:
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.7)
            hint = f"did you mean {near[0]!r}? " if near else ""
            node.refuse(f"unknown key {name!r}", f"{hint}use one of: {', '.join(known)}")
    for name in required:
        if name not in members:
            node.refuse(f"{name!r} is missing", f"add {name}: …")
    return {name: member for name, member in members.items() if name in known}


def rounding_of(given: Given, key: str = "rounding", default: Fraction = Fraction(1, 100)) -> Rounding:
    """Read a step under a key, and under ``<key>_way`` how to round to it."""
    step = given.number(key, default)
    if step <= 0:
        given.refuse(
            key, f"a rounding to multiples of {given.members[key].value}", "write a number above 0: 0.01, 1"
        )
        step = default
    return Rounding(step, given.choice(f"{key}_way", WAYS, "half_away"))


def number_of(node: Node, context: Context) -> Fraction:
    """Read one number, plain or an expression; 0 after a problem.

    Raises:
        Refused: the expression names a value of a step that was refused.
    """
    if isinstance(node.value, str) and node.value.strip().startswith("="):
        try:
            return evaluate(node.value.strip()[1:], context.names)
        except BadExpression as problem:
            for step in context.refused:
                if f"{step}." in node.value:
                    raise Refused("rests_on_a_refused_step", step=step) from None
            node.refuse(
                str(problem), 'write a number, or arithmetic with values of earlier steps: "= 2 * a.b"'
            )
            return Fraction(0)
    if isinstance(node.value, str) and (hint := _hint_of(node.value.strip())):
        node.refuse(f"{node.value!r} is not a number", hint)
        return Fraction(0)
    number = node.number()
    return Fraction(0) if number is None else Fraction(number)


def _hint_of(text: str) -> str:
    """Say how to write what looks like a number with something beside it; empty for anything else."""
    if not (match := WITH_UNIT.fullmatch(text)) or NUMBER.fullmatch(text):
        return ""
    number, unit = match[1].replace(",", "").rstrip("."), match[2].strip()
    if "/" in unit or any(sign in unit for sign in "+*×"):
        return f'write arithmetic with "=": "= {text}"'
    what = (
        f"the key says the unit, leave {unit!r} out"
        if unit
        else "write digits with a point and no separators"
    )
    return f"{what}: {number}"


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Lay changes over a mapping, key by key and deeply; a null takes a key out."""
    result = dict(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result
