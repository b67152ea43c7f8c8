"""Interval tables (daily freezes, curves): compared row by row with what the lake holds, written a month at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
from django.utils.translation import gettext as _

from diansuo.office.base.imports.kinds import Plan, Source
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.base.sheets.columns import Column
from diansuo.office.metering import lake
from diansuo.office.metering.importing.placing import REFUSAL, placed
from diansuo.office.metering.importing.texts import text_frame


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
    texts, notes = text_frame(source, table.columns)
    rows = _judged(table, table.valued(placed(texts, table.columns, source.scope, source.today)))
    stations = rows["station_id"].drop_nulls().unique().to_list()
    station = Station.objects.get(pk=stations[0]) if len(stations) == 1 else None
    return Plan(_verdicts(rows), _writes(table, rows), station, notes)


def _judged(table: IntervalTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Give every row its outcome: refused, a repetition, or new, changed, unchanged against the lake."""
    rows = _refuse_conflicts(table, rows)
    good = rows.filter(pl.col("refusal_reason") == "")
    rows = rows.with_columns(outcome=pl.lit(Outcome.REFUSED.value), note=pl.lit(""))
    if good.is_empty():
        return rows
    start, end = good["date"].min(), good["date"].max()
    held = table.read(
        good["station_id"].unique().to_list(),
        start,
        end + timedelta(days=1),
        good["point_id"].unique().to_list(),
    ).select(
        *(pl.col(name).alias(f"{name}_held") for name in table.values),
        *(pl.col(name).cast(pl.Int64).alias(f"{name}_value") for name in table.keys),
        point_id="point",
        date="day",
        held_meter="meter",
        in_lake=pl.lit(value=True),
    )
    rows = rows.join(held, on=_row_keys(table), how="left").sort("at")
    same = pl.all_horizontal(
        *(pl.col(f"{name}_value").eq_missing(pl.col(f"{name}_held")) for name in table.values),
        pl.col("meter_id") == pl.col("held_meter"),
    )
    outcome = (
        pl.when(pl.col("refusal_reason") != "")
        .then(pl.lit(Outcome.REFUSED.value))
        .when(pl.col("repeats"))
        .then(pl.lit(Outcome.UNCHANGED.value))
        .when(pl.col("in_lake").is_null())
        .then(pl.lit(Outcome.NEW.value))
        .when(same)
        .then(pl.lit(Outcome.UNCHANGED.value))
        .otherwise(pl.lit(Outcome.CHANGED.value))
    )
    rows = rows.with_columns(outcome=outcome)
    return rows.with_columns(
        note=pl.when(pl.col("outcome") == Outcome.CHANGED.value)
        .then(table.change)
        .when(pl.col("repeats") & (pl.col("refusal_reason") == ""))
        .then(pl.lit(_("与前面的行重复")))
        .otherwise(pl.lit(""))
    )


def _refuse_conflicts(table: IntervalTable, rows: pl.DataFrame) -> pl.DataFrame:
    """Refuse every row of a point and day that the file gives several values for; mark plain repetitions."""
    values = pl.struct(f"{name}_value" for name in table.values)
    good = pl.col("refusal_reason") == ""
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


def _verdicts(rows: pl.DataFrame) -> Verdicts:
    refused = pl.col("refusal_reason") != ""
    shown = rows.with_columns(
        subject=pl.format(
            "{} {}",
            pl.when(pl.col("customer") == "").then(pl.col("meter")).otherwise(pl.col("customer")),
            pl.col("date").cast(pl.String).fill_null(""),
        ),
        refusal_reason=pl.when(refused).then(pl.col("refusal_reason")).otherwise(pl.col("note")),
    )
    said = {name: shown[f"refusal_{name}"].to_list() for name in REFUSAL}
    return Verdicts(
        sheet=shown["sheet"].to_list(),
        row=shown["row"].to_list(),
        outcome=shown["outcome"].to_list(),
        subject=shown["subject"].to_list(),
        **said,
    )


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
    rows = rows.with_columns(month=pl.col("day").dt.year().cast(pl.Int64) * 100 + pl.col("day").dt.month())
    stored: list[lake.Stored] = []
    made: list[Callable[[ImportBatch], None]] = []
    for (station_id, month), frame in sorted(rows.group_by("station_id", "month"), key=lambda item: item[0]):
        made.append(
            lambda batch, station_id=station_id, month=month, frame=frame: stored.append(
                lake.store(batch, station_id, month, frame, kind)
            )
        )

    def count(batch: ImportBatch) -> None:
        lake.list_stored(batch, stored)

    return [*made, count]


def _row_keys(table: IntervalTable) -> list[str]:
    return ["point_id", "date", *(f"{name}_value" for name in table.keys)]
