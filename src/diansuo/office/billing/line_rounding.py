"""Which rounding steps a line of a bill took, told by what the line itself keeps (docs/rules/bill-evidence.md).

The ids are those of docs/rules/rounding.md. No column repeats them: they follow from component, period, remainder and
part, so a bill of any age has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from diansuo.core.quantity.band import Band
from diansuo.core.quantity.money import nano_from_price
from diansuo.core.tariff.classes import Component

LINE_FEN: Final = "line-fen"
OF_COMPONENT: Final[dict[Component, tuple[str, ...]]] = {
    Component.CAPACITY: ("capacity-days",),
    Component.DEMAND: ("capacity-days", "demand-price", "demand-limit"),
    Component.DEMAND_EXCESS: ("capacity-days", "demand-price", "demand-limit"),
    Component.POWER_FACTOR: ("power-factor", "adjustment-fen"),
    Component.CORRECTION: ("year-anew",),
}
"""The steps of what is no energy times a price; every other component rounds to the fen and is in ``REMAINDERS``."""
REMAINDERS: Final = {Component.VALLEY: "valley-remainder"}
ENERGY_PRECISION: Final = "energy-precision"
FLAT_REMAINDER: Final = "flat-remainder"
BAND_PRICE: Final = "band-price"
BY_DAYS: Final = "price-change-days"


def rounding_steps(
    *,
    component: int,
    band: int | None,
    price_nano: int,
    remainder_wh: int,
    rule: Mapping[str, Any],
    by_days: bool = False,
) -> tuple[str, ...]:
    """Return the ids of the rounding steps of a line, the one that makes its amount first.

    Args:
        component: what the line charges for.
        band: its period, None where it is about none.
        price_nano: its unit price.
        remainder_wh: what rounding moved into its energy.
        rule: the values of its rule, as the slice keeps them.
        by_days: whether it belongs to a part of the bill that days divided.
    """
    own = OF_COMPONENT.get(Component(component))
    if own is not None:
        return own
    steps = [LINE_FEN]
    if _derived(band, price_nano, rule):
        steps.append(BAND_PRICE)
    if remainder_wh:
        at_flat = FLAT_REMAINDER if band == Band.FLAT else ENERGY_PRECISION
        steps.append(REMAINDERS.get(Component(component), at_flat))
    return (*steps, BY_DAYS) if by_days else tuple(steps)


def _derived(band: int | None, price_nano: int, rule: Mapping[str, Any]) -> bool:
    """Tell whether a price is no published one but a ratio of it; a market price is one outside the flat period."""
    if rule["kind"] == "component_price":
        schemes = rule["values"]["prices"]
        published = [schemes[name] for name in ("single_part", "two_part") if schemes.get(name)]
        prices = {
            nano_from_price(price) for scheme in published for price in scheme.values() if price is not None
        }
        return price_nano not in prices
    return band is not None and band != Band.FLAT
