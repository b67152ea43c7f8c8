"""The power factor at the masters of areas, of their registers of reactive energy or of their curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import polars as pl

from diansuo.office.metering import lake

REGISTERS: Final = ("point", "day", "meter", "multiplier", "active_total_wh", "reactive_forward_wh")
CURVE_DAYS: Final = 7
"""Of so many of the last days curves are looked at."""

PHASES: Final = "abc"
_APPARENT: Final = sum(
    (pl.col(f"voltage_{phase}_mv") * pl.col(f"current_{phase}_ma") / 1e6 for phase in PHASES), pl.lit(0.0)
)


def of_areas(
    station_id: int, masters: Mapping[int, Sequence[int]], first: date, last: date
) -> dict[int, float]:
    """Return the power factor of what went through the masters of each area; an area of which it is not known has none.

    Of the registers of active and of reactive energy, the first and the last of the days that have both: cos φ =
    P / √(P² + Q²). Where a master has none, of the last `CURVE_DAYS` days' 96 points with power, voltages and currents
    of all phases: ΣP / Σ UI, of the points that draw.

    Args:
        station_id: whose areas they are.
        masters: the masters of each area.
        first: the first day.
        last: the last day.
    """
    points = sorted(point for each in masters.values() for point in each)
    found = _by_registers(station_id, points, first, last)
    found |= _by_curves(station_id, [point for point in points if point not in found], last)
    factors = {}
    for area, of in masters.items():
        sides = [found[point] for point in of if point in found]
        apparent = sum(side for _active, side in sides)
        if len(sides) == len(of) and apparent > 0:
            factors[area] = min(sum(active for active, _side in sides) / apparent, 1.0)
    return factors


def _by_registers(
    station_id: int, points: Sequence[int], first: date, last: date
) -> dict[int, tuple[float, float]]:
    """Return active and apparent energy of points, after the multiplier."""
    frame = lake.read_freeze_rows([station_id], first, last + timedelta(days=2), REGISTERS)
    frame = frame.filter(pl.col("point").is_in(points)).unique(["point", "day"], keep="last").drop_nulls()
    # Only of the meter that hangs there now: what another one counted before is not its energy.
    latest = frame.sort("day").group_by("point").last().select("point", "meter", "multiplier")
    spans = (
        frame.join(latest, on=["point", "meter", "multiplier"])
        .sort("day")
        .group_by("point")
        .agg(
            (pl.col(name).last() - pl.col(name).first()) * pl.col("multiplier").last()
            for name in REGISTERS[4:]
        )
    )
    return {
        point: (float(active), float((active**2 + reactive**2) ** 0.5))
        for point, active, reactive in spans.iter_rows()
        if active > 0 and reactive >= 0
    }


def _by_curves(station_id: int, points: Sequence[int], last: date) -> dict[int, tuple[float, float]]:
    """Return active and apparent power of points, summed over the points of time that draw, after the multiplier."""
    if not points:
        return {}
    first = last - timedelta(days=CURVE_DAYS - 1)
    frame = lake.read_curve_frame([station_id], first, last + timedelta(days=1), list(points))
    whole = frame.with_columns(apparent=_APPARENT).drop_nulls(["power_w", "apparent"])
    sums = (
        whole.filter(pl.col("power_w") > 0)
        .group_by("point")
        .agg((pl.col(name) * pl.col("multiplier")).sum() for name in ("power_w", "apparent"))
    )
    return {point: (float(active), float(apparent)) for point, active, apparent in sums.iter_rows()}
