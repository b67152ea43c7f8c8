"""The committed table of mistakes: kinds, sizes and seeds (``mistakes.yaml``)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

TABLE = Path(__file__).with_name("mistakes.yaml")
KNOWN_MISSES = Path(__file__).with_name("known_misses.yaml")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of mistake: the door it comes through, whom it may befall, how it is made, and its sizes."""

    name: str
    zh: str
    en: str
    door: str
    who: str
    how: str
    sizes: dict[str, dict[str, Any]]


@dataclass(slots=True)
class Case:
    """One mistake that is made: of a kind and size, by a seed, at a customer.

    ``others`` are further customers it touches (the second of two that are exchanged).
    """

    kind: Kind
    size: str
    seed: int
    customer: str = ""
    others: list[str] = field(default_factory=list)

    @property
    def given(self) -> dict[str, Any]:
        """What the table says about this size."""
        return self.kind.sizes[self.size]

    @property
    def customers(self) -> list[str]:
        """Everybody it touches."""
        return [self.customer, *self.others]


@cache
def _table() -> dict[str, Any]:
    return dict(yaml.safe_load(TABLE.read_text(encoding="utf-8")))


def digest() -> str:
    """Return what tells one table from another: a published result names the table it was made with."""
    return hashlib.sha256(TABLE.read_bytes()).hexdigest()[:16]


def seeds() -> list[int]:
    """Return the seeds every size is made with."""
    return list(_table()["seeds"])


def kinds() -> list[Kind]:
    """Return all kinds in the order of the table."""
    return [
        Kind(row["kind"], row["zh"], row["en"], row["door"], row["who"], row["how"], row["sizes"])
        for row in _table()["kinds"]
    ]


def cases(chosen: set[str] | None = None, with_seeds: list[int] | None = None) -> list[Case]:
    """Return a case for every size and seed of the chosen kinds, by default of all."""
    return [
        Case(kind, size, seed)
        for kind in kinds()
        if not chosen or kind.name in chosen
        for size in kind.sizes
        for seed in with_seeds or seeds()
    ]


@cache
def known_misses() -> dict[str, dict[str, tuple[str, str]]]:
    """Return by condition what is known to reach issue unflagged, as ``kind/size``, and why in Chinese and English."""
    read = yaml.safe_load(KNOWN_MISSES.read_text(encoding="utf-8"))
    return {
        condition: {name: (row["zh"], row["en"]) for row in rows or [] for name in row["mistakes"]}
        for condition, rows in read.items()
    }
