"""Power of every hour, and what it comes to in a day: at the customers, in the lines, at the masters and gates.

What an area's network takes is a three-phase flow for every hour (`network`); where every meter's curve is kept, one
for every quarter of an hour, of which the hour is the mean. What the gates see is a balanced one (`gates`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from itertools import groupby

import numpy as np

from diansuo.sandbox import feeders, gates
from diansuo.sandbox.energy import Energy, Kept
from diansuo.sandbox.faults import CLOCK_LATE_H, PHYSICAL, Fault
from diansuo.sandbox.layout import CUSTOMERS_AN_AREA, Array, Layout
from diansuo.sandbox.network import POWER_FACTOR, SWINGS_A_DAY, lines_of
from diansuo.sandbox.shapes import (
    COMMERCIAL_PEAK_HOURS,
    COMMERCIAL_VALLEY_HOURS,
    PEAK_HOURS,
    hours,
    season,
    sun,
)
from diansuo.sandbox.supply import Supply
from diansuo.sandbox.transformers import Transformer

AREAS_A_BATCH = 64


def simulate(
    layout: Layout,
    faults: list[Fault],
    days: list[date],
    seed: int,
    advance: Callable[[str, int, int], None],
    keep: tuple[list[int], list[int], int],
    behind: Mapping[int, Transformer] | None = None,
) -> Energy:
    """Return what every meter of the station truly registers on every day.

    Args:
        layout: the station.
        faults: they bend what is used and metered, and note how much.
        days: the days of use.
        seed: the same one gives the same energy.
        advance: is told (label, done, total).
        keep: areas of which the quarters of every meter are kept, those of which the master's, and from which day on.
        behind: the transformers of dedicated customers who are measured behind them, by place among the dedicated.

    Raises:
        UnableToSupply: the lines of an area or a feeder cannot carry what is drawn.
    """
    energy = _nothing_yet(layout, len(days), keep)
    count, areas = layout.padded + layout.dedicated, layout.areas
    spans, factors, sunlight = _months(days), season(days), sun(days, np.random.default_rng([seed, 1]))
    swing = np.random.default_rng([seed, 4]).standard_normal((areas, len(days) * SWINGS_A_DAY + 1))
    feeder_lines = feeders.string_up(layout, seed)
    for number, span in enumerate(spans):
        advance("", number, len(spans))
        start, end = span[0], span[-1] + 1
        net, copper = np.zeros((2, areas, (end - start) * 24), dtype=np.float32)
        for first in range(0, areas, AREAS_A_BATCH):
            last = min(first + AREAS_A_BATCH, areas)
            random = np.random.default_rng([seed, 2, start, first])
            span_of = slice(first, last), slice(start, end)
            used, metered, unmetered = _batch(layout, faults, energy, random, factors, sunlight, *span_of)
            for at, area in enumerate(range(first, last)):
                own = slice(at * CUSTOMERS_AN_AREA, (at + 1) * CUSTOMERS_AN_AREA)
                supply = Supply(energy, lines_of(layout, area), swing[area], slice(start, end), seed)
                carried = supply.carry(used[own], metered[own], unmetered[at])
                net[area], copper[area] = carried.master_kw.sum(axis=0), carried.copper_kw
        own = slice(layout.padded, count)
        load = _load(layout, np.random.default_rng([seed, 3, start]), factors, own, slice(start, end))
        _note(energy, own, slice(start, end), load, np.zeros_like(load))
        _note_own(energy, slice(start, end), load)
        hourly = load.reshape(layout.dedicated, net.shape[1])
        drawn = gates.Drawn(net, copper, hourly, _before_meters(hourly, behind or {}))
        gates.note(layout, feeder_lines, energy, drawn, slice(start, end))
    return energy


def _before_meters(load: Array, behind: Mapping[int, Transformer]) -> Array:
    """Return kW lost before the meters of dedicated customers, (dedicated, hours)."""
    lost = np.zeros(load.shape)
    for at, transformer in behind.items():
        lost[at] = transformer.lost_kw(load[at].astype(np.float64), POWER_FACTOR)
    return lost


def registered(layout: Layout, faults: list[Fault], days: list[date], seed: int) -> Energy:
    """Return what the customers' meters register, as `simulate` has it; without flows: nothing of masters and lines."""
    energy = _nothing_yet(layout, len(days), ([], [], 0))
    factors, sunlight = season(days), sun(days, np.random.default_rng([seed, 1]))
    for span in _months(days):
        start, end = span[0], span[-1] + 1
        for first in range(0, layout.areas, AREAS_A_BATCH):
            random = np.random.default_rng([seed, 2, start, first])
            span_of = slice(first, min(first + AREAS_A_BATCH, layout.areas)), slice(start, end)
            _batch(layout, faults, energy, random, factors, sunlight, *span_of)
    return energy


def _months(days: list[date]) -> list[list[int]]:
    """Return the places of the days, month by month."""
    return [[at for at, _ in group] for _, group in groupby(enumerate(days), key=lambda pair: pair[1].month)]


