"""The lines of an area as rows: what stands, whether a list says the same, and how a list takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from diansuo.office.archive.line_models import LineList, LinePoint, LineSegment
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.models import ImportBatch

if TYPE_CHECKING:
    from diansuo.office.network.lines.importing import Row

Facts = tuple[tuple[str, str, str, str, int, tuple[int, ...]], ...]


def standing(area_id: int) -> LineList | None:
    """Return the list that stands for an area, or None."""
    return LineList.objects.filter(area=area_id, replaced_by__isnull=True).first()


def facts(of: LineList) -> Facts:
    """Return all that a standing list says, in the order of the segments' numbers."""
    hung: dict[int, list[int]] = {}
    for segment, point in LinePoint.objects.filter(segment__line_list=of).values_list("segment", "point"):
        hung.setdefault(segment, []).append(point)
    names = ("id", "number", "upper_number", "phase", "conductor", "length_cm")
    rows = LineSegment.objects.filter(line_list=of).values_list(*names)
    return tuple(sorted((*rest, tuple(sorted(hung.get(pk, ())))) for pk, *rest in rows))


def facts_of(lines: Sequence[Row], points: Sequence[tuple[int, ...]]) -> Facts:
    """Return the same of a list that is to be imported."""
    return tuple(
        sorted(
            (row.number, row.upper, row.phase, row.conductor, row.length_cm, tuple(sorted(hung)))
            for row, hung in zip(lines, points, strict=True)
        )
    )


def store(batch: ImportBatch, rows: Sequence[Row], points: Sequence[tuple[int, ...]]) -> None:
    """Put an area's lines in the place of those it has (in the caller's transaction)."""
    before = standing(rows[0].area_id)
    if before is not None:
        note_change(batch, before, "replaced_by", None, batch.pk).save()
        before.replaced_by = batch
        before.save(update_fields=["replaced_by"])
    made = LineList.objects.create(batch=batch, area_id=rows[0].area_id)
    segments = LineSegment.objects.bulk_create(
        LineSegment(
            batch=batch, line_list=made, number=row.number, upper_number=row.upper, phase=row.phase,
            conductor=row.conductor, length_cm=row.length_cm,
        )
        for row in rows
    )  # fmt: skip
    LinePoint.objects.bulk_create(
        LinePoint(batch=batch, segment=segment, point_id=point)
        for segment, hung in zip(segments, points, strict=True)
        for point in hung
    )
