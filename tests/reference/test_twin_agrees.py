"""The engine and its slow twin, on 20,000 seeded random customers: the same lines to the fen and the Wh."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from diansuo.core.quantity.energy import kwh_from_wh
from diansuo.core.quantity.money import price_from_nano, yuan_from_fen
from diansuo.core.rules import RuleBook, parse
from diansuo.core.tariff import BillingInput, Bills, Component, price
from diansuo.core.tariff.resolve import day_number, day_of
from diansuo.office.config.rulebook_files import load
from diansuo.shadow.exact import CannotBill
from diansuo.shadow.household import Customer, bill

ROWS = 20_000


def settlement(precision: str, form: str) -> dict:
    """A settlement rule from 2023 on: placeholder choices that let the twin see both variants."""
    return {
        "id": "province/henan/settlement",
        "kind": "parameters",
        "title": {"zh": "占位", "en": "placeholder"},
        "values": {
            "2023-01-01": {
                "source": {"document": "placeholder", "clause": "1", "published": "2023-01-01", "url": None},
                "checked": "2023-01-01",
                "parameters": {
                    "energy_precision": {"value": precision, "unit": "kWh"},
                    "bill_month_basis": {
                        "value": "reading_day",
                        "unit": "choice",
                        "choices": ["reading_day", "month_of_use"],
                    },
                    "step_line_form": {"value": form, "unit": "choice", "choices": ["increment", "full"]},
                    "year_start_month": {"value": "1", "unit": "month_of_year"},
                },
            }
        },
    }


@pytest.fixture(scope="module", params=[None, ("1", "increment"), ("0.01", "full"), ("1", "full")])
def book(request: pytest.FixtureRequest) -> RuleBook:
    shipped = load()
    if request.param is None:
        return shipped
    return parse({"overlay/province/henan/settlement.yaml": settlement(*request.param)}, onto=shipped)


def random_rows(rows: int, seed: int) -> BillingInput:
    """Customers of all classes, mostly small, some large, with dates around the first and the change day."""
    random = np.random.default_rng(seed)
    scale = 10 ** random.integers(2, 10, rows)
    energy_wh = random.integers(-20, 1000, rows) * scale // 100
    peak_wh = np.maximum(energy_wh, 0) * random.integers(0, 102, rows) // 100
    from_day = day_number(date(2023, 1, 1)) + random.integers(0, 700, rows)
    early = random.random(rows) < 0.01
    from_day[early] = day_number(date(2012, 6, 28)) + random.integers(0, 6, early.sum())
    return BillingInput(
        price_class=random.choice([1, 2, 3, 4], rows).astype(np.int16),
        voltage_class=np.where(random.random(rows) < 0.9, 1, 2).astype(np.int16),
        period=np.full(rows, 202407),
        from_day=from_day,
        to_day=from_day + random.integers(1, 62, rows),
        energy_wh=energy_wh,
        peak_wh=peak_wh,
        valley_wh=np.maximum(energy_wh - peak_wh + random.integers(-3, 4, rows) * 10, 0),
        has_time_of_use=np.ones(rows, np.bool_),
        year_to_date_wh=random.integers(0, 400_000, rows) * 10,
        months_in_year=random.integers(1, 13, rows).astype(np.int16),
    )


def customer_of(inputs: BillingInput, row: int) -> Customer:
    return Customer(
        price_class=int(inputs.price_class[row]),
        voltage_class=int(inputs.voltage_class[row]),
        from_date=day_of(int(inputs.from_day[row])),
        to_date=day_of(int(inputs.to_day[row])),
        energy_kwh=Decimal(int(inputs.energy_wh[row])) / 1000,
        peak_kwh=Decimal(int(inputs.peak_wh[row])) / 1000 if inputs.price_class[row] == 2 else Decimal(0),
        valley_kwh=Decimal(int(inputs.valley_wh[row])) / 1000,
        year_to_date_kwh=Decimal(int(inputs.year_to_date_wh[row])) / 1000,
        months_in_year=int(inputs.months_in_year[row]),
    )


def lines_by_row(bills: Bills) -> dict[int, list[tuple[str, int, Decimal, Decimal, Decimal, Decimal]]]:
    lines = bills.lines
    by_row: dict[int, list[tuple[str, int, Decimal, Decimal, Decimal, Decimal]]] = {}
    for at in range(len(lines)):
        by_row.setdefault(int(lines.row[at]), []).append(
            (
                Component(lines.component[at]).name.lower(),
                int(lines.step[at]),
                kwh_from_wh(lines.quantity_wh[at]),
                price_from_nano(lines.price_nano[at]),
                yuan_from_fen(lines.amount_fen[at]),
                kwh_from_wh(lines.remainder_wh[at]),
            )
        )
    return by_row


def test_the_engine_and_its_twin_agree_on_every_line_of_twenty_thousand_customers(book: RuleBook) -> None:
    inputs = random_rows(ROWS // 4, seed=20120701 + len(book.rules["province/henan/settlement"].entries))
    bills = price(inputs, book)
    computed = lines_by_row(bills)
    refused = {refusal.row for refusal in bills.refusals}
    for row in range(len(inputs)):
        try:
            expected = bill(customer_of(inputs, row), book)
        except CannotBill:
            assert row in refused, f"row {row}: the twin has no bill, the engine has"
            assert not bills.priced[row]
            continue
        assert row not in refused, f"row {row}: the engine refused {bills.refusals}"
        assert computed[row] == expected.lines
        assert yuan_from_fen(bills.amount_fen[row]) == expected.total_yuan
        assert kwh_from_wh(bills.energy_wh[row]) == expected.energy_kwh
        assert bills.step[row] == expected.step
    assert len(refused) > ROWS // 40
    assert bills.priced.sum() > ROWS // 10


def test_the_random_customers_reach_every_refusal_the_twin_knows(book: RuleBook) -> None:
    codes = {refusal.code for refusal in price(random_rows(5000, seed=7), book).refusals}
    assert {"negative_energy", "value_absent", "no_value_in_force", "registers_exceed_total"} <= codes
