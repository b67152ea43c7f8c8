"""Earlier months' registers of the fixed day, put in the place of what was read: the next month begins at them."""

from __future__ import annotations

from typing import Final

import numpy as np

from diansuo.core.metering import Purpose
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.base.bulk import day_number, fetch_columns
from diansuo.office.metering.columns import DuePoints, ReadingRows, as_date

EARLIER: Final = """
    SELECT b.point_id, b.meter_id, b.register, b.period, {fixed}, {read}, b.register_wh, b.read_wh,
           m.integer_digits, COALESCE(i.multiplier, 0)
    FROM metering_takenback b
    JOIN archive_meteringpoint p ON p.id = b.point_id
    JOIN archive_meter m ON m.id = b.meter_id
    LEFT JOIN archive_meterinstallation i ON i.point_id = b.point_id AND i.meter_id = b.meter_id
         AND i.valid_from <= b.fixed_date AND (i.valid_to IS NULL OR i.valid_to > b.fixed_date)
    WHERE b.fixed_date >= %s AND b.point_id BETWEEN %s AND %s AND p.station_id = %s AND b.period < %s
    ORDER BY b.point_id, b.period, b.register
"""
AROUND: Final = 45
"""Days a reading may lie before the fixed day of its month."""
_DAYS: Final = 1 << 22
_REGISTERS: Final = 64


def with_earlier(station_id: int, period: int, due: DuePoints, rows: ReadingRows) -> ReadingRows:
    """Return readings with those of earlier months that were taken back in the place of what was read.

    A list prints as 上次示数 what was read, not what it was taken back to: where a register moved, what the next list
    says of it moves with it.

    Args:
        station_id: whose points.
        period: the month to be settled; what was taken back for it is computed anew.
        due: the points to be settled.
        rows: their readings since the last settlement, as they came.
    """
    if not len(due) or not len(rows):
        return rows
    held = fetch_columns(
        EARLIER.format(fixed=day_number("b.fixed_date"), read=day_number("b.read_date")),
        [as_date(int(rows.day.min()) - AROUND), int(due.point.min()), int(due.point.max()), station_id, period],
        point="int", meter="int", register="int", period="int", fixed="int", read="int", register_wh="int",
        read_wh="int", digits="int", multiplier="int",
    )  # fmt: skip
    at = rows_of(due.point, held["point"])
    wanted = np.flatnonzero((at >= 0) & (held["fixed"] >= due.open_day[at]))
    return _laid_over(rows, {name: column[wanted] for name, column in held.items()}) if len(wanted) else rows


def _laid_over(rows: ReadingRows, held: dict[str, Int64]) -> ReadingRows:
    read = _keys(rows.point, rows.register, rows.day)
    regular = rows.purpose == int(Purpose.PERIODIC)
    gone = regular & np.isin(read, _keys(held["point"], held["register"], held["read"]))
    moved = _listed(rows, held)
    kept = moved.take(~gone)
    count = len(held["point"])
    none: Bool = np.zeros(count, np.bool_)
    return ReadingRows.joined(
        (
            kept,
            ReadingRows(
                point=held["point"],
                meter=held["meter"],
                register=held["register"],
                day=held["fixed"],
                purpose=np.full(count, int(Purpose.PERIODIC), np.int64),
                register_wh=held["register_wh"],
                estimated=none,
                period=held["period"],
                listed_previous_wh=np.full(count, -1, np.int64),
                integer_digits=held["digits"],
                multiplier=np.maximum(held["multiplier"], 1),
                installed=held["multiplier"] > 0,
                entered=none,
            ),
        )
    )


def _listed(rows: ReadingRows, held: dict[str, Int64]) -> ReadingRows:
    """Move what lists say was read last where that is what was taken back."""
    said = rows.listed_previous_wh.copy()
    of_register = {
        (point, register, read): back
        for point, register, read, back in zip(
            *(held[name].tolist() for name in ("point", "register", "read_wh", "register_wh")), strict=True
        )
    }
    asked = np.flatnonzero((said >= 0) & np.isin(rows.point, held["point"]))
    for at in asked.tolist():
        key = (int(rows.point[at]), int(rows.register[at]), int(said[at]))
        said[at] = of_register.get(key, said[at])
    return ReadingRows(
        **{**{name: getattr(rows, name) for name in rows.__slots__}, "listed_previous_wh": said}
    )


def _keys(point: Int64, register: Int64, day: Int64) -> Int64:
    return (point * _REGISTERS + register) * _DAYS + day
