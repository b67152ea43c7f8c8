"""A value of a document together with where it stands, so that every refusal can name file and key."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from diansuo.core.rules.problems import Problem

NUMBER: Final = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
MOST_DIGITS: Final = 40
LONGEST_QUOTED: Final = 80
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Node:
    """One value, its file, its dotted key, and the list that collects what is wrong.

    Every reader returns None after it has reported a problem, so that a check goes on and finds the rest.
    """

    value: Any
    file: str
    key: str
    problems: list[Problem]

    def refuse(self, wrong: str, remedy: str) -> None:
        """Report that this value is wrong and what to do about it."""
        self.problems.append(Problem(self.file, self.key, wrong, remedy))

    def child(self, name: object, value: Any) -> Node:
        """Return the node of a member of this one."""
        return replace(self, value=value, key=f"{self.key}.{name}" if self.key else str(name))

    def mapping(self) -> dict[str, Node]:
        """Return the members of a mapping by name; empty after a refusal."""
        if not isinstance(self.value, Mapping):
            self.refuse(f"expected a mapping, found {describe(self.value)}", "write it as key: value lines")
            return {}
        for name in self.value:
            if not isinstance(name, str):
                self.refuse(f"the key {name!r} is not a text", f'put it in quotes: "{name}"')
        return {name: self.child(name, each) for name, each in self.value.items() if isinstance(name, str)}

    def fields(self, required: Collection[str], optional: Collection[str] = ()) -> dict[str, Node]:
        """Return the members of a mapping with known names; report missing and unknown ones."""
        members = self.mapping()
        if not isinstance(self.value, Mapping):
            return {}
        known = [*required, *optional]
        for name in members:
            if name not in known:
                self.refuse(f"unknown key {name!r}", f"use one of: {', '.join(known)}")
        for name in required:
            if name not in members:
                self.refuse(
                    f"{name!r} is missing", f"add {name!r}; if it is not known write null and say why"
                )
        return {name: member for name, member in members.items() if name in known}

    def sequence(self) -> list[Node]:
        """Return the members of a list; empty after a refusal."""
        if not isinstance(self.value, (list, tuple)):
            self.refuse(f"expected a list, found {describe(self.value)}", "write it as [a, b, …]")
            return []
        return [self.child(place, each) for place, each in enumerate(self.value)]

    def text(self) -> str | None:
        """Return a text that is not empty."""
        if isinstance(self.value, str) and self.value.strip():
            return self.value
        self.refuse(f"expected a text, found {describe(self.value)}", "write a text that is not empty")
        return None

    def optional_text(self) -> str | None:
        """Return a text, or None where null is written."""
        return None if self.value is None else self.text()

    def number(self) -> Decimal | None:
        """Return a quoted decimal number; a bare one is refused, since YAML would make it a binary float."""
        if isinstance(self.value, (int, float)) and not isinstance(self.value, bool):
            self.refuse(f"bare number {self.value!r}", f'quote it as it is published: "{self.value}"')
        elif isinstance(self.value, str) and len(self.value) > MOST_DIGITS:
            self.refuse(f"{describe(self.value)} is too long", f"write at most {MOST_DIGITS} characters")
        elif not isinstance(self.value, str) or not NUMBER.fullmatch(self.value):
            self.refuse(
                f"{describe(self.value)} is not a number", 'write digits with a point, quoted: "0.56"'
            )
        else:
            return Decimal(self.value)
        return None

    def day(self) -> date | None:
        """Return a quoted day YYYY-MM-DD."""
        if isinstance(self.value, str) and DAY.fullmatch(self.value):
            try:
                return date.fromisoformat(self.value)
            except ValueError:
                pass
        self.refuse(f"{describe(self.value)} is not a day", 'write it quoted as "YYYY-MM-DD"')
        return None

    def choice(self, words: Collection[str], what: str) -> str | None:
        """Return one word of a closed list."""
        if isinstance(self.value, str) and self.value in words:
            return self.value
        self.refuse(f"{what} {describe(self.value)} is not known", f"use one of: {', '.join(words)}")
        return None


def describe(value: Any) -> str:
    """Say what a value is in the words of the file."""
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = repr(value)
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}… ({len(text)} characters)"


def plain(number: Decimal) -> str:
    """Write a number in its one canonical way: no exponent, no trailing zeros, no minus zero."""
    text = format(number.normalize(), "f")
    return "0" if text == "-0" else text
