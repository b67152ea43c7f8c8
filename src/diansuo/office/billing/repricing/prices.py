"""Other prices for a trial: documents in place of the book's own, or one price moved; which prices can be moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from diansuo.core.quantity.month import first_day, previous_month
from diansuo.core.rules import Problem, RuleBook, RuleBookRefused
from diansuo.core.rules.kinds.commercial import CHARGE_LIMIT
from diansuo.core.rules.kinds.frame import PRICE_LIMIT
from diansuo.core.rules.supposing import PRICED, has_prices, risen, supposed
from diansuo.office.billing.sheets.book import priced_book
from diansuo.office.billing.sheets.place import commercial_place
from diansuo.office.billing.wording import rule_title

Documents = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class OtherPrices:
    """Other values of rules: documents that take the place of the book's own, or a price moved from a day on.

    Attributes:
        documents: as for :func:`diansuo.core.rules.supposing.supposed`.
        rule_id: the rule whose every price is moved; empty for none.
        by: by so much, in the unit of the rule.
        first: from which day on.
    """

    documents: Documents | None = None
    rule_id: str = ""
    by: Decimal = Decimal(0)
    first: date | None = None

    def book(self, book: RuleBook) -> RuleBook:
        """Return the book with these values.

        Raises:
            RuleBookRefused: everything that is wrong with the documents, or a moved price that cannot be one.
            NoSuchRule: the book has no rule of this name.
        """
        laid = supposed(book, self.documents) if self.documents else book
        if self.rule_id and self.first and self.by:
            laid = risen(laid, self.rule_id, self.by, self.first)
            _require_possible(laid, self.rule_id)
        return laid


AS_THEY_ARE = OtherPrices()


def _require_possible(book: RuleBook, rule_id: str) -> None:
    """Refuse moved prices that the rulebook would not take as published ones: below nothing, or beyond its limit."""
    rule = book.rule(rule_id)
    moved = {name: value for name, value in rule.entries[-1].values.items() if name in PRICED}
    for price in _prices(moved):
        limit = CHARGE_LIMIT if rule.kind == "demand_charge_price" else PRICE_LIMIT
        low = -limit if rule.kind == "component_price" else Decimal(0)  # a component may lower a price
        if low <= price < limit:
            continue
        raise RuleBookRefused(
            [
                Problem(
                    rule_title(rule_id),
                    "",
                    _("改后单价为 %(price)s，不在 %(low)s 与 %(limit)s 之间，不像电价")
                    % {"price": price.normalize(), "low": low, "limit": limit},
                    _("核对加减的数和正负号"),
                )
            ]
        )


def _prices(values: Any) -> Iterator[Decimal]:
    if isinstance(values, Mapping):
        for name, each in values.items():
            if name != "unit":
                yield from _prices(each)
    elif isinstance(values, (list, tuple)):
        for each in values:
            yield from _prices(each)
    elif values is not None:
        yield Decimal(values)


def movable_prices() -> dict[str, Mapping[str, str]]:
    """Return the rules of prices of this place, by id, with their titles."""
    book, place = priced_book(), commercial_place()
    return {
        rule_id: rule.title
        for rule_id, rule in book.rules.items()
        if rule_id.startswith((f"{book.default_place}/", f"{place}/"))
        and rule.entries
        and has_prices(rule.entries[-1])
        and (f"{place}/" in rule_id or "/commercial_" not in rule_id)
    }


def first_day_of_use(period: int) -> date:
    """Return the first day whose use the bills of a month usually hold: that of the month before."""
    return first_day(previous_month(period))
