"""Bills under other terms: the rows that priced them, as they would be with another class, method or choice.

Only what the change names becomes different; what the customer used, and when, stays as it was read. Whether such a
row can be priced at all (registers of the periods, a demand, a contract demand) the engine says.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.quantity.month import previous_month, split_month
from diansuo.core.tariff.classes import RULES_OF_CLASS, PriceClass
from diansuo.core.tariff.columns import DTYPES, BillingInput
from diansuo.core.tariff.commercial.columns import NOT_KNOWN, CapacityMethod, CommercialInput, PurchaseMode

COMMERCIAL: Final = (int(PriceClass.COMMERCIAL_SINGLE_PART), int(PriceClass.COMMERCIAL_TWO_PART))
BY_DEMAND: Final = (int(CapacityMethod.CONTRACT_DEMAND), int(CapacityMethod.ACTUAL_DEMAND))
WITH_PERIODS: Final = {
    PriceClass.RESIDENTIAL_STEPS: PriceClass.RESIDENTIAL_STEPS_TOU,
    PriceClass.RESIDENTIAL_SHARED: PriceClass.RESIDENTIAL_SHARED_TOU,
}
STEPPED: Final = tuple(int(one) for one, rules in RULES_OF_CLASS.items() if rules.steps)
WHOLE_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class Change:
    """What would be otherwise; None: stays.

    Attributes:
        price_class: rows of the first class as if they were of the second.
        time_of_use: whether the customer pays by periods (分时、峰谷); a farm never does.
        capacity_method: how two-part rows pay for capacity (基本电费计费方式).
        contract_demand_w: W, with it.
        power_factor_standard: hundredths, 0 for none; commercial rows only.
        raised: whether commercial rows that are not in the market pay 1.5-fold (1.5 倍).
        persons: declared persons of rows with steps, for all their months; 0 for none.
    """

    price_class: tuple[PriceClass, PriceClass] | None = None
    time_of_use: bool | None = None
    capacity_method: CapacityMethod | None = None
    contract_demand_w: int | None = None
    power_factor_standard: int | None = None
    raised: bool | None = None
    persons: int | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """What priced some bills, by the engine that takes it; ``of_`` are int64, the bill each row belongs to.

    A bill whose class changed within its days has a row for each stretch.

    Attributes:
        households: the rows of :func:`~diansuo.core.tariff.price_across_changes`.
        of_household: int64 (households,).
        commercial: the rows of :func:`~diansuo.core.tariff.commercial.price_commercial_across_changes`.
        of_commercial: int64 (commercial,).
        demand_w: int64 (commercial,), the maximum demand with the losses a charge by demand would have in it;
            ``NOT_KNOWN`` where none was read.
        year_wh: int64 (bills,), all energy of the contract's billing year before the bill, whatever its class was.
    """

    households: BillingInput
    of_household: Int64
    commercial: CommercialInput
    of_commercial: Int64
    demand_w: Int64
    year_wh: Int64


def changed(rows: Rows, change: Change) -> Rows:
    """Return the rows as they would be under a change; those it does not concern are the same."""
    moved = _of_another_class(rows, change)
    return replace(
        moved,
        households=_households(moved.households, change),
        commercial=_commercial(moved.commercial, moved.demand_w, change),
    )


def _households(given: BillingInput, change: Change) -> BillingInput:
    price_class, persons, months = given.price_class.copy(), given.persons, given.persons_months
    if change.time_of_use is not None:
        for plain, timed in WITH_PERIODS.items():
            old, new = (plain, timed) if change.time_of_use else (timed, plain)
            price_class[given.price_class == old] = new
    if change.persons is not None:
        stepped = np.isin(price_class, STEPPED)
        persons = np.where(stepped, change.persons, persons).astype(np.int16)
        months = np.where(stepped, given.months_in_year if change.persons else 0, months).astype(np.int16)
    return replace(given, price_class=price_class, persons=persons, persons_months=months)


def _commercial(given: CommercialInput, with_losses_w: Int64, change: Change) -> CommercialInput:
    values: dict[str, Any] = {}
    count = len(given)
    if change.time_of_use is not None:
        values["time_of_use"] = np.full(count, change.time_of_use)
    if change.capacity_method is not None:
        pays = given.two_part & ~given.capacity_exempt
        method = np.where(pays, change.capacity_method, given.capacity_method).astype(np.int16)
        values["capacity_method"] = method
        begins = np.isin(method, BY_DEMAND) & ~np.isin(given.capacity_method, BY_DEMAND)
        values["demand_w"] = np.where(begins, with_losses_w, given.demand_w)
    if change.contract_demand_w is not None:
        values["contract_demand_w"] = np.full(count, change.contract_demand_w, np.int64)
    if change.power_factor_standard is not None:
        values["power_factor_standard"] = np.full(count, change.power_factor_standard, np.int16)
    if change.raised is not None:
        mode = PurchaseMode.RETURNED if change.raised else PurchaseMode.AGENT
        market = given.purchase_mode == PurchaseMode.MARKET
        values["purchase_mode"] = np.where(market, given.purchase_mode, mode).astype(np.int16)
    return replace(given, **values)


def _of_another_class(rows: Rows, change: Change) -> Rows:
    if change.price_class is None:
        return rows
    old, new = change.price_class
    if old in COMMERCIAL:
        mine = rows.commercial.two_part == (old == PriceClass.COMMERCIAL_TWO_PART)
        return _commercial_moved(rows, mine, new)
    return _households_moved(rows, rows.households.price_class == old, old, new)


def _commercial_moved(rows: Rows, mine: Bool, new: PriceClass) -> Rows:
    if new in COMMERCIAL:
        two_part = np.where(mine, new == PriceClass.COMMERCIAL_TWO_PART, rows.commercial.two_part)
        return replace(rows, commercial=replace(rows.commercial, two_part=two_part))
    moves, stays = np.flatnonzero(mine), np.flatnonzero(~mine)
    of = rows.of_commercial[moves]
    more = _as_households(rows.commercial.take(moves), new, rows.year_wh[of])
    return replace(
        rows,
        households=joined(rows.households, more),
        of_household=np.append(rows.of_household, of),
        commercial=rows.commercial.take(stays),
        of_commercial=rows.of_commercial[stays],
        demand_w=rows.demand_w[stays],
    )


def _households_moved(rows: Rows, mine: Bool, old: PriceClass, new: PriceClass) -> Rows:
    if new not in COMMERCIAL:
        price_class = np.where(mine, new, rows.households.price_class).astype(np.int16)
        year_wh = rows.households.year_to_date_wh
        if new in STEPPED and old not in STEPPED:
            year_wh = np.where(mine, rows.year_wh[rows.of_household], year_wh)
        none = ~mine if new not in STEPPED else np.ones(len(mine), np.bool_)
        kept: dict[str, Any] = {
            name: np.where(none, getattr(rows.households, name), 0).astype(np.int16)
            for name in ("persons_months", "heating_months", "free_months")
        }
        return replace(
            rows,
            households=replace(rows.households, price_class=price_class, year_to_date_wh=year_wh, **kept),
        )
    moves, stays = np.flatnonzero(mine), np.flatnonzero(~mine)
    more = _as_commercial(rows.households.take(moves), two_part=new == PriceClass.COMMERCIAL_TWO_PART)
    return replace(
        rows,
        households=rows.households.take(stays),
        of_household=rows.of_household[stays],
        commercial=joined(rows.commercial, more),
        of_commercial=np.append(rows.of_commercial, rows.of_household[moves]),
        demand_w=np.append(rows.demand_w, more.demand_w),
    )


def _as_households(given: CommercialInput, price_class: PriceClass, year_wh: Int64) -> BillingInput:
    """Return commercial rows as those of a class without periods; peak and valley hold the outermost ones too."""
    count, bands = len(given), given.band_wh
    return BillingInput(
        price_class=np.full(count, price_class, np.int16),
        voltage_class=given.voltage_class,
        period=given.period,
        from_day=given.from_day,
        to_day=given.to_day,
        energy_wh=given.energy_wh,
        peak_wh=np.where(given.has_bands, bands[:, Band.SHARP] + bands[:, Band.PEAK], 0),
        valley_wh=np.where(given.has_bands, bands[:, Band.VALLEY] + bands[:, Band.DEEP_VALLEY], 0),
        has_time_of_use=given.has_bands,
        year_to_date_wh=year_wh if price_class in STEPPED else np.zeros(count, np.int64),
        months_in_year=np.full(count, WHOLE_YEAR, np.int16),
    )


def _as_commercial(given: BillingInput, *, two_part: bool) -> CommercialInput:
    """Return households' rows as commercial ones: agent purchase, no standard, all energy at the flat price."""
    count = len(given)
    zeros, no = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    bands = np.zeros((count, BANDS), np.int64)
    bands[:, Band.FLAT] = given.energy_wh
    days = {one: monthrange(*split_month(previous_month(one)))[1] for one in np.unique(given.period).tolist()}
    month_days = np.array([days[one] for one in given.period.tolist()], np.int64)
    return CommercialInput(
        voltage_class=given.voltage_class,
        two_part=np.full(count, two_part),
        period=given.period,
        from_day=given.from_day,
        to_day=given.to_day,
        energy_wh=given.energy_wh,
        band_wh=bands,
        time_of_use=no,
        has_bands=no,
        purchase_mode=np.full(count, PurchaseMode.AGENT, np.int16),
        own_price_nano=np.full((count, BANDS), NOT_KNOWN, np.int64),
        power_factor_standard=np.zeros(count, np.int16),
        reduced_standard=no,
        active_wh=given.energy_wh,
        reactive_varh=zeros,
        capacity_method=np.full(count, CapacityMethod.NONE, np.int16),
        capacity_exempt=no,
        capacity_va=zeros,
        capacity_va_days=zeros,
        demand_days=month_days,
        month_days=month_days,
        contract_demand_w=zeros,
        demand_w=np.full(count, NOT_KNOWN, np.int64),
        month_energy_wh=given.energy_wh,
    )


def joined(first: Any, second: Any) -> Any:
    """Return the rows of two inputs of one kind, one after the other."""
    kinds = DTYPES | {"ByBand": np.int64}
    return type(first)(
        **{
            each.name: np.concatenate([getattr(first, each.name), getattr(second, each.name)]).astype(
                kinds[str(each.type)], copy=False
            )
            for each in fields(first)
        }
    )
