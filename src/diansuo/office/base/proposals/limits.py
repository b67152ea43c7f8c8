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


def seconds_needed(effect: Effect, day: date) -> int:
    """Return whether one second person is enough, or two must agree."""
    entry = limits(day)
    many = effect.customers >= entry.number("two_seconds_from_customers")
    much = effect.moved_fen >= entry.number("two_seconds_from_yuan") * FEN_PER_YUAN
    return 2 if many or much else 1
