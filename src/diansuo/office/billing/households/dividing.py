"""Rows divided where their class or owner changes: by a reading of the day, by its daily freeze, else by days."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering import Register
from diansuo.core.rules import RuleBook
from diansuo.core.tariff import BillingInput, Freeze
from diansuo.core.tariff.dividing import Divided, divide, energy_precision
from diansuo.office.base import bulk
from diansuo.office.billing import crossing

Int64 = npt.NDArray[np.int64]

REGISTERS: Final = (Register.ACTIVE_TOTAL, Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY)
READ_ON = """
    SELECT r.point_id, r.meter_id, {read_day}, r.register, r.register_wh, COALESCE(i.multiplier, 1)
    FROM metering_registerreading r
    LEFT JOIN archive_meterinstallation i ON i.point_id = r.point_id AND i.meter_id = r.meter_id
         AND i.valid_from <= r.read_date AND (i.valid_to IS NULL OR i.valid_to > r.read_date)
    WHERE r.point_id IN ({marks}) AND r.read_date BETWEEN %s AND %s AND r.register IN (0, 2, 4)
    UNION ALL
    SELECT r.point_id, r.meter_id, {fixed_day}, r.register, r.register_wh, COALESCE(i.multiplier, 1)
    FROM metering_takenback r
    LEFT JOIN archive_meterinstallation i ON i.point_id = r.point_id AND i.meter_id = r.meter_id
         AND i.valid_from <= r.fixed_date AND (i.valid_to IS NULL OR i.valid_to > r.fixed_date)
    WHERE r.point_id IN ({marks}) AND r.fixed_date BETWEEN %s AND %s AND r.register IN (0, 2, 4)
"""
"""What was read on days, and what it was on the fixed day where it was read on another."""


def divided(
    station_id: int, point: Int64, inputs: BillingInput, row: Int64, day: Int64, book: RuleBook
) -> Divided:
    """Divide rows at days of change.

    Args:
        station_id: whose lake.
        point: int64 (rows,).
        inputs: sound rows.
        row: int64 (changes,), ascending.
        day: int64 (changes,).
        book: for the precision of settled energy.
    """
    read = read_on(point, inputs, row, day)
    frozen = crossing.frozen(station_id, point, inputs, row, day)
    seen = set(zip(read.row.tolist(), read.day.tolist(), strict=True))
    new = np.array(
        [key not in seen for key in zip(frozen.row.tolist(), frozen.day.tolist(), strict=True)], np.bool_
    )
    kept = frozen.take(new, frozen.row[new]) if len(frozen.row) else frozen
    freeze = Freeze(
        **{
            each.name: np.concatenate([getattr(read, each.name), getattr(kept, each.name)])
            for each in fields(Freeze)
        }
    )
    return divide(inputs, row, day, freeze, energy_precision(inputs, book, book.default_place))


def read_on(point: Int64, inputs: BillingInput, row: Int64, day: Int64) -> Freeze:
    """Return what rows had used up to days on which their meter was read, where it is the meter they began with."""
    points = np.unique(point[row]).tolist()
    asked = [*points, *bulk.iso_days(np.array([inputs.from_day[row].min(), day.max()]))]
    found = bulk.fetch_columns(
        READ_ON.format(
            marks=", ".join(["%s"] * len(points)),
            read_day=bulk.day_number("r.read_date"),
            fixed_day=bulk.day_number("r.fixed_date"),
        ),
        [*asked, *asked],
        point="int", meter="int", day="int", register="int", register_wh="int", multiplier="int",
    )  # fmt: skip
    read = {
        (one[0], one[2], one[3]): (one[1], one[5], one[4])
        for one in zip(*(column.tolist() for column in found.values()), strict=True)
    }
    rows: list[list[int]] = []
    for at, on in zip(row.tolist(), day.tolist(), strict=True):
        wanted = REGISTERS if inputs.has_time_of_use[at] else REGISTERS[:1]
        used = [_used(read, int(point[at]), int(inputs.from_day[at]), on, register) for register in wanted]
        limits = (inputs.energy_wh[at], inputs.peak_wh[at], inputs.valley_wh[at])
        if all(wh is not None and 0 <= wh <= limit for wh, limit in zip(used, limits, strict=False)):
            rows.append([at, on, *(wh or 0 for wh in used), *[0] * (3 - len(used))])
    columns = np.array(rows, np.int64).reshape(-1, 5).T
    return Freeze(*columns)


def _used(
    read: dict[tuple[int, int, int], tuple[int, int, int]], point: int, start: int, end: int, register: int
) -> int | None:
    before, after = read.get((point, start, register)), read.get((point, end, register))
    if before is None or after is None or before[:2] != after[:2]:
        return None
    return (after[2] - before[2]) * before[1]
