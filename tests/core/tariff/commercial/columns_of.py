"""Build commercial inputs for tests from plain rows, with the customer of worked example C16 as the default."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from diansuo.core.tariff import VoltageClass
from diansuo.core.tariff.commercial import NOT_KNOWN, CapacityMethod, CommercialInput, PurchaseMode
from diansuo.core.tariff.resolve import day_number

FACTORY = {
    "voltage_class": VoltageClass.KV_1_10,
    "two_part": True,
    "period": 202501,
    "from_day": day_number(date(2025, 1, 1)),
    "to_day": day_number(date(2025, 2, 1)),
    "energy_wh": 150_000_000,
    "band_wh": [6_000_000, 40_000_000, 60_000_000, 44_000_000, 0],
    "time_of_use": True,
    "has_bands": True,
    "purchase_mode": PurchaseMode.AGENT,
    "own_price_nano": [NOT_KNOWN] * 5,
    "power_factor_standard": 90,
    "reduced_standard": False,
    "active_wh": 150_000_000,
    "reactive_varh": 62_000_000,
    "capacity_method": CapacityMethod.CAPACITY,
    "capacity_exempt": False,
    "capacity_va": 800_000,
    "capacity_va_days": 800_000 * 31,
    "demand_days": 31,
    "month_days": 31,
    "contract_demand_w": 0,
    "demand_w": NOT_KNOWN,
    "month_energy_wh": 150_000_000,
}
INT16 = ("voltage_class", "purchase_mode", "power_factor_standard", "capacity_method")
BOOL = ("two_part", "time_of_use", "has_bands", "reduced_standard", "capacity_exempt")
DTYPES = dict.fromkeys(INT16, np.int16) | dict.fromkeys(BOOL, np.bool_)


def days_of(year: int, month: int) -> dict[str, int]:
    """First day of a month, the day after its last, and their number."""
    start, end = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    return {"from_day": day_number(start), "to_day": day_number(end), "month_days": (end - start).days}


def commercial_input(*rows: dict[str, Any]) -> CommercialInput:
    """One row for each mapping; what it does not name is the factory's of C16.

    Energy given by period alone sums itself; energy given alone has no periods.
    """
    return CommercialInput(
        **{
            name: np.array([_filled(row)[name] for row in rows], dtype=DTYPES.get(name, np.int64))
            for name in FACTORY
        }
    )


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    filled = {**FACTORY, **row}
    if "band_wh" in row and "energy_wh" not in row:
        filled["energy_wh"] = sum(row["band_wh"])
    elif "energy_wh" in row and "band_wh" not in row:
        filled["band_wh"] = [0, 0, row["energy_wh"], 0, 0]
    for name in ("active_wh", "month_energy_wh"):
        if name not in row:
            filled[name] = filled["energy_wh"]
    return filled
