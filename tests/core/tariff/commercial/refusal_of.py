"""Ask for the refusal of one row, and make sure that the row beside it is billed as if it were alone."""

from __future__ import annotations

from typing import Any

from diansuo.core.rules import RuleBook
from diansuo.core.tariff.commercial import CommercialRefusal, price_commercial
from tests.core.tariff.commercial.books_of import PLACE
from tests.core.tariff.commercial.columns_of import commercial_input


def refusal_of(book: RuleBook, **row: Any) -> CommercialRefusal:
    bills = price_commercial(commercial_input({}, row), book, PLACE)
    (refusal,) = bills.refusals
    assert refusal.row == 1
    assert bills.priced.tolist() == [True, False]
    assert bills.amount_fen[1] == bills.energy_wh[1] == 0
    assert (bills.lines.row == 0).all()
    return refusal
