"""What goes into the engine of commercial and industrial bills (工商业) and what comes out: columns, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum, StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Bool, Int16, Int32, Int64, WrongColumn, require
from diansuo.core.quantity.band import BANDS
from diansuo.core.tariff.columns import AppliedRule

ByBand = npt.NDArray[np.int64]
"""int64 (rows, 5), a column for each :class:`~diansuo.core.quantity.band.Band`."""

NOT_KNOWN: Final = -(2**63)
"""In ``demand_w`` and ``own_price_nano``: nobody gave a value. It is never taken for 0."""

NO_BAND: Final = -1
"""In the band of a line: the line is about no period."""

NO_POWER_FACTOR: Final = -1
"""In ``CommercialBills.power_factor``: the row has none (no standard, or neither active nor reactive energy)."""


class PurchaseMode(IntEnum):
    """Where the customer's energy comes from (domain.md §0, §1.2); stored, so numbers never change."""

    AGENT = 0
    """电网代理购电: the published agent price, on the government's periods"""
    MARKET = 1
    """直接参与市场: the price of the customer's own contract, ``own_price_nano``"""
    RETURNED = 2
    """由市场退回代理购电（1.5 倍）: what the components call ``raised`` costs 1.5-fold"""


class CapacityMethod(IntEnum):
    """基本电费计费方式 (domain.md §4.1); stored, so numbers never change."""

    NONE = 0
    """not chosen: a two-part row with this is refused, unless it is exempt"""
    CAPACITY = 1
    """按容量"""
    CONTRACT_DEMAND = 2
    """按合同最大需量"""
    ACTUAL_DEMAND = 3
    """按实际最大需量"""


