"""The book of rules: what holds on a day, and one hash over all of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from diansuo.core.rules.entry import Entry, NoValueInForce

NATIONAL: Final = "national"
"""The folder of the rules that hold everywhere."""
PRICES: Final = "commercial_prices"
"""The folder below a place with one price rule a component; monthly price sheets add to it."""


class NoSuchRule(KeyError):
    """The book holds no rule of this name."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its kind, its title by language, and its dated entries in ascending order."""

    rule_id: str
    kind: str
    title: Mapping[str, str]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place the rulebook covers: its names by language and how far each of its rules goes."""

    place_id: str
    name: Mapping[str, str]
    rules: Mapping[str, str]


@dataclass(frozen=True)
class RuleBook:
    """A frozen set of rules.

    Attributes:
        rules: by rule id.
        units: the closed list of units, with their names by language.
        places: what is covered, by place.
        default_place: the place meant when none is named, e.g. ``province/henan``.
        phrases: what the files say for readers, in either language -> by language.
    """

    rules: Mapping[str, Rule]
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, Place] = field(default_factory=dict)
    default_place: str = ""
    phrases: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def from_slices(cls, slices: Iterable[Mapping[str, Any]]) -> RuleBook:
        """Rebuild the part of a book that a bill used from the slices stored with it.

        The same slice may come more than once. The default place is the one they belong to, whatever national
        ones are among them; none where they belong to several.

        Raises:
            AlteredSlice: a slice no longer has the hash it was stored under.
        """
        distinct = {stored["slice_hash"]: Entry.from_slice(stored) for stored in slices}
        by_rule: dict[str, list[Entry]] = {}
        for entry in sorted(distinct.values(), key=lambda each: each.effective):
            by_rule.setdefault(entry.rule_id, []).append(entry)
        return cls(
            rules={
                rule_id: Rule(rule_id, entries[0].kind, {}, tuple(entries))
                for rule_id, entries in sorted(by_rule.items())
            },
            default_place=_common_place(by_rule),
        )

    def rule(self, rule_id: str) -> Rule:
        """Return a rule.

        Raises:
            NoSuchRule: the book has none of this name.
        """
        try:
            return self.rules[rule_id]
        except KeyError:
            raise NoSuchRule(
                f"the rulebook has no rule {rule_id}; add {rule_id}.yaml to your overlay folder"
            ) from None

    def in_force(self, rule_id: str, day: date) -> Entry:
        """Return the entry of the rule that holds on the day.

        Raises:
            NoSuchRule: the book has none of this name.
            NoValueInForce: the day lies before the first entry, in a gap, or after the end.
        """
        entries = self.rule(rule_id).entries
        held = [entry for entry in entries if entry.effective <= day]
        if not held or (held[-1].until is not None and day >= held[-1].until):
            raise NoValueInForce(rule_id, entries[0].file, day, entries[0].effective)
        return held[-1]

    @property
    def unverified(self) -> tuple[tuple[str, date, str, str], ...]:
        """Everything unchecked in the book: (rule id, effective day, field, why)."""
        return tuple(
            (rule_id, entry.effective, name, why)
            for rule_id, rule in sorted(self.rules.items())
            for entry in rule.entries
            for name, why in entry.unverified
        )

    def said(self, text: str, language: str) -> str:
        """Return a reason or note of the files in a language, ``zh`` or ``en``; as it stands where it has no other."""
        return self.phrases.get(text, {}).get(language, text)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over the slice hashes of all entries: the same values give the same hash."""
        digest = hashlib.sha256()
        for _, rule in sorted(self.rules.items()):
            for entry in rule.entries:
                digest.update(f"{entry.slice_hash} {entry.until}\n".encode())
        return digest.hexdigest()


def place_of(rule_id: str) -> str:
    """Return the place a rule belongs to: its folder, or the one above the prices by component."""
    folder = rule_id.rpartition("/")[0]
    return folder.removesuffix(f"/{PRICES}")


def _common_place(rule_ids: Iterable[str]) -> str:
    """Return the one place of all rules that belong to one, the deepest where they lie within each other.

    National rules stand beside those of any place, so they decide only where there are no others.
    """
    every = {place_of(rule_id) for rule_id in rule_ids}
    places = {place for place in every if not f"{place}/".startswith(f"{NATIONAL}/")} or every
    deepest = max(places, key=lambda place: (place.count("/"), place), default="")
    return deepest if all(f"{deepest}/".startswith(f"{place}/") for place in places) else ""
