"""The one way in which terms of what stands are written: a proposal that was agreed to, or an import's new things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.translation import gettext as _

from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.base.periods import UnableToChange

ROWS_A_STATEMENT = 500
Undo = dict[str, Any]


@transaction.atomic
def write(changes: Sequence[TermChange], effective: date, batch: ImportBatch | None = None) -> list[Undo]:
    """Write changes from a day on; return what takes them back.

    Rows carry the batch they came with, and what it changed in others is noted with it, so that taking the batch back
    takes this back too.

    Raises:
        UnableToChange: a row is gone, or does not hold on the day, or the day is its first.
    """
    rows = standing.standing_rows(changes)
    undo: list[Undo] = []
    notes: list[ImportChange] = []
    for change in changes:
        if change.row is None:
            made = change.model(
                **change.key, **change.after, valid_from=change.first or effective, batch=batch
            )
            made.save(force_insert=True)
            undo.append({"model": change.model._meta.label, "made": made.pk})
            continue
        row = rows.get((change.model, change.row))
        if row is None:
            raise UnableToChange(_("要改的记录已经不在；撤回后重新提交"))
        if change.in_place:
            change.model.objects.filter(pk=row.pk).update(**change.after)
            undo.append({"model": change.model._meta.label, "row": row.pk, "before": dict(change.before)})
            named = [note_change(batch, row, n, change.before.get(n), v) for n, v in change.after.items()] \
                if batch else []  # fmt: skip
        else:
            made = row.change_from(effective, batch=batch, **change.after)
            undo.append({"model": change.model._meta.label, "made": made.pk, "shortened": row.pk})
            named = [note_change(batch, row, "valid_to", None, effective)] if batch else []
        notes += named
    ImportChange.objects.bulk_create(notes, batch_size=ROWS_A_STATEMENT)
    return undo


@transaction.atomic
def take_back(undo: Sequence[Undo], changes: Sequence[TermChange]) -> None:
    """Undo what :func:`write` did, exactly.

    Raises:
        UnableToChange: something was changed since, on top of it.
    """
    for step, change in zip(reversed(undo), reversed(changes), strict=True):
        model = apps.get_model(step["model"])
        if "made" not in step:
            same = {name: value for name, value in change.after.items() if value is not None}
            found = model._base_manager.filter(pk=step["row"], **same).update(**change.before)
        else:
            kept = model._base_manager.filter(pk=step["made"], valid_to=None, **change.after)
            # Django would look for what hangs on the row; nothing hangs on a period.
            found = kept._raw_delete(kept.db)
        if not found:
            raise UnableToChange(_("之后又有变更建立在它上面，先撤回后来的变更"))
        if "shortened" in step:
            model._base_manager.filter(pk=step["shortened"]).update(valid_to=None)
