"""The explanation of households of annual steps and its slow twin: the same parts to the fen, on random months."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from diansuo.core.tariff import BillingInput, price
from diansuo.core.tariff.explaining import Cause, Facts, HouseholdEvidence, explain_households
from diansuo.core.tariff.resolve import day_number
from diansuo.office.config.rulebook_files import load
from diansuo.shadow.household import Customer
from tests.core.tariff.columns_of import billing_input
from tests.reference.explanation_twin import Month, explain

ROWS = 1_500


def month(pick: np.random.Generator) -> Month:
    start = date(2015, 1, 1) + timedelta(days=int(pick.integers(0, 3000)))
    energy = int(pick.integers(20_000, 900_000))
    return Month(
        Customer(
            price_class=1,
            voltage_class=1,
            from_date=start,
            to_date=start + timedelta(days=int(pick.integers(20, 63))),
            energy_kwh=Decimal(energy) / 1000,
            peak_kwh=Decimal(0),
            valley_kwh=Decimal(0),
            year_to_date_kwh=Decimal(int(pick.integers(0, 400_000)) * 10) / 1000,
            months_in_year=int(pick.integers(1, 13)),
        ),
        multiplier=int(pick.choice([1, 1, 10, 15])),
        trued_up_kwh=Decimal(int(pick.choice([0, 0, 20_000, -20_000]))) / 1000,
    )


def columns(months: list[Month]) -> BillingInput:
    return billing_input(
        *(
            {
                "from_day": day_number(each.customer.from_date),
                "to_day": day_number(each.customer.to_date),
                "energy_wh": int(each.customer.energy_kwh * 1000),
                "year_to_date_wh": int(each.customer.year_to_date_kwh * 1000),
                "months_in_year": each.customer.months_in_year,
            }
            for each in months
        )
    )


def evidence(months: list[Month], book) -> HouseholdEvidence:  # noqa: ANN001
    inputs = columns(months)
    zeros = np.zeros(len(months), np.int64)
    facts = Facts(
        price(inputs, book).amount_fen,
        zeros,
        np.array([each.multiplier for each in months]),
        np.array([int(each.trued_up_kwh * 1000) for each in months]),
        zeros,
    )
    return HouseholdEvidence(inputs, facts, book)


def parts_by_row(before: list[Month], after: list[Month]) -> list[list[tuple[str, Decimal]]]:
    book = load()
    effects = explain_households(evidence(before, book), evidence(after, book)).effects
    found: list[list[tuple[str, Decimal]]] = [[] for _ in before]
    for row, cause, amount in zip(effects.row, effects.cause, effects.amount_fen, strict=True):
        found[row].append((Cause(cause).key, Decimal(int(amount)) / 100))
    return found


def test_engine_and_twin_give_the_same_parts() -> None:
    pick = np.random.default_rng(20_241_125)
    before, after = ([month(pick) for _ in range(ROWS)] for _ in range(2))
    book = load()
    assert parts_by_row(before, after) == [
        explain(old, new, book) for old, new in zip(before, after, strict=True)
    ]


def test_the_worked_table_of_the_page() -> None:
    def household(start: date, end: date, kwh: int, year: int) -> Month:
        return Month(
            Customer(1, 1, start, end, Decimal(kwh), Decimal(0), Decimal(0), Decimal(year), 12), 1, Decimal(0)
        )

    before = household(date(2024, 6, 1), date(2024, 7, 1), 300, 1900)
    after = household(date(2024, 7, 1), date(2024, 8, 1), 372, 2200)
    worked = [("days", Decimal("6.10")), ("energy", Decimal("37.82")), ("steps", Decimal("13.00"))]
    assert parts_by_row([before], [after]) == [worked]
    assert explain(before, after, load()) == worked
