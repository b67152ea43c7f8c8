"""Interval files into the lake: wide and long curves, daily freezes; parquet and csv, against a bare write."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.speed.conftest import ROOT, run_python

CUSTOMERS = 2_000
MEASURE = """
import json, sys, time
from datetime import date
from pathlib import Path
import numpy as np
import polars as pl
from diansuo.cli import office
office.wake()
sys.path.insert(0, {root!r})
from django.utils import timezone
from tests.speed import big_station
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base.imports import operations
from diansuo.office.base.imports.kinds import Options
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake

big_station.build({customers})
held = MeterInstallation.objects.filter(point__contract__isnull=False).order_by("point")
pairs = list(held.values_list("point__contract__customer__number", "meter__asset_number"))
first, folder = date(2024, 9, 1), Path({folder!r})
random = np.random.default_rng(1)


def repeated(days, times):
    count = len(pairs)
    return {{
        "用户编号": np.repeat([one for one, _ in pairs], days * times),
        "表资产号": np.repeat([two for _, two in pairs], days * times),
        "日期": np.tile(np.repeat((np.datetime64(first) + np.arange(days)).astype("datetime64[ms]"), times), count),
    }}


def wide(days):
    size = len(pairs) * days * 2
    values = np.round(random.uniform(0, 240, (size, 96)), 3)
    frame = repeated(days, 2) | {{"数据项": np.tile(["有功功率", "电压A"], size // 2)}}
    return frame | {{str(at + 1): values[:, at] for at in range(96)}}, size * 96


def long(days):
    size = len(pairs) * days * 96
    frame = repeated(days, 96) | {{"点号": np.tile(np.arange(1, 97), size // 96)}}
    return frame | {{
        "电压A": np.round(random.uniform(200, 240, size), 1), "有功功率": np.round(random.uniform(0, 9, size), 4)
    }}, size * 2


def freeze(days):
    size, names = len(pairs) * days, ("PAP_R", "PAP_R1", "PAP_R2", "PAP_R3", "PAP_R4")
    parts = {{name: np.round(random.uniform(0, 9e4, size), 2) for name in names}}
    return repeated(days, 1) | parts, size * 5


made, values = {{"wide": wide, "long": long, "freeze": freeze}}[{form!r}]({days})
frame, file = pl.DataFrame(made), folder / "曲线{suffix}"
began = time.perf_counter()
frame.write_parquet(folder / "曲线.parquet")
bare = time.perf_counter() - began
if file.suffix == ".csv":
    file.write_text(frame.with_columns(pl.col("日期").dt.date()).write_csv(), encoding="utf-8-sig")
kind = "freeze" if {form!r} == "freeze" else "curve"
began = time.perf_counter()
batch, plan = operations.preview(
    file, file.name, kind, options=Options(), scope=Scope.everything(), user=None, now=timezone.now()
)
previewed = time.perf_counter()
operations.apply(batch, scope=Scope.everything(), now=timezone.now(), plan=plan)
applied = time.perf_counter()
print(json.dumps({{"bare": bare, "preview": previewed - began, "apply": applied - previewed, "values": values,
                  "rows": len(frame), "counts": batch.counts}}))
"""


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize(("form", "days"), [("wide", 20), ("long", 8), ("freeze", 120)])
def test_interval_files_go_into_the_lake(tmp_path: Path, form: str, days: int, suffix: str) -> None:
    code = MEASURE.format(
        root=str(ROOT), customers=CUSTOMERS, folder=str(tmp_path), form=form, days=days, suffix=suffix
    )
    figures = json.loads(run_python(tmp_path / "home", code).stdout)
    total = figures["preview"] + figures["apply"]
    speed = figures["values"] / total
    ratio = total / figures["bare"]
    print(
        f"\n{form}, {suffix}: {figures['values']:,} interval values of {CUSTOMERS:,} meters in {total:.2f} s"
    )
    print(f"  {speed:,.0f} a second; preview {figures['preview']:.2f} s, apply {figures['apply']:.2f} s")
    print(f"  a bare parquet write of the same rows takes {figures['bare']:.2f} s: {ratio:.1f} times that")
    assert figures["counts"]["new"] == figures["rows"]
