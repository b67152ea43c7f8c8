"""Checks of daily freezes (日冻结): what a meter did day by day, of a whole station at once (domain.md §9.3)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from diansuo.core.metering.day_kernel import (
    BACK,
    GAP,
    HOURS,
    REVERSE,
    RUNAWAY,
    SPIKE,
    STOPPED,
    SUM,
    flag_days,
)
from diansuo.core.metering.day_thresholds import DayThresholds
from diansuo.core.metering.findings import Findings, Rule, found, merged
from diansuo.core.metering.registers import Register, same_length
from diansuo.core.quantity.arrays import Bool, Int64, WrongColumn, require

ABSENT: Final = -1
"""A register that was not collected."""

Matrix = np.ndarray[Any, np.dtype[np.int64]]
_RULES: Final = (
    (GAP, Rule.DAY_GAP),
    (BACK, Rule.DAY_BACK),
    (RUNAWAY, Rule.DAY_RUNAWAY),
    (SPIKE, Rule.DAY_SPIKE),
    (STOPPED, Rule.DAY_STOPPED),
    (SUM, Rule.DAY_SUM),
    (REVERSE, Rule.DAY_REVERSE),
)


@dataclass(frozen=True, slots=True)
class DailyRegisters:
    """Registers at 0:00 of adjoining days, Wh before the multiplier, `ABSENT` where not collected; (n, days + 1).

    Attributes:
        first_day: day of the first column.
        total: forward active.
        parts: Σ of its parts; `ABSENT` where the meter has none or one is missing.
        reverse: reverse active, `ABSENT` where there is none.
        exchanged: the meter is another one than the day before; its registers are not compared with those.
        multiplier: (n,).
        integer_digits: (n,) the register ends at 10^digits kWh.
        capacity_w: (n,) contract capacity, 0 unknown.
        feeds_in: (n,) a generator stands behind the meter; reverse energy is no finding.
        inactive: (n,) known to use nothing; standing still is no finding.

    Raises:
        WrongColumn: dtype or shape.
    """

    first_day: int
    total: Matrix
    parts: Matrix
    reverse: Matrix
    exchanged: np.ndarray[Any, np.dtype[np.bool_]]
    multiplier: Int64
    integer_digits: Int64
    capacity_w: Int64
    feeds_in: Bool
    inactive: Bool

    def __post_init__(self) -> None:
        for name in ("parts", "reverse", "exchanged"):
            if getattr(self, name).shape != self.total.shape:
                raise WrongColumn(
                    f"{name}: expected shape {self.total.shape}, got {getattr(self, name).shape}"
                )
        require(
            np.int64,
            multiplier=self.multiplier,
            integer_digits=self.integer_digits,
            capacity_w=self.capacity_w,
        )
        same_length(
            total=self.total, multiplier=self.multiplier, feeds_in=self.feeds_in, inactive=self.inactive
        )


def check_days(days: DailyRegisters, limits: DayThresholds) -> Findings:
    """Run every check of daily freezes.

    Args:
        days: registers of all points.
        limits: thresholds in force.

    Returns:
        All findings; `due_row` is the row in `days`. A finding about a gap or a meter that stands still has all its
        days [from_day, to_day), every other one the day of use it was seen on; figures as on the page of the rules.
    """
    flags, actual, held, gap = flag_days(
        days.total,
        days.parts,
        days.reverse,
        days.exchanged,
        days.multiplier,
        1000 * 10**days.integer_digits,
        np.stack((days.capacity_w, days.feeds_in, days.inactive), axis=1).astype(np.int64),
        limits.as_row(),
    )
    row, column = np.nonzero(flags)
    marked = _Marked(
        row, column, *(values[row, column].astype(np.int64) for values in (flags, actual, held, gap))
    )
    return merged(_of(days, rule, bit, marked, limits) for bit, rule in _RULES)


@dataclass(frozen=True, slots=True)
class _Marked:
    """Marked days and what the kernel left of them, shape (k,)."""

    row: Int64
    column: Int64
    bits: Int64
    actual: Int64
    held: Int64
    gap: Int64

    def of(self, bit: int) -> _Marked:
        at = np.flatnonzero(self.bits & bit)
        return _Marked(*(getattr(self, each.name)[at] for each in fields(self)))


def _of(days: DailyRegisters, rule: Rule, bit: int, marked: _Marked, limits: DayThresholds) -> Findings:
    mine = marked.of(bit)
    to_day = days.first_day + mine.column + 1
    from_day = to_day - 1
    if rule == Rule.DAY_STOPPED:
        from_day = to_day - mine.actual
    elif rule == Rule.DAY_GAP:
        to_day = to_day + (mine.gap < 0)
        from_day = to_day - np.abs(mine.gap)
    actual, expected, limit = _figures(days, rule, mine, limits)
    return found(
        rule,
        due_row=mine.row,
        register=int(Register.REVERSE_TOTAL if rule == Rule.DAY_REVERSE else Register.ACTIVE_TOTAL),
        actual=actual,
        expected=expected,
        limit=limit,
        from_day=from_day,
        to_day=to_day,
    )


def _figures(
    days: DailyRegisters, rule: Rule, mine: _Marked, limits: DayThresholds
) -> tuple[Int64, Int64 | int, Int64 | int]:
    """Return actual, expected and limit of a rule's days."""
    row, column = mine.row, mine.column

    def moved(registers: Matrix) -> Int64:
        difference: Int64 = registers[row, column + 1] - registers[row, column]
        return difference

    if rule == Rule.DAY_GAP:
        return np.abs(mine.gap), 0, limits.gap_days
    if rule == Rule.DAY_STOPPED:
        return mine.actual, mine.held, limits.stopped_days
    if rule == Rule.DAY_BACK:
        return days.total[row, column + 1], mine.held, 0
    if rule == Rule.DAY_REVERSE:
        return moved(days.reverse) * days.multiplier[row], 0, limits.reverse_least_wh
    if rule == Rule.DAY_SUM:
        return moved(days.total), moved(days.parts), limits.sum_allowance_wh
    if rule == Rule.DAY_RUNAWAY:
        most = days.capacity_w[row] * HOURS * limits.maximum_capacity_permille // 1000
        return mine.actual, np.where(mine.bits & SPIKE, most, mine.held), 0
    return mine.actual, mine.held, 0
