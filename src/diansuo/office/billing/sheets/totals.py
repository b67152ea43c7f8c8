"""The published total of each class (电度用电价格) beside the components: a digit mistyped in one shows in the sum."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _

from diansuo.core.rules import RuleBook
from diansuo.core.rules.book import NoSuchRule
from diansuo.core.rules.entry import NoValueInForce
from diansuo.office.billing.sheets import components
from diansuo.office.billing.sheets.documents import Publication
from diansuo.office.billing.sheets.reading import Prices

TOTAL: Final = "energy"
OWNERS: Final = "commercial_components"
MOST_NAMED: Final = 3


def parted(prices: Prices, publication: Publication, rulebook: RuleBook) -> tuple[Prices, Prices]:
    """Return the prices of components, and the totals of a place whose price is made of components."""
    owned = _owned(publication, rulebook)
    if not owned or TOTAL in owned or TOTAL not in prices:
        return prices, {}
    rest = {name: schemes for name, schemes in prices.items() if name != TOTAL}
    return rest, {TOTAL: prices[TOTAL]}


def mismatches(prices: Prices, totals: Prices, publication: Publication, rulebook: RuleBook) -> list[str]:
    """Return in words which totals are not the sum of their components, to the last place they are published with.

    A total of which a component is on no sheet and in no rule yet says nothing.
    """
    names = sorted(_owned(publication, rulebook))
    found = []
    for scheme, by_voltage in totals.get(TOTAL, {}).items():
        for voltage, stated in by_voltage.items():
            parts = [_part(prices, publication, rulebook, name, scheme, voltage) for name in names]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts) or abs(sum(known, Decimal(0)) - stated) < _last_place(stated):
                continue
            found.append(
                _("%(scheme)s %(voltage)s：各项相加 %(sum)s，公布的电度用电价格 %(stated)s")
                % {
                    "scheme": components.SCHEMES[scheme],
                    "voltage": components.VOLTAGES[voltage],
                    "sum": sum(known, Decimal(0)),
                    "stated": stated,
                }
            )
    more = [_("还有 %(count)d 处") % {"count": len(found) - MOST_NAMED}] if len(found) > MOST_NAMED else []
    return [*found[:MOST_NAMED], *more]


def _owned(publication: Publication, rulebook: RuleBook) -> Mapping[str, Any]:
    try:
        entry = rulebook.in_force(f"{publication.place}/{OWNERS}", publication.from_date)
    except (NoSuchRule, NoValueInForce):
        return {}
    owned: Mapping[str, Any] = entry.values["components"]
    return owned


def _part(
    prices: Prices, publication: Publication, rulebook: RuleBook, name: str, scheme: str, voltage: str
) -> Decimal | None:
    if name in prices:
        return prices[name].get(scheme, {}).get(voltage)
    try:
        values = rulebook.in_force(components.rule_id(publication.place, name), publication.from_date).values
    except (NoSuchRule, NoValueInForce):
        return None
    text = values["prices"].get(scheme, {}).get(voltage)
    return None if text is None else Decimal(text)


def _last_place(price: Decimal) -> Decimal:
    exponent = price.as_tuple().exponent
    return Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
