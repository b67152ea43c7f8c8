"""Schedules of commercial prices: every combination of dated rules that prices a row, compiled into arrays."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.band import BANDS
from diansuo.core.quantity.money import ENERGY_LIMIT_WH, ONE_LIMB_PRICE_NANO, energy_limit_wh
from diansuo.core.rules import Entry
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.commercial.capacity import CAPACITY_DAYS
from diansuo.core.tariff.commercial.columns import NO_BAND, CapacityMethod
from diansuo.core.tariff.commercial.components import BAND_PRICE, Slot
from diansuo.core.tariff.commercial.demand import DEMAND_LIMIT, DEMAND_PRICE, ChargeTerms, nano_times
from diansuo.core.tariff.commercial.kernel_columns import ALL_BANDS, EXTRA_SLOTS, Tables
from diansuo.core.tariff.commercial.power_factor import ADJUSTMENT_FEN, HUNDREDTHS, POWER_FACTOR
from diansuo.core.tariff.shapes import ENERGY_PRECISION, LINE_FEN

FLAT_REMAINDER: Final = "flat-remainder"
NO_RULE: Final = -1
# from the end, after the slots of energy
CHARGE_SLOT, EXCESS_SLOT, FACTOR_SLOT = -3, -2, -1


@dataclass(frozen=True, slots=True)
class Charge:
    """What a kVA or kW costs a month, by the method of the customer.

    Attributes:
        method: by capacity, contract demand or actual demand.
        price_nano: nano-yuan per kVA or kW and month.
        terms: the terms of the charge.
        price_entry: the rule that gives the price.
        terms_entry: the rule that gives the terms.
    """

    method: CapacityMethod
    price_nano: int
    terms: ChargeTerms
    price_entry: Entry
    terms_entry: Entry

    @property
    def component(self) -> Component:
        """What the line is called."""
        return Component.CAPACITY if self.method is CapacityMethod.CAPACITY else Component.DEMAND

    @property
    def discounted_nano(self) -> int:
        """The price of a demand where 260 kWh/kVA are reached; a capacity has no discount."""
        if self.method is CapacityMethod.CAPACITY:
            return self.price_nano
        return nano_times(self.price_nano, self.terms.discount_ratio)

    @property
    def excess_nano(self) -> tuple[int, int]:
        """The price of a demand above 105 %, plain and with the discount."""
        prices = (self.price_nano, self.discounted_nano)
        plain, discounted = (nano_times(price, self.terms.over_multiple) for price in prices)
        return plain, discounted


@dataclass(frozen=True, slots=True)
class Factor:
    """The power-factor adjustment of one standard.

    Attributes:
        rates: int64 (101,), units of 0.01 % for 0.00 to 1.00.
        table_entry: the rule that gives the rates.
    """

    rates: Int64
    table_entry: Entry


@dataclass(frozen=True, slots=True)
class Schedule:
    """What prices one group of rows.

    Attributes:
        slots: every line its energy may have.
        energy_step_wh: precision of settled energy.
        reads_bands: whether the energy by period is looked at.
        own_bands: whether the customer pays by the periods of a market contract.
        ratio_rule: the rule that gives the ratios of the periods, or None.
        charge: the capacity or demand charge, or None.
        factor: the power-factor adjustment, or None.
        settlement: the rule that gives the precision.
        others: further rules that decided something: components, terms of the market, no active energy.
    """

    slots: tuple[Slot, ...]
    energy_step_wh: int
    reads_bands: bool
    own_bands: bool
    ratio_rule: Entry | None
    charge: Charge | None
    factor: Factor | None
    settlement: Entry
    others: tuple[Entry, ...]

    @property
    def unpriced_bands(self) -> tuple[int, ...]:
        """The periods that have no price in some component that is priced by period."""
        by_component: dict[Component, set[int]] = {}
        for slot in self.slots:
            by_component.setdefault(slot.component, set()).add(slot.band)
        banded = [bands for bands in by_component.values() if NO_BAND not in bands]
        return tuple(band for band in range(BANDS) if any(band not in bands for bands in banded))

    @property
    def energy_limit_wh(self) -> int:
        """The largest energy whose product with every price fits."""
        return min((energy_limit_wh(slot.price_nano) for slot in self.slots), default=ENERGY_LIMIT_WH)

    @property
    def identity(self) -> tuple[Hashable, ...]:
        """What makes two schedules of one customer the same: their rules, and the ratios of their months."""
        rules = sorted({entry.slice_hash for entry, _ in self.rounding_steps()})
        return (*rules, *((slot.component, slot.band, slot.ratio) for slot in self.slots))

    def rounding_steps(self) -> Iterator[tuple[Entry, tuple[str, ...]]]:
        """Return every entry with the ids of the roundings it applies here."""
        for slot in self.slots:
            yield slot.entry, (LINE_FEN, BAND_PRICE) if slot.rounded else (LINE_FEN,)
        yield self.settlement, (ENERGY_PRECISION, FLAT_REMAINDER) if self.reads_bands else (ENERGY_PRECISION,)
        for entry in (*self.others, *(() if self.ratio_rule is None else (self.ratio_rule,))):
            yield entry, ()
        if self.charge is not None:
            by_demand = self.charge.method is not CapacityMethod.CAPACITY
            yield self.charge.price_entry, (CAPACITY_DAYS, DEMAND_PRICE) if by_demand else (CAPACITY_DAYS,)
            yield self.charge.terms_entry, (DEMAND_LIMIT,) if by_demand else ()
        if self.factor is not None:
            yield self.factor.table_entry, (POWER_FACTOR, ADJUSTMENT_FEN)


def build_tables(schedules: Sequence[Schedule], rule_index: Mapping[str, int]) -> Tables:
    """Write the schedules into the arrays the kernel reads.

    Args:
        schedules: in the order of their index.
        rule_index: slice hash -> index of the entry in ``CommercialBills.rules``.
    """
    count = len(schedules)
    slots = max((len(schedule.slots) for schedule in schedules), default=1)
    tables = Tables(
        energy_step_wh=np.ones(count, np.int64),
        reads_bands=np.zeros(count, np.bool_),
        slot_count=np.zeros(count, np.int64),
        price_nano=np.zeros((count, slots), np.int64),
        component=np.zeros((count, slots + EXTRA_SLOTS), np.int16),
        band=np.full((count, slots + EXTRA_SLOTS), ALL_BANDS, np.int64),
        adjusted=np.zeros((count, slots), np.int64),
        own=np.zeros((count, slots), np.bool_),
        plain=np.zeros(count, np.bool_),
        rule=np.full((count, slots + EXTRA_SLOTS), NO_RULE, np.int16),
        method=np.zeros(count, np.int16),
        charge_price_nano=np.zeros((count, 2), np.int64),
        excess_price_nano=np.zeros((count, 2), np.int64),
        over_millionths=np.zeros(count, np.int64),
        floor_millionths=np.zeros(count, np.int64),
        discount_energy_wh=np.full(count, -1, np.int64),
        has_factor=np.zeros(count, np.bool_),
        rates=np.zeros((count, HUNDREDTHS + 1), np.int64),
    )
    for index, schedule in enumerate(schedules):
        tables.energy_step_wh[index] = schedule.energy_step_wh
        tables.reads_bands[index] = schedule.reads_bands
        _write_slots(tables, index, schedule.slots, rule_index)
        if schedule.charge is not None:
            _write_charge(tables, index, schedule.charge, rule_index)
        if schedule.factor is not None:
            _write_factor(tables, index, schedule.factor, rule_index)
    return tables


def _write_slots(tables: Tables, index: int, slots: Sequence[Slot], rule_index: Mapping[str, int]) -> None:
    tables.slot_count[index] = len(slots)
    tables.plain[index] = all(not slot.own and 0 <= slot.price_nano < ONE_LIMB_PRICE_NANO for slot in slots)
    for at, slot in enumerate(slots):
        tables.price_nano[index, at] = slot.price_nano
        tables.component[index, at] = slot.component
        tables.band[index, at] = ALL_BANDS if slot.band == NO_BAND else slot.band
        tables.adjusted[index, at] = slot.adjusted
        tables.own[index, at] = slot.own
        tables.rule[index, at] = rule_index[slot.entry.slice_hash]


def _write_charge(tables: Tables, index: int, charge: Charge, rule_index: Mapping[str, int]) -> None:
    tables.method[index] = charge.method
    tables.component[index, CHARGE_SLOT] = charge.component
    tables.component[index, EXCESS_SLOT] = Component.DEMAND_EXCESS
    tables.rule[index, [CHARGE_SLOT, EXCESS_SLOT]] = rule_index[charge.price_entry.slice_hash]
    tables.charge_price_nano[index] = (charge.price_nano, charge.discounted_nano)
    tables.excess_price_nano[index] = charge.excess_nano
    tables.over_millionths[index] = charge.terms.over_millionths
    tables.floor_millionths[index] = charge.terms.floor_millionths
    tables.discount_energy_wh[index] = charge.terms.discount_energy_wh


def _write_factor(tables: Tables, index: int, factor: Factor, rule_index: Mapping[str, int]) -> None:
    tables.has_factor[index] = True
    tables.rates[index] = factor.rates
    tables.component[index, FACTOR_SLOT] = Component.POWER_FACTOR
    tables.rule[index, FACTOR_SLOT] = rule_index[factor.table_entry.slice_hash]
