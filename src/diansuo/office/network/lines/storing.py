"""Lists of lines as rows: what stands, whether a list says the same, and how a list takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db.models import Model

from diansuo.office.archive.line_models import LineArea, LineList, LinePoint, LineSegment
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.models import ImportBatch
from diansuo.office.network.lines.rows import Row

Facts = tuple[tuple[str, str, str, str, int, tuple[int, ...]], ...]
ENDS: Final[dict[str, tuple[type[Model], str]]] = {"area": (LinePoint, "point"), "feeder": (LineArea, "area")}
"""Whose lines, to the rows that say what hangs at a segment's end, and their column."""


def standing(owner: str, owner_id: int) -> LineList | None:
    """Return the list that stands for an ``area`` or a ``feeder``, or None."""
    return LineList.objects.filter(**{owner: owner_id}, replaced_by__isnull=True).first()


def facts(of: LineList, owner: str) -> Facts:
    """Return all that a standing list says, in the order of the segments' numbers."""
    model, column = ENDS[owner]
    hung: dict[int, list[int]] = {}
    for segment, one in model._default_manager.filter(segment__line_list=of).values_list("segment", column):
        hung.setdefault(segment, []).append(one)
    names = ("id", "number", "upper_number", "phase", "conductor", "length_cm")
    rows = LineSegment.objects.filter(line_list=of).values_list(*names)
    return tuple(sorted((*rest, tuple(sorted(hung.get(pk, ())))) for pk, *rest in rows))


def facts_of(lines: Sequence[Row], hung: Sequence[tuple[int, ...]]) -> Facts:
    """Return the same of a list that is to be imported."""
    return tuple(
        sorted(
            (row.number, row.upper, row.phase, row.conductor, row.length_cm, tuple(sorted(ends)))
            for row, ends in zip(lines, hung, strict=True)
        )
    )


def store(batch: ImportBatch, owner: str, rows: Sequence[Row], hung: Sequence[tuple[int, ...]]) -> None:
    """Put a list in the place of the one that stands (in the caller's transaction)."""
    before = standing(owner, rows[0].owner_id)
    if before is not None:
        note_change(batch, before, "replaced_by", None, batch.pk).save()
        before.replaced_by = batch
        before.save(update_fields=["replaced_by"])
    made = LineList.objects.create(batch=batch, **{f"{owner}_id": rows[0].owner_id})
    segments = LineSegment.objects.bulk_create(
        LineSegment(
            batch=batch, line_list=made, number=row.number, upper_number=row.upper, phase=row.phase,
            conductor=row.conductor, length_cm=row.length_cm,
        )
        for row in rows
    )  # fmt: skip
    model, column = ENDS[owner]
    model._default_manager.bulk_create(
        model(batch=batch, segment=segment, **{f"{column}_id": one})
        for segment, ends in zip(segments, hung, strict=True)
        for one in ends
    )
