"""The classical losses of an area's lines, for those who must report them: beside the sweep and not in its place.

By equivalent resistance (等值电阻法): energies through the segments, one mean current and a shape factor at the head.
By voltage drop (电压损失法): the whole load taken to hang where the voltage is lowest, too much of lines along which
customers are spread. Source: DL/T 686 [K]; docs/rules/equivalent-resistance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.classical_methods import drop_share, loss_share_of_drop
from diansuo.core.network.equivalent_resistance import (
    Head,
    Section,
    equivalent_resistance_ohm,
    line_loss_wh,
    shape_factor_squared,
)
from diansuo.core.network.lines import BUSBAR, energy_through
from diansuo.core.network.spreading import filled, powers
from diansuo.core.quantity.exact import nearest, root_decimal
from diansuo.core.quantity.month import first_day as first_day_of
from diansuo.core.quantity.month import next_month
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.network.lines import standing as lines
from diansuo.office.network.technical import learning, loading, rules
from diansuo.office.network.technical.month_parts import month_parts

FOUR_WIRE: Final = Fraction(7, 2)
SINGLE: Final = Fraction(2)
"""Structure factors N of segments: three phases with a neutral, and one phase with it."""
DAY: Final = Fraction(24)


@dataclass(frozen=True, slots=True)
class Classical:
    """Line loss of a day by the classical methods, Wh; None where a method has nothing to go by.

    By equivalent resistance: where the lines are on record. By voltage drop: where the voltages at the master and at
    customers were measured, and the lowest customer's lies below the master's. Neither without energy, or where too
    little is known (as for the technical loss).
    """

    resistance_wh: int | None = None
    voltage_drop_wh: int | None = None


def of_area(scope: Scope, area: int, first_day: date, last_day: date) -> list[Classical]:
    """Return what the lines of an area lose by the classical methods on the days from the first to the last.

    Load rate and least load rate are those of the day's quarters; the reactive energy is that of the power factor.
    """
    found = TransformerArea.objects.filter(scope.limit("station"), pk=area).values_list("station", flat=True)
    station = Station.objects.filter(pk__in=found).first()
    if station is None:
        return [Classical()] * ((last_day - first_day).days + 1)
    return [
        one
        for month, begin, end in month_parts(first_day, last_day)
        for one in _of_month(station, area, month)[begin:end]
    ]


def _of_month(station: Station, area: int, month: int) -> list[Classical]:
    """Return every day of a month, by the month's own profiles, rules and means, as the technical loss is."""
    first, last = first_day_of(month), first_day_of(next_month(month)) - timedelta(days=1)
    days = (last - first).days + 1
    now = rules.in_force(first)
    own, _told = learning.profiles(station.pk, station.revision, month, first)
    held = loading.load(station.pk, area, first, last)
    if not held.points:
        return [Classical()] * days
    there = lines.of_area(area, held.points, held.phase, now)
    whole = filled(held.daily, held.kind)
    load, _measured = powers(whole, held.kind, own, held.curve_w)
    drawn = np.rint(np.where(held.hung, whole.drawn_wh, 0)).astype(np.int64)
    head = np.where(np.isfinite(held.volt), held.volt, now.terms.busbar_v).mean(axis=1)
    least = now.terms.least_known_share * held.hung.sum(axis=0)
    known = (held.daily.known & held.hung).sum(axis=0) >= least
    tangent = Fraction(str(round(float(np.tan(np.arccos(now.terms.power_factor))), 6)))
    trunk = there.segments.phase_ohm_km[there.segments.upper == BUSBAR][0]
    return [
        Classical(
            _by_resistance(there, drawn[:, at], load.watt[:, at].sum(axis=0), float(head[at]), tangent)
            if there.known
            else None,
            _by_drop(
                int(drawn[:, at].sum()), held.volt[at], float(held.lowest_v[at]), tangent, complex(trunk)
            ),
        )
        if known[at]
        else Classical()
        for at in range(days)
    ]


def _by_drop(
    drawn_wh: int, volt: npt.NDArray[np.float64], lowest_v: float, tangent: Fraction, trunk: complex
) -> int | None:
    """Return the loss by voltage drop: means of the day, X ÷ R of the first section."""
    measured = volt[np.isfinite(volt)]
    if drawn_wh <= 0 or not len(measured) or not lowest_v < measured.mean():
        return None
    drop = drop_share(str(round(float(measured.mean()), 3)), str(round(lowest_v, 3)))
    ratio = Fraction(str(round(trunk.imag / trunk.real, 6)))
    return nearest(drawn_wh * loss_share_of_drop(drop, tangent, ratio))


def _by_resistance(
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
