"""From what was found out on site to what each month used more or less: one function a kind of error.

Every function takes the facts as they were entered and the issued months concerned, and returns the part of each
month (`Part`). Energy follows ``core.metering.correction``; what the meter read is the base, losses stay as billed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Final

from diansuo.core.metering.correction import (
    AngleNeeded,
    Cause,
    MeterStoodStill,
    Phase,
    Since,
    WiringFault,
    correction_period,
    correction_wh,
    four_wire_factor,
    meter_error_wh,
    settled_wh,
    tan_phi_of,
    tan_phi_of_cosine,
    wiring_factor,
)
from diansuo.core.quantity.energy import HUNDREDTH_KWH_WH
from diansuo.core.tariff.correction import distribute
from diansuo.office.billing.rebilling import archive
from diansuo.office.billing.rebilling.models import Correction
from diansuo.office.billing.rebilling.standing import Standing
from diansuo.office.billing.rebilling.uses import Held, Part

Kind = Correction.Kind
Facts = Mapping[str, Any]
Parts = dict[int, Part]
PHASES: Final = 3
YES: Final = ("true", "yes", "1")


def parts(kind: str, facts: Facts, months: Sequence[Standing], every: Sequence[Standing]) -> Parts:
    """Return by 电费年月 what an error adds to the months it concerns.

    Args:
        kind: what was wrong.
        facts: what was found, as the form and the command line give it (texts).
        months: the issued months concerned, early first.
        every: those and the ones after them.

    Raises:
        Held: a fact is missing or no number, or it contradicts what was read.
    """
    if not months:
        raise Held("no_months")
    return _OF_KIND[Kind(kind)](facts, months, every)


def number(facts: Facts, name: str) -> Fraction:
    """Return a number of the facts.

    Raises:
        Held: it is missing or none.
    """
    try:
        return Fraction(Decimal(str(facts.get(name, "")).strip()))
    except (InvalidOperation, ValueError, OverflowError) as problem:
        raise Held("no_number", fact=name) from problem


def ratio(facts: Facts, name: str) -> Fraction:
    """Return a ratio as it stands on a nameplate: 200/5, or 40.

    Raises:
        Held: it is missing, or not above 0.
    """
    above, _, below = str(facts.get(name, "")).partition("/")
    one = number({name: above}, name)
    other = number({name: below}, name) if below else Fraction(1)
    if one <= 0 or other <= 0:
        raise Held("no_number", fact=name)
    return one / other


def _meter_error(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    """Half the time counts, the later half: the energy is halved, and put into the months of that half."""
    error = number(facts, "error_percent") / 100
    if error <= -1:
        raise Held("stood_still")
    read_wh = [month.read_wh for month in months]
    total_wh = settled_wh(meter_error_wh(sum(read_wh), error), step_wh=HUNDREDTH_KWH_WH)
    first, last = months[0].bill.from_date, months[-1].bill.to_date
    counted = correction_period(Cause.METER_ERROR, Since.LAST_CHECK, first, last).counted
    days = [_overlap(month, counted.start, counted.end) for month in months]
    weights = [wh * inside for wh, inside in zip(read_wh, days, strict=True)]
    return _distributed(total_wh, months, weights if any(weights) else days)


def _overlap(month: Standing, start: date, end: date) -> int:
    return max((min(month.bill.to_date, end) - max(month.bill.from_date, start)).days, 0)


def _distributed(total_wh: int, months: Sequence[Standing], weights: Sequence[int]) -> Parts:
    # The last month with a weight takes the remainder.
    last = max(at for at, weight in enumerate(weights) if weight)
    shares = distribute(total_wh, weights, remainder_at=last)
    return {month.bill.period: Part(energy_wh=wh) for month, wh in zip(months, shares, strict=True)}


def _wiring(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    try:
        fault = WiringFault(str(facts.get("fault", "")))
    except ValueError as problem:
        raise Held("no_fact", fact="fault") from problem
    try:
        return _by_factor(wiring_factor(fault, _tan_phi(facts, months)), months)
    except AngleNeeded as problem:
        raise Held("angle_needed") from problem
    except MeterStoodStill as problem:
        raise Held("stood_still") from problem


def _tan_phi(facts: Facts, months: Sequence[Standing]) -> Fraction | None:
    if str(facts.get("power_factor") or "").strip():
        power_factor = number(facts, "power_factor")
        if not 0 < power_factor <= 1:
            raise Held("no_number", fact="power_factor")
        return tan_phi_of_cosine(power_factor)
    active, reactive = (
        sum(getattr(month.billed, name) for month in months) for name in ("energy_wh", "reactive_varh")
    )
    return tan_phi_of(active, reactive) if active and reactive else None


def _ratio(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    """Current transformers of another ratio than was billed with, of one phase or more."""
    booked, actual = ratio(facts, "booked_ratio"), ratio(facts, "actual_ratio")
    wrong = int(facts.get("phases") or PHASES)
    if not 1 <= wrong <= PHASES:
        raise Held("no_number", fact="phases")
    phases = [Phase(booked, actual)] * wrong + [Phase()] * (PHASES - wrong)
    return _by_factor(four_wire_factor(phases), months, demand=True)


def _multiplier(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    booked, real = number(facts, "booked_multiplier"), number(facts, "real_multiplier")
    if booked <= 0 or real <= 0:
        raise Held("no_number", fact="real_multiplier")
    for period, billed in archive.billed_multipliers(months).items():
        if billed != booked:
            raise Held("multiplier_contradicts", period, billed=billed, booked=str(booked))
    return _by_factor(real / booked, months, demand=True)


def _by_factor(factor: Fraction, months: Sequence[Standing], *, demand: bool = False) -> Parts:
    """Return the months with what was read times K; with the current or the multiplier wrong, all that was measured."""
    if factor < 0:
        raise Held("ran_backwards")
    found = {}
    for month in months:
        part = Part(energy_wh=_more(month.read_wh, factor, HUNDREDTH_KWH_WH))
        if demand:
            part = replace(
                part,
                reactive_varh=_more(month.billed.reactive_varh, factor, HUNDREDTH_KWH_WH),
                demand_w=_more(month.billed.demand_w or 0, factor, 1),
            )
        found[month.bill.period] = part
    return found


def _more(read: int, factor: Fraction, step: int) -> int:
    return settled_wh(correction_wh(read, factor), step_wh=step)


def _missed(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    """Energy put back into its months in proportion to what was read, by days where nothing was."""
    total_wh = settled_wh(number(facts, "energy_kwh") * 1000, step_wh=HUNDREDTH_KWH_WH)
    read_wh = [max(month.read_wh, 0) for month in months]
    days = [(month.bill.to_date - month.bill.from_date).days for month in months]
    return _distributed(total_wh, months, read_wh if any(read_wh) else days)


def _class(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    right = int(number(facts, "price_class"))
    return {month.bill.period: Part(price_class=right) for month in months}


def _cancel(_facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    return {month.bill.period: Part(cancelled=True) for month in months}


def _reading(facts: Facts, months: Sequence[Standing], every: Sequence[Standing]) -> Parts:
    """A wrong reading ends one month and begins the next: what one has too much the other has too little."""
    last = months[-1]
    at = every.index(last)
    period = last.bill.period
    if at + 1 == len(every):
        raise Held("next_trues_up", period)
    found = archive.total_reading(last.bill.consumption.point_id, last.bill.to_date)
    if found is None:
        raise Held("no_reading", period, day=last.bill.to_date.isoformat())
    register_wh, multiplier = found
    added_wh = (int(number(facts, "right_kwh") * 1000) - register_wh) * multiplier
    following = every[at + 1]
    for month, wh in ((last, added_wh), (following, -added_wh)):
        if month.read_wh + wh < 0:
            raise Held("contradicts_reading", month.bill.period, energy_wh=month.read_wh, added_wh=wh)
    return {period: Part(energy_wh=added_wh), following.bill.period: Part(energy_wh=-added_wh)}


def _archive(facts: Facts, months: Sequence[Standing], _every: Sequence[Standing]) -> Parts:
    return archive.differences(months, today=str(facts.get("prices_of_today", "")).lower() in YES)


_OF_KIND: Final[dict[str, Callable[[Facts, Sequence[Standing], Sequence[Standing]], Parts]]] = {
    Kind.METER_ERROR: _meter_error,
    Kind.WIRING: _wiring,
    Kind.RATIO: _ratio,
    Kind.MULTIPLIER: _multiplier,
    Kind.CLASS: _class,
    Kind.MISSED: _missed,
    Kind.READING: _reading,
    Kind.CANCEL: _cancel,
    Kind.ARCHIVE: _archive,
}
