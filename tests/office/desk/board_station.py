"""A sample station with its faults, brought in as a station would: what the morning board is tested on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.base.scope import Scope
from diansuo.sandbox import station as sample

TODAY = date(2026, 3, 20)
NOW = datetime(2026, 3, 20, 0, 20, tzinfo=UTC)
CUSTOMERS = 600


def write(folder: Path) -> sample.Files:
    """Write the sample: 600 customers, two months, the freeze up to this morning's."""
    return sample.write(folder, customers=CUSTOMERS, months=2, last_month=202603, last_day=TODAY, seed=3)


def bring_in(kind: str, file: Path) -> None:
    """Preview and apply one file."""
    batch, plan = operations.preview(
        file, file.name, kind, options=Options(), scope=Scope.everything(), user=None, now=NOW
    )
    operations.apply(batch, scope=Scope.everything(), now=NOW, plan=plan)


def archive_only(folder: Path) -> tuple[Station, sample.Files]:
    """Bring in the archive alone: a station whose exports have not come yet."""
    files = write(folder)
    bring_in("archive", files.archive)
    assert ImportBatch.objects.get().counts["refused"] == 0
    return Station.objects.get(), files


def whole(folder: Path) -> tuple[Station, sample.Files]:
    """Bring in the archive, the freeze and the failed collections."""
    station, files = archive_only(folder)
    for file in files.freezes.values():
        bring_in("freeze", file)
    bring_in("failures", files.failures)
    return station, files
