"""A sheet's prices beside the ones before it, and the hashes under which bills stored them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import NoValueInForce
from diansuo.office.billing.sheets import components
from diansuo.office.billing.sheets.models import PriceSheet

# What a change from one month to the next may be before somebody has to look twice; a slip of the decimal point is far
# beyond it. A mark only: nothing is refused by it.
JUMP = Decimal("0.5")
BOTH, EVERY_CLASS = _("单一制、两部制"), _("各电压等级")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price of a sheet beside the one before it."""

    component: Any
    scheme: Any
    voltage: Any
    price: Decimal
    before: Decimal | None
    change_bp: int | None
    jump: bool


def rows(content: Mapping[str, Any], before: RuleBook) -> list[PriceRow]:
    """Return the prices of a sheet in the order of the trade, each with the one in force the day before."""
    found: list[tuple[str, str, str, Decimal, Decimal | None]] = []
    for rule_id, day, scheme, voltage, text in _prices(content):
        old = _price_before(before, rule_id, date.fromisoformat(day) - timedelta(days=1), scheme, voltage)
        found.append((components.component_of(rule_id), scheme, voltage, Decimal(text), old))
    return _gathered(found)


def _gathered(found: list[tuple[str, str, str, Decimal, Decimal | None]]) -> list[PriceRow]:
    """Return one row for what is the same in every scheme and voltage class, or in every class of a scheme."""
    by_component: dict[str, dict[str, dict[str, tuple[Decimal, Decimal | None]]]] = {}
    for component, scheme, voltage, price, old in found:
        by_component.setdefault(component, {}).setdefault(scheme, {})[voltage] = (price, old)
    rows = []
    for component, schemes in by_component.items():
        every = {pair for by_voltage in schemes.values() for pair in by_voltage.values()}
        whole = all(len(by_voltage) == len(components.VOLTAGES) for by_voltage in schemes.values())
        if len(every) == 1 and whole and len(schemes) == len(components.SCHEMES):
            rows.append(_row(component, BOTH, EVERY_CLASS, *every.pop()))
            continue
        for scheme, by_voltage in schemes.items():
            title = components.SCHEMES[scheme]
            if len(by_voltage) == len(components.VOLTAGES) and len(set(by_voltage.values())) == 1:
                rows.append(_row(component, title, EVERY_CLASS, *next(iter(by_voltage.values()))))
                continue
            rows += [_row(component, title, components.VOLTAGES[v], *pair) for v, pair in by_voltage.items()]
    return rows


def _prices(content: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, str]]:
    documents = {components.component_of(document["id"]): document for document in content.values()}
    for name in components.COMPONENT_RULES:
        if name not in documents:
            continue
        for day, entry in documents[name]["values"].items():
            for scheme in components.SCHEMES:
                for voltage in components.VOLTAGES:
                    text = entry["prices"].get(scheme, {}).get(voltage)
                    if text is not None:
                        yield documents[name]["id"], day, scheme, voltage, text


def _price_before(book: RuleBook, rule_id: str, day: date, scheme: str, voltage: str) -> Decimal | None:
    try:
        values = book.in_force(rule_id, day).values
    except (NoSuchRule, NoValueInForce):
        return None
    text = values["prices"].get(scheme, {}).get(voltage)
    return None if text is None else Decimal(text)


def _row(component: str, scheme: Any, voltage: Any, price: Decimal, before: Decimal | None) -> PriceRow:
    change = (price - before) / abs(before) if before else None
    return PriceRow(
        component=components.COMPONENT_RULES[component],
        scheme=scheme,
        voltage=voltage,
        price=price,
        before=None if before is None else _as_long(before, price),
        change_bp=None if change is None else int((change * 10_000).to_integral_value()),
        jump=abs(price) >= 2 or (change is not None and abs(change) > JUMP),
    )


def _as_long(price: Decimal, other: Decimal) -> Decimal:
    """Write a price with as many decimals as another, which the rulebook had dropped as zeros."""
    longer = other.as_tuple().exponent < price.as_tuple().exponent
    return price.quantize(other) if longer else price


def slice_hashes(sheet: PriceSheet, book: RuleBook) -> list[str]:
    """Return the hashes under which bills would have stored this sheet's values."""
    found = []
    for document in sheet.content.values():
        rule = book.rules.get(document["id"])
        days = {date.fromisoformat(day) for day in document["values"]}
        found += [entry.slice_hash for entry in rule.entries if entry.effective in days] if rule else []
    return found
