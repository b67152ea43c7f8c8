"""Curves: power, voltages and currents in every quarter of an hour, at the masters and at each meter of chosen areas.

Power, voltages and currents of a quarter are those of one flow (`supply`), and its hours are what the registers say.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from diansuo.core.quantity.month import month_of
from diansuo.sandbox.energy import Energy, Kept
from diansuo.sandbox.faults import Fault
from diansuo.sandbox.freezing import new_meter
from diansuo.sandbox.layout import CUSTOMERS_AN_AREA, SUNNY_AREA, Array, Layout
from diansuo.sandbox.lists import area_number

DAYS, SLOTS = 31, 96
# Of how many areas the master has curves.
MASTERS = 100
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
) -> dict[int, Path]:
    """Write the curves of the areas whose hours were kept, a file a month; return them by month.

    Args:
        folder: where to.
        layout: the station.
        energy: what was worked out, with the kept hours.
        faults: what goes wrong.
        rows: the archive's rows.
        days: all days of use; the last ones were kept.
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
    curves = {area: _curve(layout, area, _whole(kept), faults) for area, kept in sorted(energy.kept.items())}
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
    names = (each.name for each in fields(Kept))
    return Kept(*(np.concatenate([getattr(part, name) for part in kept], axis=-1) for name in names))


def _curve(layout: Layout, area: int, kept: Kept, faults: list[Fault]) -> Curve:
    """Return what the meters of an area show: power and currents before the multiplier, voltages as they are wired."""
    meters = len(kept.power) - 1
    own = slice(area * CUSTOMERS_AN_AREA, area * CUSTOMERS_AN_AREA + meters)
    master = layout.master_multiplier[area]
    multiplier = np.append(layout.multiplier[own], master)
    phase = layout.phase[own]
    volt = kept.volt.copy()
    volt[:-1][phase != 3] = np.nan
    single = np.flatnonzero(phase != 3)
    # A single-phase meter names its own voltage A, whatever phase of the line it hangs on.
    volt[single, 0] = kept.volt[single, phase[single]]
    for fault in faults:
        if fault.kind == "失压" and own.start <= fault.customer < own.stop:
            volt[fault.customer - own.start, 2, fault.from_day * SLOTS : fault.to_day * SLOTS] = 0
    return Curve(kept.power / multiplier[:, None], volt, kept.ampere / master)


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
