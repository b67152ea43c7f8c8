"""Checks of 96-point curves beside the registers: what a day's freezes alone do not show (domain.md §9.2, §9.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from diansuo.core.metering.day_thresholds import DayThresholds
from diansuo.core.metering.evidence import Known
from diansuo.core.metering.findings import Findings, Rule, Values, found, merged
from diansuo.core.metering.registers import same_length
from diansuo.core.quantity.arrays import Bool, Int64, require

POINTS_AN_HOUR: Final = 4


@dataclass(frozen=True, slots=True)
class CurveDays:
    """Days of meters with a curve, shape (m,), one row a meter and day; before the multiplier.

    Attributes:
        row: whose day it is, as the findings name it.
        day: days since 1970-01-01.
        power_w: (m, 96) power, feed-in negative.
        has_power: (m, 96) it was collected.
        voltage_mv: (m, 3, 96) phase voltages, 0 where none is.
        has_voltage: (m, 3, 96) it was collected; nowhere for a phase that is not wired.
        register_wh: forward active of the day by its freezes.
    """

    row: Int64
    day: Int64
    power_w: np.ndarray[Any, np.dtype[np.int64]]
    has_power: np.ndarray[Any, np.dtype[np.bool_]]
    voltage_mv: np.ndarray[Any, np.dtype[np.int64]]
    has_voltage: np.ndarray[Any, np.dtype[np.bool_]]
    register_wh: Known

    def __post_init__(self) -> None:
        require(np.int64, row=self.row, day=self.day)
        same_length(row=self.row, power_w=self.power_w, has_power=self.has_power, voltage_mv=self.voltage_mv)
        same_length(row=self.row, register_wh=self.register_wh.value)


def check_curves(days: CurveDays, limits: DayThresholds) -> Findings:
    """Run every check of curves.

    R-CURVE-SUM 曲线与示数不符: `actual` energy of a whole curve, `expected` of the registers, `limit` how far apart.
    R-CURVE-STOPPED 停走: `actual` energy of the curve while the register stands still.
    R-PHASE-LOST 失压: `actual` points at which a wired phase is low while another one is not, `limit` from how many.
    """
    whole = days.has_power.all(axis=1) & days.register_wh.known
    curve_wh = np.where(days.has_power, np.maximum(days.power_w, 0), 0).sum(axis=1) // POINTS_AN_HOUR
    register_wh = days.register_wh.value
    allowed_wh = np.maximum(register_wh * limits.curve_sum_permille // 1000, limits.curve_sum_least_wh)
    still = days.register_wh.known & (register_wh == 0) & (curve_wh > limits.curve_stopped_least_wh)
    apart = whole & ~still & (np.abs(curve_wh - register_wh) > allowed_wh)
    lost = _lost_points(days, limits)
    return merged(
        (
            _of(days, Rule.CURVE_SUM, apart, curve_wh, register_wh, allowed_wh),
            _of(days, Rule.CURVE_STOPPED, still, curve_wh),
            _of(days, Rule.PHASE_LOST, lost >= limits.phase_lost_points, lost, 0, limits.phase_lost_points),
        )
    )


def _lost_points(days: CurveDays, limits: DayThresholds) -> Int64:
    """Of each day the most points at which one wired phase is low while another one stands."""
    low_mv = limits.nominal_mv * limits.phase_lost_permille // 1000
    stands_mv = limits.nominal_mv * limits.phase_stands_permille // 1000
    stands = np.asarray((days.has_voltage & (days.voltage_mv > stands_mv)).any(axis=1), np.bool_)
    low = days.has_voltage & (days.voltage_mv < low_mv) & stands[:, None, :]
    points: Int64 = low.sum(axis=2).max(axis=1, initial=0).astype(np.int64)
    return points


def _of(
    days: CurveDays, rule: Rule, mark: Bool, actual: Int64, expected: Int64 | int = 0, limit: Int64 | int = 0
) -> Findings:
    rows = np.flatnonzero(mark)

    def of(values: Int64 | int) -> Values:
        return values if isinstance(values, int) else values[rows]

    return found(
        rule,
        due_row=days.row[rows],
        actual=actual[rows],
        expected=of(expected),
        limit=of(limit),
        from_day=days.day[rows],
        to_day=days.day[rows] + 1,
    )
