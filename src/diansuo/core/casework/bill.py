"""A whole bill of a case: meters, losses, sharing, prices, capacity, power factor, in the order of docs/rules."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any, Final

from diansuo.core.casework import capacity, power_factor, span, transformers
from diansuo.core.casework.crossing import Stretch, priced_lines
from diansuo.core.casework.demand_charges import demand_charges
from diansuo.core.casework.exact import Rounding, fen_of
from diansuo.core.casework.given import Given, number_of, rounding_of
from diansuo.core.casework.meters import Energy, MeterUse, read_meters
from diansuo.core.casework.outcome import Line, Outcome, Refused
from diansuo.core.casework.own_lines import KEYS as LINE_KEYS
from diansuo.core.casework.own_lines import LEAST_KEYS, TAX_KEYS, least_line, own_line
from diansuo.core.casework.sharing import Shared, behind, share, spread
from diansuo.core.casework.span import Span, read_span
from diansuo.core.casework.transformers import Loss, losses, read_transformers
from diansuo.core.quantity.money import yuan_from_fen

KEYS: Final = (
    *span.KEYS, "meters", "energy", "rounding", "transformers", "losses", "groups", "prices", "capacity_charge",
    "power_factor", "lines", "demand_charges", "minimum", "taxes",
)  # fmt: skip
ENERGY_KEYS: Final = (
    "total",
    "sharp",
    "peak",
    "flat",
    "valley",
    "deep_valley",
    "reactive",
    "reactive_reverse",
    "demand_kw",
)
ROUNDING_KEYS: Final = (
    "line_yuan",
    "line_yuan_way",
    "energy_kwh",
    "energy_kwh_way",
    "amount_yuan",
    "amount_yuan_way",
)
HUNDREDTH: Final = Fraction(1, 100)


def bill(given: Given) -> Outcome:
    """Compute a bill.

    Raises:
        Refused: energy, prices, capacity or the power factor cannot be settled as the case stands.
    """
    days = read_span(given)
    step = rounding_of(given.inner("rounding", (), ROUNDING_KEYS), "energy_kwh", HUNDREDTH)
    meters = _meters(given, step)
    owned = read_transformers(given.named("transformers"), given.context, days)
    groups = given.named("groups")
    lost = losses(
        given.inner("losses", (), transformers.LOSS_KEYS), owned, behind(groups, meters), days, step
    )
    outcome = Outcome()
    read, settled = _settle(given, outcome, meters, lost, step)
    shared = share(groups, meters, settled.total, settled.bands, step, given)
    _show(outcome, read, settled, shared, meters)
    adjusted_fen = _charge_energy(given, outcome, shared, meters, days, step)
    terms = given.inner("capacity_charge", (), capacity.KEYS)
    demand = _demand(terms, outcome, meters, shared)
    charges = capacity.capacity_lines(terms, owned, demand, settled.total, days)
    outcome.charge(*charges)
    if charges:
        outcome.values["capacity_yuan"] = Fraction(sum(line.amount_fen for line in charges), 100)
    adjusted_fen += sum(line.amount_fen for line in charges)
    adjusted_fen += demand_charges(given, outcome, demand, days) + _other_lines(given, outcome, days)
    if given.has("power_factor"):
        _adjust(given, outcome, settled, shared, adjusted_fen, days)
    _close(given, outcome, days)
    return outcome


def _close(given: Given, outcome: Outcome, days: Span) -> None:
    """Lift the bill to a least amount, add taxes, and round what is to pay."""
    if given.has("minimum"):
        least = least_line(given.inner("minimum", ("yuan",), LEAST_KEYS), days, outcome.lines)
        if least is not None:
            outcome.charge(least)
    if given.has("taxes"):
        outcome.values["before_taxes_yuan"] = Fraction(outcome.amount_fen or 0, 100)
    for node in given.sequence("taxes"):
        outcome.charge(
            own_line(Given(node, given.context, ("name", "percent"), TAX_KEYS), days, outcome.lines)
        )
    terms = given.inner("rounding", (), ROUNDING_KEYS)
    if terms.has("amount_yuan"):
        whole = Fraction(outcome.amount_fen or 0, 100)
        rest = rounding_of(terms, "amount_yuan").of(whole) - whole
        if rest:
            outcome.charge(Line("rounding", Fraction(1), "", rest, fen_of(rest)))


def _meters(given: Given, step: Rounding) -> list[MeterUse]:
    """Read the meters, and an ``energy`` that the case gives without any as one more."""
    nodes: dict[str, Any] = dict(given.named("meters"))
    meters = read_meters(nodes, given.context, step)
    if given.has("energy"):
        members = given.inner("energy", (), ENERGY_KEYS).members
        # Read here, so that what is wrong is told where it stands.
        numbers = {
            key: number_of(node, given.context) for key, node in members.items() if node.value is not None
        }
        energies = {
            ("active" if key == "total" else key): f"= {number.numerator} / {number.denominator}"
            for key, number in numbers.items()
            if key != "demand_kw"
        }
        stated: dict[str, Any] = {"energy": energies}
        if "demand_kw" in numbers:
            stated["demand_kw"] = f"= {numbers['demand_kw'].numerator} / {numbers['demand_kw'].denominator}"
        meters += read_meters({"energy": given.node.child("energy", stated)}, given.context, step)
    return meters


def _demand(terms: Given, outcome: Outcome, meters: list[MeterUse], shared: Shared) -> Fraction | None:
    """Return the demand of the meters: the largest or, as ``feeds`` says, their sum; less supplied customers."""
    read = [meter.energy.demand_kw for meter in meters if meter.role == "billing"]
    known = [kw for kw in read if kw is not None]
    if not known:
        return None
    whole = (
        sum(known, Fraction(0))
        if terms.choice("feeds", ("sum", "largest"), "largest") == "sum"
        else max(known)
    )
    demand = max(Fraction(0), whole - shared.deducted_kw)
    outcome.values["charged_demand_kw"] = demand
    return demand


def _settle(
    given: Given, outcome: Outcome, meters: list[MeterUse], lost: Loss, step: Rounding
) -> tuple[Energy, Energy]:
    """Add the losses to what was read; they spread over the periods as the energy does."""
    read = Energy()
    for meter in meters:
        if meter.role == "billing":
            read.add(meter.energy)
    terms = given.inner("losses", (), transformers.LOSS_KEYS)
    rounding = transformers.loss_rounding(terms, step)
    line = rounding.of((read.total + lost.active_kwh) * terms.number("line_percent", 0) / 100)
    line_reactive = rounding.of(
        (read.reactive + lost.reactive_kvarh) * terms.number("line_reactive_percent", 0) / 100
    )
    for name, (active, reactive) in lost.by_transformer.items():
        label = f"_{name}" if name and len(lost.by_transformer) > 1 else ""
        outcome.values[f"loss{label}_kwh"], outcome.values[f"loss{label}_kvarh"] = active, reactive
    if line or line_reactive:
        outcome.values["line_loss_kwh"] = line
    total_loss = lost.active_kwh + line
    bands = dict(read.bands)
    weights = (
        {"flat": Fraction(1)}
        if terms.choice("allocation", ("proportional", "flat"), "proportional") == "flat"
        else bands
    )
    if bands:
        for band, part in spread(total_loss, weights, rounding).items():
            bands[band] = bands.get(band, Fraction(0)) + part
    reactive = read.reactive + lost.reactive_kvarh + line_reactive
    settled = Energy(read.total + total_loss, bands, reactive, read.demand_kw, has_reactive=read.has_reactive)
    return read, settled


def _show(outcome: Outcome, read: Energy, settled: Energy, shared: Shared, meters: list[MeterUse]) -> None:
    """Name what a reader would check on the way to the bill."""
    values = outcome.values
    values["read_kwh"] = read.total
    for meter in meters:
        if len(meters) > 1:
            values[f"{meter.name}_kwh"] = meter.energy.total
        if meter.factor != 1:
            values["correction_factor" if len(meters) == 1 else f"{meter.name}_correction_factor"] = (
                meter.factor
            )
    values["settled_kwh"] = settled.total
    if settled.reactive:
        values["reactive_kvarh"] = settled.reactive
    if shared.deducted_kwh:
        values["deducted_kwh"] = shared.deducted_kwh
    for group in shared.groups:
        values[f"{group.name}_kwh"] = group.kwh
    values["billed_kwh"] = shared.rest_kwh
    values.update({f"{band}_kwh": kwh for band, kwh in shared.bands.items()})
    if read.parts_difference:
        values["parts_difference_kwh"] = read.parts_difference
    if read.demand_kw is not None:
        values["demand_kw"] = read.demand_kw


def _charge_energy(
    given: Given, outcome: Outcome, shared: Shared, meters: list[MeterUse], days: Span, step: Rounding
) -> int:
    """Add the lines of the energy; return what of them takes part in the power-factor adjustment."""
    adjusted = 0
    terms = given.inner("rounding", (), ROUNDING_KEYS)
    rounding = rounding_of(terms, "line_yuan") if terms.has("line_yuan") else None
    billing = [meter for meter in meters if meter.role == "billing"]
    for line, takes_part in priced_lines(given, Stretch(shared.rest_kwh, shared.bands), billing, days, step):
        line = _rounded(line, rounding)
        outcome.charge(line)
        adjusted += line.amount_fen * takes_part
    for group in shared.groups:
        own = group.given.choice("power_factor", ("adjusted", "exempt"), "exempt") == "adjusted"
        part = Stretch(group.kwh, group.bands, group.name)
        # A share of the master is divided as the master is, a part with its own meter as that meter.
        by = [meter for meter in meters if meter.name == group.given.text("meter")] or billing
        for line, takes_part in priced_lines(group.given, part, by, days, step):
            line = _rounded(line, rounding)
            outcome.charge(line)
            adjusted += line.amount_fen * (takes_part and own)
    outcome.amount_fen = outcome.amount_fen or 0
    outcome.values["energy_yuan"] = Fraction(outcome.amount_fen, 100)
    return adjusted


def _rounded(line: Line, rounding: Rounding | None) -> Line:
    """Round a line of energy to what the case says, from its exact amount."""
    return (
        line
        if rounding is None
        else replace(line, amount_fen=fen_of(rounding.of(line.quantity * line.price)))
    )


def _other_lines(given: Given, outcome: Outcome, days: Span) -> int:
    """Add lines the case states itself; return what of them takes part in the power-factor adjustment."""
    adjusted = 0
    for node in given.sequence("lines"):
        each = Given(node, given.context, ("name",), LINE_KEYS)
        line = own_line(each, days, outcome.lines, outcome.values["settled_kwh"])
        outcome.charge(line)
        takes_part = each.choice("power_factor", ("adjusted", "exempt"), "exempt") == "adjusted"
        adjusted += line.amount_fen * takes_part
    return adjusted


def _adjust(
    given: Given, outcome: Outcome, settled: Energy, shared: Shared, adjusted_fen: int, days: Span
) -> None:
    terms = given.inner("power_factor", (), power_factor.KEYS)
    whole = terms.choice("of", ("whole", "rest"), "whole") == "whole"
    active = terms.number("active_kwh", settled.total if whole else shared.rest_kwh)
    reactive = terms.number("reactive_kvarh", settled.reactive)
    stated = any(terms.has(key) for key in ("value", "rate_percent", "reactive_kvarh"))
    if not stated and not settled.has_reactive and not settled.reactive:
        raise Refused("no_reactive_energy", remedy="give reactive registers or energy, or power_factor.value")
    value, rate = power_factor.adjustment(terms, active, reactive, days)
    base = Fraction(adjusted_fen, 100)
    outcome.values["power_factor"] = Fraction(value, 100)
    outcome.values["power_factor_rate_percent"] = rate
    outcome.values["power_factor_base_yuan"] = Fraction(yuan_from_fen(adjusted_fen))
    outcome.charge(Line("power_factor", base, "yuan", rate / 100, fen_of(base * rate / 100)))
    outcome.values["power_factor_yuan"] = Fraction(outcome.lines[-1].amount_fen, 100)
