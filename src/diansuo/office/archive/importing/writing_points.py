"""The last write of an import: how points hang behind one another, once all of them stand."""

from __future__ import annotations

from diansuo.office.archive.importing import points
from diansuo.office.archive.importing.applying import apply_edits
from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.intake import Intake
from diansuo.office.archive.models import PointTerm
from diansuo.office.base.models import ImportBatch

ROWS_A_STATEMENT = 500


def write_points(intake: Intake, batch: ImportBatch) -> None:
    """Write the terms of new points that lines give, and the changes to those that stand."""
    made = []
    for i, point in intake.made_points.items():
        said = points.said(intake.lines, intake.names, i)
        if said:
            values = {name: intake.references.resolve(value) for name, value in said.items()}
            first = intake.starts.of(intake.lines["opened_date"][i])
            made.append(PointTerm(point_id=point, valid_from=first, batch=batch, **values))
    PointTerm.objects.bulk_create(made, batch_size=ROWS_A_STATEMENT)
    edits = Edits()
    for own in intake.own.values():
        edits.join(own.of(PointTerm))
    if edits:
        apply_edits(batch, edits, intake.references, intake.effective)
