"""What the rulebook says on every day of use: one entry, or a refusal, or the day on which it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from diansuo.core.rules import Entry, RuleBook
from diansuo.shadow.exact import CannotBill

VOLTAGE_NAMES: Final = {1: "below_1kv", 2: "kv_1_10", 3: "kv_35", 4: "kv_110", 5: "kv_220"}
"""What the archive's number of a voltage is called in the rulebook."""


class Changes(CannotBill):
    """A rule changes within the days of use: from ``day`` on something else holds."""

    def __init__(self, rule_id: str, day: date) -> None:
        super().__init__("price_change_within_period")
        self.rule_id, self.day = rule_id, day


def days_between(first: date, end: date) -> list[date]:
    """Return every day from the first up to, not including, the end."""
    return [first + timedelta(days=at) for at in range((end - first).days)]


def entry_on(book: RuleBook, rule_id: str, day: date) -> Entry:
    """Return what holds on a day."""
    try:
        return book.in_force(rule_id, day)
    except LookupError:
        raise CannotBill("no_value_in_force") from None


def values_of(book: RuleBook, rule_id: str, first: date, end: date) -> Mapping[str, Any]:
    """Return the values that hold on every day of use, looking at each of the days.

    Raises:
        Changes: something else holds from a later day on.
        CannotBill: nothing holds on a day, or there are no days.
    """
    if end <= first:
        raise CannotBill("no_days")
    held = entry_on(book, rule_id, first)
    for day in days_between(first, end):
        if entry_on(book, rule_id, day) is not held:
            raise Changes(rule_id, day)
    return held.values


def known(value: str | None) -> str:
    """Return a value of the rulebook; what it does not know prices nothing."""
    if value is None:
        raise CannotBill("value_absent")
    return value


def parameter(values: Mapping[str, Any], name: str) -> str:
    """Return a named value of a rule of parameters."""
    if name not in values["parameters"]:
        raise CannotBill("no_such_parameter")
    return known(values["parameters"][name]["value"])
