"""Power of every hour, and what it comes to in a day: at the customers, in the lines, at the masters and gates.

Losses are those of hourly phase currents at nominal voltage, accumulated down the tree, the neutral's among them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np

from diansuo.sandbox.faults import CLOCK_LATE_H, PHYSICAL, Fault
from diansuo.sandbox.layout import (
    CONDUCTORS,
    CUSTOMERS_AN_AREA,
    SEGMENTS,
    Array,
    Layout,
)
from diansuo.sandbox.shapes import (
    COMMERCIAL_PEAK_HOURS,
    COMMERCIAL_VALLEY_HOURS,
    PEAK_HOURS,
    hours,
    season,
    sun,
)

AREAS_A_BATCH = 64
VOLT, POWER_FACTOR = 220.0, 0.95
# What a meter itself takes, about 1 kWh a month for a single-phase one (domain.md §10.3).
METER_W, METER_THREE_PHASE_W = 1.37, 2.74


@dataclass(slots=True)
class Kept:
    """Power by the hour of one area's days, float32 kW (…, hours): what is used, what meters see, what the master sees.

    Use and metered power (feed-in negative) are by place in the area, the master's by phase; of areas of which only the
    master was asked for the first two have no rows.
    """

    used: Array
    metered: Array
    master: Array


@dataclass(slots=True)
class Energy:
    """Wh of each day, float64 (rows, days); ``phases`` is (areas, 3, days). ``late`` are the day's last hours.

    ``kept`` holds the hours from a day on of the areas that were asked for, of the ``whole`` ones every meter's.
    ``own_peak``, ``own_valley`` and ``own_demand_kw`` are those of customers with a transformer of their own,
    (dedicated, days): by the periods of their price, and the largest hour of each day.
    """

    forward: Array
    backward: Array
    valley: Array
    late: Array
    master: Array
    master_back: Array
    phases: Array
    technical: Array
    gate: Array
    gate_back: Array
    transformer: Array
    line: Array
    kept: dict[int, list[Kept]]
    whole: frozenset[int]
    kept_from: int
    own_peak: Array
    own_valley: Array
    own_demand_kw: Array


def simulate(
    layout: Layout,
    faults: list[Fault],
    days: list[date],
    seed: int,
    advance: Callable[[str, int, int], None],
    keep: tuple[list[int], list[int], int],
) -> Energy:
    """Return what every meter of the station truly registers on every day.

    Args:
        layout: the station.
        faults: they bend what is used and metered, and note how much.
        days: the days of use.
        seed: the same one gives the same energy.
        advance: is told (label, done, total).
        keep: areas of which the hours of every meter are kept, those of which the master's, and from which day on.
    """
    count, areas, feeders = layout.padded + layout.dedicated, layout.areas, layout.feeders
    zeros = [np.zeros((rows, len(days))) for rows in (count,) * 4 + (areas,) * 2]
    phases, technical = np.zeros((areas, 3, len(days))), np.zeros((areas, len(days)))
    of_feeders = [np.zeros((feeders, len(days))) for _ in range(4)]
    own_of = [np.zeros((layout.dedicated, len(days))) for _ in range(3)]
    whole, masters, kept_from = keep
    kept: dict[int, list[Kept]] = {area: [] for area in (*whole, *masters)}
    energy = Energy(*zeros, phases, technical, *of_feeders, kept, frozenset(whole), kept_from, *own_of)
    spans = [[at for at, _ in group] for _, group in groupby(enumerate(days), key=lambda pair: pair[1].month)]
    factors, sunlight = season(days), sun(days, np.random.default_rng([seed, 1]))
    for number, span in enumerate(spans):
        advance("", number, len(spans))
        start, end = span[0], span[-1] + 1
        net = np.zeros((areas, (end - start) * 24), dtype=np.float32)
        for first in range(0, areas, AREAS_A_BATCH):
            last = min(first + AREAS_A_BATCH, areas)
            random = np.random.default_rng([seed, 2, start, first])
            net[first:last] = _batch(
                layout, faults, energy, random, factors, sunlight, slice(first, last), slice(start, end)
            )
        own = slice(layout.padded, count)
        load = _load(layout, np.random.default_rng([seed, 3, start]), factors, own, slice(start, end))
        _note(energy, own, slice(start, end), load, np.zeros_like(load))
        _note_own(energy, slice(start, end), load)
        _feeders(layout, energy, net, load.reshape(layout.dedicated, net.shape[1]), slice(start, end))
    return energy


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
) -> Array:
    """Work out some areas over some days; return the masters' net kW by hour, (areas, hours)."""
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
    count = areas.stop - areas.start
    phases, loss = _losses(layout, areas, net.reshape(count, CUSTOMERS_AN_AREA, -1))
    phases[:, 0] += unmetered.reshape(count, -1)
    total = phases.sum(axis=1)
    for area in energy.kept:
        if areas.start <= area < areas.stop and days.stop > energy.kept_from:
            _keep(energy, area, area - areas.start, days, net, forward - backward, phases)

    def day(power: Array) -> Array:
        return power.reshape(*power.shape[:-1], length, 24).sum(axis=-1, dtype=np.float64) * 1000

    energy.master[areas, days] = day(np.maximum(total, 0))
    energy.master_back[areas, days] = day(np.maximum(-total, 0))
    energy.phases[areas, :, days] = day(np.maximum(phases, 0))
    energy.technical[areas, days] = day(loss)
    return total


