"""What a station's estimates are made from: registers of all its points, those of a year before, likes and supplies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.metering.estimation import ABSENT, Known, Matrix
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Int64
from diansuo.office.base.bulk import fetch_columns
from diansuo.office.metering.columns import as_date
from diansuo.office.metering.days.columns import TOTAL, Registers, registers
from diansuo.office.metering.days.running import Span

YEAR_DAYS: Final = 364
_AREAS: Final = """
    SELECT p.id, COALESCE(h.area_id, 0), COALESCE(p.master_of_id, 0)
    FROM archive_meteringpoint p
    LEFT JOIN archive_pointarea h ON h.point_id = p.id AND h.valid_from <= %s
         AND (h.valid_to IS NULL OR h.valid_to > %s)
    WHERE p.station_id = %s ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Registers of a station's span and what the ways of estimating know; ``known`` has the rows of ``held``."""

    held: Registers
    known: Known


def gather(station_id: int, looked: Span, *, last_year: bool, supply: bool) -> Gathered | None:
    """Load a station's registers of a span; what only some ways need only where asked. None where nothing came."""
    everyone = (0, np.iinfo(np.int64).max)
    width = looked.to_day - looked.from_day
    held = registers(station_id, looked.from_day, width, everyone, (TOTAL,))
    if held is None:
        return None
    total = _of_one_meter(held)
    shape = (len(total), width - 1)
    area, supply_wh = np.full(len(total), -1, np.int64), np.zeros((0, width - 1), np.int64)
    if supply:
        area, supply_wh = _supplies(station_id, held, total, looked)
    return Gathered(
        held,
        Known(
            register_wh=total,
            multiplier=held.multiplier,
            last_year_wh=_last_year(station_id, held, looked)
            if last_year
            else np.full(shape, ABSENT, np.int64),
            group=held.traits.price_class,
            area=area,
            supply_wh=supply_wh,
        ),
    )


def _of_one_meter(held: Registers) -> Matrix:
    """Leave out the registers of earlier meters and multipliers: they say nothing about what this one shows."""
    columns = np.arange(held.exchanged.shape[1])
    since = np.where(held.exchanged, columns, 0).max(axis=1)
    return np.where(columns >= since[:, None], held.held[TOTAL], np.int64(ABSENT))


def _energy(held: Registers, total: Matrix) -> Matrix:
    used = (total[:, 1:] - total[:, :-1]) * held.multiplier[:, None]
    both = (total[:, 1:] >= 0) & (total[:, :-1] >= 0) & (used >= 0) & ~held.exchanged[:, 1:]
    return np.where(both, used, np.int64(ABSENT))


def _last_year(station_id: int, held: Registers, looked: Span) -> Matrix:
    width = looked.to_day - looked.from_day
    out = np.full((len(held.point), width - 1), np.int64(ABSENT))
    then = registers(station_id, looked.from_day - YEAR_DAYS, width, (0, np.iinfo(np.int64).max), (TOTAL,))
    if then is not None:
        row = rows_of(held.point, then.point)
        out[row[row >= 0]] = _energy(then, then.held[TOTAL])[row >= 0]
    return out


def _supplies(station_id: int, held: Registers, total: Matrix, looked: Span) -> tuple[Int64, Matrix]:
    """Each point's area as a row of what its master measured; masters themselves stand in none."""
    day = as_date(looked.to_day - 1)
    rows: dict[str, Any] = fetch_columns(
        _AREAS, [day, day, station_id], point="int", area="int", master="int"
    )
    at = rows_of(held.point, rows["point"])
    there = at >= 0
    areas = np.unique(rows["master"][there & (rows["master"] > 0)])
    area = np.full(len(held.point), -1, np.int64)
    area[at[there]] = rows_of(areas, rows["area"][there])
    supply = np.full((len(areas), total.shape[1] - 1), np.int64(ABSENT))
    masters = there & (rows["master"] > 0)
    supply[rows_of(areas, rows["master"][masters])] = _energy(held, total)[at[masters]]
    return area, supply
