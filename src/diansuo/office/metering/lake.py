"""The interval lake: Parquet files beside the database, that count only while the manifest lists them.

``lake/{raw,final}/{freeze,curve}/station=…/month=…/<batch>.parquet``, each sorted by metering point and day. A file
is written under a temporary name and renamed; its manifest row makes it count, in one commit; what is not listed is
never read, and swept.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from django.conf import settings

from diansuo.core.metering import Register
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import month_of
from diansuo.office.base.models import ImportBatch
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import LakeFile

RAW: Final = "raw"
FINAL: Final = "final"
FREEZE: Final = "freeze"
CURVE: Final = "curve"
FREEZE_REGISTERS: Final = {
    "active_total_wh": Register.ACTIVE_TOTAL,
    "active_sharp_wh": Register.ACTIVE_SHARP,
    "active_peak_wh": Register.ACTIVE_PEAK,
    "active_flat_wh": Register.ACTIVE_FLAT,
    "active_valley_wh": Register.ACTIVE_VALLEY,
    "reactive_forward_wh": Register.REACTIVE_FORWARD,
    "reverse_total_wh": Register.REVERSE_TOTAL,
    "reactive_reverse_wh": Register.REACTIVE_REVERSE,
    "demand_w": Register.DEMAND,
}
"""Columns of the daily freeze: registers at 0:00 in Wh before the multiplier (demand in W), null where absent."""
PHASE_REGISTERS: Final = ("active_a_wh", "active_b_wh", "active_c_wh")
"""Forward active of one phase, as the masters of areas count it; no tariff knows them."""
FREEZE_SCHEMA: Final = {
    "point": pl.Int64,
    "meter": pl.Int64,
    "multiplier": pl.Int64,
    "day": pl.Date,
    **dict.fromkeys(FREEZE_REGISTERS, pl.Int64),
    **dict.fromkeys(PHASE_REGISTERS, pl.Int64),
}
CURVE_SLOTS: Final = 96
CURVE_SCHEMA: Final = {
    "point": pl.Int64,
    "meter": pl.Int64,
    "multiplier": pl.Int64,
    "day": pl.Date,
    "slot": pl.Int16,
    "voltage_a_mv": pl.Int64,
    "voltage_b_mv": pl.Int64,
    "voltage_c_mv": pl.Int64,
    "power_w": pl.Int64,
    "current_a_ma": pl.Int64,
    "current_b_ma": pl.Int64,
    "current_c_ma": pl.Int64,
}
"""Columns of the curves: of each quarter of an hour (``slot`` 1 to 96) what the meter shows, before the multiplier."""
SWEEP_AFTER_SECONDS: Final = 3600
_TEMPORARY: Final = ".part"
_SCHEMAS: Final = {FREEZE: FREEZE_SCHEMA, CURVE: CURVE_SCHEMA}
_KEYS: Final = {FREEZE: ["point", "day"], CURVE: ["point", "day", "slot"]}


def write_freeze(
    batch: ImportBatch, station_id: int, month: int, frame: pl.DataFrame, side: str = RAW
) -> LakeFile:
    """Write one batch's freezes of one station and month, and list the file (in the caller's transaction).

    Args:
        batch: the batch they came with; its file of the month is replaced if it was written before.
        station_id: the owner.
        month: YYYYMM that all days lie in.
        frame: columns of ``FREEZE_SCHEMA``.
        side: ``raw`` as it came, ``final`` as it was made good.
    """
    return _write(batch, station_id, month, frame, FREEZE, side)


def write_curve(
    batch: ImportBatch, station_id: int, month: int, frame: pl.DataFrame, side: str = RAW
) -> LakeFile:
    """Write one batch's curves of one station and month, as :func:`write_freeze` does: columns of ``CURVE_SCHEMA``."""
    return _write(batch, station_id, month, frame, CURVE, side)


def read_freeze_frame(
    station_ids: Iterable[int], from_date: date, to_date: date, points: Sequence[int] | None = None
) -> pl.DataFrame:
    """Return the freezes of days ``[from_date, to_date)``: one row a point and day, sorted by them.

    Final comes before raw, and of one side the newest batch before the older ones.
    """
    return _read(FREEZE, station_ids, from_date, to_date, points)


def read_curve_frame(
    station_ids: Iterable[int], from_date: date, to_date: date, points: Sequence[int] | None = None
) -> pl.DataFrame:
    """Return the curves of days ``[from_date, to_date)``: one row a point, day and slot, sorted by them.

    Which of several wins is as for :func:`read_freeze_frame`.
    """
    return _read(CURVE, station_ids, from_date, to_date, points)


