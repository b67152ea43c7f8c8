"""A sample station of many areas, imported as its files are, and what a search for its causes takes: own processes."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
from django.conf import settings
from django.utils import timezone

from diansuo.office.base import jobs
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.models import Station
from diansuo.office.base.scope import Scope
from diansuo.office.metering.models import LakeFile
from diansuo.office.network.causes import running
from diansuo.office.network.models import LossFinding
from diansuo.sandbox import station as sample
from diansuo.sandbox.layout import CUSTOMERS_AN_AREA

LAST = date(2024, 11, 30)
MONTHS = 3
ROWS_A_FILE = 4_000_000
SEED = 11
"""Of the default size every area of this one can be supplied."""


def build(areas: int, curve_areas: int, folder: Path) -> None:
    """Import a sample station with three months of freezes, its lines, its clocks and curves of some areas."""
    files = sample.write(
        folder,
        customers=areas * CUSTOMERS_AN_AREA,
        months=MONTHS,
        last_month=LAST.year * 100 + LAST.month,
        last_day=LAST,
        seed=SEED,
        curve_areas=curve_areas,
    )
    _bring_in("archive", files.archive)
    for file in files.freezes.values():
        _bring_in("freeze", file)
    _bring_in("lines", files.lines)
    _bring_in("clocks", files.clocks)
    for file in files.curves.values():
        for part in _parts(file):
            _bring_in("curve", part)


def _parts(file: Path) -> Iterator[Path]:
    """Yield a file cut into such as an import takes."""
    frame = pl.read_parquet(file)
    for start in range(0, len(frame), ROWS_A_FILE):
        part = file.with_name(f"{file.stem}_{start}.parquet")
        frame.slice(start, ROWS_A_FILE).write_parquet(part)
        yield part


def _bring_in(kind: str, file: Path) -> None:
    scope, now = Scope.everything(), timezone.now()
    batch, plan = operations.preview(
        file, file.name, kind, options=Options(), scope=scope, user=None, now=now
    )
    operations.apply(batch, scope=scope, now=now, plan=plan)


def measure() -> Iterator[str]:
    """Yield what reading the station's lake once takes of the processor, and what the search does."""
    day = date(LAST.year, LAST.month, LAST.day - 1)
    job = running.prepare(Station.objects.get(), day, user=None, now=timezone.now())
    start, clock = time.process_time(), time.perf_counter()
    jobs.run(job.pk, clock=timezone.now)
    search_s, clock_s = time.process_time() - start, time.perf_counter() - clock
    areas = sum(len(chunk) for chunk in job.stages.get().plan)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # before the lake is read whole
    paths = [Path(settings.HOME.lake) / row.path for row in LakeFile.objects.order_by("path")]
    start = time.process_time()
    rows = sum(len(pl.read_parquet(path)) for path in paths)
    read_s = time.process_time() - start
    yield f"areas {areas:,}, rows of the lake {rows:,}, causes {LossFinding.objects.count():,}"
    yield f"reading the lake's files once  {read_s:8.2f} s of the processor"
    yield f"the search                     {search_s:8.2f} s of the processor, {clock_s:.2f} by the clock"
    yield f"ratio to reading once          {search_s / read_s:8.1f}"
    yield f"memory at the most             {most:8.2f} GiB"
