"""How long a sample station takes to write, against writing as many rows of the same registers bare.

Prints the figures and their ratio; no test fails on a time. Processor time is told too: the machine may be busy.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.speed.conftest import run_python

MEASURE = """
import json, time
from datetime import date
from pathlib import Path
import polars as pl
from diansuo.sandbox import station
folder = Path({folder!r})
began, busy = time.perf_counter(), time.process_time()
files = station.write(
    folder / "sample", customers={customers}, months={months}, last_month=202411, seed=7, last_day={last_day}
)
took, worked = time.perf_counter() - began, time.process_time() - busy
frames = [pl.read_parquet(path) for path in files.freezes.values()]
lists = [path.read_bytes() for path in (files.archive, *files.readings.values())]
began = time.perf_counter()
for at, frame in enumerate(frames):
    frame.write_parquet(folder / f"bare_{{at}}.parquet", compression="zstd")
for at, content in enumerate(lists):
    (folder / f"bare_{{at}}").write_bytes(content)
bare = time.perf_counter() - began
print(json.dumps({{"took": took, "worked": worked, "bare": bare, "rows": files.freeze_rows, "points": files.points}}))
"""


@pytest.mark.parametrize(
    ("customers", "months", "last_day", "promised_s"),
    [(12_000, 14, "None", 60), (100_000, 2, "date(2024, 11, 30)", 90)],
    ids=["14 months", "100,000 customers"],
)
def test_a_sample_station_is_written(
    tmp_path: Path, customers: int, months: int, last_day: str, promised_s: int
) -> None:
    code = MEASURE.format(folder=str(tmp_path), customers=customers, months=months, last_day=last_day)
    figures = json.loads(run_python(tmp_path / "home", code).stdout.splitlines()[-1])
    print(f"\nsample of {customers:,} customers × {months} months: {figures['took']:.1f} s", end="")
    print(f" (processor {figures['worked']:.1f} s; promised: under {promised_s} s)")
    print(f"  {figures['rows']:,} rows of daily freeze of {figures['points']:,} points, and all lists")
    ratio = figures["took"] / figures["bare"]
    print(f"  writing the same rows bare takes {figures['bare']:.1f} s: {ratio:.0f} times that")
    assert figures["rows"] > customers * 28 * (months - 1)
