"""Bills under other terms of each contract alone: every bill has its own new multiplier, class, capacity or choice.

Where :mod:`.change` says one thing about all bills, a proposal changes some contracts, each to its own terms. What was
read stays; energy grows with the multiplier, and with it what depends on energy.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.wide import quotient
from diansuo.core.tariff.classes import PriceClass
from diansuo.core.tariff.columns import BillingInput, Freeze
from diansuo.core.tariff.commercial.columns import NOT_KNOWN, CapacityMethod, CommercialInput
from diansuo.core.tariff.what_if.change import STEPPED, Change, Rows, changed, joined

STAYS: Final = -1
"""In a column of :class:`NewTerms`: the bill keeps what it has."""
HOUSEHOLD_ENERGY: Final = ("energy_wh", "peak_wh", "valley_wh")
COMMERCIAL_ENERGY: Final = ("energy_wh", "active_wh", "reactive_varh", "month_energy_wh")


@dataclass(frozen=True, slots=True)
class NewTerms:
    """What each bill would have instead; int64 (bills,), ``STAYS`` where nothing is otherwise.

    Attributes:
        multiplier: the new one; with ``multiplier_before``, both ``STAYS`` or both above 0.
        multiplier_before: the one the energy was settled by.
        price_class: :class:`~diansuo.core.tariff.PriceClass`.
        voltage_class: of supply.
        capacity_va: of the contract.
        persons: 一户多人口.
        heating: 电采暖, 0 or 1.
        free: whether energy is free (低保、五保), 0 or 1.
        time_of_use: 执行分时, 0 or 1; commercial bills.
        purchase_mode: 购电方式; commercial bills, as the following.
        capacity_method: 基本电费计费方式.
        capacity_exempt: 0 or 1.
        contract_demand_w: 合同最大需量.
        power_factor_standard: hundredths.
        reduced_standard: 0 or 1.
    """

    multiplier: Int64
    multiplier_before: Int64
    price_class: Int64
    voltage_class: Int64
    capacity_va: Int64
    persons: Int64
    heating: Int64
    free: Int64
    time_of_use: Int64
    purchase_mode: Int64
    capacity_method: Int64
    capacity_exempt: Int64
    contract_demand_w: Int64
    power_factor_standard: Int64
    reduced_standard: Int64

    @classmethod
    def nothing(cls, count: int) -> NewTerms:
        """Return columns in which nothing changes."""
        return cls(**{each.name: np.full(count, STAYS, np.int64) for each in fields(cls)})

    def take(self, rows: Int64) -> NewTerms:
        """Return the given rows, in that order."""
        return NewTerms(**{each.name: getattr(self, each.name)[rows] for each in fields(self)})


def under(rows: Rows, freeze: Freeze, terms: NewTerms) -> tuple[Rows, Freeze]:
    """Return the rows of bills, and the registers that divide them, as they would be under each bill's new terms.

    Args:
        rows: as they were billed; ``rows.year_wh`` is needed where a class gets steps.
        freeze: registers by row of ``rows.households``.
        terms: by bill.
    """
    moved, registers = _of_other_classes(rows, freeze, terms.price_class)
    of, registered = moved.of_household, moved.of_household[registers.row]
    scaled = replace(
        registers,
        **{name: _grown(getattr(registers, name), terms, registered) for name in HOUSEHOLD_ENERGY},
    )
    return (
        replace(
            moved,
            households=_households(moved.households, terms, of),
            commercial=_commercial(moved.commercial, terms, moved.of_commercial),
        ),
        scaled,
    )


def _households(given: BillingInput, terms: NewTerms, of: Int64) -> BillingInput:
    values: dict[str, Any] = {name: _grown(getattr(given, name), terms, of) for name in HOUSEHOLD_ENERGY}
    values["voltage_class"] = _or(given.voltage_class, terms.voltage_class[of])
    stepped = np.isin(given.price_class, STEPPED)
    persons = np.where(stepped, terms.persons[of], STAYS)
    values["persons"] = _or(given.persons, persons)
    months = given.months_in_year.astype(np.int64)
    values["persons_months"] = _or(given.persons_months, np.where(persons > 0, months, persons))
    heating = np.where(stepped, terms.heating[of], STAYS)
    values["heating_months"] = _or(given.heating_months, np.where(heating > 0, months, heating))
    values["free_months"] = _or(given.free_months, np.where(stepped, terms.free[of], STAYS))
    return replace(given, **values)


def _commercial(given: CommercialInput, terms: NewTerms, of: Int64) -> CommercialInput:
    values: dict[str, Any] = {name: _grown(getattr(given, name), terms, of) for name in COMMERCIAL_ENERGY}
    bands = np.column_stack([_grown(column, terms, of) for column in given.band_wh.T])
    values["band_wh"] = bands if len(given) else given.band_wh
    # Each period is rounded by itself; the total of the periods stays their sum, as the engine wants it.
    whole = given.has_bands & (given.band_wh.sum(axis=1) == given.energy_wh)
    values["energy_wh"] = np.where(whole, values["band_wh"].sum(axis=1), values["energy_wh"])
    read = given.demand_w != NOT_KNOWN
    values["demand_w"] = np.where(
        read, _grown(np.where(read, given.demand_w, 0), terms, of), given.demand_w
    ).astype(np.int64)
    for name in (
        "voltage_class", "capacity_va", "purchase_mode", "capacity_method", "contract_demand_w",
        "power_factor_standard",
    ):  # fmt: skip
        values[name] = _or(getattr(given, name), getattr(terms, name)[of])
    for name in ("time_of_use", "capacity_exempt", "reduced_standard"):
        new = getattr(terms, name)[of]
        values[name] = np.where(new == STAYS, getattr(given, name), new == 1)
    # Without a list of transformers the capacity of the contract ran.
    by_contract = given.capacity_va_days == given.capacity_va * given.demand_days
    values["capacity_va_days"] = np.where(
        by_contract & (terms.capacity_va[of] != STAYS),
        values["capacity_va"] * given.demand_days,
        given.capacity_va_days,
    )
    single = ~given.two_part
    values["capacity_method"] = np.where(
        single, np.int16(CapacityMethod.NONE), values["capacity_method"]
    ).astype(np.int16)
    return replace(given, **values)


def _or(given: Any, new: Int64) -> Any:
    return np.where(new == STAYS, given, new).astype(given.dtype)


def _grown(energy: Int64, terms: NewTerms, of: Int64) -> Int64:
    """Return energies by the new multiplier in place of the one that settled them."""
    grows = (terms.multiplier[of] != STAYS) & (terms.multiplier[of] != terms.multiplier_before[of])
    if not grows.any():
        return energy
    out = energy.copy()
    at = np.flatnonzero(grows)
    out[at] = quotient(
        [energy[at], terms.multiplier[of][at]], [terms.multiplier_before[of][at]], rounding="half_away"
    )
    return out


def _of_other_classes(rows: Rows, freeze: Freeze, price_class: Int64) -> tuple[Rows, Freeze]:
    """Move the bills with a new class to its engine, class by class; those that stay come first."""
    targets = [one for one in np.unique(price_class).tolist() if one != STAYS]
    if not targets:
        return rows, freeze
    stay = price_class == STAYS
    parts = [_only(rows, stay)]
    for target in targets:
        part = _only(rows, price_class == target)
        for old in PriceClass:
            if old != target:
                part = changed(part, Change(price_class=(old, PriceClass(target))))
        parts.append(part)
    kept: Bool = stay[rows.of_household]
    place: Int64 = np.cumsum(kept) - 1
    with_place = kept[freeze.row]
    registers = freeze.take(with_place, place[freeze.row[with_place]])
    whole = parts[0]
    for part in parts[1:]:
        whole = replace(
            whole,
            households=joined(whole.households, part.households),
            of_household=np.append(whole.of_household, part.of_household),
            commercial=joined(whole.commercial, part.commercial),
            of_commercial=np.append(whole.of_commercial, part.of_commercial),
            demand_w=np.append(whole.demand_w, part.demand_w),
        )
    return whole, registers


def _only(rows: Rows, bills: Bool) -> Rows:
    households, commercial = (
        np.flatnonzero(bills[rows.of_household]),
        np.flatnonzero(bills[rows.of_commercial]),
    )
    return replace(
        rows,
        households=rows.households.take(households),
        of_household=rows.of_household[households],
        commercial=rows.commercial.take(commercial),
        of_commercial=rows.of_commercial[commercial],
        demand_w=rows.demand_w[commercial],
    )
