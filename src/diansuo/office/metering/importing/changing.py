"""What a list changes in readings that stand already: written only over what was previewed, and noted to go back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from diansuo.office.base.bulk import instant
from diansuo.office.base.imports.operations import UnableToImport, note_change
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.metering.importing.judging import Judged
from diansuo.office.metering.importing.stored import StoredReading
from diansuo.office.metering.models import RegisterReading

# Over the value that was previewed only: 0 stands for no batch and for nobody.
UPDATE = """
    UPDATE metering_registerreading SET register_wh = %s, estimated = %s, meter_id = %s, list_previous_wh = %s,
        source = %s, batch_id = %s, entered_by_id = %s, entered_at = %s
    WHERE id = %s AND register_wh = %s AND estimated = %s AND meter_id = %s AND source = %s
        AND COALESCE(batch_id, 0) = %s AND COALESCE(entered_by_id, 0) = %s
"""


def change(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    """Change readings as previewed, inside the caller's transaction.

    A reading that was entered by hand becomes one of this list; one of another list stays that list's.

    Raises:
        UnableToImport: one of them is no longer what the preview saw.
    """
    notes: list[ImportChange] = []
    values: list[tuple[Any, ...]] = []
    for each in judged:
        held = each.stored
        if held is None:
            continue
        after = _after(batch, each, held)
        reading = RegisterReading(pk=held.id)
        for field, (before, value) in after.items():
            if before != value:
                notes.append(note_change(batch, reading, field, before, value))
        came_in = _came_in(batch, each, held)
        if came_in != held.entered_at:
            notes.append(note_change(batch, reading, "entered_at", held.entered_at, came_in))
        planned = (held.register_wh, held.estimated, held.meter_id, held.source)
        values.append(
            (
                *(value for _before, value in after.values()),
                instant(came_in),
                held.id,
                *planned,
                held.batch_id or 0,
                held.entered_by_id or 0,
            )
        )
    if not values:
        return
    with connection.cursor() as cursor:
        cursor.executemany(UPDATE, values)
        if cursor.rowcount != len(values):
            raise UnableToImport(_("预览之后清单中的示数又被更正，请重新预览后再导入"))
    ImportChange.objects.bulk_create(notes, batch_size=1000)


def _came_in(batch: ImportBatch, judged: Judged, held: StoredReading) -> datetime | None:
    """Return when the true value first came in: with this list where an estimate stood before."""
    return batch.applied_at if held.estimated and not judged.row.estimated else held.entered_at


def release(batch: ImportBatch) -> None:
    """Give readings that a list took over from an entry back to no batch, before the batch's own are deleted."""
    noted = ImportChange.objects.filter(batch=batch, model=RegisterReading._meta.label, field="batch")
    RegisterReading.objects.filter(batch=batch, pk__in=noted.values("row")).update(batch=None)


def _after(batch: ImportBatch, judged: Judged, held: StoredReading) -> dict[str, tuple[Any, Any]]:
    """Return before and after of every field, in the order of the statement."""
    row, mine = judged.row, held.by_hand
    return {
        "register_wh": (held.register_wh, row.register_wh),
        "estimated": (held.estimated, row.estimated),
        "meter": (held.meter_id, row.place.meter_id),
        "list_previous_wh": (held.list_previous_wh, row.previous_wh),
        "source": (held.source, RegisterReading.Source.LIST.value if mine else held.source),
        "batch": (held.batch_id, batch.pk if mine else held.batch_id),
        "entered_by": (held.entered_by_id, None if mine else held.entered_by_id),
    }
