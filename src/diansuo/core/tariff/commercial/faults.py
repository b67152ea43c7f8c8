"""What the commercial engine refuses in a row before it looks for a price: contradictions in the row itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool
from diansuo.core.quantity.band import Band
from diansuo.core.quantity.money import ENERGY_LIMIT_WH, NANO_PER_YUAN, WH_PER_KWH
from diansuo.core.quantity.month import MONTHS
from diansuo.core.quantity.rounding import INT64_MAX
from diansuo.core.tariff.classes import VoltageClass
from diansuo.core.tariff.commercial.capacity import MONTH_DAYS_LIMIT, QUANTITY_LIMIT
from diansuo.core.tariff.commercial.columns import (
    NOT_KNOWN,
    CapacityMethod,
    CommercialInput,
    CommercialRefusal,
    CommercialRefusalCode,
    PurchaseMode,
)
from diansuo.core.tariff.commercial.power_factor import HUNDREDTHS

REACTIVE_LIMIT_VARH: Final = 2 * ENERGY_LIMIT_WH
OWN_PRICE_LIMIT_NANO: Final = 100 * NANO_PER_YUAN
# what a ratio of the government may still make of an own price
RATIO_ROOM: Final = 8


@dataclass(frozen=True, slots=True)
class CommercialFault:
    """A contradiction: its code, the rows that have it, and the columns that show it."""

    code: CommercialRefusalCode
    rows: Callable[[CommercialInput], Bool]
    columns: tuple[str, ...]


def charged(inputs: CommercialInput) -> Bool:
    """Return which rows pay a capacity or demand charge: two-part and not exempt."""
    found: Bool = inputs.two_part & ~inputs.capacity_exempt
    return found


def _by_demand(inputs: CommercialInput) -> Bool:
    by_contract = inputs.capacity_method == CapacityMethod.CONTRACT_DEMAND
    found: Bool = charged(inputs) & (by_contract | (inputs.capacity_method == CapacityMethod.ACTUAL_DEMAND))
    return found


def _negative(inputs: CommercialInput) -> Bool:
    parts = inputs.time_of_use & (inputs.band_wh < 0).any(axis=1)
    found: Bool = (inputs.energy_wh < 0) | (inputs.active_wh < 0) | (inputs.month_energy_wh < 0) | parts
    return found


def _too_large(inputs: CommercialInput) -> Bool:
    parts = inputs.time_of_use & (inputs.band_wh > ENERGY_LIMIT_WH).any(axis=1)
    columns = (inputs.energy_wh, inputs.active_wh, inputs.month_energy_wh)
    beyond = np.logical_or.reduce([column > ENERGY_LIMIT_WH for column in columns])
    found: Bool = beyond | parts | (inputs.reactive_varh > REACTIVE_LIMIT_VARH)
    return found


def _sum_differs(inputs: CommercialInput) -> Bool:
    found: Bool = inputs.time_of_use & (inputs.band_wh.sum(axis=1) != inputs.energy_wh)
    return found


def _no_market_price(inputs: CommercialInput) -> Bool:
    absent = inputs.own_price_nano == NOT_KNOWN
    used = inputs.time_of_use & (absent & (inputs.band_wh != 0)).any(axis=1)
    found: Bool = (inputs.purchase_mode == PurchaseMode.MARKET) & (absent[:, Band.FLAT] | used)
    return found


def _market_price_too_large(inputs: CommercialInput) -> Bool:
    known = inputs.own_price_nano != NOT_KNOWN
    prices = np.where(known, inputs.own_price_nano, 0)
    largest = np.maximum(prices.max(axis=1), -prices.min(axis=1))
    room = INT64_MAX // RATIO_ROOM // np.maximum(largest, 1)
    beyond = (largest > OWN_PRICE_LIMIT_NANO) | (inputs.energy_wh // WH_PER_KWH > room)
    found: Bool = (inputs.purchase_mode == PurchaseMode.MARKET) & beyond
    return found


def _no_capacity(inputs: CommercialInput) -> Bool:
    no_method = inputs.capacity_method == CapacityMethod.NONE
    found: Bool = charged(inputs) & (no_method | (inputs.capacity_va <= 0))
    return found


def _capacity_too_large(inputs: CommercialInput) -> Bool:
    beyond = np.logical_or.reduce(
        [
            inputs.capacity_va > QUANTITY_LIMIT,
            inputs.contract_demand_w > QUANTITY_LIMIT,
            inputs.demand_w > QUANTITY_LIMIT,
            inputs.capacity_va_days > QUANTITY_LIMIT * MONTH_DAYS_LIMIT,
        ]
    )
    found: Bool = charged(inputs) & beyond
    return found


def _wrong_days(inputs: CommercialInput) -> Bool:
    month = (inputs.month_days < 28) | (inputs.month_days > MONTH_DAYS_LIMIT)
    by_demand = (inputs.demand_days < 0) | (inputs.demand_days > inputs.month_days)
    by_capacity = inputs.capacity_va_days < 0
    found: Bool = charged(inputs) & (month | np.where(_by_demand(inputs), by_demand, by_capacity))
    return found


FAULTS: Final = (
    CommercialFault(
        CommercialRefusalCode.UNKNOWN_VOLTAGE_CLASS,
        lambda inputs: ~np.isin(inputs.voltage_class, list(VoltageClass)),
        ("voltage_class",),
    ),
    CommercialFault(
        CommercialRefusalCode.UNKNOWN_PURCHASE_MODE,
        lambda inputs: ~np.isin(inputs.purchase_mode, list(PurchaseMode)),
        ("purchase_mode",),
    ),
    CommercialFault(
        CommercialRefusalCode.UNKNOWN_CAPACITY_METHOD,
        lambda inputs: charged(inputs) & ~np.isin(inputs.capacity_method, list(CapacityMethod)),
        ("capacity_method",),
    ),
    CommercialFault(
        CommercialRefusalCode.UNKNOWN_STANDARD,
        lambda inputs: (inputs.power_factor_standard < 0) | (inputs.power_factor_standard > HUNDREDTHS),
        ("power_factor_standard",),
    ),
    CommercialFault(
        CommercialRefusalCode.EMPTY_PERIOD,
        lambda inputs: inputs.to_day <= inputs.from_day,
        ("from_day", "to_day"),
    ),
    CommercialFault(
        CommercialRefusalCode.NOT_A_MONTH,
        lambda inputs: (inputs.period % 100 - 1) // MONTHS != 0,
        ("period",),
    ),
    CommercialFault(
        CommercialRefusalCode.NEGATIVE_ENERGY,
        _negative,
        ("energy_wh", "active_wh", "month_energy_wh", "band_wh"),
    ),
    CommercialFault(
        CommercialRefusalCode.NEGATIVE_REACTIVE, lambda inputs: inputs.reactive_varh < 0, ("reactive_varh",)
    ),
    CommercialFault(
        CommercialRefusalCode.ENERGY_TOO_LARGE,
        _too_large,
        ("energy_wh", "active_wh", "month_energy_wh", "reactive_varh", "band_wh"),
    ),
    CommercialFault(
        CommercialRefusalCode.NO_BANDS, lambda inputs: inputs.time_of_use & ~inputs.has_bands, ("has_bands",)
    ),
    CommercialFault(CommercialRefusalCode.PARTS_DO_NOT_MATCH_TOTAL, _sum_differs, ("energy_wh", "band_wh")),
    CommercialFault(
        CommercialRefusalCode.NO_MARKET_PRICE, _no_market_price, ("purchase_mode", "own_price_nano")
    ),
    CommercialFault(
        CommercialRefusalCode.MARKET_PRICE_TOO_LARGE, _market_price_too_large, ("energy_wh", "own_price_nano")
    ),
    CommercialFault(
        CommercialRefusalCode.TWO_PART_WITHOUT_CAPACITY, _no_capacity, ("capacity_method", "capacity_va")
    ),
    CommercialFault(
        CommercialRefusalCode.CAPACITY_TOO_LARGE,
        _capacity_too_large,
        ("capacity_va", "capacity_va_days", "contract_demand_w", "demand_w"),
    ),
    CommercialFault(
        CommercialRefusalCode.NO_CONTRACT_DEMAND,
        lambda inputs: (
            charged(inputs)
            & (inputs.capacity_method == CapacityMethod.CONTRACT_DEMAND)
            & (inputs.contract_demand_w <= 0)
        ),
        ("contract_demand_w",),
    ),
    CommercialFault(
        CommercialRefusalCode.NO_DEMAND,
        lambda inputs: _by_demand(inputs) & (inputs.demand_w < 0),
        ("demand_w",),
    ),
    CommercialFault(
        CommercialRefusalCode.MONTH_DAYS_OUT_OF_RANGE,
        _wrong_days,
        ("month_days", "demand_days", "capacity_va_days"),
    ),
)
"""In the order in which they are reported; a row is refused for the first one it has."""


def find_faults(inputs: CommercialInput) -> list[CommercialRefusal]:
    """Return one refusal for every row that contradicts itself, in row order."""
    refusals: dict[int, CommercialRefusal] = {}
    for fault in FAULTS:
        for row in np.flatnonzero(fault.rows(inputs)).tolist():
            if row not in refusals:
                params = {name: getattr(inputs, name)[row].tolist() for name in fault.columns}
                refusals[row] = CommercialRefusal(row, fault.code, params)
    return [refusals[row] for row in sorted(refusals)]
