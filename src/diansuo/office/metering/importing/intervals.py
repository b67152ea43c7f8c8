"""Interval tables (daily freezes, curves): compared row by row with what the lake holds, written a month at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl
from django.utils.translation import gettext as _

from diansuo.office.base.imports.kinds import Plan, Source
from diansuo.office.base.imports.verdicts import FramedVerdicts, Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.base.sheets.columns import Column
from diansuo.office.metering import lake
from diansuo.office.metering.importing.placing import REFUSAL, placed
from diansuo.office.metering.importing.texts import text_frame

# Places of a number that orders rows by point, day and slot.
DAY_ZERO: Final = 2**16
DAYS: Final = 2**18
SLOTS: Final = 2**7


@dataclass(frozen=True, slots=True)
class IntervalTable:
    """What one kind of interval table is.

    ``valued(frame)`` adds ``<name>_value`` for every one of ``keys`` and ``values`` to placed rows, and refuses. A row
    is known by point, day and ``keys``. ``kind`` and ``read`` are the lake's. ``change`` says what a row changes.
    """

    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    values: tuple[str, ...]
    valued: Callable[[pl.DataFrame], pl.DataFrame]
    kind: str
    read: Callable[[Sequence[int], date, date, Sequence[int]], pl.DataFrame]
    change: pl.Expr


def plan_of(table: IntervalTable, source: Source) -> Plan:
    """Say what an interval table would put into the lake, row by row.

    Raises:
        SheetRefused: not such a table.
    """
    texts, notes = text_frame(source, table.columns, raw=("day", *table.keys, *table.values))
    rows = _judged(table, table.valued(placed(texts, table.columns, source.scope, source.today)))
    stations = rows["station_id"].drop_nulls().unique().to_list()
    station = Station.objects.get(pk=stations[0]) if len(stations) == 1 else None
    return Plan(_verdicts(rows), _writes(table, rows), station, notes)


def _judged(table: IntervalTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Give every row its outcome: refused, a repetition, or new, changed, unchanged against the lake."""
    rows = _refuse_conflicts(table, rows)
    good = pl.col("refusal_reason") == ""
    rows = rows.with_columns(
        outcome=pl.when(~good)
        .then(pl.lit(Outcome.REFUSED.value))
        .when("repeats")
        .then(pl.lit(Outcome.UNCHANGED.value))
        .otherwise(pl.lit(Outcome.NEW.value))
    )
    held = _held(table, rows.lazy().filter(good).select("station_id", "point_id", "date").collect())
    if not held.is_empty():
        rows = _compared(table, rows, held)
    notes = pl.when(good & pl.col("repeats")).then(pl.lit(_("与前面的行重复"))).otherwise(pl.lit(""))
    if not held.is_empty():
        notes = pl.when(pl.col("outcome") == Outcome.CHANGED.value).then(table.change).otherwise(notes)
    elif not rows["repeats"].any():
        notes = pl.lit("")
    return rows.with_columns(note=notes)


def _held(table: IntervalTable, good: pl.DataFrame) -> pl.DataFrame:
    """Return what the lake holds of the points and days of rows, its values named ``<name>_held``."""
    if good.is_empty():
        return good
    start, end = good["date"].min(), good["date"].max()
    stations, points = good["station_id"].unique().to_list(), good["point_id"].unique().to_list()
    return table.read(stations, start, end + timedelta(days=1), points).select(
        *(pl.col(name).alias(f"{name}_held") for name in table.values),
        *(pl.col(name).cast(pl.Int64).alias(f"{name}_value") for name in table.keys),
        point_id="point",
        date="day",
        held_meter="meter",
        in_lake=pl.lit(value=True),
    )


