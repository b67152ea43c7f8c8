"""How long the reading checks take: a million register readings, and a month of daily freezes of 100,000 customers.

Prints the figures and their ratio to reading the same columns once from a Parquet file; no test fails on a time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diansuo.core.metering import (
    DailyRegisters,
    Due,
    Evidence,
    History,
    Known,
    Purpose,
    Readings,
    Register,
    check_days,
    check_readings,
    part_mask,
    segments,
    settle,
)
from diansuo.core.metering.evidence import Frozen
from tests.core.metering.histories import THRESHOLDS
from tests.core.metering.test_day_checks import LIMITS

READINGS, CUSTOMERS, DAYS = 1_000_000, 100_000, 30
READINGS_S, DAYS_S, ROUNDS = 5.0, 3.0, 3
KINDS = (Register.ACTIVE_TOTAL, Register.ACTIVE_PEAK, Register.ACTIVE_VALLEY)


def best(do: Callable[[], Any]) -> tuple[float, Any]:
    """Return the shortest of some rounds in seconds, and what was made."""
    times, made = [], None
    for _round in range(ROUNDS):
        start = time.perf_counter()
        made = do()
        times.append(time.perf_counter() - start)
    return min(times), made


def once(path: Path, **columns: Any) -> float:
    """Write columns to a Parquet file and return how long reading them takes."""
    pl.DataFrame({name: column.ravel() for name, column in columns.items()}).write_parquet(path)
    return best(lambda: pl.read_parquet(path))[0]


def book(points: int) -> tuple[Readings, Due, Evidence]:
    """Two readings of three registers of each point, some of them wrong, with history and freeze."""
    random = np.random.default_rng(5)
    point = np.repeat(np.arange(points, dtype=np.int64), 2 * len(KINDS))
    register = np.tile(np.repeat(np.array(KINDS, np.int16), 2), points)
    day = np.tile(np.array([0, 31] * len(KINDS), np.int64), points)
    start = random.integers(1_000, 900_000, points) * 1000
    peak, valley = (random.integers(20, 200, points) * 1000 for _ in range(2))
    shown = np.stack(
        (start, start + peak + valley, start // 2, start // 2 + peak, start // 2, start // 2 + valley), 1
    )
    frozen = shown.copy()
    wrong = random.random(points) < 0.01
    shown[wrong, 1] += random.integers(-400, 4000, int(wrong.sum())) * 1000
    count = len(point)
    readings = Readings(
        point, point, register, day, np.full(count, Purpose.PERIODIC, np.int16), np.maximum(shown, 0).ravel(),
        np.ones(count, np.int64), np.full(count, 6, np.int16), np.zeros(count, np.bool_),
    )  # fmt: skip
    each, at = np.full(points, 31, np.int64), np.arange(points, dtype=np.int64)
    due = Due(
        at, each, each * 0, each, each, each * 0 + 8000, each * 0 + part_mask(*KINDS[1:]),
        np.ones(points, np.bool_), np.zeros(points, np.bool_),
    )  # fmt: skip
    everywhere = np.ones(count, np.bool_)
    evidence = Evidence(
        history=History((peak + valley) * 3, each * 3, each * 0, each * 0, each * 0),
        listed_previous_wh=Known(np.repeat(frozen[:, ::2], 2, axis=1).ravel(), everywhere),
        freeze=Frozen(Known(frozen.ravel(), everywhere), Known(frozen.ravel() + 5000, everywhere)),
        source=np.zeros(count, np.int64),
    )
    return readings, due, evidence


def test_all_checks_of_a_million_register_readings(tmp_path: Path) -> None:
    readings, due, evidence = book(READINGS // 2 // len(KINDS) + 1)

    def check() -> Any:
        made = segments(readings, due.capacities(), THRESHOLDS)
        return check_readings(readings, made, due, settle(made, due), THRESHOLDS, evidence)

    taken_s, findings = best(check)
    columns = ("point", "meter", "register", "day", "purpose", "register_wh", "multiplier", "integer_digits")
    once_s = once(tmp_path / "readings.parquet", **{name: getattr(readings, name) for name in columns})
    print(f"\nall checks over {len(readings):,} register readings (promised: at most {READINGS_S} s)")
    print(f"pairs, settled energy, checks {taken_s:6.3f} s, {len(findings):,} findings")
    print(f"reading the columns once      {once_s:6.3f} s, ratio {taken_s / once_s:.1f}")
    assert len(findings)


def test_all_checks_of_a_month_of_daily_freezes(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    used = random.integers(200, 1500, (CUSTOMERS, DAYS + 1)) * 10
    total = np.cumsum(used, axis=1) + random.integers(1_000, 900_000, (CUSTOMERS, 1)) * 1000
    parts = total + random.integers(0, 60, total.shape)
    total[random.random(total.shape) < 0.02] = -1
    nobody, one = np.zeros(CUSTOMERS, np.bool_), np.ones(CUSTOMERS, np.int64)
    days = DailyRegisters(
        0,
        total,
        parts,
        np.zeros_like(total),
        np.zeros(total.shape, np.bool_),
        one,
        one * 6,
        one * 8000,
        nobody,
        nobody,
    )
    check_days(days, LIMITS)  # the kernel is compiled once and kept
    taken_s, findings = best(lambda: check_days(days, LIMITS))
    once_s = once(tmp_path / "days.parquet", total=total, parts=parts, reverse=days.reverse)
    print(f"\nall checks over {CUSTOMERS:,} customers × {DAYS} days (promised: at most {DAYS_S} s)")
    print(f"checks                   {taken_s:6.3f} s, {len(findings):,} findings")
    print(f"reading the columns once {once_s:6.3f} s, ratio {taken_s / once_s:.1f}")
    assert len(findings)
