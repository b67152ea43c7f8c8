"""What meters showed on the days that divide commercial months: read specially (特抄), or frozen daily (日冻结)."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.tariff.commercial import CommercialFreeze
from diansuo.core.tariff.resolve import day_of
from diansuo.office.base import bulk
from diansuo.office.metering import lake

Int64 = npt.NDArray[np.int64]

TOTAL: Final = "active_total_wh"
REGISTER_OF: Final = {
    Band.SHARP: "active_sharp_wh",
    Band.PEAK: "active_peak_wh",
    Band.VALLEY: "active_valley_wh",
}
"""Flat is the rest of the total, as it is of a reading; the lake has no register of deep valley."""
COLUMNS: Final = (TOTAL, *REGISTER_OF.values())
KEYS: Final = ("point", "meter", "multiplier")
READINGS: Final = """
    SELECT r.point_id, r.meter_id, i.multiplier, {read_day}, r.register, r.register_wh
    FROM metering_registerreading r
    JOIN archive_meterinstallation i ON i.point_id = r.point_id AND i.meter_id = r.meter_id
         AND i.valid_from <= r.read_date AND (i.valid_to IS NULL OR i.valid_to >= r.read_date)
    WHERE r.point_id BETWEEN %s AND %s AND r.read_date BETWEEN %s AND %s AND NOT r.estimated
    ORDER BY r.id
"""
TAKEN_BACK: Final = """
    SELECT r.point_id, r.meter_id, i.multiplier, {fixed_day}, r.register, r.register_wh
    FROM metering_takenback r
    JOIN archive_meterinstallation i ON i.point_id = r.point_id AND i.meter_id = r.meter_id
         AND i.valid_from <= r.fixed_date AND (i.valid_to IS NULL OR i.valid_to >= r.fixed_date)
    WHERE r.point_id BETWEEN %s AND %s AND r.fixed_date BETWEEN %s AND %s
    ORDER BY r.id
"""
"""What readings of another day were on the fixed one."""


def frozen(
    station_id: int, point: Int64, from_day: Int64, read_wh: Int64, bands_wh: Int64, row: Int64, day: Int64
) -> CommercialFreeze:
    """Return what rows had used up to days of change, where every register of the month was read or frozen that day.

    Args:
        station_id: whose lake.
        point: int64 (rows,), the metering point of each row.
        from_day: int64 (rows,), its first day.
        read_wh: int64 (rows,), what was read, without losses.
        bands_wh: int64 (rows, 5), the same by period.
        row: int64 (changes,), the row of each change.
        day: int64 (changes,), its day.
    """
    if not len(row):
        return CommercialFreeze.none()
    first, last = int(from_day[row].min()), int(day.max())
    frame = _shown(station_id, np.unique(point[row]), first, last)
    wanted = pl.DataFrame({"row": row, "at": day, "point": point[row], "from": from_day[row]}).unique()
    start = frame.select(*KEYS, pl.col("day").alias("from"), *COLUMNS)
    end = frame.select(*KEYS, pl.col("day").alias("at"), *COLUMNS)
    both = (
        wanted.join(start, on=["point", "from"]).join(end, on=[*KEYS, "at"], suffix="_end").sort("row", "at")
    )
    rows, days = both["row"].to_numpy().astype(np.int64), both["at"].to_numpy().astype(np.int64)
    used = {
        name: ((both[f"{name}_end"] - both[name]) * both["multiplier"])
        .fill_null(0)
        .to_numpy()
        .astype(np.int64)
        for name in COLUMNS
    }
    shown = {
        name: both[name].is_not_null().to_numpy() & both[f"{name}_end"].is_not_null().to_numpy()
        for name in COLUMNS
    }
    of_bands = bands_wh[rows]
    bands = np.zeros((len(rows), BANDS), np.int64)
    known = shown[TOTAL] & (of_bands[:, Band.DEEP_VALLEY] == 0)
    for band, name in REGISTER_OF.items():
        # A register the lake does not have must not count as one that stood still.
        known &= shown[name] | (of_bands[:, band] == 0)
        bands[:, band] = np.where(of_bands[:, band] == 0, 0, used[name])
    timed = of_bands.any(axis=1)
    bands[:, Band.FLAT] = np.where(timed, used[TOTAL] - bands.sum(axis=1), 0)
    return CommercialFreeze(rows, days, used[TOTAL], read_wh[rows], bands, of_bands).take(known)


def _shown(station_id: int, points: Int64, first: int, last: int) -> pl.DataFrame:
    """Return what the meters of points showed at 0:00 of days ``first`` to ``last``: read, else frozen."""
    frozen = lake.read_freeze_frame([station_id], day_of(first), day_of(last + 1), points.tolist()).select(
        *KEYS, pl.col("day").cast(pl.Int32).cast(pl.Int64), *COLUMNS
    )
    shown = [_read(one, points, first, last) for one in (READINGS, TAKEN_BACK)]
    both = pl.concat([*shown, frozen])
    return both.group_by(*KEYS, "day", maintain_order=True).agg(
        pl.col(name).drop_nulls().first() for name in COLUMNS
    )


def _read(query: str, points: Int64, first: int, last: int) -> pl.DataFrame:
    """Return the readings of points as the lake has its freezes: a column a register."""
    rows = bulk.fetch_columns(
        query.format(read_day=bulk.day_number("r.read_date"), fixed_day=bulk.day_number("r.fixed_date")),
        [int(points.min()), int(points.max()), day_of(first), day_of(last)],
        point="int", meter="int", multiplier="int", day="int", register="int", register_wh="int",
    )  # fmt: skip
    register = rows.pop("register")
    wh = rows.pop("register_wh")
    columns = {name: np.where(register == int(lake.FREEZE_REGISTERS[name]), wh, -1) for name in COLUMNS}
    held = pl.DataFrame({**rows, **columns}, schema=dict.fromkeys([*KEYS, "day", *COLUMNS], pl.Int64))
    return held.filter(pl.col("point").is_in(points.tolist())).with_columns(
        pl.when(pl.col(name) >= 0).then(pl.col(name)).alias(name) for name in COLUMNS
    )
