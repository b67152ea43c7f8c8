"""Prices of Henan as a pricing function of one customer: what the engine asks for, one row at a time."""

from __future__ import annotations

from datetime import date

from diansuo.core.quantity.month import first_day, next_month
from diansuo.core.tariff import BillingInput, Component, PriceClass, price
from diansuo.core.tariff.correction import Priced, Pricing, Use
from diansuo.core.tariff.resolve import day_number
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.columns_of import billing_input

BOOK = load()
STEPS = PriceClass.RESIDENTIAL_STEPS
SHARED = PriceClass.RESIDENTIAL_SHARED


def henan(months_in_year: int = 12) -> Pricing:
    """Return a function that prices a household's month as the engine does."""

    def pricing(use: Use, year_to_date_wh: int) -> Priced:
        bills = price(_row(use, year_to_date_wh, months_in_year), BOOK)
        assert not bills.refusals, bills.refusals
        amounts: dict[Component, int] = {}
        for component, fen in zip(
            bills.lines.component.tolist(), bills.lines.amount_fen.tolist(), strict=True
        ):
            amounts[Component(component)] = amounts.get(Component(component), 0) + fen
        return Priced(amounts, int(bills.energy_wh[0]) if use.price_class is STEPS else 0)

    return pricing


def _row(use: Use, year_to_date_wh: int, months_in_year: int) -> BillingInput:
    first: date = first_day(use.period)
    return billing_input(
        {
            "price_class": use.price_class,
            "period": use.period,
            "from_day": day_number(first),
            "to_day": day_number(first_day(next_month(use.period))),
            "energy_wh": use.energy_wh,
            "year_to_date_wh": year_to_date_wh,
            "months_in_year": months_in_year,
        }
    )