@dataclass(frozen=True, slots=True)
class CommercialInput:
    """What is to be priced: one row for each contract and month, or part of a month with one set of prices.

    A month crossed by a change of price, scheme or method comes as several rows, each with its own days and energy.
    The power factor and the discount of §4.3 are those of the whole month: every such row carries the month's
    ``active_wh``, ``reactive_varh``, ``demand_w`` and ``month_energy_wh``, and only its own part of ``energy_wh``,
    ``band_wh``, ``capacity_va_days`` and ``demand_days``.

    Attributes:
        voltage_class: int16, :class:`~diansuo.core.tariff.classes.VoltageClass` of supply.
        two_part: bool, 两部制; False: 单一制.
        period: int64, 电费年月 YYYYMM; finds the price of a monthly sheet where ``price_month_basis`` is
            ``bill_month``, and nothing else.
        from_day: int64, first day of use, days since 1970-01-01.
        to_day: int64, the day after the last day of use.
        energy_wh: int64, settled Wh of all periods together, losses and allocations included.
        band_wh: int64 (rows, 5), settled Wh by period, which sum to ``energy_wh``; not looked at without
            ``time_of_use``.
        time_of_use: bool, whether the customer pays by periods (执行分时); False: everything at ratio 1.
        has_bands: bool, whether ``band_wh`` was really measured or allocated; a row that pays by periods
            without it is refused.
        purchase_mode: int16, :class:`PurchaseMode`.
        own_price_nano: int64 (rows, 5), nano-yuan per kWh, the market customer's own purchase price by period
            (the same five times when it is flat); ``NOT_KNOWN`` where there is none. While the government's
            periods hold for the market (before 2026-03) only the FLAT one is used and the ratios multiply it.
        power_factor_standard: int16, hundredths: 90, 85, 80, or 0 where none applies.
        reduced_standard: bool, 降低标准: above the standard nothing is taken off, below it is added.
        active_wh: int64, active energy that decides the power factor, normally ``energy_wh`` of the month.
        reactive_varh: int64, |forward| + |reverse| + losses (:func:`~.power_factor.reactive_total_varh`).
        capacity_method: int16, :class:`CapacityMethod`; not looked at for single-part or exempt rows.
        capacity_exempt: bool, 免收容(需)量电费: charging points that are connected by themselves (§14.2).
        capacity_va: int64, VA of the contract: transformers and high-voltage motors (1 kW as 1 kVA), sealed ones
            included; base of the 40 % floor and of the discount.
        capacity_va_days: int64, the sum of VA x charged days of what ran (:func:`~.capacity.charged_days`);
            0 when everything was sealed.
        demand_days: int64, charged days of a demand; ``month_days`` for a whole month.
        month_days: int64, what a month has: its calendar days, or 30 by the rule of before 2024-06-01
            (:func:`~.capacity.days_of_month`).
        contract_demand_w: int64, W of the contract (核定值); 0 where there is none.
        demand_w: int64, W, the month's maximum demand with losses, feeds already put together
            (:func:`~.capacity.demand_of_feeds`); ``NOT_KNOWN`` where it was not read.
        month_energy_wh: int64, Wh of the calendar month at all points of the customer, for the 260 kWh/kVA.
    """

    voltage_class: Int16
    two_part: Bool
    period: Int64
    from_day: Int64
    to_day: Int64
    energy_wh: Int64
    band_wh: ByBand
    time_of_use: Bool
    has_bands: Bool
    purchase_mode: Int16
    own_price_nano: ByBand
    power_factor_standard: Int16
    reduced_standard: Bool
    active_wh: Int64
    reactive_varh: Int64
    capacity_method: Int16
    capacity_exempt: Bool
    capacity_va: Int64
    capacity_va_days: Int64
    demand_days: Int64
    month_days: Int64
    contract_demand_w: Int64
    demand_w: Int64
    month_energy_wh: Int64

    def __len__(self) -> int:
        return len(self.energy_wh)

    def check(self) -> None:
        """Check dtypes, shapes and lengths.

        Raises:
            WrongColumn: names the column that is wrong.
        """
        dtypes = {"Int64": np.int64, "Int16": np.int16, "Bool": np.bool_}
        for each in fields(self):
            column = getattr(self, each.name)
            if str(each.type) == "ByBand":
                _require_by_band(each.name, column)
            else:
                require(dtypes[str(each.type)], **{each.name: column})
            if len(column) != len(self):
                raise WrongColumn(f"{each.name}: expected {len(self)} rows, got {len(column)}")

    def take(self, rows: Int64) -> CommercialInput:
        """Return the given rows, in that order."""
        return CommercialInput(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def _require_by_band(name: str, column: npt.NDArray[Any]) -> None:
    shape = getattr(column, "shape", None)
    if not isinstance(column, np.ndarray) or column.dtype != np.int64 or column.ndim != 2:
        raise WrongColumn(
            f"{name}: expected an int64 array of two dimensions, got {type(column).__name__} {shape}"
        )
    if column.shape[1] != BANDS:
        raise WrongColumn(f"{name}: expected {BANDS} columns, one for each period, got {column.shape[1]}")


class CommercialRefusalCode(StrEnum):
    """Why a row was not priced; the office turns code and params into a sentence."""

    UNKNOWN_VOLTAGE_CLASS = "unknown_voltage_class"
    UNKNOWN_PURCHASE_MODE = "unknown_purchase_mode"
    UNKNOWN_CAPACITY_METHOD = "unknown_capacity_method"
    UNKNOWN_STANDARD = "unknown_standard"
    """the table of the power-factor adjustment has no column for this standard"""
    EMPTY_PERIOD = "empty_period"
    NOT_A_MONTH = "not_a_month"
    NEGATIVE_ENERGY = "negative_energy"
    NEGATIVE_REACTIVE = "negative_reactive"
    ENERGY_TOO_LARGE = "energy_too_large"
    NO_BANDS = "no_bands"
    """pays by periods, and there is no energy by periods"""
    PARTS_DO_NOT_MATCH_TOTAL = "parts_do_not_match_total"
    BAND_WITHOUT_HOURS = "band_without_hours"
    """energy in a period that has no hours that month and no rule that says where it is priced"""
    TWO_PART_WITHOUT_CAPACITY = "two_part_without_capacity"
    """two-part without a method, or without any capacity in the contract"""
    CAPACITY_TOO_LARGE = "capacity_too_large"
    NO_CONTRACT_DEMAND = "no_contract_demand"
    NO_DEMAND = "no_demand"
    MONTH_DAYS_OUT_OF_RANGE = "month_days_out_of_range"
    """days of the month that are not those of the rule, or more charged days than the month has"""
    NO_MARKET_PRICE = "no_market_price"
    MARKET_PRICE_TOO_LARGE = "market_price_too_large"
    NO_SUCH_RULE = "no_such_rule"
    NO_VALUE_IN_FORCE = "no_value_in_force"
    VALUE_ABSENT = "value_absent"
    PRICE_CHANGE_WITHIN_PERIOD = "price_change_within_period"
    METHOD_CHANGE_WITHIN_QUARTER = "method_change_within_quarter"
    """answer of :func:`~.capacity.method_change_refusal`; the engine itself never gives it"""
    CONTRACT_DEMAND_CHANGE_WITHIN_MONTH = "contract_demand_change_within_month"
    """answer of :func:`~.capacity.contract_demand_change_refusal`; the engine itself never gives it"""


@dataclass(frozen=True, slots=True)
class CommercialRefusal:
    """A row that could not be priced, why, and what is needed to say so in any language.

    ``params`` names the columns with their values where the row contradicts itself, and ``rule_id``, ``file`` and
    ``field`` or day where the rulebook does not have the value.
    """

    row: int
    code: CommercialRefusalCode
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CommercialLines:
    """The lines of all bills, ordered by row and then by sequence.

    What a line multiplies depends on its component::

        energy            amount = quantity (Wh)     / 1000 x price (nano-yuan per kWh)
        CAPACITY          amount = quantity (VA-day) / 1000 x price (nano-yuan per kVA and month) / days
        DEMAND, …_EXCESS  amount = quantity (W-day)  / 1000 x price (nano-yuan per kW and month)  / days
        POWER_FACTOR      amount = quantity (fen)            x price (billionths: −0.30 % is −3 000 000)

    each rounded to the fen, half away from zero.

    Attributes:
        row: int64, the row of the input the line belongs to.
        sequence: int16, 1, 2, … within the bill.
        component: int16, :class:`~diansuo.core.tariff.classes.Component`.
        band: int16, :class:`~diansuo.core.quantity.band.Band`; ``NO_BAND`` where the line is about no period.
        quantity: int64, Wh, VA-days, W-days or fen, as above.
        days: int16, days of the month a capacity or demand line is divided by; 0 on other lines.
        price_nano: int64, what the quantity is multiplied with, as above.
        amount_fen: int64.
        remainder_wh: int64, Wh that roundings moved into this line's quantity (``energy-precision``,
            ``flat-remainder``): the quantity less this is what the input held; 0 on other lines.
        rule: int16, index into ``CommercialBills.rules`` of the entry that gives the price, for a market customer's
            own price of the entry that lets it.
    """

    row: Int64
    sequence: Int16
    component: Int16
    band: Int16
    quantity: Int64
    days: Int16
    price_nano: Int64
    amount_fen: Int64
    remainder_wh: Int64
    rule: Int16

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class CommercialBills:
    """The priced bills, row by row as in the input, and what was refused.

    Attributes:
        amount_fen: int64, the sum of the row's lines; 0 where not priced.
        priced: bool. A priced row without energy and without capacity has no line and the amount 0.
        energy_wh: int64, the settled energy; 0 where not priced.
        power_factor: int16, hundredths; ``NO_POWER_FACTOR`` where none was computed.
        adjustment_rate: int64, units of 0.01 %: −30 is −0.30 %.
        adjusted_fen: int64, 力调基数, what the rate was applied to.
        schedule: int32, index into ``schedule_rules``; -1 where not priced.
        schedule_rules: for each schedule the indexes into ``rules`` of every entry that had a part in the bill.
        lines: the lines.
        rules: every dated entry that priced a row.
        refusals: one for each row not priced, in row order.
        rulebook_hash: hash of the book that priced them.
    """

    amount_fen: Int64
    priced: Bool
    energy_wh: Int64
    power_factor: Int16
    adjustment_rate: Int64
    adjusted_fen: Int64
    schedule: Int32
    schedule_rules: tuple[tuple[int, ...], ...]
    lines: CommercialLines
    rules: tuple[AppliedRule, ...]
    refusals: tuple[CommercialRefusal, ...]
    rulebook_hash: str
