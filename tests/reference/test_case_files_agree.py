"""What a case file computes step by step in fractions is what the engines that bill compute on columns, to the fen."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import numpy as np
import pytest

from diansuo.core.casework import run_case
from diansuo.core.tariff import BillingInput, PriceClass, VoltageClass, price
from diansuo.core.tariff.commercial import CapacityMethod, PurchaseMode, price_commercial
from diansuo.core.tariff.resolve import day_number
from diansuo.office.config.rulebook_files import load
from tests.core.tariff.commercial.books_of import PLACE, PRICES, RATIOS, book_of
from tests.core.tariff.commercial.columns_of import commercial_input, days_of

ROUNDS = 150
BANDS = ("sharp", "peak", "flat", "valley")
METHODS = {
    "capacity": CapacityMethod.CAPACITY,
    "contract_demand": CapacityMethod.CONTRACT_DEMAND,
    "actual_demand": CapacityMethod.ACTUAL_DEMAND,
}
STEPS = {
    "upper": ["2160", "3120"],
    "prices": ["0.56", "0.61", "0.86"],
    "increments": {"peak": "0.03", "valley": "-0.12"},
}


def a_customer(random: Random) -> dict[str, Any]:
    """A two-part customer of a winter month; energy to 0.01 kWh, days of service and demand at random."""
    capacity_kva = random.choice([315, 400, 800, 1250])
    return {
        "band_kwh": [random.randrange(0, 5_000_000) / 100 for _ in BANDS],
        "reactive_kvarh": random.randrange(0, 9_000_000) / 100,
        "capacity_kva": capacity_kva,
        "days": random.choice([31, 31, random.randrange(1, 31)]),
        "method": random.choice(list(METHODS)),
        "contract_kw": random.randrange(1, capacity_kva),
        "demand_kw": random.randrange(0, 2 * capacity_kva * 10) / 10,
        "standard": random.choice(["0.90", "0.85", "0.80"]),
        "reduced": random.random() < 0.2,
        "raised": random.random() < 0.2,
    }


def as_row(one: dict[str, Any]) -> dict[str, Any]:
    """The customer as a row of the engine."""
    band_wh = [round(kwh * 1000) for kwh in one["band_kwh"]] + [0]
    days = one["days"] if one["method"] == "capacity" else 31
    return {
        **days_of(2025, 1),
        "band_wh": band_wh,
        "reactive_varh": round(one["reactive_kvarh"] * 1000),
        "capacity_va": one["capacity_kva"] * 1000,
        "capacity_va_days": one["capacity_kva"] * 1000 * days,
        "demand_days": days,
        "capacity_method": METHODS[one["method"]],
        "contract_demand_w": one["contract_kw"] * 1000,
        "demand_w": round(one["demand_kw"] * 1000),
        "power_factor_standard": int(float(one["standard"]) * 100),
        "reduced_standard": one["reduced"],
        "purchase_mode": PurchaseMode.RETURNED if one["raised"] else PurchaseMode.AGENT,
    }


def as_case(one: dict[str, Any]) -> dict[str, Any]:
    """The customer as a case file."""
    demand = one["method"] != "capacity"
    return {
        "id": "b",
        "do": "bill",
        "month": "2025-01",
        "energy": {
            **{band: str(kwh) for band, kwh in zip(BANDS, one["band_kwh"], strict=True)},
            "reactive": str(one["reactive_kvarh"]),
        },
        "transformers": {
            "t": {"capacity_kva": str(one["capacity_kva"]), "to": _after(1 if demand else 0, one["days"])}
        },
        "prices": {"ratios": RATIOS, "components": PRICES, "raised": "1.5" if one["raised"] else "1"},
        "capacity_charge": {
            "method": one["method"],
            "price": "40" if demand else "25",
            "contract_kw": str(one["contract_kw"]) if one["method"] == "contract_demand" else None,
            "demand_kw": str(one["demand_kw"]),
        },
        "power_factor": {
            "standard": one["standard"], "reduced": "yes" if one["reduced"] else "no", "zero_active": "zero",
        },
    }  # fmt: skip


def _after(whole: int, days: int) -> str:
    return "2025-02-01" if whole or days == 31 else f"2025-01-{days + 1:02}"


@pytest.mark.parametrize("seed", range(3))
def test_a_two_part_bill_is_the_same_as_a_case_and_as_a_row(seed: int) -> None:
    random = Random(seed)
    customers = [a_customer(random) for _ in range(ROUNDS)]
    book = book_of()
    bills = price_commercial(commercial_input(*(as_row(one) for one in customers)), book, PLACE)
    assert not bills.refusals
    for at, one in enumerate(customers):
        case = {"name": "random", "source": "this test", "steps": [as_case(one)]}
        step = run_case(case, book).steps[0]
        assert step.refusal is None
        own = bills.lines.row == at
        billed = sorted(bills.lines.amount_fen[own].tolist())
        assert [fen for fen in billed if fen] == sorted(
            line.amount_fen for line in step.outcome.lines if line.amount_fen
        )
        assert step.outcome.amount_fen == bills.amount_fen[at], one


def test_a_household_is_the_same_as_a_case_and_as_a_row() -> None:
    random = Random(7)
    book = load()
    for _ in range(ROUNDS):
        energy, before, months = (
            random.randrange(0, 100_000),
            random.randrange(0, 350_000),
            random.randrange(1, 13),
        )
        peak = random.randrange(0, energy + 1)
        bill = price(_household(energy, peak, before, months), book)
        stated = {
            "energy_kwh": energy / 100,
            "peak_kwh": peak / 100,
            "year_to_date_kwh": before / 100,
            "months": months,
        }
        step = {"do": "residential", **{key: f"{value}" for key, value in stated.items()}, **STEPS}
        result = run_case({"name": "random", "source": "this test", "steps": [step]}, book)
        assert result.steps[0].outcome.amount_fen == bill.amount_fen[0]


def _household(energy: int, peak: int, before: int, months: int) -> BillingInput:
    def column(number: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        return np.array([number], dtype=np.int64)

    return BillingInput(
        price_class=np.array([PriceClass.RESIDENTIAL_STEPS_TOU], dtype=np.int16),
        voltage_class=np.array([VoltageClass.BELOW_1KV], dtype=np.int16),
        period=column(202409),
        from_day=column(day_number(date(2024, 8, 1))),
        to_day=column(day_number(date(2024, 9, 1))),
        energy_wh=column(energy * 10),
        peak_wh=column(peak * 10),
        valley_wh=column((energy - peak) * 10),
        has_time_of_use=np.array([True]),
        year_to_date_wh=column(before * 10),
        months_in_year=np.array([months], dtype=np.int16),
    )
