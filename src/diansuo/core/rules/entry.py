"""One dated entry of a rule: the values, where they come from, what of them is unchecked, and their hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import scaled


class NoValueInForce(LookupError):
    """No entry of the rule holds on the day; names the file, the day and the first day that has one."""

    def __init__(self, rule_id: str, file: str, day: date, first_date: date | None) -> None:
        self.rule_id, self.file, self.day, self.first_date = rule_id, file, day, first_date
        since = f"its first value holds from {first_date}" if first_date else "it has no value at all"
        super().__init__(
            f"{file}: no value of {rule_id} is in force on {day}, {since}; add the value of that day to "
            f"the file or to your overlay folder"
        )


class ValueAbsent(LookupError):
    """A value stands as null because it is not known; names file, field and the reason given there."""

    def __init__(self, rule_id: str, file: str, effective: date, field: str, why: str) -> None:
        self.rule_id, self.file, self.effective, self.field, self.why = rule_id, file, effective, field, why
        super().__init__(
            f"{file}: {field} of {effective} is not known ({why}); put the published value with its source "
            f"into {rule_id}.yaml in your overlay folder"
        )


class AlteredSlice(ValueError):
    """A stored slice no longer has the hash it was stored under; it proves nothing any more."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where values were published: document, clause, day; None where that is not known."""

    document: str
    clause: str | None
    published: str | None
    url: str | None

    def as_mapping(self) -> dict[str, str | None]:
        """Return the source as plain data."""
        return {
            "document": self.document,
            "clause": self.clause,
            "published": self.published,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Fill:
    """Values of an entry that a second document gave where the first has null.

    Attributes:
        file: the document that gave them.
        source: its publication.
        checked: the day a person last compared them with that source.
        fields: their dotted names.
    """

    file: str
    source: Source
    checked: str
    fields: tuple[str, ...]

    def as_mapping(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "file": self.file,
            "source": self.source.as_mapping(),
            "checked": self.checked,
            "fields": list(self.fields),
        }


@dataclass(frozen=True)
class Entry:
    """The values of one rule from one day on.

    Attributes:
        rule_id: the rule, e.g. ``province/henan/residential_steps``.
        kind: the kind of rule, which says what ``values`` holds.
        file: the document it was read from.
        effective: first day the values hold.
        until: first day they hold no longer by their own word; None: until the next entry.
        values: plain data, numbers as canonical decimal texts, null where not known.
        source: the publication.
        checked: the day a person last compared the values with the source.
        unverified: (field, why) of everything not checked against an official text, sorted by field.
        fills: what other documents gave where this one has null, in the order in which they were laid on.
    """

    rule_id: str
    kind: str
    file: str
    effective: date
    until: date | None
    values: Mapping[str, Any]
    source: Source
    checked: str
    unverified: tuple[tuple[str, str], ...]
    fills: tuple[Fill, ...] = ()

    @cached_property
    def slice_hash(self) -> str:
        """SHA-256 over rule, kind, effective day and values as canonical JSON; source texts do not count."""
        evidence = {
            "rule_id": self.rule_id,
            "kind": self.kind,
            "effective": self.effective.isoformat(),
            "values": self.values,
        }
        return hashlib.sha256(canonical_json(evidence).encode()).hexdigest()

    @property
    def unverified_used(self) -> tuple[tuple[str, str], ...]:
        """What is unverified among the values that are known: an unknown one cannot have been used."""
        return tuple((name, why) for name, why in self.unverified if not self.is_null(name))

    def is_null(self, name: str) -> bool:
        """Return whether a dotted field stands as null."""
        value: Any = self.values
        for part in name.split("."):
            if isinstance(value, list):
                value = value[int(part)] if part.isdigit() and int(part) < len(value) else ""
            else:
                value = value.get(part, "") if isinstance(value, Mapping) else ""
        # the null of a parameter is its value
        return value is None or (
            isinstance(value, Mapping) and "unit" in value and value.get("value", "") is None
        )

    def to_slice(self) -> dict[str, Any]:
        """Return everything needed to rebuild this entry years later, as plain data for a JSON column."""
        return {
            "rule_id": self.rule_id,
            "kind": self.kind,
            "file": self.file,
            "effective": self.effective.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "values": json.loads(canonical_json(self.values)),
            "source": self.source.as_mapping(),
            "checked": self.checked,
            "unverified": dict(self.unverified),
            "slice_hash": self.slice_hash,
        } | ({"fills": [fill.as_mapping() for fill in self.fills]} if self.fills else {})

    @classmethod
    def from_slice(cls, stored: Mapping[str, Any]) -> Entry:
        """Rebuild an entry from :meth:`to_slice`.

        Raises:
            AlteredSlice: the values do not have the hash they were stored with.
        """
        entry = cls(
            rule_id=stored["rule_id"],
            kind=stored["kind"],
            file=stored["file"],
            effective=date.fromisoformat(stored["effective"]),
            until=date.fromisoformat(stored["until"]) if stored["until"] else None,
            values=stored["values"],
            source=Source(**stored["source"]),
            checked=stored["checked"],
            unverified=tuple(sorted(stored["unverified"].items())),
            fills=tuple(
                Fill(each["file"], Source(**each["source"]), each["checked"], tuple(each["fields"]))
                for each in stored.get("fills", ())
            ),
        )
        if entry.slice_hash != stored["slice_hash"]:
            raise AlteredSlice(
                f"the stored slice of {entry.rule_id} from {entry.effective} has been altered: it hashes to "
                f"{entry.slice_hash}, stored was {stored['slice_hash']}; restore it from a backup"
            )
        return entry

    def absent(self, field: str) -> ValueAbsent:
        """Return the error for a value that stands as null."""
        why = dict(self.unverified).get(field, "the file gives none")
        return ValueAbsent(self.rule_id, self.file, self.effective, field, why)

    @cached_property
    def parameters(self) -> dict[str, Decimal | str]:
        """All named values of a ``parameters`` rule: numbers as Decimal, choices as words.

        Raises:
            ValueAbsent: one of them is not known.
        """
        return {
            name: self.word(name) if named["unit"] == "choice" else self.number(name)
            for name, named in self.values["parameters"].items()
        }

    def number(self, name: str) -> Decimal:
        """Return a named value of a ``parameters`` rule as a number.

        Raises:
            ValueAbsent: it is not known.
            KeyError: the rule has no such parameter.
        """
        return Decimal(self._parameter(name)["value"])

    def integer(self, name: str) -> int:
        """Return a named whole number.

        Raises:
            ValueAbsent: it is not known.
            ValueError: it has a fraction.
        """
        return scaled(self.number(name), 1, name, self._parameter(name)["unit"])

    def word(self, name: str) -> str:
        """Return a named choice.

        Raises:
            ValueAbsent: it is not known.
        """
        return str(self._parameter(name)["value"])

    def energy_wh(self, name: str) -> int:
        """Return a named energy in Wh, exactly.

        Raises:
            ValueAbsent: it is not known.
            ValueError: it is not an energy, or finer than a Wh.
        """
        unit = self._parameter(name)["unit"]
        if unit == "Wh":
            return self.integer(name)
        if not unit.startswith("kWh"):
            raise ValueError(f"{self.file}: {name} is in {unit}, which is no energy")
        return wh_from_kwh(self.number(name))

    def _parameter(self, name: str) -> Mapping[str, Any]:
        named = self.values["parameters"]
        if name not in named:
            raise KeyError(f"{self.file}: no parameter {name!r}; there are: {', '.join(sorted(named))}")
        parameter: Mapping[str, Any] = named[name]
        if parameter["value"] is None:
            raise self.absent(f"parameters.{name}")
        return parameter


def canonical_json(data: Any) -> str:
    """Write plain data in its one canonical way: sorted keys, no blanks, Chinese as it is."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
