"""Stores a judged part of a reading list: readings and openings in bulk, changes noted so that they can go back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from diansuo.core.metering import Purpose
from diansuo.core.quantity.month import previous_month
from diansuo.office.base.bulk import insert_columns
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.verdicts import Outcome
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.metering.importing.judging import Judged
from diansuo.office.metering.models import MissedReading, RegisterReading

ROWS_A_WRITE = 10_000

Source = RegisterReading.Source


def writes(judged: Sequence[Judged]) -> list[Callable[[ImportBatch], None]]:
    """Return the writes of a list, each a short transaction of its own."""
    kept = [each for each in judged if each.stores]
    missed = _missed_points(judged)
    made: list[Callable[[ImportBatch], None]] = []
    for start in range(0, len(kept), ROWS_A_WRITE):
        part = kept[start : start + ROWS_A_WRITE]
        made.append(lambda batch, part=part: _store(batch, part))
    for start in range(0, len(missed), ROWS_A_WRITE):
        points = missed[start : start + ROWS_A_WRITE]
        made.append(lambda batch, points=points: _store_missed(batch, points))
    return made


def _store(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    _insert_new(batch, [each for each in judged if each.outcome == Outcome.NEW])
    _insert_openings(batch, [each for each in judged if each.opening_date])
    _change(batch, [each for each in judged if each.outcome == Outcome.CHANGED])


def _insert_new(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    rows = [each.row for each in judged]
    insert_columns(
        RegisterReading,
        {
            "point": [row.place.point_id for row in rows],
            "meter": [row.place.meter_id for row in rows],
            "register": [row.register for row in rows],
            "read_date": [row.read_date.isoformat() for row in rows],
            "purpose": [row.purpose for row in rows],
            "register_wh": [row.register_wh for row in rows],
            "period": [row.period if row.purpose == Purpose.PERIODIC else None for row in rows],
            "estimated": [row.estimated for row in rows],
            "source": [Source.LIST.value] * len(rows),
            "list_previous_wh": [row.previous_wh for row in rows],
            "batch": [batch.pk] * len(rows),
        },
    )


def _insert_openings(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    rows = [each.row for each in judged]
    insert_columns(
        RegisterReading,
        {
            "point": [row.place.point_id for row in rows],
            "meter": [row.place.meter_id for row in rows],
            "register": [row.register for row in rows],
            "read_date": [each.opening_date.isoformat() for each in judged if each.opening_date],
            "purpose": [int(Purpose.OPENING)] * len(rows),
            "register_wh": [row.previous_wh for row in rows],
            "period": [previous_month(row.period) for row in rows],
            "estimated": [False] * len(rows),
            "source": [Source.LIST_PREVIOUS.value] * len(rows),
            "batch": [batch.pk] * len(rows),
        },
    )


def _change(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    readings, notes = [], []
    for each in judged:
        if each.stored is None:
            continue
        reading = RegisterReading(pk=each.stored.id)
        for field, before, after in _differences(each):
            notes.append(note_change(batch, reading, field, before, after))
        row = each.row
        reading.register_wh, reading.estimated = row.register_wh, row.estimated
        reading.meter_id, reading.list_previous_wh = row.place.meter_id, row.previous_wh
        readings.append(reading)
    ImportChange.objects.bulk_create(notes, batch_size=1000)
    RegisterReading.objects.bulk_update(
        readings, ["register_wh", "estimated", "meter", "list_previous_wh"], batch_size=500
    )


def _differences(judged: Judged) -> list[tuple[str, Any, Any]]:
    row, held = judged.row, judged.stored
    assert held is not None
    pairs = [
        ("register_wh", held.register_wh, row.register_wh),
        ("estimated", held.estimated, row.estimated),
        ("meter", held.meter_id, row.place.meter_id),
        ("list_previous_wh", held.list_previous_wh, row.previous_wh),
    ]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _missed_points(judged: Sequence[Judged]) -> list[tuple[int, int, str]]:
    """Point, month and reason of every month missed, once a point however many registers it has."""
    found: dict[tuple[int, int], str] = {}
    for each in judged:
        if each.missed and each.outcome == Outcome.NEW:
            found.setdefault((each.row.place.point_id, each.row.period), each.row.trouble)
    return [(point, period, reason) for (point, period), reason in found.items()]


def _store_missed(batch: ImportBatch, missed: Sequence[tuple[int, int, str]]) -> None:
    points, periods, reasons = zip(*missed, strict=True)
    insert_columns(
        MissedReading,
        {"point": points, "period": periods, "reason": reasons, "batch": [batch.pk] * len(points)},
    )
