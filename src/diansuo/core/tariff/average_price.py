"""Average price (平均电价): what a kWh comes to with its fixed charges, and how much energy brings it down.

One case at a time, in whole numbers; domain.md §11. Page: docs/rules/average-price.md.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from diansuo.core.quantity.exact import nearest
from diansuo.core.quantity.money import PRODUCT_PER_FEN

AVERAGE_PRICE: Final = "average-price"
BREAK_EVEN_ENERGY: Final = "break-even-energy"


class NoAveragePrice(ValueError):
    """Without energy there is no average, and no energy reaches a price at or below what each kWh costs anyhow."""


def average_price_nano(amount_fen: int, energy_wh: int) -> int:
    """Return what a kWh comes to, Σ amount ÷ Σ energy, to the nano-yuan (step id ``average-price``).

    Which components are in the amount (tax, 基金及附加, 退补) is the caller's to say beside the number.

    Args:
        amount_fen: fen.
        energy_wh: Wh, above 0.

    Returns:
        nano-yuan per kWh.

    Raises:
        NoAveragePrice: there is no energy.
    """
    if energy_wh <= 0:
        raise NoAveragePrice(f"{amount_fen} fen over {energy_wh} Wh have no average price")
    return nearest(Fraction(amount_fen * PRODUCT_PER_FEN, energy_wh))


def two_part_average_nano(fixed_fen: int, price_nano: int, energy_wh: int) -> int:
    """Return the average price of a month with a fixed charge (基本电费) and a price for each kWh.

    Args:
        fixed_fen: fen that do not depend on energy.
        price_nano: nano-yuan per kWh.
        energy_wh: Wh, above 0.

    Raises:
        NoAveragePrice: there is no energy.
    """
    if energy_wh <= 0:
        raise NoAveragePrice(f"{fixed_fen} fen over {energy_wh} Wh have no average price")
    return nearest(price_nano + Fraction(fixed_fen * PRODUCT_PER_FEN, energy_wh))


def break_even_energy_wh(fixed_fen: int, price_nano: int, average_nano: int) -> int:
    """Return the energy at which the average price is the one asked for (step id ``break-even-energy``).

    ``fixed ÷ (average − price)``: 20000 yuan at 0.20 yuan/kWh come to 0.35 yuan/kWh at 133333.333 kWh. The same
    energy is where a fixed charge pays (盈亏电量): two-part against a single price of ``average_nano``.

    Args:
        fixed_fen: fen that do not depend on energy, 0 or more.
        price_nano: nano-yuan per kWh.
        average_nano: nano-yuan per kWh, above ``price_nano``.

    Returns:
        Wh, nearest, halves away from zero.

    Raises:
        NoAveragePrice: the average asked for is not above the price.
        ValueError: the fixed charge is negative.
    """
    if fixed_fen < 0:
        raise ValueError(f"{fixed_fen} fen: a fixed charge is not negative")
    if average_nano <= price_nano:
        raise NoAveragePrice(f"no energy brings the average to {average_nano} at {price_nano} nano-yuan/kWh")
    return nearest(Fraction(fixed_fen * PRODUCT_PER_FEN, average_nano - price_nano))