def _keep(energy: Energy, area: int, at: int, days: slice, net: Array, metered: Array, phases: Array) -> None:
    """Keep the hours of an area from the day on."""
    count = CUSTOMERS_AN_AREA if area in energy.whole else 0
    rows = slice(at * CUSTOMERS_AN_AREA, at * CUSTOMERS_AN_AREA + count)
    first = max(energy.kept_from - days.start, 0)
    used, seen = (
        power[rows, first:].reshape(count, (days.stop - days.start - first) * 24) for power in (net, metered)
    )
    energy.kept[area].append(Kept(used.copy(), seen.copy(), phases[at, :, first * 24 :].copy()))


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


def _losses(layout: Layout, areas: slice, net: Array) -> tuple[Array, Array]:
    """Return kW by phase at the masters, losses among them, (areas, 3, hours), and the losses, (areas, hours)."""
    count = len(net)
    rows = slice(areas.start * CUSTOMERS_AN_AREA, areas.stop * CUSTOMERS_AN_AREA)
    phase = layout.phase[rows]
    weight = np.where(phase[:, None] == 3, 1 / 3, phase[:, None] == np.arange(3)).astype(np.float32)
    weight = weight.reshape(count, CUSTOMERS_AN_AREA, 3).transpose(0, 2, 1)
    ampere = net * np.float32(1000 / VOLT / POWER_FACTOR)
    through = layout.path[areas][:, :, None, :] * weight[:, None]
    flow = (through.reshape(count, SEGMENTS * 3, -1) @ ampere).reshape(count, SEGMENTS, 3, -1)
    ohm = layout.segment_ohm[areas].astype(np.float32)
    a, b, c = flow[:, :, 0], flow[:, :, 1], flow[:, :, 2]
    neutral = np.einsum("as,ash->ah", ohm, a * a + b * b + c * c - a * b - b * c - c * a)
    line = np.einsum("as,asph,asph->aph", ohm, flow, flow) + neutral[:, None] / 3
    service = layout.service_m[rows] * CONDUCTORS["BLV-16"] / 1000 * np.where(phase == 3, 1 / 3, 2)
    np.multiply(ampere, ampere, out=ampere)
    line += (weight * service.astype(np.float32).reshape(count, 1, -1)) @ ampere
    alive = np.arange(rows.start, rows.stop) < layout.public
    meter_w = (
        np.where(alive, np.where(phase == 3, METER_THREE_PHASE_W, METER_W), 0).reshape(count, -1).sum(axis=1)
    )
    line = line / np.float32(1000) + (meter_w / 3000).astype(np.float32)[:, None, None]
    return weight @ net + line, line.sum(axis=1)


def _feeders(layout: Layout, energy: Energy, net: Array, own: Array, days: slice) -> None:
    """Add up masters, transformers, dedicated customers and the medium voltage line at the gates."""
    capacity = layout.transformers("kva").astype(np.float64)[:, None]
    no_load, short = (layout.transformers(name)[:, None] for name in ("no_load_w", "short_circuit_w"))
    transformer = (no_load + short * (np.abs(net) / POWER_FACTOR / capacity) ** 2) / 1000
    through, lost = np.zeros((2, layout.feeders, net.shape[1]))
    np.add.at(lost, layout.feeder[: layout.areas], transformer)
    np.add.at(through, layout.feeder[: layout.areas], net)
    np.add.at(through, layout.feeder[layout.areas :], own)
    through += lost
    ampere = through / (3**0.5 * 10 * POWER_FACTOR)
    line = 3 * ampere**2 * layout.feeder_ohm[:, None] / 1000
    through += line

    def day(power: Array) -> Array:
        return power.reshape(len(power), -1, 24).sum(axis=2) * 1000

    energy.gate[:, days], energy.gate_back[:, days] = (
        day(np.maximum(through, 0)),
        day(np.maximum(-through, 0)),
    )
    energy.transformer[:, days], energy.line[:, days] = day(lost), day(line)
