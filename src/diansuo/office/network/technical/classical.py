"""The classical loss of an area's lines by equivalent resistance (等值电阻法), for those who must report it.

Beside the sweep and not in its place: energies through the segments, one mean current and a shape factor at the head.
Only where the lines are on record. Source: DL/T 686 [K]; docs/rules/equivalent-resistance.md.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.equivalent_resistance import (
    Head,
    Section,
    equivalent_resistance_ohm,
    line_loss_wh,
    shape_factor_squared,
)
from diansuo.core.network.lines import energy_through
from diansuo.core.network.spreading import filled, powers
from diansuo.core.quantity.exact import root_decimal
from diansuo.core.quantity.month import month_of
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network.lines import standing as lines
from diansuo.office.network.technical import learning, loading, rules

FOUR_WIRE: Final = Fraction(7, 2)
SINGLE: Final = Fraction(2)
"""Structure factors N of segments: three phases with a neutral, and one phase with it."""
DAY: Final = Fraction(24)


def of_area(scope: Scope, area: int, first_day: date, last_day: date) -> list[int | None]:
    """Return what the lines of an area lose by equivalent resistance on the days from the first to the last, Wh.

    None where the lines are not on record, nothing was drawn, or too little is known (as for the technical loss).
    Load rate and least load rate are those of the day's quarters; the reactive energy is that of the power factor.
    """
    days = (last_day - first_day).days + 1
    found = TransformerArea.objects.filter(scope.limit("station"), pk=area).values_list("station", flat=True)
    station = Station.objects.filter(pk__in=found).first()
    if station is None:
        return [None] * days
    now = rules.in_force(first_day)
    own, _told = learning.profiles(station.pk, station.revision, month_of(last_day), first_day)
    held = loading.load(station.pk, area, first_day, last_day)
    there = lines.of_area(area, held.points, held.phase, now)
    if not there.known or not held.points:
        return [None] * days
    whole = filled(held.daily, held.kind)
    load, _measured = powers(whole, held.kind, own, held.curve_w)
    drawn = np.rint(np.where(held.hung, whole.drawn_wh, 0)).astype(np.int64)
    volt = np.where(np.isfinite(held.volt), held.volt, now.terms.busbar_v).mean(axis=1)
    least = now.terms.least_known_share * held.hung.sum(axis=0)
    known = (held.daily.known & held.hung).sum(axis=0) >= least
    tangent = Fraction(str(round(float(np.tan(np.arccos(now.terms.power_factor))), 6)))
    return [
        _day(there, drawn[:, at], load.watt[:, at].sum(axis=0), float(volt[at]), tangent)
        if known[at]
        else None
        for at in range(days)
    ]


def _day(
    there: lines.AreaLines,
    drawn_wh: npt.NDArray[np.int64],
    watt: npt.NDArray[np.float64],
    volt: float,
    tangent: Fraction,
) -> int | None:
    total = int(drawn_wh.sum())
    if total <= 0:
        return None
    through = energy_through(there.segments, there.consumers, drawn_wh).tolist()
    ohm = there.segments.length_m / 1000 * there.segments.phase_ohm_km.real
    sections = [
        Section(SINGLE if single else FOUR_WIRE, wh, Fraction(str(round(each, 9))))
        for single, wh, each in zip(there.single.tolist(), through, ohm.tolist(), strict=True)
    ]
    head = Head(
        active_wh=total,
        reactive_varh=round(total * tangent),
        voltage_v=round(volt * 3**0.5),
        hours=DAY,
        shape_factor=_shape_factor(watt),
        conductors=FOUR_WIRE,
    )
    return line_loss_wh(head, equivalent_resistance_ohm(sections, head))


def _shape_factor(watt: npt.NDArray[np.float64]) -> Fraction:
    """Return K of a day's load; what is fed in counts as no load."""
    load = np.maximum(watt, 0)
    highest = float(load.max())
    if highest <= 0:
        return Fraction(1)
    rate, least = (Fraction(str(round(float(each) / highest, 6))) for each in (load.mean(), load.min()))
    return Fraction(root_decimal(shape_factor_squared(rate, min(least, rate)), 6))
