"""The shapes of the price rules: how published values become limits and prices of the kernel.

When a notice changes the *shape* of a rule and not only its numbers, a second function goes into ``SHAPES``
with the day from which it applies; the first stays for the days before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from diansuo.core.quantity.energy import wh_from_kwh
from diansuo.core.quantity.money import nano_from_price
from diansuo.core.quantity.month import MONTHS
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.rules import Entry
from diansuo.core.tariff.classes import VoltageClass

LINE_FEN: Final = "line-fen"
LIMITS_BY_MONTHS: Final = "limits-by-months"
VALLEY_REMAINDER: Final = "valley-remainder"
ENERGY_PRECISION: Final = "energy-precision"
PRICE_CHANGE_DAYS: Final = "price-change-days"
YEAR_ANEW: Final = "year-anew"


@dataclass(frozen=True, slots=True)
class Shape:
    """A rule as the kernel needs it.

    Attributes:
        limits_wh: for 0 to 12 months, the upper limit of every step but the last.
        prices_nano: the price of every step; for a time-of-use rule what is added at peak and at valley.
        rounding_steps: ids of the roundings this rule applies, docs/rules/rounding.md.
    """

    limits_wh: tuple[tuple[int, ...], ...]
    prices_nano: tuple[int, ...]
    rounding_steps: tuple[str, ...]


ShapeFunction = Callable[[Entry, VoltageClass], Shape]
NO_LIMITS: Final[tuple[tuple[int, ...], ...]] = ((),) * (MONTHS + 1)


def annual_steps(entry: Entry, voltage: VoltageClass) -> Shape:
    """Annual steps, by twelfths for a year of fewer months: 发改价格〔2011〕2617号; domain.md §2.1-2.3.

    ``T(m) = T x m / 12``, to the Wh; 2160 and 3120 kWh divide exactly, other limits round half away from
    zero.
    """
    prices = _price(entry, voltage)
    uppers = [wh_from_kwh(upper) for upper in entry.values["limits"]["upper"]]
    limits = tuple(
        tuple(int(round_half_away(upper * months, MONTHS)) for upper in uppers)
        for months in range(MONTHS + 1)
    )
    rounded = any(upper % MONTHS for upper in uppers)
    return Shape(
        limits,
        tuple(nano_from_price(price) for price in prices),
        (LINE_FEN, LIMITS_BY_MONTHS) if rounded else (LINE_FEN,),
    )


def flat_price(entry: Entry, voltage: VoltageClass) -> Shape:
    """Price every kWh alike: 合表 and 农业生产; domain.md §1.1, §2.1."""
    return Shape(NO_LIMITS, (nano_from_price(_price(entry, voltage)),), (LINE_FEN,))


def time_of_use_increment(entry: Entry, _voltage: VoltageClass) -> Shape:
    """Add to every step alike at peak and at valley; domain.md §2.4."""
    for band in ("peak", "valley"):
        if entry.values[band]["increment"] is None:
            raise entry.absent(f"{band}.increment")
    increments = tuple(nano_from_price(entry.values[band]["increment"]) for band in ("peak", "valley"))
    return Shape(NO_LIMITS, increments, (LINE_FEN, VALLEY_REMAINDER))


SHAPES: Final[Mapping[str, tuple[tuple[date, ShapeFunction], ...]]] = {
    "annual_steps": ((date.min, annual_steps),),
    "flat_price": ((date.min, flat_price),),
    "time_of_use_increment": ((date.min, time_of_use_increment),),
}
"""Kind of rule -> (first day, function), ascending. The shape is that of the entry's own first day."""


def shape_of(entry: Entry, voltage: VoltageClass) -> Shape:
    """Turn an entry into what the kernel needs, by the function of its day.

    Raises:
        ValueAbsent: the price of this voltage class is not known.
        LookupError: no function is known for this kind on that day.
    """
    functions = [function for first, function in SHAPES.get(entry.kind, ()) if first <= entry.effective]
    if not functions:
        raise LookupError(f"{entry.file}: no shape is known for {entry.kind} on {entry.effective}")
    return functions[-1](entry, voltage)


def _price(entry: Entry, voltage: VoltageClass) -> Any:
    prices = entry.values["prices"].get(voltage.key)
    if prices is None or (isinstance(prices, (list, tuple)) and None in prices):
        raise entry.absent(f"prices.{voltage.key}")
    return prices
