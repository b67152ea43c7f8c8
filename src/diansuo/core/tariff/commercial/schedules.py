"""From what a customer is and what the rulebook holds to the schedule that prices the customer's rows."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from diansuo.core.quantity.money import nano_from_price
from diansuo.core.quantity.month import first_day
from diansuo.core.rules import Entry
from diansuo.core.tariff.classes import SETTLEMENT, Component, VoltageClass
from diansuo.core.tariff.commercial.bands import months_between, ratios_of
from diansuo.core.tariff.commercial.capacity import THIRTY, DayBase
from diansuo.core.tariff.commercial.columns import CapacityMethod, PurchaseMode
from diansuo.core.tariff.commercial.components import (
    MarketTimeOfUse,
    Terms,
    components_of,
    priced_by_contract,
    slots_of,
)
from diansuo.core.tariff.commercial.demand import ChargeTerms
from diansuo.core.tariff.commercial.in_force import InForce, MonthDaysDiffer, UnknownStandard
from diansuo.core.tariff.commercial.power_factor import ZeroActivePolicy, adjustment_rates, standards_of
from diansuo.core.tariff.commercial.tables import Charge, Factor, Schedule

COMPONENTS: Final = "commercial_components"
TIME_OF_USE: Final = "commercial_time_of_use"
PRICES: Final = "commercial_prices"
CHARGE_PRICE: Final = "commercial_prices/capacity_demand"
CHARGE_TERMS: Final = "national/capacity_charge"
ADJUSTMENT: Final = "national/power_factor/adjustment"
ADJUSTMENT_POLICY: Final = "national/power_factor/policy"
MARKET: Final = "national/commercial_terms"
PLACE_TERMS: Final = "commercial_terms"
SHEET: Final = "sheet"


class PriceMonthBasis(StrEnum):
    """Which days the price of a monthly sheet holds for, ``price_month_basis`` (domain.md §1.2, not settled there)."""

    DAYS_OF_USE = "days_of_use"
    """自然月: use on both sides of a month's end must be split"""
    BILL_MONTH = "bill_month"
    """电费年月: the whole bill at the price of its month"""


class Customer(NamedTuple):
    """What of a row decides which rules price it; rows with the same have the same schedule.

    Attributes:
        voltage: voltage class of supply.
        two_part: the scheme.
        time_of_use: whether the customer pays by periods.
        mode: how the energy is bought.
        method: of the capacity or demand charge; NONE where there is no such charge.
        month_days: what the charge is divided by; 0 where there is none.
        standard: of the power factor, in hundredths; 0 where none applies.
        reduced: 降低标准.
        zero_active: whether there is reactive but no active energy, which a policy must settle.
        period: 电费年月 YYYYMM.
    """

    voltage: VoltageClass
    two_part: bool
    time_of_use: bool
    mode: PurchaseMode
    method: CapacityMethod
    month_days: int
    standard: int
    reduced: bool
    zero_active: bool
    period: int


def schedule_for(customer: Customer, held: InForce) -> Schedule:
    """Find every rule of a customer and compile what they say.

    Raises:
        LookupError: one of :data:`~.in_force.WHY_NOT`.
    """
    components = held.local(COMPONENTS)
    market = None if customer.mode is PurchaseMode.AGENT else held.national(MARKET)
    own_bands = customer.time_of_use and _on_own_bands(customer, market)
    ratio_rule = held.local(TIME_OF_USE) if customer.time_of_use and not own_bands else None
    months = months_between(held.first, held.last)
    terms = Terms(
        two_part=customer.two_part,
        voltage=customer.voltage,
        mode=customer.mode,
        market=market,
        ratios=None if ratio_rule is None else ratios_of(ratio_rule, months),
        own_bands=own_bands,
        adjustable=customer.standard > 0,
    )
    prices, basis = _prices(customer, held, components)
    settlement = held.local(SETTLEMENT)
    policy = held.national(ADJUSTMENT_POLICY) if customer.zero_active else None
    return Schedule(
        slots=slots_of(components, prices, terms),
        energy_step_wh=settlement.energy_wh("energy_precision"),
        reads_bands=customer.time_of_use,
        own_bands=own_bands,
        ratio_rule=ratio_rule,
        charge=None if customer.method is CapacityMethod.NONE else _charge(customer, held),
        factor=_factor(customer, held, policy),
        settlement=settlement,
        others=tuple(entry for entry in (components, market, policy, basis) if entry is not None),
    )


def _prices(
    customer: Customer, held: InForce, components: Entry
) -> tuple[dict[Component, Entry], Entry | None]:
    """Return the rule of every component's price, and the one that says which month's sheet holds."""
    basis = held.local(PLACE_TERMS) if held.has(PLACE_TERMS) else None
    by_sheet = held
    if basis is not None and PriceMonthBasis(basis.word("price_month_basis")) is PriceMonthBasis.BILL_MONTH:
        start = first_day(customer.period)
        by_sheet = replace(held, first=start, last=start)
    prices = {}
    for component in components_of(components):
        if not priced_by_contract(component, customer.mode):
            owner = components.values["components"][component.name.lower()]["owner"]
            days = by_sheet if owner == SHEET else held
            prices[component] = days.local(f"{PRICES}/{component.name.lower()}")
    return prices, basis


def _on_own_bands(customer: Customer, market: Entry | None) -> bool:
    if customer.mode is not PurchaseMode.MARKET or market is None:
        return False
    return MarketTimeOfUse(market.word("market_time_of_use")) is MarketTimeOfUse.NONE


def _charge(customer: Customer, held: InForce) -> Charge:
    terms_entry, price_entry = held.national(CHARGE_TERMS), held.local(CHARGE_PRICE)
    terms = ChargeTerms.from_entry(terms_entry, customer.method)
    if terms.day_base is DayBase.THIRTY and customer.month_days != THIRTY:
        raise MonthDaysDiffer(terms_entry, customer.month_days)
    of_what = "capacity" if customer.method is CapacityMethod.CAPACITY else "demand"
    price = price_entry.values.get(of_what, {}).get(customer.voltage.key)
    if price is None:
        raise price_entry.absent(f"{of_what}.{customer.voltage.key}")
    return Charge(customer.method, nano_from_price(price), terms, price_entry, terms_entry)


def _factor(customer: Customer, held: InForce, policy: Entry | None) -> Factor | None:
    if customer.standard == 0:
        return None
    if policy is not None and ZeroActivePolicy(policy.word("zero_active_policy")) is ZeroActivePolicy.NONE:
        return None
    table = held.national(ADJUSTMENT)
    if customer.standard not in standards_of(table):
        raise UnknownStandard(table, customer.standard)
    return Factor(adjustment_rates(table, customer.standard, reduced=customer.reduced), table)
