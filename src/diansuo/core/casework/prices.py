"""The prices a case states itself: one bundled price, prices by period, components, or annual steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of, half_away
from diansuo.core.casework.given import Context, Given, number_of
from diansuo.core.casework.meters import BAND_KEYS, FLAT
from diansuo.core.casework.outcome import Line, Refused
from diansuo.core.rules.node import Node

KEYS: Final = ("from", "energy", "ratios", "without_month", "components", "raised", "round_prices")
COMPONENT_KEYS: Final = ("price", "time_of_use", "power_factor", "raised")
NANO_YUAN: Final = Fraction(1, 10**9)
DEFAULTS: Final[Mapping[str, tuple[bool, bool]]] = {
    "energy": (True, True),
    "purchase": (True, True),
    "upstream_loss": (True, True),
    "transmission": (False, True),
    "system_operation": (False, True),
    "surcharge": (False, False),
}
"""Component -> (floats with the period, takes part in the power-factor adjustment), unless the case says so."""


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the price: the same in all periods, times the ratio of the period, or its own for each."""

    name: str
    price: Fraction
    by_band: Mapping[str, Fraction]
    floats: bool
    adjusted: bool


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices in force from a day on.

    Attributes:
        components: the parts of the price.
        ratios: period -> ratio to the flat price; empty without time of use.
        without_month: period -> the period whose price it takes where it has no hours.
    """

    components: tuple[Component, ...]
    ratios: Mapping[str, Fraction]
    without_month: Mapping[str, str]
    rounded: bool

    def unit_price(self, component: Component, band: str) -> Fraction:
        """Return the price of a component in a period, rounded to nano-yuan (step ``band-price``)."""
        band = self.without_month.get(band, band)
        if component.by_band:
            if band not in component.by_band:
                raise Refused("no_price_of_period", component=component.name, period=band)
            return component.by_band[band]
        if band not in self.ratios:
            raise Refused("no_price_of_period", component=component.name, period=band)
        price = component.price * self.ratios[band]
        return half_away(price, NANO_YUAN) if self.rounded else price


def read_prices(node: Node, context: Context) -> Prices:
    """Read a ``prices`` mapping."""
    given = Given(node, context, (), KEYS)
    ratios = {
        key: number_of(each, context) for key, each in given.inner("ratios", (), BAND_KEYS).members.items()
    }
    if ratios:
        ratios.setdefault(FLAT, Fraction(1))
    raised = given.number("raised", 1)
    components = (
        [_component("energy", given.members["energy"], context, Fraction(1))] if given.has("energy") else []
    )
    for name, each in given.named("components").items():
        components.append(_component(name, each, context, raised))
    if not components:
        given.refuse("energy", "no price", 'write energy: "0.56", or components:')
    moved = given.inner("without_month", (), BAND_KEYS)
    return Prices(
        tuple(components),
        ratios,
        {key: moved.choice(key, BAND_KEYS) for key in moved.members},
        given.flag("round_prices", default=True),
    )


def _component(name: str, node: Node, context: Context, raised: Fraction) -> Component:
    """Read one component: a number, a price for each period, or a mapping with its properties."""
    floats, adjusted = DEFAULTS.get(name, (False, True))
    price: Node | None = node
    times = raised if name == "purchase" else Fraction(1)
    if isinstance(node.value, Mapping) and "price" in node.value:
        given = Given(node, context, ("price",), COMPONENT_KEYS)
        price = given.members.get("price")
        floats = given.choice("time_of_use", ("floats", "fixed"), "floats" if floats else "fixed") == "floats"
        adjusted = (
            given.choice("power_factor", ("adjusted", "exempt"), "adjusted" if adjusted else "exempt")
            == "adjusted"
        )
        if given.has("raised"):
            times = raised if given.flag("raised") else Fraction(1)
    if price is not None and isinstance(price.value, Mapping):
        bands = {key: number_of(each, context) * times
                 for key, each in Given(price, context, (), BAND_KEYS).members.items()}  # fmt: skip
        return Component(name, Fraction(0), bands, True, adjusted)
    number = Fraction(0) if price is None else number_of(price, context)
    return Component(name, number * times, {}, floats, adjusted)


def energy_lines(
    prices: Prices, total: Fraction, bands: Mapping[str, Fraction], group: str = ""
) -> list[tuple[Line, bool]]:
    """Price one stretch of energy: a line for each component, of a floating one a line for each period.

    Returns:
        (line, takes part in the power-factor adjustment).

    Raises:
        Refused: a price needs periods the meters do not show.
    """
    lines: list[tuple[Line, bool]] = []
    for component in prices.components:
        by_period = bool(component.by_band) or (component.floats and bool(prices.ratios))
        if by_period and not bands:
            if total:
                raise Refused("no_time_of_use_registers", component=component.name)
            continue
        parts = [(band, bands[band]) for band in BAND_KEYS if bands.get(band)] if by_period else [("", total)]
        for band, kwh in parts:
            price = prices.unit_price(component, band) if band else component.price
            amount = fen_of(kwh * price)
            lines.append((Line(component.name, kwh, "kWh", price, amount, band, group), component.adjusted))
    return lines
