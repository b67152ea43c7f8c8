"""The one way in which terms of what stands are written: a proposal that was agreed to, or an import's new things."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.apps import apps
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from diansuo.office.archive.terms import standing
from diansuo.office.archive.terms.changes import TermChange
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.base.periods import PeriodModel, UnableToChange

ROWS_A_STATEMENT = 500
Undo = dict[str, Any]


@transaction.atomic
def write(changes: Sequence[TermChange], effective: date, batch: ImportBatch | None = None) -> list[Undo]:
    """Write changes from a day on; return what takes them back, in the same order.

    Rows carry the batch they came with, and what it changed in others is noted with it, so that taking the batch back
    takes this back too.

    Raises:
        UnableToChange: a row is gone, or does not hold on the day, or the day is its first.
    """
    rows = standing.standing_rows(changes)
    undo: list[Undo | None] = [None] * len(changes)
    notes: list[ImportChange] = []
    dated: dict[type[PeriodModel], list[int]] = {}
    for at, change in enumerate(changes):
        label = change.model._meta.label
        if change.row is None:
            undo[at] = {"model": label, "made": _begin(change, effective, batch)}
            continue
        row = rows.get((change.model, change.row))
        if row is None:
            raise UnableToChange(_("要改的记录已经不在；撤回后重新提交"))
        if change.in_place:
            change.model.objects.filter(pk=row.pk).update(**change.after)
            undo[at] = {"model": label, "row": row.pk, "before": change.as_json()["before"]}
            named = [(name, change.before.get(name), value) for name, value in change.after.items()]
        else:
            dated.setdefault(change.model, []).append(at)
            named = [("valid_to", None, effective)]
        notes += [note_change(batch, row, *one) for one in named] if batch else []
    for model, places in dated.items():
        made = _succeed(
            model, [(rows[model, changes[at].row], changes[at].after) for at in places], effective, batch
        )
        for at, pk in zip(places, made, strict=True):
            undo[at] = {"model": model._meta.label, "made": pk, "shortened": changes[at].row}
    ImportChange.objects.bulk_create(notes, batch_size=ROWS_A_STATEMENT)
    return [step for step in undo if step is not None]


def _begin(change: TermChange, effective: date, batch: ImportBatch | None) -> int:
    """Make the first row of its kind; after a closed period it begins where that ended."""
    ends = change.model.objects.filter(**change.key).aggregate(last=Max("valid_to"))["last"]
    first = max(day for day in (change.first or effective, ends) if day)
    made = change.model(**change.key, **change.after, valid_from=first, batch=batch)
    made.save(force_insert=True)
    return int(made.pk)


def _succeed(
    model: type[PeriodModel], pairs: Sequence[tuple[Any, Any]], day: date, batch: ImportBatch | None
) -> list[int]:
    """Do to many rows what ``PeriodModel.change_from`` does to one; return the ids of the new ones."""
    for row, _after in pairs:
        if day <= row.valid_from or (row.valid_to is not None and day >= row.valid_to):
            raise UnableToChange(
                _("%(what)s：生效日 %(day)s 须晚于现有记录的起始日 %(first)s")
                % {"what": model._meta.verbose_name, "day": day, "first": row.valid_from}
            )
    ids = [row.pk for row, _after in pairs]
    for start in range(0, len(ids), ROWS_A_STATEMENT):
        model.objects.filter(pk__in=ids[start : start + ROWS_A_STATEMENT]).update(valid_to=day)
    for row, after in pairs:
        row.pk, row.valid_from, row.batch = None, day, batch
        row._state.adding = True
        for name, value in after.items():
            setattr(row, name, value)
    made = model.objects.bulk_create([row for row, _after in pairs], batch_size=ROWS_A_STATEMENT)
    return [row.pk for row in made]


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
