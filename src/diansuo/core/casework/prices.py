"""The prices a case states itself: one bundled price, prices by period, components, or annual steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import fen_of, half_away
from diansuo.core.casework.given import Context, Given, number_of
from diansuo.core.casework.meters import BAND_KEYS, FLAT
from diansuo.core.casework.outcome import Line, Refused
from diansuo.core.casework.span import Span
from diansuo.core.rules.node import Node

KEYS: Final = ("from", "energy", "ratios", "without_month", "components", "raised", "round_prices")
STEPS_KEYS: Final = ("per_days", "per_kw", "priced")
STEP_KEYS: Final = ("up_to", "priced")
PRICED: Final = ("each_part", "whole")
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
class Steps:
    """A price in steps (阶梯, blocks): upper limit of each step, the last without one, and its price.

    Attributes:
        steps: (upper limit or None, price), in order.
        per_days: the limits are for so many days; None: for the whole bill.
        per_kw: the limits are for each kW of this demand (hours of use); None: they are not.
        whole: numbers of the steps that price all energy once it reaches them, not its part of it alone.
    """

    steps: tuple[tuple[Fraction | None, Fraction], ...]
    per_days: Fraction | None = None
    per_kw: Fraction | None = None
    whole: frozenset[int] = frozenset()

    def times(self, factor: Fraction) -> Steps:
        """Return it with every price multiplied."""
        return replace(self, steps=tuple((upper, price * factor) for upper, price in self.steps))


Price = Fraction | Steps


@dataclass(frozen=True, slots=True)
class Component:
    """One part of the price: the same in all periods, times the ratio of the period, or its own for each."""

    name: str
    price: Price
    by_band: Mapping[str, Price]
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

    @property
    def steps_of_the_bill(self) -> bool:
        """Whether a price has steps whose limits are those of the whole bill."""
        each = [
            price for component in self.components for price in (component.price, *component.by_band.values())
        ]
        return any(isinstance(price, Steps) and price.per_days is None for price in each)

    def unit_price(self, component: Component, band: str) -> Price:
        """Return the price of a component in a period, rounded to nano-yuan (step ``band-price``)."""
        band = self.without_month.get(band, band)
        if component.by_band:
            if band not in component.by_band:
                raise Refused("no_price_of_period", component=component.name, period=band)
            return component.by_band[band]
        if band not in self.ratios:
            raise Refused("no_price_of_period", component=component.name, period=band)
        if isinstance(component.price, Steps):
            return component.price.times(self.ratios[band])
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
    if price is not None and isinstance(price.value, Mapping) and "steps" not in price.value:
        bands = {key: _times(read_price(each, context), times)
                 for key, each in Given(price, context, (), BAND_KEYS).members.items()}  # fmt: skip
        return Component(name, Fraction(0), bands, True, adjusted)
    number = Fraction(0) if price is None else read_price(price, context)
    return Component(name, _times(number, times), {}, floats, adjusted)


def _times(price: Price, factor: Fraction) -> Price:
    return price.times(factor) if isinstance(price, Steps) else price * factor


def read_price(node: Node, context: Context) -> Price:
    """Read a price: a number, or ``{steps: [{up_to: 120, price: 0.2}, {price: 0.3}]}``."""
    if not isinstance(node.value, Mapping):
        return number_of(node, context)
    given = Given(node, context, ("steps",), STEPS_KEYS)
    steps: list[tuple[Fraction | None, Fraction]] = []
    parts = given.sequence("steps")
    for at, part in enumerate(parts):
        step = Given(part, context, ("price",), STEP_KEYS)
        upper = step.optional_number("up_to")
        last = steps[-1][0] if steps else Fraction(0)
        if at + 1 < len(parts) and upper is None:
            part.refuse("a step without up_to before the last", "only the last step is open; add up_to")
        elif upper is not None and last is not None and upper <= last:
            part.refuse("the steps do not rise", "list them by rising up_to")
        steps.append((upper, step.number("price")))
    if not steps:
        given.refuse("steps", "no steps", "write steps: [{up_to: 120, price: 0.2}, {price: 0.3}]")
    every = given.choice("priced", PRICED, "each_part")
    whole = frozenset(
        at
        for at, part in enumerate(parts, start=1)
        if Given(part, context, ("price",), STEP_KEYS).choice("priced", PRICED, every) == "whole"
    )
    return Steps(tuple(steps), given.optional_number("per_days"), given.optional_number("per_kw"), whole)


def spread_over_steps(price: Price, quantity: Fraction, days: Span) -> list[tuple[Fraction, Fraction, str]]:
    """Return (quantity, price, name of the step) of every step that has some; one for a plain price.

    Raises:
        Refused: more than the last limit, or limits by the day in a bill without days.
    """
    if not isinstance(price, Steps):
        return [(quantity, price, "")]
    scale = Fraction(1) if price.per_kw is None else price.per_kw
    if price.per_days is not None:
        if days.start is None:
            raise Refused("steps_without_days", remedy="add from and to, or month, to the bill")
        scale *= Fraction(days.days) / price.per_days
    found: list[tuple[Fraction, Fraction, str]] = []
    low, upper = Fraction(0), None
    for at, (upper, each) in enumerate(price.steps, start=1):
        high = quantity if upper is None else min(quantity, upper * scale)
        reached = low < quantity or at == 1
        if at in price.whole and reached and (upper is None or quantity <= upper * scale):
            return [(quantity, each, f"step {at}")]
        if high > low:
            found.append((high - low, each, f"step {at}"))
            low = high
    if low < quantity or (upper is not None and quantity > upper * scale):
        raise Refused("beyond_the_last_step", quantity=quantity, remedy="let the last step be without up_to")
    return found


def energy_lines(
    prices: Prices, total: Fraction, bands: Mapping[str, Fraction], days: Span, group: str = ""
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
            for part, each, step in spread_over_steps(price, kwh, days):
                line = Line(component.name, part, "kWh", each, fen_of(part * each), band, group, step)
                lines.append((line, component.adjusted))
    return lines
