"""A month of daily freezes for the big station, and how long its losses take: run in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from diansuo.core.quantity.month import month_of
from diansuo.office.archive.models import (
    Meter,
    MeteringPoint,
    MeterInstallation,
    PointArea,
    TransformerArea,
)
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile, RegisterReading
from diansuo.office.network import columns, months, rules
from tests.speed import big_station

FIRST = date(2024, 9, 1)
CUSTOMERS_AN_AREA = 60
COLUMNS = ("point", "day", "meter", "multiplier", "active_total_wh", "reverse_total_wh")
ROUNDS = 3


def build(days: int) -> None:
    """Give every area a master and every meter a register a day, about 3 % more through the masters than sold."""
    station = Station.objects.get()
    with transaction.atomic():
        _smaller_areas(station)
        _masters(station)
    points, meters, uses = _points(station)
    random = np.random.default_rng(3)
    steps = (random.uniform(0.5, 1.5, (len(points), days)) * uses[:, None]).astype(np.int64) // 10 * 10
    registers = np.concatenate([np.zeros((len(points), 1), dtype=np.int64), np.cumsum(steps, axis=1)], axis=1)
    batch = ImportBatch.objects.create(
        kind="freeze", station=station, file_name="big", created_at=timezone.now()
    )
    _write(batch, station, points, meters, [FIRST + timedelta(days=at) for at in range(days + 1)], registers)


def beside_the_readings() -> None:
    """Give every meter of a station just built a freeze of each day around its two readings, which agrees with them."""
    station = Station.objects.get()
    rows = RegisterReading.objects.filter(point__station=station).order_by("point", "read_date")
    table = np.array(list(rows.values_list("point", "meter", "register_wh")), np.int64)
    points, meters = table[::2, 0], table[::2, 1]
    opening, reading = table[::2, 2], table[1::2, 2]
    span = (big_station.READING - big_station.OPENING).days
    every = [big_station.OPENING + timedelta(days=at) for at in range(span + 2)]
    steps = opening[:, None] + (reading - opening)[:, None] * np.arange(span + 2) // span
    batch = ImportBatch.objects.create(
        kind="freeze", station=station, file_name="big", created_at=timezone.now()
    )
    with transaction.atomic():
        _write(batch, station, points, meters, every, steps)


def _write(
    batch: ImportBatch,
    station: Station,
    points: np.ndarray,
    meters: np.ndarray,
    every: list[date],
    registers: np.ndarray,
) -> None:
    for month in sorted({month_of(day) for day in every}):
        here = [at for at, day in enumerate(every) if month_of(day) == month]
        frame = pl.DataFrame(
            {
                "point": np.repeat(points, len(here)),
                "meter": np.repeat(meters, len(here)),
                "multiplier": np.ones(len(points) * len(here), dtype=np.int64),
                "day": np.tile(np.array([every[at] for at in here], dtype="datetime64[D]"), len(points)),
                "active_total_wh": registers[:, here].ravel(),
            }
        )
        absent = [name for name in lake.FREEZE_SCHEMA if name not in frame.columns]
        lake.write_freeze(
            batch,
            station.pk,
            month,
            frame.with_columns(pl.lit(None, pl.Int64).alias(name) for name in absent),
        )


def _smaller_areas(station: Station) -> None:
    """Hang 60 customers on each area instead of what the station was built with: 1,667 areas of 100,000."""
    hangs = list(PointArea.objects.order_by("point").values_list("id", flat=True))
    wanted = -(-len(hangs) // CUSTOMERS_AN_AREA)
    there = TransformerArea.objects.filter(station=station).count()
    for at in range(there, wanted):
        TransformerArea.objects.create(
            company=station.company, station=station, number=f"T{at:05d}", name=f"{at}号台区"
        )
    areas = list(TransformerArea.objects.order_by("id").values_list("id", flat=True))
    for at in range(wanted):
        of_area = hangs[at * CUSTOMERS_AN_AREA : (at + 1) * CUSTOMERS_AN_AREA]
        PointArea.objects.filter(pk__in=of_area).update(area=areas[at])


def _masters(station: Station) -> None:
    for area in TransformerArea.objects.filter(station=station):
        point = MeteringPoint.objects.create(company=station.company, station=station, master_of=area)
        meter = Meter.objects.create(company=station.company, asset_number=f"M{area.pk}")
        MeterInstallation.objects.create(point=point, meter=meter, valid_from=date(2020, 1, 1))


def _points(station: Station) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rows = MeterInstallation.objects.filter(point__station=station).order_by("point")
    table = np.array(
        [(p, m, a is not None) for p, m, a in rows.values_list("point", "meter", "point__master_of")]
    )
    uses = np.where(table[:, 2] == 1, 6_000 * CUSTOMERS_AN_AREA * 1.03, 6_000)
    return table[:, 0], table[:, 1], uses


def measure(days: int) -> Iterator[str]:
    """Yield what was measured: reading once, the station's members, the losses, and all of it together."""
    station = Station.objects.get()
    end = FIRST + timedelta(days=days)
    limits = rules.thresholds(FIRST)
    files = [Path(settings.HOME.lake) / row.path for row in LakeFile.objects.order_by("month")]

    def read() -> object:
        return [pl.read_parquet(path, columns=list(COLUMNS)) for path in files]

    def load() -> columns.StationColumns:
        return columns.load(station.pk, FIRST, end)

    once_s, frames = _best(read)
    load_s, loaded = _best(load)
    classify_s, month = _best(
        lambda: months.computed(station.pk, month_of(FIRST), loaded, FIRST, FIRST, end, limits)
    )
    first = time.perf_counter()
    fresh = load()
    months.computed(station.pk, month_of(FIRST), fresh, FIRST, FIRST, end, limits)
    whole_s = time.perf_counter() - first
    yield f"rows {sum(len(frame) for frame in frames):,}, areas {len(month.areas):,}"
    yield f"reading the columns once                          {once_s:6.3f} s"
    yield f"archive and lake to columns                       {load_s:6.3f} s"
    yield f"columns to classified losses, daily and monthly   {classify_s:6.3f} s"
    yield f"lake to classified losses, all together           {whole_s:6.3f} s"
    yield f"ratio to reading once                             {whole_s / once_s:6.1f}"


def _best(do: Callable[[], Any]) -> tuple[float, Any]:
    best = float("inf")
    for _round in range(ROUNDS):
        start = time.perf_counter()
        made = do()
        best = min(best, time.perf_counter() - start)
    return best, made
