"""Small histories for the metering tests: readings in kWh text, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from diansuo.core.metering import (
    NEVER,
    Capacities,
    Changes,
    Due,
    Evidence,
    Findings,
    Purpose,
    Readings,
    Register,
    Rule,
    Segments,
    Settled,
    Thresholds,
    check_readings,
    segments,
    settle,
)

DEFAULTS = {
    "rollover_above_fraction": "0.9",
    "maximum_capacity_factor": "1.2",
    "sum_register_step_kwh": "0.01",
    "sum_allowance_kwh": "1",
    "history_periods": "3",
    "history_deviation_fraction": "0.5",
    "history_deviation_residential_kwh": "100",
    "history_deviation_other_kwh": "1000",
    "history_alike_least_members": "5",
    "history_alike_times": "2",
    "zero_run_periods": "3",
    "listed_energy_tolerance_kwh": "0.01",
    "freeze_tolerance_kwh": "0.02",
    "freeze_exchange_days": "2",
    "freeze_exchange_allowance_kwh": "1",
    "exchange_level_fraction": "0.25",
    "exchange_level_days": "3",
    "spike_times": "2.5",
    "spike_times_head_end": "3",
    "spike_least_residential_kwh": "10",
    "spike_least_other_kwh": "100",
    "inactive_least_kwh": "1",
    "reset_below_fraction": "0.1",
    "estimate_run_periods": "2",
    "suggestion_fraction": "0.3",
}
THRESHOLDS = Thresholds.from_parameters(DEFAULTS)


@dataclass(frozen=True)
class R:
    """One reading; kWh as text."""

    day: int
    kwh: str
    register: Register = Register.ACTIVE_TOTAL
    purpose: Purpose = Purpose.PERIODIC
    meter: int = 1
    multiplier: int = 1
    digits: int = 6
    estimated: bool = False
    point: int = 7


def readings(rows: Sequence[R]) -> Readings:
    """Columns of the given readings."""
    return Readings(
        point=np.array([row.point for row in rows], np.int64),
        meter=np.array([row.meter for row in rows], np.int64),
        register=np.array([row.register for row in rows], np.int16),
        day=np.array([row.day for row in rows], np.int64),
        purpose=np.array([row.purpose for row in rows], np.int16),
        register_wh=np.array([int(Decimal(row.kwh) * 1000) for row in rows], np.int64),
        multiplier=np.array([row.multiplier for row in rows], np.int64),
        integer_digits=np.array([row.digits for row in rows], np.int16),
        estimated=np.array([row.estimated for row in rows], np.bool_),
    )


def segments_of(rows: Sequence[R], capacity_w: int = 8000, changes: Changes | None = None) -> Segments:
    """Segments of the given readings; every point has the same capacity."""
    points = np.unique(np.array([row.point for row in rows], np.int64))
    capacities = Capacities(points, np.full(len(points), capacity_w, np.int64))
    return segments(readings(rows), capacities, THRESHOLDS, changes)


@dataclass(frozen=True)
class D:
    """One due point; the window is the ten days around the due day."""

    due_day: int
    open_day: int = NEVER
    capacity_w: int = 8000
    parts: int = 0
    residential: bool = True
    inactive: bool = False
    point: int = 7


def due(*rows: D) -> Due:
    """Columns of the given due points."""
    due_day = np.array([row.due_day for row in rows], np.int64)
    return Due(
        point=np.array([row.point for row in rows], np.int64),
        due_day=due_day,
        open_day=np.array([row.open_day for row in rows], np.int64),
        earliest_day=due_day - 5,
        latest_day=due_day + 5,
        capacity_w=np.array([row.capacity_w for row in rows], np.int64),
        parts_expected=np.array([row.parts for row in rows], np.int64),
        residential=np.array([row.residential for row in rows], np.bool_),
        inactive=np.array([row.inactive for row in rows], np.bool_),
    )


def settled(rows: Sequence[R], *points: D, changes: Changes | None = None) -> Settled:
    """Settle the given readings."""
    columns = due(*points)
    return settle(segments(readings(rows), columns.capacities(), THRESHOLDS, changes), columns)


def findings(rows: Sequence[R], *points: D, **evidence: Any) -> Findings:
    """Check the given readings; keyword arguments are columns of `Evidence`."""
    columns, known = due(*points), Evidence(**evidence)
    pairs = segments(readings(rows), columns.capacities(), THRESHOLDS, known.changes)
    return check_readings(readings(rows), pairs, columns, settle(pairs, columns), THRESHOLDS, known)


def rules(found: Findings) -> list[Rule]:
    """The rules that spoke, in order."""
    return [Rule(int(rule)) for rule in found.rule]


def one(found: Findings, rule: Rule) -> dict[str, int]:
    """The only finding of a rule."""
    only = found.of(rule)
    assert len(only) == 1, rules(found)
    return {name: int(getattr(only, name)[0]) for name in Findings.__dataclass_fields__}


def at(row: R, **changed: Any) -> R:
    """A reading like another."""
    return replace(row, **changed)
