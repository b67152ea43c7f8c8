"""The published prices of a class, to lay beside what a kWh comes to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from diansuo.core.rules import NoSuchRule, NoValueInForce, RuleBook
from diansuo.core.tariff.classes import RULES_OF_CLASS, PriceClass, VoltageClass


def published(book: RuleBook, price_class: int, day: date) -> tuple[list[str], str]:
    """Return the published prices of a class below 1 kV, yuan per kWh, and the rule; none: it is made of components."""
    name = RULES_OF_CLASS[PriceClass(price_class)].energy
    rule_id = f"{book.default_place}/{name}"
    try:
        entry = book.in_force(rule_id, day)
    except (NoSuchRule, NoValueInForce):
        return [], ""
    said = entry.values.get("prices", {}).get(VoltageClass.BELOW_1KV.key)
    listed = said if isinstance(said, list) else [said]
    return [str(Decimal(one)) for one in listed if isinstance(one, str)], rule_id
