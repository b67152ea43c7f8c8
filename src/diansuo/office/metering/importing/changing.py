"""What a list changes in readings that stand already: written only over what was previewed, and noted to go back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from diansuo.office.base.bulk import instant
from diansuo.office.base.imports.operations import UnableToImport, note_change
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.metering.importing.judging import Judged
from diansuo.office.metering.importing.stored import StoredReading
from diansuo.office.metering.models import RegisterReading

FIELDS: Final = (
    "register_wh", "estimated", "meter", "list_previous_wh", "source", "batch", "entered_by", "entered_at",
)  # fmt: skip
# Over the value that was previewed only: 0 stands for no batch and for nobody.
UPDATE: Final = """
    UPDATE metering_registerreading SET register_wh = %s, estimated = %s, meter_id = %s, list_previous_wh = %s,
        source = %s, batch_id = %s, entered_by_id = %s, entered_at = %s
    WHERE id = %s AND register_wh = %s AND estimated = %s AND meter_id = %s AND source = %s
        AND COALESCE(batch_id, 0) = %s AND COALESCE(entered_by_id, 0) = %s
"""


@dataclass(frozen=True, slots=True)
class Changed:
    """A stored reading with every one of FIELDS before and after; shared things by their ids."""

    reading: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def changed(batch: ImportBatch, judged: Judged, held: StoredReading) -> Changed:
    """Return what a row of a list makes of the reading that stands.

    A reading that was entered by hand becomes one of this list; one of another list stays that list's.
    """
    row, mine = judged.row, held.by_hand
    # The true value first came in with this list where an estimate stood before.
    came_in = batch.applied_at if held.estimated and not row.estimated else held.entered_at
    pairs = (
        (held.register_wh, row.register_wh),
        (held.estimated, row.estimated),
        (held.meter_id, row.place.meter_id),
        (held.list_previous_wh, row.previous_wh),
        (held.source, RegisterReading.Source.LIST.value if mine else held.source),
        (held.batch_id, batch.pk if mine else held.batch_id),
        (held.entered_by_id, None if mine else held.entered_by_id),
        (held.entered_at, came_in),
    )
    before, after = zip(*pairs, strict=True)
    return Changed(held.id, dict(zip(FIELDS, before, strict=True)), dict(zip(FIELDS, after, strict=True)))


def change(batch: ImportBatch, judged: Sequence[Judged]) -> None:
    """Change readings as previewed, inside the caller's transaction.

    Raises:
        UnableToImport: one of them is no longer what the preview saw.
    """
    found = [changed(batch, each, each.stored) for each in judged if each.stored is not None]
    if not over(found):
        raise UnableToImport(_("预览之后清单中的示数又被更正，请重新预览后再导入"))
    note(batch, found)


def over(changes: Sequence[Changed]) -> bool:
    """Write each reading's values over those it had; tell whether every one still had them."""
    if not changes:
        return True
    with connection.cursor() as cursor:
        cursor.executemany(UPDATE, [_values(each) for each in changes])
        return bool(cursor.rowcount == len(changes))


def back(changes: Sequence[Changed]) -> list[Changed]:
    """Return the changes the other way round."""
    return [Changed(each.reading, each.after, each.before) for each in changes]


def note(batch: ImportBatch, changes: Sequence[Changed]) -> None:
    """Note what changed with the batch, so that taking the batch back takes this back."""
    notes = [
        note_change(batch, RegisterReading(pk=each.reading), name, each.before[name], each.after[name])
        for each in changes
        for name in FIELDS
        if each.before[name] != each.after[name]
    ]
    ImportChange.objects.bulk_create(notes, batch_size=1000)


def release(batch: ImportBatch) -> None:
    """Give readings that a list took over from an entry back to no batch, before the batch's own are deleted."""
    noted = ImportChange.objects.filter(batch=batch, model=RegisterReading._meta.label, field="batch")
    RegisterReading.objects.filter(batch=batch, pk__in=noted.values("row")).update(batch=None)


def _values(each: Changed) -> tuple[Any, ...]:
    """Return the values of the statement."""
    before, after = each.before, each.after
    came_in: datetime | None = after["entered_at"]
    return (
        *(after[name] for name in FIELDS[:-1]),
        instant(came_in),
        each.reading,
        *(before[name] for name in ("register_wh", "estimated", "meter", "source")),
        before["batch"] or 0,
        before["entered_by"] or 0,
    )