def _compared(table: IntervalTable, rows: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """Say of new rows which the lake holds already, and which otherwise."""
    rows = rows.join(held, on=_row_keys(table), how="left", maintain_order="left")
    same = pl.all_horizontal(
        *(pl.col(f"{name}_value").eq_missing(pl.col(f"{name}_held")) for name in table.values),
        pl.col("meter_id") == pl.col("held_meter"),
    )
    return rows.with_columns(
        outcome=pl.when((pl.col("outcome") != Outcome.NEW.value) | pl.col("in_lake").is_null())
        .then("outcome")
        .when(same)
        .then(pl.lit(Outcome.UNCHANGED.value))
        .otherwise(pl.lit(Outcome.CHANGED.value))
    )


def _refuse_conflicts(table: IntervalTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Refuse every row of a point and day that the file gives several values for; mark plain repetitions."""
    good = pl.col("refusal_reason") == ""
    if not _twice(table, rows.lazy().filter(good).select(_row_keys(table)).collect()):
        return rows.with_columns(repeats=pl.lit(value=False))
    values = pl.struct(f"{name}_value" for name in table.values)
    rows = rows.with_columns(
        conflict=good & (values.n_unique().over(*_row_keys(table), "refusal_reason") > 1),
        repeats=good & (pl.int_range(pl.len()).over(*_row_keys(table), "refusal_reason") > 0),
    )
    said = {"column": _("日期"), "reason": _("同一天有几行不同的示数"), "remedy": _("只留正确的一行")}
    return rows.with_columns(
        pl.when(pl.col("conflict"))
        .then(pl.lit(text))
        .otherwise(pl.col(f"refusal_{name}"))
        .alias(f"refusal_{name}")
        for name, text in said.items()
    )


def _twice(table: IntervalTable, rows: pl.DataFrame) -> bool:
    """Tell whether rows name a point, day and key more than once; a file that is sorted is told by one look."""
    slot = pl.col(f"{table.keys[0]}_value") if table.keys else pl.lit(0, pl.Int64)
    day = pl.col("date").cast(pl.Int32).cast(pl.Int64) + DAY_ZERO
    keys = rows.select((pl.col("point_id") * DAYS + day) * SLOTS + slot).to_series()
    return not (keys.diff().slice(1) > 0).all() and keys.n_unique() < len(keys)


def _verdicts(rows: pl.DataFrame) -> Verdicts:
    reason = pl.when(pl.col("refusal_reason") != "").then("refusal_reason").otherwise("note")
    shown = rows.with_columns(refusal_reason=reason)
    said = (pl.col(f"refusal_{name}").alias(name) for name in REFUSAL)
    return FramedVerdicts(shown.select("sheet", "row", "outcome", "subject", *said))


def _writes(table: IntervalTable, rows: pl.DataFrame) -> list[Callable[[ImportBatch], None]]:
    """The writes of what is new or changed only."""
    kept = rows.filter(pl.col("outcome").is_in([Outcome.NEW.value, Outcome.CHANGED.value])).select(
        "station_id",
        point="point_id",
        meter="meter_id",
        multiplier="archive_multiplier",
        day="date",
        **{name: f"{name}_value" for name in (*table.keys, *table.values)},
    )
    return writes_of(table.kind, kept)


def writes_of(kind: str, rows: pl.DataFrame) -> list[Callable[[ImportBatch], None]]:
    """One write a station and month, and a last one that makes all of them count at once: none is half imported.

    Args:
        kind: the lake's.
        rows: columns of the lake, and ``station_id``.
    """
    if rows.is_empty():
        return []
    month = pl.col("day").dt.year().cast(pl.Int64) * 100 + pl.col("day").dt.month()
    rows = rows.with_columns(month=month)
    stored: list[lake.Stored] = []
    made: list[Callable[[ImportBatch], None]] = []
    for station_id, one in sorted(rows.select("station_id", "month").unique().iter_rows()):
        frame = rows.filter(pl.col("station_id") == station_id, pl.col("month") == one)
        made.append(
            lambda batch, station_id=station_id, one=one, frame=frame: stored.append(
                lake.store(batch, station_id, one, frame, kind)
            )
        )

    def count(batch: ImportBatch) -> None:
        lake.list_stored(batch, stored)

    return [*made, count]


def _row_keys(table: IntervalTable) -> list[str]:
    return ["point_id", "date", *(f"{name}_value" for name in table.keys)]
