"""A price change inside a case's days: divided by register freeze where there is one, else by days (domain.md §6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction

from diansuo.core.casework.exact import half_away
from diansuo.core.casework.given import Given
from diansuo.core.casework.meters import MeterUse
from diansuo.core.casework.outcome import Line
from diansuo.core.casework.prices import Prices, energy_lines, read_prices
from diansuo.core.casework.sharing import Shared
from diansuo.core.casework.span import Span
from diansuo.core.rules.node import Node

HUNDREDTH = Fraction(1, 100)


def priced_lines(given: Given, shared: Shared, meters: list[MeterUse], days: Span) -> list[tuple[Line, bool]]:
    """Price the energy that is left after sharing, part by part where ``prices`` is a list.

    Returns:
        (line, takes part in the power-factor adjustment), of every part in order.

    Raises:
        Refused: a price needs periods the meters do not show.
    """
    if not given.has("prices"):
        return []
    node = given.members["prices"]
    if isinstance(node.value, Mapping):
        return energy_lines(read_prices(node, given.context), shared.rest_kwh, shared.bands)
    dated = [
        (_first_day(each, at, days), read_prices(each, given.context))
        for at, each in enumerate(node.sequence())
    ]
    return [line for part in _parts(given, dated, shared, meters, days) for line in part]


def _first_day(node: Node, at: int, days: Span) -> date:
    text = node.value.get("from") if isinstance(node.value, Mapping) else None
    if text is None and at == 0 and days.start:
        return days.start
    return node.child("from", text).day() or date.min


def _parts(
    given: Given, dated: list[tuple[date, Prices]], shared: Shared, meters: list[MeterUse], days: Span
) -> list[list[tuple[Line, bool]]]:
    """Divide the energy at each change; what rounding leaves stays with the earlier part."""
    if days.start is None or days.end is None:
        given.refuse("prices", "prices with dates in a bill without days", "add from and to, or month")
        return []
    lines: list[list[tuple[Line, bool]]] = []
    left, left_bands = shared.rest_kwh, dict(shared.bands)
    for at in range(len(dated) - 1, -1, -1):
        first, prices = dated[at]
        if at == 0 or first <= days.start:
            kwh, bands = left, left_bands
        else:
            kwh, bands = _since(first, shared, meters, days)
            taken = sum(
                (_since(later, shared, meters, days)[0] for later, _ in dated[at + 1 : at + 2]), Fraction(0)
            )
            kwh -= taken
            if at + 1 < len(dated):
                later_bands = _since(dated[at + 1][0], shared, meters, days)[1]
                bands = {band: part - later_bands.get(band, Fraction(0)) for band, part in bands.items()}
            left -= kwh
            left_bands = {band: part - bands.get(band, Fraction(0)) for band, part in left_bands.items()}
        lines.insert(0, energy_lines(prices, kwh, bands, f"{first}"))
        if first <= days.start:
            break
    return lines


def _since(
    day: date, shared: Shared, meters: list[MeterUse], days: Span
) -> tuple[Fraction, dict[str, Fraction]]:
    """Return the energy from a day to the end of the bill, and its periods."""
    billing = [meter for meter in meters if meter.role == "billing"]
    frozen = [meter for meter in billing if day.isoformat() in meter.before]
    by_days = Fraction(days.overlap(day, None), days.days)
    if not frozen:
        bands = {band: half_away(part * by_days, HUNDREDTH) for band, part in shared.bands.items()}
        kwh = sum(bands.values(), Fraction(0)) if bands else half_away(shared.rest_kwh * by_days, HUNDREDTH)
        return kwh, bands
    read = sum((meter.energy.total for meter in billing), Fraction(0))
    before = sum((meter.before[day.isoformat()].get("active", Fraction(0)) for meter in frozen), Fraction(0))
    bands = {}
    for band, part in shared.bands.items():
        whole = sum((meter.energy.bands.get(band, Fraction(0)) for meter in billing), Fraction(0))
        known = [_before(meter, day, band) for meter in frozen]
        # A freeze of the total alone divides every period as it divides the total.
        early = sum((kwh for kwh in known if kwh is not None), Fraction(0))
        gone = before / read if None in known and read else (early / whole if whole else Fraction(1))
        bands[band] = half_away(part * (1 - gone), HUNDREDTH)
    if bands:
        return sum(bands.values(), Fraction(0)), bands
    return half_away(shared.rest_kwh * (1 - before / read), HUNDREDTH) if read else Fraction(0), {}


def _before(meter: MeterUse, day: date, band: str) -> Fraction | None:
    """Return a period's energy before the day, None where no register shows it; flat is what the others leave."""
    frozen = meter.before[day.isoformat()]
    others = [name for name in frozen if name in meter.energy.bands]
    if band == "flat" and band not in frozen and "active" in frozen and others:
        return frozen["active"] - sum((frozen[name] for name in others), Fraction(0))
    return frozen.get(band)
