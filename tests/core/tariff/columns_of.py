"""Build billing inputs for tests from plain rows, with a household below 1 kV in June 2024 as the default."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from diansuo.core.tariff import BillingInput, PriceClass, VoltageClass
from diansuo.core.tariff.resolve import day_number

HOUSEHOLD = {
    "price_class": PriceClass.RESIDENTIAL_STEPS,
    "voltage_class": VoltageClass.BELOW_1KV,
    "period": 202407,
    "from_day": day_number(date(2024, 6, 1)),
    "to_day": day_number(date(2024, 7, 1)),
    "energy_wh": 0,
    "peak_wh": 0,
    "valley_wh": 0,
    "has_time_of_use": False,
    "year_to_date_wh": 0,
    "months_in_year": 12,
    "persons": 0,
    "persons_months": 0,
    "heating_months": 0,
    "free_months": 0,
}
DTYPES = {
    "price_class": np.int16,
    "voltage_class": np.int16,
    "months_in_year": np.int16,
    "persons": np.int16,
    "persons_months": np.int16,
    "heating_months": np.int16,
    "free_months": np.int16,
    "has_time_of_use": np.bool_,
}


def billing_input(*rows: dict[str, Any]) -> BillingInput:
    """One row for each mapping; what it does not name is the household's."""
    return BillingInput(
        **{
            name: np.array([row.get(name, default) for row in rows], dtype=DTYPES.get(name, np.int64))
            for name, default in HOUSEHOLD.items()
        }
    )
