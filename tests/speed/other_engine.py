"""PySAM's utilityrate5 (BSD-3-Clause, the tariff engine of NREL's System Advisor Model) for the part it can express.

It knows periods by hour and month, and steps within a month. It knows no components, no power factor, no capacity by
days, no annual steps, and it computes in floats.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import PySAM.Utilityrate5 as utilityrate5

HOURS = 8760
DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
MONTH_OF_HOUR = np.repeat(np.arange(12), np.array(DAYS) * 24)
WITHOUT_LIMIT = 1e38
KWH = 0


def hourly_load_kwh(seed: int, peak_kwh: int) -> np.ndarray[Any, Any]:
    """Return a year of whole kWh by hour, so that monthly sums are exact in both engines."""
    return np.random.default_rng(seed).integers(0, peak_kwh, HOURS)


def energy_by_period(load_kwh: np.ndarray[Any, Any], schedule: list[list[int]]) -> np.ndarray[Any, Any]:
    """Return (12, 5) kWh by month and period of a schedule of 12 months by 24 hours that counts periods from 0."""
    period = np.array(schedule)[MONTH_OF_HOUR, np.arange(HOURS) % 24]
    energy = np.zeros((12, 5), np.int64)
    np.add.at(energy, (MONTH_OF_HOUR, period), load_kwh)
    return energy


def rate(
    load_kwh: np.ndarray[Any, Any], schedule: list[list[int]], prices: list[tuple[int, float, float]]
) -> Any:
    """Return the engine with a load and prices: (period from 0, upper limit kWh a month, yuan/kWh), step by step."""
    engine = utilityrate5.new()
    engine.Lifetime.analysis_period = 1
    engine.Lifetime.system_use_lifetime_output = 0
    engine.Lifetime.inflation_rate = 0
    engine.SystemOutput.gen = [0.0] * HOURS
    engine.SystemOutput.degradation = [0.0]
    engine.Load.load = load_kwh.astype(float).tolist()
    rates = engine.ElectricityRates
    rates.en_electricity_rates = 1
    for name in (
        "ur_metering_option",
        "ur_monthly_fixed_charge",
        "ur_monthly_min_charge",
        "ur_annual_min_charge",
        "ur_dc_enable",
        "ur_en_ts_buy_rate",
        "ur_en_ts_sell_rate",
        "ur_sell_eq_buy",
        "ur_nm_yearend_sell_rate",
    ):
        setattr(rates, name, 0)
    rates.ur_nm_credit_month = 11
    counted_from_one = [[period + 1 for period in month] for month in schedule]
    rates.ur_ec_sched_weekday = rates.ur_ec_sched_weekend = counted_from_one
    steps: dict[int, int] = {}
    table = []
    for period, upper, price in prices:
        steps[period] = steps.get(period, 0) + 1
        table.append([period + 1, steps[period], upper, KWH, price, 0])
    rates.ur_ec_tou_mat = table
    return engine


def monthly_yuan(engine: Any) -> np.ndarray[Any, Any]:
    """Return what each month's energy costs, after :meth:`execute`."""
    return np.array(engine.Outputs.year1_monthly_ec_charge_without_system)
