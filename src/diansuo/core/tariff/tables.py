"""Schedules: every combination of dated rules that prices a row of this batch, compiled into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from diansuo.core.quantity.arrays import Int16
from diansuo.core.quantity.month import MONTHS
from diansuo.core.rules import Entry
from diansuo.core.tariff.classes import Component, VoltageClass
from diansuo.core.tariff.kernel import Labels, Prices
from diansuo.core.tariff.settlement import Settlement, StepLineForm
from diansuo.core.tariff.shapes import ENERGY_PRECISION, LINE_FEN, Shape, shape_of
from diansuo.core.tariff.terms import Need, ResidentialTerms


@dataclass(frozen=True, slots=True)
class Schedule:
    """What prices one group of rows: the entries in force and the shapes made of them.

    Attributes:
        energy: the entry with the price of energy.
        time_of_use: the entry with the increments, or None.
        settlement: the entry with the settlement parameters.
        terms: the entry with the terms for households, or None where nothing of it is needed.
        steps: the shape of ``energy``.
        increments: the shape of ``time_of_use``, or None.
        settled: the parameters in ``settlement``.
        residential: what is needed of ``terms``.
    """

    energy: Entry
    time_of_use: Entry | None
    settlement: Entry
    terms: Entry | None
    steps: Shape
    increments: Shape | None
    settled: Settlement
    residential: ResidentialTerms

    @classmethod
    def compile(
        cls,
        energy: Entry,
        time_of_use: Entry | None,
        settlement: Entry,
        terms: Entry | None,
        voltage: VoltageClass,
        need: Need,
    ) -> Schedule:
        """Shape the entries for one voltage class and what such a bill needs of the terms.

        Raises:
            ValueAbsent: a value they need is not known.
        """
        return cls(
            energy,
            time_of_use,
            settlement,
            terms,
            steps=shape_of(energy, voltage),
            increments=None if time_of_use is None else shape_of(time_of_use, voltage),
            settled=Settlement.from_entry(settlement),
            residential=ResidentialTerms() if terms is None else ResidentialTerms.from_entry(terms, need),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries that price such a bill."""
        every = (self.energy, self.time_of_use, self.settlement, self.terms)
        return tuple(entry for entry in every if entry is not None)

    def rounding_steps(self) -> dict[str, tuple[str, ...]]:
        """Return the ids of the roundings each of the entries applies, by slice hash."""
        steps = {self.energy.slice_hash: self.steps.rounding_steps}
        if self.time_of_use is not None and self.increments is not None:
            steps[self.time_of_use.slice_hash] = self.increments.rounding_steps
        if self.terms is not None:
            steps[self.terms.slice_hash] = (LINE_FEN,) if self.residential.free_wh_month else ()
        return steps | {self.settlement.slice_hash: (ENERGY_PRECISION,)}


@dataclass(frozen=True, slots=True)
class Tables:
    """The schedules in the form the kernel reads, and what else belongs to each.

    Attributes:
        prices: limits and prices.
        labels: what the lines are about.
        settlement_rule: int16 (S,), index of the settlement parameters among the rules.
        terms_rule: int16 (S,), index of the terms for households; -1 where nothing of them is needed.
        terms: what is needed of them, one for each schedule.
    """

    prices: Prices
    labels: Labels
    settlement_rule: Int16
    terms_rule: Int16
    terms: tuple[ResidentialTerms, ...]

    @property
    def slots(self) -> int:
        """Number of slots for lines."""
        return int(self.prices.price_nano.shape[1])


def build_tables(schedules: Sequence[Schedule], rule_index: dict[str, int]) -> Tables:
    """Write the schedules into arrays.

    Args:
        schedules: in the order of their index.
        rule_index: slice hash -> index of the entry in ``Bills.rules``.
    """
    count = len(schedules)
    most_steps = max((len(schedule.steps.prices_nano) for schedule in schedules), default=1)
    tables = _empty(count, most_steps, tuple(schedule.residential for schedule in schedules))
    for index, schedule in enumerate(schedules):
        _write_steps(tables, index, schedule, rule_index)
        _write_increments(tables, index, schedule, rule_index)
        tables.prices.energy_step_wh[index] = schedule.settled.energy_step_wh
        tables.settlement_rule[index] = rule_index[schedule.settlement.slice_hash]
        if schedule.terms is not None:
            tables.terms_rule[index] = rule_index[schedule.terms.slice_hash]
    return tables


def _empty(count: int, most_steps: int, terms: tuple[ResidentialTerms, ...]) -> Tables:
    slots = most_steps + 2
    return Tables(
        prices=Prices(
            limits_wh=np.zeros((count, MONTHS + 1, most_steps - 1), np.int64),
            step_count=np.ones(count, np.int64),
            full_form=np.zeros(count, np.bool_),
            has_time_of_use=np.zeros(count, np.bool_),
            energy_step_wh=np.ones(count, np.int64),
            price_nano=np.zeros((count, slots), np.int64),
        ),
        labels=Labels(
            component=np.zeros((count, slots), np.int16),
            step=np.zeros((count, slots), np.int16),
            rule=np.full((count, slots), -1, np.int16),
        ),
        settlement_rule=np.full(count, -1, np.int16),
        terms_rule=np.full(count, -1, np.int16),
        terms=terms,
    )


def _write_steps(tables: Tables, index: int, schedule: Schedule, rule_index: dict[str, int]) -> None:
    prices, labels = tables.prices, tables.labels
    price = schedule.steps.prices_nano
    steps = len(price)
    full = schedule.settled.step_line_form is StepLineForm.FULL and steps > 1
    prices.step_count[index] = steps
    prices.full_form[index] = full
    prices.limits_wh[index, :, : steps - 1] = schedule.steps.limits_wh
    prices.price_nano[index, 0] = price[0]
    labels.rule[index, :steps] = rule_index[schedule.energy.slice_hash]
    labels.component[index, 0] = Component.STEP if full else Component.BASE
    if steps == 1:
        return
    labels.step[index, :steps] = np.arange(1, steps + 1)
    labels.component[index, 1:steps] = Component.STEP
    prices.price_nano[index, 1:steps] = [each if full else each - price[0] for each in price[1:]]


def _write_increments(tables: Tables, index: int, schedule: Schedule, rule_index: dict[str, int]) -> None:
    if schedule.time_of_use is None or schedule.increments is None:
        return
    tables.prices.has_time_of_use[index] = True
    tables.prices.price_nano[index, -2:] = schedule.increments.prices_nano
    tables.labels.component[index, -2:] = (Component.PEAK, Component.VALLEY)
    tables.labels.rule[index, -2:] = rule_index[schedule.time_of_use.slice_hash]