def read_freeze_rows(
    station_ids: Iterable[int], from_date: date, to_date: date, names: Sequence[str]
) -> pl.DataFrame:
    """Return columns of the freezes of days ``[from_date, to_date)`` as they lie in the files: fast, not made single.

    Of several rows of a point and day the last counts: raw comes before final, older batches before newer ones.
    """
    files = LakeFile.objects.filter(
        station__in=list(station_ids),
        kind=FREEZE,
        month__gte=month_of(from_date),
        month__lte=month_of(to_date),
    )
    ordered = sorted(files, key=lambda row: (row.side == FINAL, row.batch_id, row.path))
    schema = {name: FREEZE_SCHEMA[name] for name in dict.fromkeys((*names, "day"))}
    frames = [
        frame.select(name for name in schema if name in frame.collect_schema())
        for frame in (pl.scan_parquet(_root() / row.path) for row in ordered)
    ]
    found = pl.concat([pl.LazyFrame(schema=schema), *frames], how="diagonal")
    return found.filter(pl.col("day") >= from_date, pl.col("day") < to_date).select(list(names)).collect()


def read_freeze_days(
    station_id: int, days: Sequence[date], points: tuple[int, int], names: Sequence[str]
) -> pl.DataFrame:
    """Return columns of the freezes of single days and a range of points, as :func:`read_freeze_rows` does.

    The files are sorted by point: what lies outside the range is not read.
    """
    files = LakeFile.objects.filter(
        station_id=station_id, kind=FREEZE, month__gte=month_of(min(days)), month__lte=month_of(max(days))
    )
    ordered = sorted(files, key=lambda row: (row.side == FINAL, row.batch_id, row.path))
    schema = {name: FREEZE_SCHEMA[name] for name in dict.fromkeys((*names, "day"))}
    frames = [
        pl.scan_parquet(_root() / row.path)
        .filter(pl.col("point").is_between(*points), pl.col("day").is_in(list(days)))
        .select(list(schema))
        for row in ordered
    ]
    found = pl.concat([pl.LazyFrame(schema=schema), *frames], how="diagonal")
    return found.select(list(names)).collect()


def read_freeze_span(
    station_id: int, from_date: date, to_date: date, points: tuple[int, int], names: Sequence[str]
) -> pl.DataFrame:
    """Return columns of the freezes of days ``[from_date, to_date)`` and a range of points, one row a point and day.

    Which of several rows wins is as for :func:`read_freeze_frame`; what lies outside the range is not read.
    """
    return _span(FREEZE, station_id, from_date, to_date, points, names)


def read_curve_span(station_id: int, from_date: date, to_date: date, points: tuple[int, int]) -> pl.DataFrame:
    """Return the curves of days and a range of points, as :func:`read_freeze_span` does the freezes."""
    return _span(CURVE, station_id, from_date, to_date, points, list(CURVE_SCHEMA))


def frozen_meters(station_id: int, from_date: date, to_date: date) -> list[tuple[int, int]]:
    """Return which meters froze anything at which points on days ``[from_date, to_date)``, each pair once."""
    files = LakeFile.objects.filter(
        station_id=station_id, kind=FREEZE, month__gte=month_of(from_date), month__lte=month_of(to_date)
    )
    found: set[tuple[int, int]] = set()
    for path in files.values_list("path", flat=True):
        frame = pl.scan_parquet(_root() / path).filter(pl.col("day") >= from_date, pl.col("day") < to_date)
        found.update(frame.select("point", "meter").unique().collect().iter_rows())
    return sorted(found)


def read_curve_days(station_id: int, from_date: date, to_date: date) -> set[date]:
    """Return the days of ``[from_date, to_date)`` of which there is any curve."""
    files = LakeFile.objects.filter(
        station_id=station_id, kind=CURVE, month__gte=month_of(from_date), month__lte=month_of(to_date)
    )
    held: set[date] = set()
    for row in files:
        days = pl.scan_parquet(_root() / row.path).select(pl.col("day").unique()).collect()["day"]
        held |= set(days.to_list())
    return {day for day in held if from_date <= day < to_date}


def read_sides(
    station_id: int, from_date: date, to_date: date, point: int
) -> list[tuple[date, str, int, int | None]]:
    """Return every value there is of a point's total on days ``[from_date, to_date)``: day, side, batch, Wh.

    Nothing of it is ever overwritten: of a day the last row is the one that counts.
    """
    files = LakeFile.objects.filter(
        station_id=station_id, kind=FREEZE, month__gte=month_of(from_date), month__lte=month_of(to_date)
    )
    rows: list[tuple[date, str, int, int | None]] = []
    for file in sorted(files, key=lambda row: (row.side == FINAL, row.batch_id, row.path)):
        frame = pl.scan_parquet(_root() / file.path).filter(
            pl.col("point") == point, pl.col("day") >= from_date, pl.col("day") < to_date
        )
        found = frame.select("day", "active_total_wh").collect()
        rows += [(day, file.side, file.batch_id, wh) for day, wh in found.iter_rows()]
    return sorted(rows, key=lambda row: row[0])


