"""Choices of the rulebook that decide what goes into a commercial bill before it is priced."""

from __future__ import annotations

from typing import Any, Final

from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import Entry, NoValueInForce
from diansuo.core.tariff.commercial import CommercialRefusalCode
from diansuo.core.tariff.resolve import day_of
from diansuo.office.billing.commercial.losses import Refused

CHARGE_TERMS: Final = "national/capacity_charge"


def entry_on(book: RuleBook, rule_id: str, day: int) -> Entry | None:
    """Return the rule in force on a day, if there is one."""
    try:
        return book.in_force(rule_id, day_of(day))
    except (NoSuchRule, NoValueInForce):
        return None


def value_of(entry: Entry | None, name: str) -> str | None:
    """Return a named value of a rule of parameters, None where rule or value is missing."""
    named: Any = {} if entry is None else entry.values["parameters"].get(name) or {}
    value = named.get("value")
    return None if value is None else str(value)


def absent(row: int, entry: Entry | None, rule_id: str, name: str) -> Refused:
    """Return the refusal of a row that needs a value the rulebook does not have."""
    code = str(CommercialRefusalCode.VALUE_ABSENT)
    return Refused(
        row, code, {"rule_id": rule_id, "file": entry.file if entry else f"{rule_id}.yaml", "field": name}
    )
