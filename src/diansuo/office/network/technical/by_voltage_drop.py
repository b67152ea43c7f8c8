"""The classical loss of an area's lines by voltage drop (电压损失法), for those who must report it.

Beside the sweep and not in its place: it takes the whole load to hang where the voltage is lowest, and so says too much
of lines along which customers are spread. Source: DL/T 686 [K]; docs/rules/equivalent-resistance.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import polars as pl

from diansuo.core.network.classical_methods import drop_share, loss_share_of_drop
from diansuo.core.network.lines import BUSBAR
from diansuo.core.network.spreading import filled
from diansuo.core.quantity.exact import nearest
from diansuo.office.archive.models import TransformerArea
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.network.lines import standing as lines
from diansuo.office.network.technical import loading, rules


def of_area(scope: Scope, area: int, first_day: date, last_day: date) -> list[int | None]:
    """Return what the lines of an area lose by voltage drop on the days from the first to the last, Wh.

    The voltages are means of the day: at the master, and at the customer where it is lowest. None where one of them was
    not measured, or none of the customers' is below the master's, as where roofs feed back.
    """
    days = (last_day - first_day).days + 1
    station = TransformerArea.objects.filter(scope.limit("station"), pk=area).values_list(
        "station", flat=True
    )
    if not station:
        return [None] * days
    now = rules.in_force(first_day)
    held = loading.load(station[0], area, first_day, last_day)
    if not held.points:
        return [None] * days
    there = lines.of_area(area, held.points, held.phase, now)
    trunk = there.segments.phase_ohm_km[np.flatnonzero(there.segments.upper == BUSBAR)[0]]
    ratio = Fraction(str(round(trunk.imag / trunk.real, 6)))
    tangent = Fraction(str(round(float(np.tan(np.arccos(now.terms.power_factor))), 6)))
    drawn = np.where(held.hung, filled(held.daily, held.kind).drawn_wh, 0).sum(axis=0)
    lowest = _lowest_volt(station[0], first_day, last_day, held.points)
    found: list[int | None] = []
    for at in range(days):
        measured = held.volt[at][np.isfinite(held.volt[at])]
        end = lowest.get(first_day + timedelta(days=at))
        if not len(measured) or end is None or end >= measured.mean():
            found.append(None)
            continue
        drop = drop_share(str(round(float(measured.mean()), 3)), str(round(end, 3)))
        found.append(nearest(Fraction(round(drawn[at])) * loss_share_of_drop(drop, tangent, ratio)))
    return found


def _lowest_volt(station_id: int, first_day: date, last_day: date, points: list[int]) -> dict[date, float]:
    """Return the lowest of the customers' mean voltages by day, V; a phase that shows nothing is not measured."""
    frame = lake.read_curve_frame([station_id], first_day, last_day + timedelta(days=1), points)
    volt = pl.mean_horizontal(pl.col(name).replace(0, None) for name in loading.VOLTAGES) / 1000
    means = frame.group_by("day", "point").agg(volt=volt.mean()).drop_nulls()
    lowest = means.group_by("day").agg(pl.col("volt").min())
    return dict(lowest.iter_rows())
