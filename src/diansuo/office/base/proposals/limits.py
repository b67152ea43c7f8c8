"""Above what two persons must agree, and what is never accepted: read from ``national/checks/proposals``."""

from __future__ import annotations

from datetime import date
from typing import Final

from diansuo.core.rules import Entry
from diansuo.office.base.proposals.kinds import Effect
from diansuo.office.config import rulebook

RULE: Final = "national/checks/proposals"
FEN_PER_YUAN: Final = 100


def limits(day: date) -> Entry:
    """Return the limits in force on a day."""
    return rulebook.book().in_force(RULE, day)


def above(customers: int, moved_fen: int, day: date) -> bool:
    """Tell whether so many customers, or so much money whatever its sign, ask for two second persons."""
    entry = limits(day)
    many = customers >= entry.number("two_seconds_from_customers")
    return bool(many or moved_fen >= entry.number("two_seconds_from_yuan") * FEN_PER_YUAN)


def seconds_needed(effect: Effect, day: date) -> int:
    """Return whether one second person is enough, or two must agree."""
    return 2 if above(effect.customers, effect.moved_fen, day) else 1
