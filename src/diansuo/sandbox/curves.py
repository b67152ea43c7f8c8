"""Curves: power, voltages and currents in every quarter of an hour, at the masters and at each meter of chosen areas.

Power is that of the hour, spread over its quarters so that the day's energy stays what the registers say. Voltages are
those of the line's drop from the transformer down the tree, phase by phase, the neutral's share among it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diansuo.core.quantity.month import month_of
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.freezing import new_meter
from diansuo.sandbox.layout import (
    CONDUCTORS,
    CUSTOMERS_AN_AREA,
    SEGMENTS,
    SUNNY_AREA,
    TRUNK,
    Array,
    Layout,
)
from diansuo.sandbox.lists import area_number
from diansuo.sandbox.physics import POWER_FACTOR, VOLT, Energy, Kept
from diansuo.sandbox.transformers import transformer

DAYS, SLOTS = 31, 96
SOURCE_VOLT, SOURCE_SWING_VOLT = 233.0, 2.0
# Voltage a transformer loses at full load and this power factor, and what a line's reactance adds to its resistance.
TRANSFORMER_DROP, REACTANCE = 0.025, 1.08
# A transformer whose tap stands too low: at the ends of its lines the voltage is low on winter evenings.
LOW_TAP = {1: -24.0}
# Of how many areas the master has curves, and how evenly its load fills an hour against a single meter's.
MASTERS, MASTER_STEADINESS = 100, 0.1
# The most telling first: photovoltaic, a theft, the area on whose books others' customers stand.
FIRST_AREAS = (SUNNY_AREA, 2, 1)


@dataclass(frozen=True, slots=True)
class Curve:
    """One area's curves: kW (meters, quarters) before the multiplier, V (meters, 3, quarters), nan where no phase is.

    The master's row comes last; ``ampere`` are its currents before the multiplier, (3, quarters).
    """

    power: Array
    volt: Array
    ampere: Array


def choose(layout: Layout, areas: int) -> list[int]:
    """Return which areas have curves."""
    order = [*FIRST_AREAS, *(at for at in range(layout.areas) if at not in FIRST_AREAS)]
    return [at for at in order if at < layout.areas][:areas]


def kept(layout: Layout, areas: int) -> tuple[list[int], list[int]]:
    """Return of which areas every meter has curves, and of which the master alone."""
    whole = choose(layout, areas)
    others = [at for at in range(layout.areas) if at not in whole]
    return whole, others[: MASTERS - len(whole)] if whole else []


def write_curves(
    folder: Path,
    layout: Layout,
    energy: Energy,
    faults: list[Fault],
    rows: list[dict[str, Any]],
    days: list[date],
    seed: int,
) -> dict[int, Path]:
    """Write the curves of the areas whose hours were kept, a file a month; return them by month.

    Args:
        folder: where to.
        layout: the station.
        energy: what was worked out, with the kept hours.
        faults: what goes wrong.
        rows: the archive's rows.
        days: all days of use; the last ones were kept.
        seed: the same one gives the same curves.
    """
    days = days[energy.kept_from :]
    faults = [
        replace(
            fault, from_day=max(0, fault.from_day - energy.kept_from), to_day=fault.to_day - energy.kept_from
        )
        for fault in faults
        if fault.to_day > energy.kept_from
    ]
    spans = [
        [at for at, _ in group] for _, group in groupby(enumerate(days), key=lambda pair: month_of(pair[1]))
    ]
    curves = {
        area: _curve(layout, area, _whole(kept), faults, days, np.random.default_rng([seed, 20, area]))
        for area, kept in sorted(energy.kept.items())
    }
    files = {}
    for span in spans if curves else ():
        month = month_of(days[span[0]])
        frames = [
            _frame(layout, area, curve, faults, rows, days, slice(span[0], span[-1] + 1))
            for area, curve in curves.items()
        ]
        files[month] = folder / f"曲线_{month}.parquet"
        pl.concat(frames).write_parquet(files[month], compression="zstd", statistics=False)
    return files


def _whole(kept: list[Kept]) -> Kept:
    names = ("used", "metered", "master")
    return Kept(*(np.concatenate([getattr(part, name) for part in kept], axis=1) for name in names))


def _curve(
    layout: Layout, area: int, kept: Kept, faults: list[Fault], days: list[date], random: np.random.Generator
) -> Curve:
    """Work out one area over its days."""
    own = slice(area * CUSTOMERS_AN_AREA, area * CUSTOMERS_AN_AREA + len(kept.used))
    spread = random.uniform(0.7, 1.3, (len(kept.used) + 1, kept.used.shape[1], 4))
    spread /= spread.mean(axis=2, keepdims=True)
    spread[-1] = 1 + MASTER_STEADINESS * (spread[-1] - 1)
    used, metered = (_quarters(hours, spread[:-1]) for hours in (kept.used, kept.metered))
    master = _quarters(kept.master.sum(axis=0, keepdims=True), spread[-1:])
    power = np.concatenate([metered / layout.multiplier[own, None], master / layout.master_multiplier[area]])
    share = kept.master / np.where(kept.master.sum(axis=0) == 0, 1, kept.master.sum(axis=0))
    by_phase = master * np.repeat(share, 4, axis=1)
    source = _source(random, len(days), area, by_phase)
    ampere_master = np.abs(by_phase) * 1000 / source / POWER_FACTOR / layout.master_multiplier[area]
    if not len(kept.used):
        return Curve(power, source[None], ampere_master)
    phase = layout.phase[own]
    weight = np.where(phase[:, None] == 3, 1 / 3, phase[:, None] == np.arange(3))
    ampere = used * (1000 / VOLT / POWER_FACTOR)
    drop = _drops(layout, area, weight, ampere)
    at_place = source[None] - drop[layout.segment[area]]
    service = layout.service_m[own] * CONDUCTORS["BLV-16"] / 1000 * np.where(phase == 3, 1 / 3, 2)
    at_place -= (service[:, None] * ampere)[:, None]
    volt = np.where((phase == 3)[:, None, None], at_place, np.nan)
    single = np.flatnonzero(phase != 3)
    # A single-phase meter names its own voltage A, whatever phase of the line it hangs on.
    volt[single, 0] = at_place[single, phase[single]]
    for fault in faults:
        if fault.kind == "失压" and own.start <= fault.customer < own.stop:
            volt[fault.customer - own.start, 2, fault.from_day * SLOTS : fault.to_day * SLOTS] = 0
    return Curve(power, np.concatenate([volt, source[None]]), ampere_master)


def _quarters(hours: Array, spread: Array) -> Array:
    return (hours[:, :, None] * spread).reshape(len(hours), 4 * hours.shape[1])


def _source(random: np.random.Generator, days: int, area: int, master: Array) -> Array:
    """Return the voltage at the transformer by phase, (3, quarters)."""
    slow = np.interp(
        np.arange(days * SLOTS) / SLOTS, np.arange(days * 4 + 1) / 4, random.normal(0, 1, days * 4 + 1)
    )
    load = master * 3 / transformer(area).kva / POWER_FACTOR
    return (
        SOURCE_VOLT
        + LOW_TAP.get(area, 0.0)
        + SOURCE_SWING_VOLT * slow
        - SOURCE_VOLT * TRANSFORMER_DROP * load
    )


def _drops(layout: Layout, area: int, weight: Array, ampere: Array) -> Array:
    """Return how much lower than at the transformer it is at the end of each segment, (segments, 3, quarters)."""
    through = layout.path[area][:, None, :] * weight.T[None]
    flow = through @ ampere
    # Phase and neutral: the other phases' current in the neutral leans against this one's by half.
    fall = (
        layout.segment_ohm[area][:, None, None] * REACTANCE * (2.5 * flow - 0.5 * flow.sum(axis=1)[:, None])
    )
    above = np.zeros((SEGMENTS, SEGMENTS))
    for at in range(SEGMENTS):
        root = at if at < TRUNK else int(layout.parent[area, at])
        above[at, : root + 1] = above[at, at] = 1
    return (above @ fall.reshape(SEGMENTS, -1)).reshape(fall.shape)


def _frame(
    layout: Layout,
    area: int,
    curve: Curve,
    faults: list[Fault],
    rows: list[dict[str, Any]],
    days: list[date],
    span: slice,
) -> pl.DataFrame:
    """Return the rows of an area over some of the days: a row a meter that answered and a quarter."""
    first, count = area * CUSTOMERS_AN_AREA, len(curve.volt) - 1
    own = np.arange(first, min(first + count, layout.public))
    master = layout.public + layout.dedicated + area
    at_row = {int(column): at for at, column in enumerate(own)} | {-1: len(own)}
    known = [rows[at] for at in (*own, master)]
    meters = [each["电能表编号"] for each in known]
    which = np.repeat(np.arange(len(known))[:, None], len(days), axis=1)
    answered = np.ones_like(which, dtype=np.bool_)
    for fault in faults:
        if fault.area != area or fault.customer not in at_row:
            continue
        row = at_row[fault.customer]
        if fault.method == "无日冻结":
            answered[row, fault.from_day : fault.to_day] = False
        elif fault.kind == "换表":
            which[row, fault.from_day :] = len(meters)
            meters.append(new_meter(known[row]["电能表编号"]))
    row, day = np.nonzero(answered[:, span])
    day += span.start
    place = np.array([*(own - first), count])[row]
    quarter = day[:, None] * SLOTS + np.arange(SLOTS)

    def each(texts: list[str], at: Array) -> pl.Series:
        return pl.Series(texts).gather(np.repeat(at, SLOTS))

    return pl.DataFrame(
        {
            "用户编号": each([row.get("用户编号", "") for row in known], row),
            "台区编号": each([area_number(area)], row * 0),
            "表资产号": each(meters, which[row, day]),
            "日期": each([day.isoformat() for day in days], day),
            "点号": pl.Series([str(at + 1) for at in range(SLOTS)] * len(row)),
            **{
                f"电压{letter}": _decimals(curve.volt[place[:, None], at, quarter].reshape(-1), 1)
                for at, letter in enumerate("ABC")
            },
            "有功功率": _decimals(curve.power[place[:, None], quarter].reshape(-1), 4),
            **{
                f"电流{letter}": _decimals(_of_master(curve.ampere[at], place, quarter, count), 3)
                for at, letter in enumerate("ABC")
            },
        }
    )


def _of_master(ampere: Array, place: Array, quarter: Array, master: int) -> Array:
    """Return the master's currents in its rows, nan in all others."""
    return np.where((place == master)[:, None], ampere[quarter], np.nan).reshape(-1)


def _decimals(values: Array, places: int) -> pl.Series:
    """Return numbers as text with so many decimals, null where there is none."""
    unit = 10**places
    whole = np.rint(np.nan_to_num(values) * unit).astype(np.int64)
    size = pl.Series(np.abs(whole) // unit).cast(pl.String)
    rest = pl.Series([f".{at:0{places}d}" for at in range(unit)]).gather(np.abs(whole) % unit)
    sign = pl.Series(["", "-"]).gather((whole < 0).astype(np.int64))
    return (sign + size + rest).set(pl.Series(np.isnan(values)), None)
