"""What the meters of some readings froze on the day they were read and the day after, from the lake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from diansuo.core.metering import Known, Register
from diansuo.core.metering.evidence import Frozen
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.metering import lake
from diansuo.office.metering.columns import ReadingRows, as_date
from diansuo.office.metering.models import LakeFile

COLUMN_OF: Final = {
    int(register): name for name, register in lake.FREEZE_REGISTERS.items() if name != "demand_w"
}


def frozen(station_id: int, rows: ReadingRows, since: Int64) -> Frozen | None:
    """Return the freezes beside readings after a day; None where nothing was collected on any of their days.

    Args:
        station_id: whose lake.
        rows: the readings.
        since: day (rows,) up to which readings are settled and not asked about.
    """
    asked = np.flatnonzero((rows.day > since) & np.isin(rows.register, list(COLUMN_OF)))
    if not len(asked) or not LakeFile.objects.filter(station_id=station_id, kind=lake.FREEZE).exists():
        return None
    days = np.unique(np.concatenate((rows.day[asked], rows.day[asked] + 1)))
    frame = _of_days(station_id, days, int(rows.point[asked].min()), int(rows.point[asked].max()))
    if not len(frame):
        return None
    wanted = pl.DataFrame(
        {name: getattr(rows, name)[asked] for name in ("point", "meter", "day", "register")}
    ).with_columns(pl.lit(asked).alias("row"), pl.col("register").cast(pl.Int64))
    return Frozen(_beside(wanted, frame, len(rows)), _beside(wanted, frame, len(rows), later=1))


def at(station_id: int, rows: ReadingRows, day: Int64) -> Known:
    """Return what the meter of each reading froze in the same register at 0:00 of another day, demand included.

    Args:
        station_id: whose lake.
        rows: the readings, at least one.
        day: int64 (rows,), days since 1970-01-01.
    """
    registers = COLUMN_OF | {int(Register.DEMAND): "demand_w"}
    frame = _of_days(station_id, np.unique(day), int(rows.point.min()), int(rows.point.max()), registers)
    wanted = pl.DataFrame(
        {"point": rows.point, "meter": rows.meter, "day": day, "register": rows.register.astype(np.int64)}
    ).with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("row"))
    return _beside(wanted, frame, len(rows))


def _of_days(
    station_id: int, days: Int64, low: int, high: int, columns: Mapping[int, str] = COLUMN_OF
) -> pl.DataFrame:
    """Return the registers of these days, one row a point, meter, day and register."""
    names = ["point", "meter", "day", *columns.values()]
    found = lake.read_freeze_days(station_id, [as_date(int(day)) for day in days], (low, high), names)
    frame = found.unique(["point", "day"], keep="last", maintain_order=True)
    registers = {name: register for register, name in columns.items()}
    long = frame.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Int64)).unpivot(
        on=list(registers), index=["point", "meter", "day"], variable_name="register", value_name="wh"
    )
    return long.drop_nulls("wh").with_columns(
        pl.col("register").replace_strict(registers, return_dtype=pl.Int64)
    )


def _beside(wanted: pl.DataFrame, frame: pl.DataFrame, size: int, later: int = 0) -> Known:
    """Return the registers of the same meters as a column beside the readings, of each one's day or of a later one."""
    found = wanted.with_columns(pl.col("day") + later).join(frame, on=["point", "meter", "day", "register"])
    value: Int64 = np.zeros(size, np.int64)
    known: Bool = np.zeros(size, np.bool_)
    at = found["row"].to_numpy()
    value[at], known[at] = found["wh"].to_numpy(), True
    return Known(value, known)
