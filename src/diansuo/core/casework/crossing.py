"""A price change inside a case's days: divided by register freeze where there is one, else by days (domain.md §6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction

from diansuo.core.casework.exact import Rounding
from diansuo.core.casework.given import Given
from diansuo.core.casework.meters import MeterUse
from diansuo.core.casework.outcome import Line, Refused
from diansuo.core.casework.prices import Prices, energy_lines, read_prices
from diansuo.core.casework.span import Span
from diansuo.core.rules.node import Node


@dataclass(frozen=True, slots=True)
class Stretch:
    """Energy to be priced: in all, and by period where periods are known."""

    kwh: Fraction
    bands: Mapping[str, Fraction] = field(default_factory=dict)
    group: str = ""

    def less(self, other: Stretch) -> Stretch:
        """Return what the other leaves of this one."""
        bands = {band: part - other.bands.get(band, Fraction(0)) for band, part in self.bands.items()}
        return Stretch(self.kwh - other.kwh, bands, self.group)


def priced_lines(
    given: Given, whole: Stretch, meters: list[MeterUse], days: Span, step: Rounding
) -> list[tuple[Line, bool]]:
    """Price energy by the ``prices`` of a bill or a group, part by part where they are a list with dates.

    Args:
        given: what holds ``prices``.
        whole: the energy.
        meters: the meters whose freeze divides it; none: it is divided by days.
        days: the days of the bill.
        step: how kWh round; what rounding leaves stays with the earlier part.

    Returns:
        (line, takes part in the power-factor adjustment), of every part in order.

    Raises:
        Refused: a price needs periods the meters do not show.
    """
    if not given.has("prices"):
        return []
    node = given.members["prices"]
    if isinstance(node.value, Mapping):
        return energy_lines(read_prices(node, given.context), whole.kwh, whole.bands, days, whole.group)
    dated = _dated(given, node, days)
    changes = {first.isoformat() for first, _ in dated}
    for day in {day for meter in meters for day in meter.before} - changes:
        raise Refused("freeze_without_price_change", day=day, changes=", ".join(sorted(changes)))
    lines: list[tuple[Line, bool]] = []
    left, end = whole, days.end
    for first, prices in reversed(dated):
        part = (
            left if first == days.start else _since(first, whole, meters, days, step).less(whole.less(left))
        )
        left = left.less(part)
        label = " ".join(filter(None, (whole.group, first.isoformat())))
        stretch = replace(days, start=first, end=end)
        if len(dated) > 1 and prices.steps_of_the_bill:
            raise Refused(
                "steps_across_a_price_change", remedy="add per_days to the steps, so that days divide them"
            )
        lines = energy_lines(prices, part.kwh, part.bands, stretch, label) + lines
        end = first
    return lines


def _dated(given: Given, node: Node, days: Span) -> list[tuple[date, Prices]]:
    """Read a list of prices: the first holds from the first day of the bill, the others from a day within it."""
    if days.start is None or days.end is None:
        given.refuse("prices", "prices with dates in a bill without days", "add from and to, or month")
        return []
    dated: list[tuple[date, Prices]] = []
    for at, each in enumerate(node.sequence()):
        text = each.value.get("from") if isinstance(each.value, Mapping) else None
        first = days.start if at == 0 and text is None else each.child("from", text).day()
        if first is None:
            continue
        if at == 0 and first > days.start:
            each.refuse(f"no price before {first}", f"the first price holds from {days.start}")
        elif at and not (dated and dated[-1][0] < first < days.end):
            each.refuse(
                f"{first} is out of order or outside the bill", "list the changes in order, within the days"
            )
        dated.append((max(first, days.start), read_prices(each, given.context)))
    return dated


def _since(day: date, whole: Stretch, meters: list[MeterUse], days: Span, step: Rounding) -> Stretch:
    """Return the energy from a day to the end of the bill: each meter's by its freeze, else by its own days."""
    read = sum((meter.energy.total for meter in meters), Fraction(0))
    bands: dict[str, Fraction] = {}
    for band, part in whole.bands.items():
        all_of_it = sum((meter.energy.bands.get(band, Fraction(0)) for meter in meters), Fraction(0))
        gone = sum((_gone(meter, day, band, days) for meter in meters), Fraction(0))
        share = gone / all_of_it if all_of_it else _share_before(day, days)
        bands[band] = step.of(part * (1 - share))
    if bands:
        return Stretch(sum(bands.values(), Fraction(0)), bands)
    gone = sum((_gone(meter, day, "", days) for meter in meters), Fraction(0))
    return Stretch(step.of(whole.kwh * (1 - (gone / read if read else _share_before(day, days)))))


def _share_before(day: date, days: Span) -> Fraction:
    return 1 - Fraction(days.overlap(day, None), days.days)


def _gone(meter: MeterUse, day: date, band: str, days: Span) -> Fraction:
    """Return what a meter had recorded before a day, in a period or (``""``) in all."""
    all_of_it = meter.energy.bands.get(band, Fraction(0)) if band else meter.energy.total
    if day.isoformat() in meter.before:
        frozen = meter.before[day.isoformat()]
        known = _before(meter, day, band) if band else frozen.get("active")
        if known is not None:
            return known
        # A freeze of the total alone divides every period as it divides the total; one of the periods has their sum.
        if not band:
            return sum((frozen[name] for name in frozen if name in meter.energy.bands), Fraction(0))
        return (
            all_of_it * frozen.get("active", Fraction(0)) / meter.energy.total
            if meter.energy.total
            else Fraction(0)
        )
    measured = days.overlap(meter.start, meter.end)
    before = measured - days.overlap(max(meter.start, day) if meter.start else day, meter.end)
    return all_of_it * before / measured if measured else Fraction(0)


def _before(meter: MeterUse, day: date, band: str) -> Fraction | None:
    """Return a period's energy before the day, None where no register shows it; flat is what the others leave."""
    frozen = meter.before[day.isoformat()]
    others = [name for name in frozen if name in meter.energy.bands]
    if band == "flat" and band not in frozen and "active" in frozen and others:
        return frozen["active"] - sum((frozen[name] for name in others), Fraction(0))
    return frozen.get(band)
