"""The second opinion's twin: one bill of one household, in plain integers and Decimal, one cause after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class One:
    """A bill: class, energy, the year's energy before it."""

    price_class: int
    energy_wh: int
    year_wh: int


def causes(
    ours: One,
    theirs_fen: int,
    theirs_wh: int,
    theirs_class: int | None,
    theirs_year_wh: int | None,
    price: Callable[[One], tuple[int, int]],
) -> dict[str, int]:
    """Return fen by cause; ``price`` gives a bill's amount and how many lines it has.

    Energy first, then class, then the year where it alone leaves no more than a fen a line; the rest is rounding or
    not explained.
    """
    found: dict[str, int] = {}
    now, (amount, lines) = ours, price(ours)
    if abs(theirs_wh - ours.energy_wh) >= 1000:
        now = replace(now, energy_wh=theirs_wh)
        found["ENERGY"] = price(now)[0] - amount
        amount = price(now)[0]
    if theirs_class is not None and theirs_class != now.price_class:
        now = replace(now, price_class=theirs_class)
        found["PRICE_CLASS"] = price(now)[0] - amount
        amount = price(now)[0]
    if abs(theirs_fen - amount) > lines and now.price_class != 3:
        years = [now.year_wh if theirs_year_wh is None else theirs_year_wh, 2 * now.year_wh, 0]
        for year in years:
            other = price(replace(now, year_wh=year))[0]
            if abs(theirs_fen - other) <= lines and other != amount:
                found["STEP"] = other - amount
                amount = other
                break
    rest = theirs_fen - amount
    found["ROUNDING" if abs(rest) <= lines else "UNEXPLAINED"] = rest
    return {cause: fen for cause, fen in found.items() if fen}
