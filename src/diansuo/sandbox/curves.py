"""Writes 96-point curves of chosen areas: power as metered, voltage as the lines leave it, every quarter of an hour.

The four quarters of an hour have the hour's mean power. The voltage at a customer is that of the transformer less
the drop along trunk, branch and neutral, by the hour's phase currents.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diansuo.sandbox.layout import CUSTOMERS_AN_AREA, Array, Layout

POINTS = 96
AT_TRANSFORMER_V = 231.0
# What the quarters of an hour are of its mean: customers do not hold still; together they are the hour.
QUARTERS = (0.94, 1.05, 1.03, 0.98)


@dataclass(slots=True)
class Kept:
    """Hourly power and segment currents of some areas from a day on, as the simulation came by them.

    ``metered`` is kW (60, days, 24) by area and first day; ``flow`` is A (segments, 3, hours).
    """

    areas: frozenset[int] = frozenset()
    from_day: int = 0
    parts: dict[int, list[tuple[int, Array, Array]]] = field(default_factory=dict)

    def keep(self, area: int, first_day: int, metered: Array, flow: Array) -> None:
        """Keep what is wanted of some days of an area."""
        skip = max(0, self.from_day - first_day)
        if area in self.areas and skip < metered.shape[1]:
            part = (first_day + skip, metered[:, skip:].copy(), flow[:, :, skip * 24 :].copy())
            self.parts.setdefault(area, []).append(part)


def write_month(
    path: Path,
    layout: Layout,
    kept: Kept,
    rows: list[dict[str, Any]],
    days: list[date],
    first: int,
    meters: dict[int, tuple[int, str]],
) -> int:
    """Write the curves of a month's days, the first at this place among all days; return how many rows there are.

    Args:
        path: the parquet file.
        layout: the station.
        kept: what the simulation kept.
        rows: the archive's rows, customers first.
        days: the month's days.
        first: where the first of them stands.
        meters: by row, the day of an exchange and the new meter.
    """
    frames = [
        _area(layout, kept, rows, area, days, first, meters)
        for area in sorted(kept.areas)
        if area in kept.parts
    ]
    frames = [frame for frame in frames if len(frame)]
    if not frames:
        return 0
    made = pl.concat(frames)
    made.write_parquet(path, compression="zstd", statistics=False)
    return len(made)


def _area(
    layout: Layout,
    kept: Kept,
    rows: list[dict[str, Any]],
    area: int,
    days: list[date],
    first: int,
    meters: dict[int, tuple[int, str]],
) -> pl.DataFrame:
    start = area * CUSTOMERS_AN_AREA
    there = range(start, min(start + CUSTOMERS_AN_AREA, layout.public))
    frames = []
    for day, metered, flow in kept.parts[area]:
        voltage = _voltage(layout, area, flow)
        for at in range(metered.shape[1]):
            if not first <= day + at < first + len(days):
                continue
            hours = slice(at * 24, at * 24 + 24)
            for column in there:
                place = column - start
                exchange = meters.get(column)
                meter = exchange[1] if exchange and day + at >= exchange[0] else rows[column]["电能表编号"]
                frames.append(
                    _rows(
                        rows[column]["用户编号"],
                        meter,
                        days[day + at - first],
                        metered[place, at],
                        voltage[place, :, hours],
                        int(layout.phase[column]),
                    )
                )
    return pl.concat(frames) if frames else pl.DataFrame()


def _rows(customer: str, meter: str, day: date, power_kw: Array, voltage: Array, phase: int) -> pl.DataFrame:
    quarters = np.repeat(power_kw, 4) * np.tile(QUARTERS, 24)
    ripple = np.tile(QUARTERS, 24)
    made: dict[str, Any] = {
        "用户编号": [customer] * POINTS,
        "表资产号": [meter] * POINTS,
        "日期": [day.isoformat()] * POINTS,
        "点号": list(range(1, POINTS + 1)),
    }
    for letter, at in zip("ABC", range(3), strict=True):
        drop = (AT_TRANSFORMER_V - np.repeat(voltage[at], 4)) * ripple
        volts = [f"{value:.1f}" for value in AT_TRANSFORMER_V - drop]
        made[f"电压{letter}"] = volts if phase in (3, at) else [None] * POINTS
    made["有功功率"] = [f"{value:.4f}" for value in quarters]
    return pl.DataFrame(made, schema_overrides={f"电压{letter}": pl.String for letter in "ABC"})


def _voltage(layout: Layout, area: int, flow: Array) -> Array:
    """Return volts at the customers by phase and hour, (60, 3, hours): what the neutral takes is shared by phase."""
    ohm = layout.segment_ohm[area]
    others = flow.sum(axis=1, keepdims=True) - flow
    drop = ohm[:, None, None] * (flow + flow - others / 2)
    path = layout.path[area]
    return AT_TRANSFORMER_V - np.einsum("sc,sph->cph", path, drop)
