"""Edits applied to rows that stand: each noted with its batch, so that taking the batch back restores it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection, models
from django.db.models import Max
from django.utils import timezone

from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.references import References
from diansuo.office.archive.models import AreaTerm, Feeder, Route, RouteTerm, Substation, TransformerArea
from diansuo.office.archive.terms import holding
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.models import ImportBatch, ImportChange
from diansuo.office.base.periods import PeriodModel

ROWS_A_STATEMENT = 500


def apply_edits(batch: ImportBatch, edits: Edits, references: References, effective: date | None) -> None:
    """Write a set of edits, inside the caller's transaction; ``effective`` is given whenever one is dated.

    What changes the terms that price somebody is not written: it is kept as a proposal of the batch.
    """
    edits, held = holding.parted(edits)
    if held:
        day = effective or timezone.localdate(batch.created_at)
        holding.hold(batch, holding.changes(held, references), day)
    notes = _write_over(batch, edits, references)
    by_model: dict[type[PeriodModel], dict[int, dict[str, Any]]] = defaultdict(dict)
    for (model, row), values in edits.dated.items():
        by_model[model][row] = {name: references.resolve(value) for name, value in values.items()}
    for model, changes in by_model.items():
        if effective is not None:
            notes += change_rows_from(batch, model, effective, changes)
    ImportChange.objects.bulk_create(notes, batch_size=ROWS_A_STATEMENT)
    _add(batch, edits, references)


def change_rows_from(
    batch: ImportBatch, model: type[PeriodModel], day: date, changes: dict[int, dict[str, Any]]
) -> list[ImportChange]:
    """Do to many open rows what ``PeriodModel.change_from`` does to one; return the notes of their shortening."""
    standing = model.objects.filter(valid_to=None).in_bulk(list(changes))
    notes = [note_change(batch, row, "valid_to", None, day) for row in standing.values()]
    model.objects.filter(pk__in=list(standing)).update(valid_to=day)
    for row_id, row in standing.items():
        row.pk, row.valid_from, row.batch = None, day, batch
        row._state.adding = True
        for name, value in changes[row_id].items():
            setattr(row, name, value)
    model.objects.bulk_create(standing.values(), batch_size=ROWS_A_STATEMENT)
    return notes


def claim_shared(batch: ImportBatch, ids: dict[type[models.Model], set[int]]) -> None:
    """Let a shared thing that an earlier batch made outlive that batch, now that this one uses it too.

    Such a thing then carries no batch; taking this one back gives it to the earlier one again.
    """
    used = {model: set(ids.get(model, ())) for model in (Substation, Feeder, TransformerArea, Route)}
    terms = AreaTerm.objects.filter(area__in=used[TransformerArea])
    used[AreaTerm] = set(terms.values_list("id", flat=True))
    used[RouteTerm] = set(RouteTerm.objects.filter(route__in=used[Route]).values_list("id", flat=True))
    used[Feeder] |= set(terms.exclude(feeder=None).values_list("feeder", flat=True))
    feeders = Feeder.objects.filter(pk__in=used[Feeder]).exclude(substation=None)
    used[Substation] |= set(feeders.values_list("substation", flat=True))
    notes = []
    for model, rows in used.items():
        earlier = model._base_manager.filter(pk__in=rows).exclude(batch=None).exclude(batch=batch)
        notes += [note_change(batch, row, "batch", row.batch_id, None) for row in earlier]
        earlier.update(batch=None)
    ImportChange.objects.bulk_create(notes, batch_size=ROWS_A_STATEMENT)


def _write_over(batch: ImportBatch, edits: Edits, references: References) -> list[ImportChange]:
    notes = []
    values: dict[tuple[type[models.Model], str], list[tuple[Any, int]]] = defaultdict(list)
    for (model, row, name), (before, after) in edits.in_place.items():
        value = references.resolve(after)
        notes.append(note_change(batch, model(pk=row), name, before, value))
        values[model, name].append((value, row))
    for (model, name), pairs in values.items():
        _update_each(model, name, pairs)
    return notes


def _update_each(model: type[models.Model], name: str, pairs: Iterable[tuple[Any, int]]) -> None:
    """Set one field of many rows, each to its own value."""
    column = model._meta.get_field(name).column
    with connection.cursor() as cursor:
        cursor.executemany(f'UPDATE "{model._meta.db_table}" SET "{column}" = %s WHERE id = %s', list(pairs))


def _add(batch: ImportBatch, edits: Edits, references: References) -> None:
    """Insert facts that things had none of; after a closed period they begin where it ended."""
    by_model: dict[type[models.Model], list[tuple[date, dict[str, Any]]]] = defaultdict(list)
    for (model, _key), (first, values) in edits.added.items():
        by_model[model].append((first, {name: references.resolve(value) for name, value in values.items()}))
    for model, rows in by_model.items():
        made = [model(batch=batch, **values) for _first, values in rows]
        if issubclass(model, PeriodModel):
            ends = _ends(model, made)
            for row, (first, _values) in zip(made, rows, strict=True):
                row.valid_from = max(first, ends.get(_key_of(model, row), first))
        model._base_manager.bulk_create(made, batch_size=ROWS_A_STATEMENT)


def _ends(model: type[PeriodModel], rows: list[Any]) -> dict[tuple[Any, ...], date]:
    first, *rest = _key_columns(model)
    closed = model.objects.filter(**{f"{first}__in": {getattr(row, first) for row in rows}}).exclude(
        valid_to=None
    )
    ends = closed.values_list(first, *rest).annotate(end=Max("valid_to"))
    return {tuple(key): end for *key, end in ends}


def _key_of(model: type[PeriodModel], row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _key_columns(model))


def _key_columns(model: type[PeriodModel]) -> list[str]:
    return [model._meta.get_field(name).attname for name in model.period_keys[0]]
