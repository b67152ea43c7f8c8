"""A sample station as its office sees it: registers by the books, the technical loss it computes; and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from diansuo.core.network.causes.columns import AreaDays, StationDays
from diansuo.core.network.causes.kinds import Float
from diansuo.core.network.causes.registers import UNKNOWN, daily_wh, divided
from diansuo.core.network.technical_terms import TechnicalRules
from diansuo.lab import technical_seen
from diansuo.lab.losing import Case, Plan, areas_needed, plan
from diansuo.lab.technical_seen import Computed
from diansuo.sandbox import physics, registers
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.layout import CUSTOMERS_AN_AREA, Array, Layout, lay_out
from diansuo.sandbox.network import UnableToSupply
from diansuo.sandbox.transformers import transformer

EPOCH: Final = date(1970, 1, 1)
SHORTER: Final = 0.8
ROLLOVER_WH: Final = registers.REGISTER_END_WH


@dataclass(frozen=True, slots=True)
class Made:
    """A station with its faults: the plan, what is seen of it, the columns of the layout booked in each area, and bool
    (areas,) whose lines are on record.
    """

    plan: Plan
    seen: StationDays
    booked: list[Array]
    recorded: Array


def _silent(label: str, done: int, total: int) -> None:
    """Show nothing."""


def make(table: Mapping[str, Any], rules: TechnicalRules, seed: int, areas: int | None = None) -> Made:
    """Return the station of a seed.

    Args:
        table: the committed one, or part of it.
        rules: of the technical loss.
        seed: the same one gives the same station.
        areas: how many, by default as many as the table needs.
    """
    count = areas or areas_needed(table)
    days = int(table["days"])
    ends = table["ends"]
    last = date.fromisoformat(str(ends[seed % len(ends)]))
    span = [last - timedelta(days=days - at) for at in range(days)]
    layout = lay_out(np.random.default_rng([seed, 10]), count * CUSTOMERS_AN_AREA, factories=0)
    random = np.random.default_rng([seed, 30])
    planned = plan(table, layout, days, random)
    having = technical_seen.means(table, count, seed)
    masters = [area for area in range(count) if area not in having.curves]
    sound = physics.registered(layout, [], span, seed)
    energy = _supplied(layout, planned, span, seed, (having.curves, masters, 0))
    for case in planned.cases:
        _move(planned, case, energy)
    month = slice(days - int(table["month"]), days)
    for case in planned.cases:
        case.wh_per_day = _truth(planned, case, sound, energy, month)
    shown = registers.run_up(np.random.default_rng([seed, 13]), layout, energy, planned.faults)
    booked = [np.flatnonzero(planned.books.area == area) for area in range(count)]
    total, back = _with_gaps(table, planned, shown, random)
    use, feed = (daily_wh(each, planned.books.multiplier, ROLLOVER_WH) for each in (total, back))
    technical = technical_seen.computed(rules, having, planned, energy, booked, (use, feed))
    seen = _seen(planned, shown, booked, (use, feed, divided(total)), technical)
    station = StationDays(seen, (span[0] - EPOCH).days, int(table["month"]))
    return Made(planned, station, booked, having.recorded)


def _supplied(
    layout: Layout, planned: Plan, span: list[date], seed: int, keep: tuple[list[int], list[int], int]
) -> Energy:
    """Return what is registered; lines that cannot carry what is drawn are made shorter until they can."""
    while True:
        try:
            return physics.simulate(layout, planned.faults, span, seed, _silent, keep)
        except UnableToSupply as weak:
            if weak.area is None:
                raise
            layout.length_m[weak.area] = np.rint(layout.length_m[weak.area] * SHORTER)


def _move(planned: Plan, case: Case, energy: Energy) -> None:
    """Let a customer that was moved hang in the area of the books until then; the lines' loss stays as it was."""
    if case.kind != "wrong_area" or not case.from_day:
        return
    before = slice(0, case.from_day)
    used = energy.forward[case.customer, before]
    phase = int(planned.layout.phase[case.customer])
    for area, sign in ((case.area, -1), (case.other, 1)):
        energy.master[area, before] += sign * used
        energy.phases[area, phase, before] += sign * used


