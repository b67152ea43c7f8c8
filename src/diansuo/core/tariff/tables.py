"""Schedules: every combination of dated rules that prices a row of this batch, compiled into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Bool, Int16, Int64
from diansuo.core.quantity.month import MONTHS
from diansuo.core.rules import Entry
from diansuo.core.tariff.classes import Component, VoltageClass
from diansuo.core.tariff.settlement import Settlement, StepLineForm
from diansuo.core.tariff.shapes import ENERGY_PRECISION, Shape, shape_of


@dataclass(frozen=True, slots=True)
class Schedule:
    """What prices one group of rows: the entries in force and the shapes made of them.

    Attributes:
        energy: the entry with the price of energy.
        time_of_use: the entry with the increments, or None.
        settlement: the entry with the settlement parameters.
        steps: the shape of ``energy``.
        increments: the shape of ``time_of_use``, or None.
        settled: the parameters in ``settlement``.
    """

    energy: Entry
    time_of_use: Entry | None
    settlement: Entry
    steps: Shape
    increments: Shape | None
    settled: Settlement

    @classmethod
    def compile(
        cls, energy: Entry, time_of_use: Entry | None, settlement: Entry, voltage: VoltageClass
    ) -> Schedule:
        """Shape the entries for one voltage class.

        Raises:
            ValueAbsent: a value they need is not known.
        """
        increments = None if time_of_use is None else shape_of(time_of_use, voltage)
        return cls(
            energy,
            time_of_use,
            settlement,
            shape_of(energy, voltage),
            increments,
            Settlement.from_entry(settlement),
        )

    def rounding_steps(self) -> dict[str, tuple[str, ...]]:
        """Return the ids of the roundings each of the entries applies, by slice hash."""
        steps = {self.energy.slice_hash: self.steps.rounding_steps}
        if self.time_of_use is not None and self.increments is not None:
            steps[self.time_of_use.slice_hash] = self.increments.rounding_steps
        return steps | {self.settlement.slice_hash: (ENERGY_PRECISION,)}


@dataclass(frozen=True, slots=True)
class Tables:
    """The schedules as the kernel reads them: S schedules, up to K steps, L = K + 2 slots for lines.

    Slot 0 is the base line (in form ``full`` the first step), slots 1 to K - 1 the further steps, slot K peak
    and slot K + 1 valley.

    Attributes:
        limits_wh: int64 (S, 13, K - 1), upper limits of the steps by months in the year.
        step_count: int64 (S,).
        full_form: bool (S,), each step at its full price instead of what it adds to the first.
        has_time_of_use: bool (S,).
        energy_step_wh: int64 (S,), precision of settled energy.
        price_nano: int64 (S, L).
        component: int16 (S, L).
        step: int16 (S, L), 0 where the line is about no step.
        rule: int16 (S, L), index of the entry that gives the price.
        settlement_rule: int16 (S,).
    """

    limits_wh: npt.NDArray[np.int64]
    step_count: Int64
    full_form: Bool
    has_time_of_use: Bool
    energy_step_wh: Int64
    price_nano: npt.NDArray[np.int64]
    component: npt.NDArray[np.int16]
    step: npt.NDArray[np.int16]
    rule: npt.NDArray[np.int16]
    settlement_rule: Int16

    @property
    def slots(self) -> int:
        """Number of slots for lines."""
        return int(self.price_nano.shape[1])


def build_tables(schedules: Sequence[Schedule], rule_index: dict[str, int]) -> Tables:
    """Write the schedules into arrays.

    Args:
        schedules: in the order of their index.
        rule_index: slice hash -> index of the entry in ``Bills.rules``.
    """
    count = len(schedules)
    most_steps = max((len(schedule.steps.prices_nano) for schedule in schedules), default=1)
    slots = most_steps + 2
    tables = Tables(
        limits_wh=np.zeros((count, MONTHS + 1, most_steps - 1), np.int64),
        step_count=np.ones(count, np.int64),
        full_form=np.zeros(count, np.bool_),
        has_time_of_use=np.zeros(count, np.bool_),
        energy_step_wh=np.ones(count, np.int64),
        price_nano=np.zeros((count, slots), np.int64),
        component=np.zeros((count, slots), np.int16),
        step=np.zeros((count, slots), np.int16),
        rule=np.full((count, slots), -1, np.int16),
        settlement_rule=np.full(count, -1, np.int16),
    )
    for index, schedule in enumerate(schedules):
        _write_steps(tables, index, schedule, rule_index)
        _write_increments(tables, index, schedule, rule_index)
        tables.energy_step_wh[index] = schedule.settled.energy_step_wh
        tables.settlement_rule[index] = rule_index[schedule.settlement.slice_hash]
    return tables


def _write_steps(tables: Tables, index: int, schedule: Schedule, rule_index: dict[str, int]) -> None:
    prices = schedule.steps.prices_nano
    steps = len(prices)
    full = schedule.settled.step_line_form is StepLineForm.FULL and steps > 1
    tables.step_count[index] = steps
    tables.full_form[index] = full
    tables.limits_wh[index, :, : steps - 1] = schedule.steps.limits_wh
    tables.rule[index, :steps] = rule_index[schedule.energy.slice_hash]
    tables.price_nano[index, 0] = prices[0]
    tables.component[index, 0] = Component.STEP if full else Component.BASE
    if steps == 1:
        return
    tables.step[index, :steps] = np.arange(1, steps + 1)
    tables.component[index, 1:steps] = Component.STEP
    tables.price_nano[index, 1:steps] = [price if full else price - prices[0] for price in prices[1:]]


def _write_increments(tables: Tables, index: int, schedule: Schedule, rule_index: dict[str, int]) -> None:
    if schedule.time_of_use is None or schedule.increments is None:
        return
    tables.has_time_of_use[index] = True
    tables.price_nano[index, -2:] = schedule.increments.prices_nano
    tables.component[index, -2:] = (Component.PEAK, Component.VALLEY)
    tables.rule[index, -2:] = rule_index[schedule.time_of_use.slice_hash]
