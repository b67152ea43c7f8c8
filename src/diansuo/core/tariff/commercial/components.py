"""The components of a commercial price (到户电价构成): which there are, and what each costs in each period.

Source: 发改价格〔2023〕526号; 发改办价格〔2021〕809号 (the 1.5-fold); domain.md §1.2, §3.3. Page:
docs/rules/commercial-prices.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from diansuo.core.quantity.band import Band
from diansuo.core.quantity.money import nano_from_price
from diansuo.core.rules import Entry
from diansuo.core.tariff.classes import Component, VoltageClass
from diansuo.core.tariff.commercial.bands import FLAT_RATIO, Ratios
from diansuo.core.tariff.commercial.columns import NO_BAND, PurchaseMode
from diansuo.core.tariff.commercial.demand import nano_times

BAND_PRICE: Final = "band-price"
ENERGY_COMPONENTS: Final = tuple(
    sorted(
        (
            Component.PURCHASE,
            Component.UPSTREAM_LOSS,
            Component.TRANSMISSION,
            Component.SYSTEM_OPERATION,
            Component.SURCHARGE,
            Component.ENERGY,
        )
    )
)
"""Those a rule of kind ``price_components`` may name, in the order in which a bill lists them."""


class MarketTimeOfUse(StrEnum):
    """Whose periods and ratios price a market customer, ``market_time_of_use`` (domain.md §0)."""

    GOVERNMENT = "government"
    """the government's, on the customer's flat price: until 2026-03-01"""
    NONE = "none"
    """not the government's: the contract's own price for each period, and no ratio on any component"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What of a customer decides the prices.

    Attributes:
        two_part: the scheme.
        voltage: of supply.
        mode: how the energy is bought.
        market: the terms for those who buy in the market; None for an agent customer.
        ratios: the government's, for a customer who pays by them; else None and everything costs its ratio 1.
        own_bands: whether the customer pays by the periods of a market contract.
        adjustable: whether a power factor is looked at.
    """

    two_part: bool
    voltage: VoltageClass
    mode: PurchaseMode
    market: Entry | None
    ratios: Ratios | None
    own_bands: bool
    adjustable: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """One line a bill may have: a component, over all its energy or in one period.

    Attributes:
        component: what it charges for.
        band: the period, or ``NO_BAND`` for the energy of all periods.
        ratio: what the price of the component was multiplied with.
        price_nano: nano-yuan per kWh; 0 for an own price, which stands in the row.
        own: whether the row's own price holds.
        adjusted: whether the power factor adjusts it.
        entry: the rule that gives the price.
        rounded: whether the price had to be rounded (step ``band-price``).
    """

    component: Component
    band: int
    ratio: Decimal
    price_nano: int
    own: bool
    adjusted: bool
    entry: Entry
    rounded: bool


def component_of(name: str) -> Component:
    """Return the component of a name in the rulebook: ``upstream_loss``."""
    return Component[name.upper()]


def components_of(entry: Entry) -> tuple[Component, ...]:
    """Return the components a rule of kind ``price_components`` names, in the order of a bill."""
    named = {component_of(name) for name in entry.values["components"]}
    return tuple(component for component in ENERGY_COMPONENTS if component in named)


def priced_by_contract(component: Component, mode: PurchaseMode) -> bool:
    """Say whether the customer's own contract, and no published price, gives what the component costs."""
    return component is Component.PURCHASE and mode is PurchaseMode.MARKET


def component_price_nano(entry: Entry, two_part: bool, voltage: VoltageClass) -> int:
    """Return the published price of one component in nano-yuan per kWh.

    Args:
        entry: of kind ``component_price``.
        two_part: the scheme.
        voltage: of supply.

    Raises:
        ValueAbsent: it is not known for this scheme and voltage.
    """
    scheme = "two_part" if two_part else "single_part"
    price = entry.values["prices"].get(scheme, {}).get(voltage.key)
    if price is None:
        raise entry.absent(f"prices.{scheme}.{voltage.key}")
    return nano_from_price(price)


def slots_of(components: Entry, prices: Mapping[Component, Entry], terms: Terms) -> tuple[Slot, ...]:
    """Return every line the energy of a bill may have, in order: component by component, period by period.

    A component that floats has a line for each period that has a price, any other one line over all energy; so has
    everything for a customer without periods. A derived price rounds to nano-yuan once (step id ``band-price``).

    Args:
        components: kind ``price_components``.
        prices: kind ``component_price``, by component; a market customer needs none for the purchase.
        terms: the customer's.

    Raises:
        ValueAbsent: a price, or what a component does, is not known.
    """
    return tuple(
        slot
        for component in components_of(components)
        for slot in (
            _own_slots(components, component, terms)
            if priced_by_contract(component, terms.mode)
            else _published_slots(components, prices[component], component, terms)
        )
    )


def _own_slots(components: Entry, component: Component, terms: Terms) -> Iterator[Slot]:
    if terms.market is None:
        raise ValueError("a market customer needs the terms of the market")
    adjusted = _adjusted(components, component, terms)
    bands = _contract_bands() if terms.own_bands else _bands(components, component, terms)
    for band, ratio in bands:
        yield Slot(component, band, ratio, 0, True, adjusted, terms.market, ratio != FLAT_RATIO)


def _published_slots(components: Entry, price: Entry, component: Component, terms: Terms) -> Iterator[Slot]:
    base = component_price_nano(price, terms.two_part, terms.voltage)
    adjusted = _adjusted(components, component, terms)
    multiple = _multiple(components, component, terms)
    for band, ratio in _bands(components, component, terms):
        factor = ratio * multiple
        nano = nano_times(base, factor)
        yield Slot(component, band, factor, nano, False, adjusted, price, nano != base * factor)


def _contract_bands() -> Iterator[tuple[int, Decimal]]:
    return ((band, FLAT_RATIO) for band in Band)


def _bands(components: Entry, component: Component, terms: Terms) -> Iterator[tuple[int, Decimal]]:
    """Return the periods a component has a price for, each with its ratio."""
    if terms.ratios is None or _trait(components, component, "time_of_use") != "floats":
        yield NO_BAND, FLAT_RATIO
        return
    for band in Band:
        ratio = terms.ratios[band]
        if ratio is not None:
            yield band, ratio


def _multiple(components: Entry, component: Component, terms: Terms) -> Decimal:
    """Return 1.5 for a raised component of a customer who returned from the market (809号), else 1."""
    if terms.mode is not PurchaseMode.RETURNED or terms.market is None:
        return Decimal(1)
    raised = _trait(components, component, "raised") == "raised"
    return terms.market.number("raised_ratio") if raised else Decimal(1)


def _adjusted(components: Entry, component: Component, terms: Terms) -> bool:
    return terms.adjustable and _trait(components, component, "power_factor") == "adjusted"


def _trait(components: Entry, component: Component, name: str) -> str:
    key = component.name.lower()
    value = components.values["components"][key][name]
    if value is None:
        raise components.absent(f"components.{key}.{name}")
    return str(value)