def _truth(planned: Plan, case: Case, sound: Energy, energy: Energy, month: slice) -> float:
    """Return what a case adds to the loss of its area as the books have it, Wh of a mean day since it began."""
    who, books = case.customer, planned.books
    since = np.arange(energy.master.shape[1])[month] >= case.from_day

    def mean(column: Float) -> float:
        return float(column[month][since].mean()) if since.any() else 0.0

    match case.kind:
        case "missing_reads" | "wrong_area":
            return mean(energy.forward[who])
        case "wrong_phase" | "clock_drift":
            return 0.0
        case "photovoltaic":
            return -mean(energy.backward[who])
        case "unmetered":
            return mean(np.full(energy.master.shape[1], case.given["kw"] * 24_000))
        case "wrong_multiplier" if who < 0:
            share = books.master_multiplier[case.area] / planned.layout.master_multiplier[case.area]
            return mean(energy.master[case.area]) * (float(share) - 1)
        case "wrong_multiplier":
            counted = energy.forward[who] * books.multiplier[who] / planned.layout.multiplier[who]
            return mean(sound.forward[who] - counted)
        case _ if case.given.get("method") == "挂钩":
            return mean(np.full(energy.master.shape[1], case.given["factor"] * 24_000))
        case _:
            return mean(sound.forward[who] - energy.forward[who] + energy.backward[who])


def _seen(
    planned: Plan,
    shown: registers.Registers,
    booked: list[Array],
    days: tuple[Float, Float, Array],
    technical: Computed,
) -> tuple[AreaDays, ...]:
    """Return the areas as the office sees them."""
    layout, books, (use, feed, shares) = planned.layout, planned.books, days
    masters = books.master_multiplier
    supply = daily_wh(shown.master, masters, ROLLOVER_WH)
    returned = daily_wh(shown.master_back, masters, ROLLOVER_WH)
    phases = np.stack([daily_wh(shown.phases[:, at], masters, ROLLOVER_WH) for at in range(3)], axis=1)
    exists = np.arange(len(layout.use)) < layout.public
    areas = []
    for area, every in enumerate(booked):
        rows = every[exists[every]]
        areas.append(
            AreaDays(
                use_wh=use[rows],
                feed_wh=feed[rows],
                counted=(~np.isnan(feed[rows])).any(axis=1) | books.roof[rows],
                roof=books.roof[rows],
                multiplier=books.multiplier[rows],
                phase=books.phase[rows].astype(np.int64),
                group=layout.use[rows].astype(np.int64),
                clock_minutes=books.clock_minutes[rows],
                voltage_lost_days=books.voltage_lost[rows],
                supply_wh=supply[area],
                back_wh=returned[area],
                phases_wh=phases[area],
                technical_wh=technical.wh[area],
                technical_low_wh=technical.low_wh[area],
                technical_high_wh=technical.high_wh[area],
                meter_wh=technical.meter_wh[area],
                divided=shares[rows],
                multiplier_of_master=int(masters[area]),
                register_step_wh=float(registers.STEP_WH * masters[area]),
                capacity_va=transformer(area).kva * 1000,
            )
        )
    return tuple(areas)


def _with_gaps(
    table: Mapping[str, Any], planned: Plan, shown: registers.Registers, random: np.random.Generator
) -> tuple[Array, Array]:
    """Return the registers that were collected: everyday gaps inside, and what the cases leave silent."""
    books, count = planned.books, len(planned.layout.use)
    total = shown.total.copy()
    days = total.shape[1]
    length = random.integers(1, int(table["gaps"]["longest_days"]) + 1, count)
    begin = random.integers(1, days - 1 - length)
    gappy = random.random(count) < float(table["gaps"]["share"])
    place = np.arange(days)
    hole = gappy[:, None] & (place >= begin[:, None]) & (place < (begin + length)[:, None])
    total[hole | (place >= books.silent_from[:, None])] = UNKNOWN
    back = shown.back % ROLLOVER_WH
    # A reverse register is collected where a roof is on the books, and where it shows anything.
    collected = books.roof | (shown.back[:, -1] > 0)
    back[~collected] = UNKNOWN
    back[place >= books.feed_silent_from[:, None]] = UNKNOWN
    return total, back
