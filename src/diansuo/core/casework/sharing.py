"""What a case takes out of its energy before pricing: sub-meters, transfer supply, fixed parts (domain.md §6.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from diansuo.core.casework.exact import Rounding
from diansuo.core.casework.given import Given
from diansuo.core.casework.legal import legal_number
from diansuo.core.casework.meters import BAND_KEYS, FLAT, MeterUse
from diansuo.core.casework.outcome import Refused
from diansuo.core.rules.node import Node

GROUP_KEYS: Final = ("energy_kwh", "percent", "of", "meter", "inside", "bears_loss", "prices", "power_factor")
TRANSFER: Final = "national/sub_metering"


@dataclass(slots=True)
class Group:
    """A part of the energy with a price of its own."""

    name: str
    kwh: Fraction
    bands: dict[str, Fraction]
    given: Given


@dataclass(slots=True)
class Shared:
    """The energy after everything is taken out, and what was taken."""

    rest_kwh: Fraction
    bands: dict[str, Fraction]
    groups: list[Group] = field(default_factory=list)
    deducted_kwh: Fraction = Fraction(0)
    deducted_kw: Fraction = Fraction(0)


def spread(total: Fraction, weights: Mapping[str, Fraction], step: Rounding) -> dict[str, Fraction]:
    """Spread an energy over periods in proportion to their weights; what rounding leaves goes to flat."""
    whole = sum(weights.values(), Fraction(0))
    if not whole:
        return {FLAT: total} if total else {}
    parts = {band: step.of(total * weights[band] / whole) for band in BAND_KEYS if band in weights}
    rest_to = FLAT if FLAT in parts else max(parts, key=lambda band: parts[band])
    parts[rest_to] += total - sum(parts.values(), Fraction(0))
    return parts


def behind(groups: Mapping[str, Node], meters: list[MeterUse]) -> list[MeterUse]:
    """Return the meters whose energy passes the transformer: the billed ones, and group meters beside them."""
    beside = {
        str(node.value.get("meter"))
        for node in groups.values()
        if isinstance(node.value, Mapping)
        and node.value.get("inside") == "no"
        and node.value.get("bears_loss") == "yes"
    }
    return [meter for meter in meters if meter.role == "billing" or meter.name in beside]


def share(
    groups: Mapping[str, Node], meters: list[MeterUse], total: Fraction, bands: Mapping[str, Fraction], step: Rounding,
    context_of: Given,
) -> Shared:  # fmt: skip
    """Take deducted meters, then groups, out of the total.

    Args:
        groups: group name -> what the case says of it, in order.
        meters: all meters of the case; those with role ``deducted`` are taken out.
        total: read energy with losses, kWh.
        bands: the same by period, empty without periods.
        step: how kWh round.
        context_of: the bill, for the context.

    Raises:
        Refused: more is taken out than there is.
    """
    read = sum((meter.energy.total for meter in meters if meter.role == "billing"), Fraction(0))
    passing = sum((meter.energy.total for meter in behind(groups, meters)), Fraction(0))
    loss_each = (total - read) / passing if passing else Fraction(0)
    shared = Shared(total, dict(bands))
    _every_group_meter_is_used(groups, meters, context_of)
    for meter in meters:
        if meter.role == "deducted":
            _take(shared, meter.name, meter.energy.total, meter.energy.bands, step)
            shared.deducted_kwh += meter.energy.total
            if meter.shift:
                # 转供电: so many kWh of the supplied customer take 1 kW off the supplier's demand, by its shifts.
                shared.deducted_kw += meter.energy.total / legal_number(
                    context_of, TRANSFER, f"transfer_{meter.shift}"
                )
    whole = shared.rest_kwh
    by_name = {meter.name: meter for meter in meters}
    for name, node in groups.items():
        given = Given(node, context_of.context, ("prices",), GROUP_KEYS)
        earlier = {group.name: group for group in shared.groups}
        of = given.choice("of", ("whole", "rest", *earlier), "whole")
        basis = {"whole": whole, "rest": shared.rest_kwh}.get(of) if of not in earlier else earlier[of].kwh
        kwh, own = _group_energy(given, by_name, basis or Fraction(0), shared.bands, step)
        if of in earlier:
            own = spread(kwh, earlier[of].bands, step) if earlier[of].bands else own
            _take_of(earlier[of], kwh, own)
            shared.groups.append(Group(name, kwh, own, given))
            continue
        inside = given.flag("inside", default=True)
        taken = kwh if inside else Fraction(0)
        if given.flag("bears_loss"):
            # What the group bears of the losses leaves the main part, whether its meter is inside or beside.
            part = step.of(kwh * loss_each)
            kwh, own = kwh + part, spread(kwh + part, own, step) if own else own
            taken += part
        _take(shared, name, taken, own if inside else {}, step)
        shared.groups.append(Group(name, kwh, own, given))
    return shared


def _every_group_meter_is_used(groups: Mapping[str, Node], meters: list[MeterUse], given: Given) -> None:
    """Report a meter of a group that no group names: its energy would be lost without a word."""
    named = {str(node.value.get("meter")) for node in groups.values() if isinstance(node.value, Mapping)}
    for meter in meters:
        if meter.role == "group" and meter.name not in named:
            given.refuse(
                "meters",
                f"no group prices the meter {meter.name!r}",
                f"add groups: {{name: {{meter: {meter.name}}}}}",
            )


def _take_of(group: Group, kwh: Fraction, own: Mapping[str, Fraction]) -> None:
    """Take a part out of an earlier group (定比 of a 定量)."""
    group.kwh -= kwh
    for band in group.bands:
        group.bands[band] -= own.get(band, Fraction(0))


def _group_energy(
    given: Given,
    meters: Mapping[str, MeterUse],
    basis: Fraction,
    bands: Mapping[str, Fraction],
    step: Rounding,
) -> tuple[Fraction, dict[str, Fraction]]:
    """Return a group's energy, and by period: as its meter shows, else as the master's."""
    if given.has("meter"):
        meter = meters.get(given.text("meter"))
        if meter is None:
            given.refuse(
                "meter", f"no meter {given.text('meter')!r}", "name one of meters:, with role: group"
            )
            return Fraction(0), {}
        return meter.energy.total, dict(meter.energy.bands)
    stated = given.number("energy_kwh", 0)
    kwh = step.of(basis * given.number("percent") / 100) if given.has("percent") else stated
    return kwh, spread(kwh, bands, step) if bands else {}


def _take(shared: Shared, name: str, kwh: Fraction, own: Mapping[str, Fraction], step: Rounding) -> None:
    """Take energy out of the rest: by its own periods where it has some, else in proportion."""
    if kwh < 0:
        raise Refused("negative_energy", part=name, energy_kwh=kwh)
    if kwh > shared.rest_kwh:
        raise Refused("sub_exceeds_master", part=name, part_kwh=kwh, whole_kwh=shared.rest_kwh)
    shared.rest_kwh -= kwh
    if not shared.bands:
        return
    parts = own or spread(kwh, shared.bands, step)
    for band, part in parts.items():
        shared.bands[band] = shared.bands.get(band, Fraction(0)) - part