def read_freeze(
    scope: Scope, from_date: date, to_date: date, points: Sequence[int] | None = None
) -> dict[str, Int64]:
    """Return the freezes of days ``[from_date, to_date)`` within a scope as int64 columns of one length.

    ``point``, ``meter``, ``multiplier``, ``day`` (days since 1970-01-01), the columns of ``FREEZE_REGISTERS`` and of
    ``PHASE_REGISTERS``, in which -1 stands for a register that was not frozen.
    """
    stations = scope.stations().values_list("id", flat=True)
    frame = read_freeze_frame(stations, from_date, to_date, points)
    columns = frame.with_columns(pl.col("day").cast(pl.Int32)).fill_null(-1).cast(pl.Int64)
    return {name: columns[name].to_numpy().astype(np.int64) for name in columns.columns}


def remove_unlisted(batch: ImportBatch) -> None:
    """Remove the files of a batch that the manifest no longer lists (after its withdrawal is committed)."""
    listed = set(LakeFile.objects.filter(batch=batch).values_list("path", flat=True))
    for path in _root().glob(f"*/*/station=*/month=*/{batch.pk:08d}.parquet"):
        if path.relative_to(_root()).as_posix() not in listed:
            path.unlink(missing_ok=True)


def sweep(now: datetime) -> int:
    """Remove files that the manifest does not list and nobody can still be writing; return how many."""
    listed = set(LakeFile.objects.values_list("path", flat=True))
    removed = 0
    for path in _root().glob("*/*/station=*/month=*/*"):
        old = now.timestamp() - path.stat().st_mtime > SWEEP_AFTER_SECONDS
        if old and path.relative_to(_root()).as_posix() not in listed:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the lake and does not count yet."""

    station_id: int
    month: int
    kind: str
    side: str
    path: str
    rows: int


def store(
    batch: ImportBatch, station_id: int, month: int, frame: pl.DataFrame, kind: str, side: str = RAW
) -> Stored:
    """Write one batch's rows of a station and month, whole or not at all; nobody reads them before they are listed."""
    relative = f"{side}/{kind}/station={station_id}/month={month}/{batch.pk:08d}.parquet"
    path = _root() / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}{_TEMPORARY}")
    schema = _SCHEMAS[kind]
    frame.select(list(schema)).cast(schema).sort(_KEYS[kind]).write_parquet(temporary)
    os.replace(temporary, path)
    return Stored(station_id, month, kind, side, relative, len(frame))


def list_stored(batch: ImportBatch, files: Iterable[Stored]) -> list[LakeFile]:
    """Make files count, all of them at once (in the caller's transaction)."""
    return [
        LakeFile.objects.update_or_create(
            path=one.path,
            defaults={
                "station_id": one.station_id,
                "batch": batch,
                "side": one.side,
                "kind": one.kind,
                "month": one.month,
                "rows": one.rows,
            },
        )[0]
        for one in files
    ]


def _write(
    batch: ImportBatch, station_id: int, month: int, frame: pl.DataFrame, kind: str, side: str
) -> LakeFile:
    return list_stored(batch, [store(batch, station_id, month, frame, kind, side)])[0]


def _read(
    kind: str, station_ids: Iterable[int], from_date: date, to_date: date, points: Sequence[int] | None
) -> pl.DataFrame:
    schema, keys = _SCHEMAS[kind], _KEYS[kind]
    files = LakeFile.objects.filter(
        station__in=list(station_ids),
        kind=kind,
        month__gte=month_of(from_date),
        month__lte=month_of(to_date),
    ).order_by("id")
    frames = [
        pl.scan_parquet(_root() / row.path).with_columns(
            rank=pl.lit(int(row.side == FINAL), pl.Int8), batch=pl.lit(row.batch_id, pl.Int64)
        )
        for row in files
    ]
    if not frames:
        return pl.DataFrame(schema=schema)
    # Files written before the phases, or the currents, were kept lack their columns.
    found = pl.concat([pl.LazyFrame(schema=schema), *frames], how="diagonal").filter(
        pl.col("day") >= from_date, pl.col("day") < to_date
    )
    if points is not None:
        found = found.filter(pl.col("point").is_in(list(points)))
    best = found.sort(*keys, "rank", "batch").unique(keys, keep="last", maintain_order=True)
    return best.select(list(schema)).collect()


def _span(
    kind: str, station_id: int, from_date: date, to_date: date, points: tuple[int, int], names: Sequence[str]
) -> pl.DataFrame:
    files = LakeFile.objects.filter(
        station_id=station_id, kind=kind, month__gte=month_of(from_date), month__lte=month_of(to_date)
    )
    schema = {name: _SCHEMAS[kind][name] for name in dict.fromkeys((*_KEYS[kind], *names))}
    frames = [pl.LazyFrame(schema=schema)]
    for row in sorted(files, key=lambda row: (row.side == FINAL, row.batch_id, row.path)):
        frame = pl.scan_parquet(_root() / row.path).filter(
            pl.col("point").is_between(*points), pl.col("day") >= from_date, pl.col("day") < to_date
        )
        held = frame.collect_schema()  # files written before a column was kept lack it
        frames.append(frame.select(name for name in schema if name in held))
    found = pl.concat(frames, how="diagonal").unique(_KEYS[kind], keep="last", maintain_order=True)
    return found.sort(_KEYS[kind]).collect()


def _root() -> Path:
    return Path(settings.HOME.lake)
