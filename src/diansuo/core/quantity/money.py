"""Exact money: fen, nano-yuan a kilowatt hour, and the one multiplication of energy by price.

Amounts are int64 fen (0.01 yuan), prices int64 nano-yuan (1e-9 yuan) per kWh, energy int64 Wh; no float
comes near them. At the edge (forms, files, database, page) money is ``Decimal``; the converters below are
exact or refuse. See docs/rules/rounding.md.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final, Literal

import numpy as np
from numba import njit

from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.rounding import INT64_MAX, round_half_away

ENERGY_LIMIT_WH: Final = 4 * 10**12
"""4 TWh: more than this on one line of a bill is a mistake, and it is refused."""

WH_PER_KWH: Final = 1000
NANO_PER_YUAN: Final = 10**9
FEN_PER_YUAN: Final = 100
NANO_PER_FEN: Final = NANO_PER_YUAN // FEN_PER_YUAN
# Wh x nano-yuan/kWh in one fen
PRODUCT_PER_FEN: Final = WH_PER_KWH * NANO_PER_FEN
# below both of these the product of the two fits int64 with its rounding term, and one division is enough
ONE_LIMB_ENERGY_WH: Final = 2**32
ONE_LIMB_PRICE_NANO: Final = 2**30


class AmountTooLarge(OverflowError):
    """Energy or price is so large that the exact product would not fit; names the limit."""


@njit(cache=True, inline="always")
def amount_fen_half_away(energy_wh: int, price_nano: int) -> int:
    """Multiply one energy by one price exactly and round to the fen, halves away from zero.

    Small numbers (under 4.29 MWh and 1.07 yuan) take one division; everything else goes in two limbs, whole
    kWh and the rest, so that nothing overflows while ``|energy| // 1000 * |price| < 2**63``. Both give the
    same fen. The caller guarantees that bound (:func:`energy_limit_wh`).
    """
    if abs(energy_wh) < ONE_LIMB_ENERGY_WH and abs(price_nano) < ONE_LIMB_PRICE_NANO:
        return round_half_away(energy_wh * price_nano, PRODUCT_PER_FEN)
    energy = abs(energy_wh)
    price = abs(price_nano)
    whole_kwh_nano = energy // WH_PER_KWH * price
    rest = whole_kwh_nano % NANO_PER_FEN * WH_PER_KWH + energy % WH_PER_KWH * price
    amount = whole_kwh_nano // NANO_PER_FEN + round_half_away(rest, PRODUCT_PER_FEN)
    return amount if (energy_wh >= 0) == (price_nano >= 0) else -amount


@njit(cache=True)
def _amounts_half_away(energy_wh: Int64, price_nano: Int64, amounts_fen: Int64) -> None:
    for row in range(len(energy_wh)):
        amounts_fen[row] = amount_fen_half_away(energy_wh[row], price_nano[row])


def energy_limit_wh(price_nano: int) -> int:
    """Return the largest |energy| in Wh that this price may be multiplied with: 4 TWh, less above 2.3 yuan.

    Raises:
        AmountTooLarge: the price lies beyond what even one kWh could be charged at (4.6 million yuan).
    """
    price = abs(price_nano)
    if price > INT64_MAX // WH_PER_KWH // 2:
        raise AmountTooLarge(f"price {price_nano} nano-yuan/kWh is beyond 4.6 million yuan a kWh")
    whole_kwh = min(ENERGY_LIMIT_WH // WH_PER_KWH, INT64_MAX // price if price else INT64_MAX)
    return whole_kwh * WH_PER_KWH


def amount_fen(energy_wh: Int64, price_nano: Int64, *, rounding: Literal["half_away"]) -> Int64:
    """Multiply energy by price, row by row, exactly; round each row to the fen, halves away from zero.

    The caller writes the rounding at the call, ``rounding="half_away"``, so that a reader sees it there.

    Args:
        energy_wh: int64 (rows,), Wh; may be negative.
        price_nano: int64 (rows,), nano-yuan per kWh; may be negative.
        rounding: ``"half_away"``.

    Returns:
        int64 (rows,), fen.

    Raises:
        ValueError: another rounding is asked for; there is none.
        WrongColumn: a column is not int64 or the lengths differ.
        AmountTooLarge: a row beyond 4 TWh, or whose product would overflow; names the first such row.
    """
    if rounding != "half_away":
        raise ValueError(f"rounding {rounding!r}: money rounds half_away only (docs/rules/rounding.md)")
    require(np.int64, energy_wh=energy_wh, price_nano=price_nano)
    amounts_fen = np.empty_like(energy_wh)
    if len(energy_wh) == 0:
        return amounts_fen
    limit = energy_limit_wh(max(int(price_nano.max()), -int(price_nano.min())))
    if max(int(energy_wh.max()), -int(energy_wh.min())) > limit:
        _refuse_beyond_limit(energy_wh, price_nano)
    _amounts_half_away(energy_wh, price_nano, amounts_fen)
    return amounts_fen


def _refuse_beyond_limit(energy_wh: Int64, price_nano: Int64) -> None:
    """Look row by row, in Python integers, for the row that is really too large."""
    for row, (energy, price) in enumerate(zip(energy_wh.tolist(), price_nano.tolist(), strict=True)):
        if abs(energy) > energy_limit_wh(price):
            raise AmountTooLarge(
                f"row {row}: {energy} Wh x {price} nano-yuan/kWh is more than a line may hold "
                f"({energy_limit_wh(price)} Wh at this price)"
            )


def fen_from_yuan(yuan: Decimal | str) -> int:
    """Convert yuan to fen exactly: ``"151.60"`` -> 15160.

    Raises:
        ValueError: not a number, or finer than a fen.
    """
    return scaled(yuan, FEN_PER_YUAN, "yuan", "fen")


def yuan_from_fen(amount_fen: int) -> Decimal:
    """Convert fen to yuan with exactly two decimals: 15160 -> ``Decimal("151.60")``."""
    return Decimal(int(amount_fen)).scaleb(-2)


def nano_from_price(price: Decimal | str) -> int:
    """Convert yuan per kWh to nano-yuan per kWh exactly: ``"0.028889375"`` -> 28889375.

    Raises:
        ValueError: not a number, or more than nine decimals.
    """
    return scaled(price, NANO_PER_YUAN, "yuan/kWh", "nano-yuan/kWh")


def price_from_nano(price_nano: int) -> Decimal:
    """Convert nano-yuan per kWh to yuan per kWh without trailing zeros: 560000000 -> ``Decimal("0.56")``."""
    return Decimal(int(price_nano)).scaleb(-9).normalize() + Decimal(0)


def scaled(number: Decimal | str, factor: int, unit: str, fine_unit: str) -> int:
    """Multiply a decimal number by a whole factor and return the whole result, or refuse.

    Raises:
        ValueError: not a finite number, or not whole after the multiplication; floats are a TypeError.
    """
    if isinstance(number, float):
        raise TypeError(f"{number!r} {unit}: a float is not exact; pass a Decimal or a string")
    try:
        product = Decimal(number) * factor
    except InvalidOperation:
        raise ValueError(f"{number!r} is not a number of {unit}") from None
    if not product.is_finite() or product != product.to_integral_value():
        raise ValueError(f"{number!r} {unit} is not a whole number of {fine_unit}")
    return int(product)
