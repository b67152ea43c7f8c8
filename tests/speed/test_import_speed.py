"""An archive of 100,000 customers from a workbook: preview and application, against the bare reading of the file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from diansuo.sandbox import people
from diansuo.sandbox.station import ARCHIVE_COLUMNS
from diansuo.sandbox.workbook import write_workbook
from tests.speed.conftest import CUSTOMERS, run_python

MEASURE = """
import json, resource, time
from pathlib import Path
from diansuo.cli import office
office.wake()
from django.utils import timezone
from python_calamine import CalamineWorkbook
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.scope import Scope
file = Path({file!r})
began = time.perf_counter()
CalamineWorkbook.from_path(file).get_sheet_by_index(0).to_python()
bare = time.perf_counter() - began
began = time.perf_counter()
batch, plan = operations.preview(
    file, file.name, "archive", options=Options(), scope=Scope.everything(), user=None, now=timezone.now()
)
previewed = time.perf_counter()
operations.apply(batch, scope=Scope.everything(), now=timezone.now(), plan=plan)
applied = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({{"bare": bare, "preview": previewed - began, "apply": applied - previewed, "peak": peak,
                  "counts": batch.counts}}))
"""


def test_import_of_a_big_archive(tmp_path: Path) -> None:
    file, home = tmp_path / "用户档案.xlsx", tmp_path / "home"
    rows = people.archive_rows(np.random.default_rng(1), CUSTOMERS, 150, 10, "测速供电公司", "测速供电所")
    write_workbook(
        file, "用户档案", ARCHIVE_COLUMNS, ([row[name] for name in ARCHIVE_COLUMNS] for row in rows)
    )
    figures = json.loads(run_python(home, MEASURE.format(file=str(file))).stdout)
    total = figures["preview"] + figures["apply"]
    print(f"\narchive of {CUSTOMERS:,} customers, {len(ARCHIVE_COLUMNS)} columns, from xlsx: {total:.1f} s")
    print(
        f"  preview {figures['preview']:.1f} s, apply {figures['apply']:.1f} s, peak {figures['peak'] / 2**30:.2f} GiB"
    )
    print(
        f"  reading the workbook alone takes {figures['bare']:.1f} s: {total / figures['bare']:.1f} times that"
    )
    assert figures["counts"]["new"] == CUSTOMERS