def _nothing_yet(layout: Layout, days: int, keep: tuple[list[int], list[int], int]) -> Energy:
    count, areas, feeders = layout.padded + layout.dedicated, layout.areas, layout.feeders
    zeros = [np.zeros((rows, days)) for rows in (count,) * 4 + (areas,) * 2]
    phases, technical = np.zeros((areas, 3, days)), np.zeros((areas, days))
    of_feeders = [np.zeros((feeders, days)) for _ in range(4)]
    own_of = [np.zeros((layout.dedicated, days)) for _ in range(3)]
    whole, masters, kept_from = keep
    kept: dict[int, list[Kept]] = {area: [] for area in (*whole, *masters)}
    return Energy(*zeros, phases, technical, *of_feeders, kept, frozenset(whole), kept_from, *own_of)


def _load(layout: Layout, random: np.random.Generator, factors: Array, rows: slice, days: slice) -> Array:
    """Return kW by hour, float32 (customers, days, 24)."""
    use = layout.use[rows]
    count, length = len(use), days.stop - days.start
    noise = random.standard_normal((count, length), dtype=np.float32) * np.float32(0.22)
    noise += random.standard_normal((count, 1), dtype=np.float32) * np.float32(0.12)
    daily = layout.level_kwh[rows, None] * factors[use, days] * np.exp(noise)
    daily[layout.empty[rows], max(0, factors.shape[1] // 2 - days.start) :] = 0
    shape = hours()[use] * layout.jitter[rows]
    load = random.random((count, length, 24), dtype=np.float32)
    load *= np.float32(0.6)
    load += np.float32(0.7)
    load *= shape[:, None, :]
    load *= daily[:, :, None]
    return load


def _batch(
    layout: Layout,
    faults: list[Fault],
    energy: Energy,
    random: np.random.Generator,
    factors: Array,
    sunlight: Array,
    areas: slice,
    days: slice,
) -> tuple[Array, Array, Array]:
    """Return what customers of some areas use and what their meters see, (customers, days, 24) kW, and, (areas, days,
    24), what no meter sees.
    """
    rows = slice(areas.start * CUSTOMERS_AN_AREA, areas.stop * CUSTOMERS_AN_AREA)
    net = _load(layout, random, factors, rows, days)
    roofs = np.flatnonzero(layout.roof_kw[rows])
    net[roofs] -= layout.roof_kw[rows][roofs, None, None] * sunlight[None, days]
    forward = np.maximum(net, 0)
    backward = np.zeros_like(net)
    backward[roofs] = np.maximum(-net[roofs], 0)
    length = days.stop - days.start
    unmetered = np.zeros((areas.stop - areas.start, length, 24), dtype=np.float32)
    for fault in faults:
        if fault.kind in PHYSICAL and areas.start <= fault.area < areas.stop:
            span = slice(max(fault.from_day - days.start, 0), min(fault.to_day - days.start, length))
            if span.start < span.stop:
                _break(
                    fault,
                    fault.customer - rows.start,
                    span,
                    net,
                    forward,
                    backward,
                    unmetered[fault.area - areas.start],
                )
    _note(energy, rows, days, forward, backward)
    forward -= backward
    return net, forward, unmetered


def _break(
    fault: Fault, row: int, days: slice, net: Array, forward: Array, backward: Array, unmetered: Array
) -> None:
    """Let a fault bend what is used and what is metered, and note the energy that goes missing by it."""
    if fault.kind == "无表用电":
        unmetered[days] += np.float32(fault.value)
        fault.energy_wh += fault.value * 24_000 * (days.stop - days.start)
        return
    true, metered = net[row, days], forward[row, days]
    if fault.method == "绕越":
        metered *= np.float32(fault.value)
    elif fault.method == "限量":
        np.minimum(metered, np.float32(fault.value), out=metered)
    elif fault.method == "夜间":
        metered[:, :6] = metered[:, 22:] = 0
    elif fault.method == "挂钩":
        true += np.float32(fault.value)
    elif fault.kind == "失压":
        metered *= np.float32(fault.value)
    else:
        if fault.kind == "接线反":
            backward[row, days] = metered
        metered[:] = 0
    missing = true - metered + backward[row, days]
    fault.energy_wh += float(missing.sum(dtype=np.float64)) * 1000


def _note(energy: Energy, rows: slice, days: slice, forward: Array, backward: Array) -> None:
    peak = forward[:, :, PEAK_HOURS].sum(axis=2, dtype=np.float64) * 1000
    total = forward.sum(axis=2, dtype=np.float64) * 1000
    energy.forward[rows, days] = total
    energy.valley[rows, days] = total - peak
    energy.backward[rows, days] = backward.sum(axis=2, dtype=np.float64) * 1000
    energy.late[rows, days] = forward[:, :, 24 - CLOCK_LATE_H :].sum(axis=2, dtype=np.float64) * 1000


def _note_own(energy: Energy, days: slice, load: Array) -> None:
    """Note the periods and the demand of customers who pay in two parts."""
    energy.own_peak[:, days] = load[:, :, COMMERCIAL_PEAK_HOURS].sum(axis=2, dtype=np.float64) * 1000
    energy.own_valley[:, days] = load[:, :, COMMERCIAL_VALLEY_HOURS].sum(axis=2, dtype=np.float64) * 1000
    energy.own_demand_kw[:, days] = load.max(axis=2)
