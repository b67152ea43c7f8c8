"""The stretches of a household's days: one class and one year of steps each, found by looking at every day.

A year of steps begins with the connection, with a change of class to steps, or with a new owner; it ends with the
closing, with a change away from steps, or with the next owner. Source: docs/rules/residential-steps.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from diansuo.shadow.exact import CannotBill
from diansuo.shadow.rules_of import days_between

STEPPED: Final = (1, 2)
COMMERCIAL: Final = (5, 6)


@dataclass(frozen=True)
class Term:
    """Class and voltage of a contract from a day until another; None: it goes on."""

    first: date
    end: date | None
    price_class: int
    voltage_class: int


@dataclass(frozen=True)
class Stretch:
    """Days that are priced in one piece.

    Attributes:
        first: first day.
        end: the day after the last one.
        price_class: of these days, and so ``voltage_class``.
        begun: the day its year of steps began; None: with the connection, or without steps.
        over: the day its year of steps is over, within this stretch or later; None: it goes on.
    """

    first: date
    end: date
    price_class: int
    voltage_class: int
    begun: date | None
    over: date | None

    @property
    def stepped(self) -> bool:
        """Whether its class has steps."""
        return self.price_class in STEPPED

    @property
    def is_last_of_year(self) -> bool:
        """Whether its year of steps is over with it."""
        return self.over is not None and self.first < self.over <= self.end


def stretches(
    terms: Sequence[Term], first: date, end: date, *, closed: date | None, new_owner: date | None
) -> list[Stretch]:
    """Return the stretches of some days, looking at each day.

    Args:
        terms: of the contract.
        first: first day.
        end: the day after the last one.
        closed: the day the contract closes.
        new_owner: the day on which the steps of a new owner begin anew.

    Raises:
        CannotBill: a day has no terms, or those of a factory.
    """
    ordered = sorted(terms, key=lambda each: each.first)
    said = [(day, _of_day(ordered, day, closed, new_owner)) for day in days_between(first, end)]
    found = []
    for what, group in groupby(said, key=lambda each: each[1]):
        days = [day for day, _what in group]
        found.append((days[0], what))
    ends = [*(day for day, _what in found[1:]), end]
    return [Stretch(day, until, *what) for (day, what), until in zip(found, ends, strict=True)]


def _of_day(
    terms: Sequence[Term], day: date, closed: date | None, new_owner: date | None
) -> tuple[int, int, date | None, date | None]:
    """Return class and voltage of a day, and since when and until when its year of steps goes."""
    at = next(
        (at for at, one in enumerate(terms) if one.first <= day and (one.end is None or day < one.end)), None
    )
    if at is None:
        raise CannotBill("no_terms")
    one = terms[at]
    if one.price_class in COMMERCIAL:
        raise CannotBill("class_changed")
    if one.price_class not in STEPPED:
        return one.price_class, one.voltage_class, None, None
    earlier = [each for each in terms[:at] if each.price_class not in STEPPED]
    later = [each for each in terms[at + 1 :] if each.price_class not in STEPPED]
    begins = [each.first for each in terms[: at + 1] if earlier and each.first > earlier[-1].first]
    begun = min(begins, default=None)
    if new_owner is not None and new_owner <= day:
        begun = new_owner if begun is None else max(begun, new_owner)
    overs = [each.first for each in later[:1]]
    overs += [each for each in (closed,) if each is not None]
    overs += [each for each in (new_owner,) if each is not None and each > day]
    return one.price_class, one.voltage_class, begun, min(overs, default=None)
