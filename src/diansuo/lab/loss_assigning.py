"""How often customers are put on the right phase and area: from synchronous voltage, and from thirty days of energy."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from diansuo.core.network.causes.by_energy import areas_by_energy, phases_by_energy
from diansuo.core.network.causes.by_voltage import areas_by_voltage, phases_by_voltage
from diansuo.core.network.causes.columns import AreaDays
from diansuo.core.network.technical_terms import TechnicalRules
from diansuo.lab.loss_station import make
from diansuo.sandbox import station
from diansuo.sandbox.layout import CUSTOMERS_AN_AREA, Layout, lay_out
from diansuo.sandbox.lists import area_number

SLOTS: Final = 96
NOTHING_WRONG: Final = station.Rates(**dict.fromkeys(station.Rates.__slots__, 0.0))


@dataclass(slots=True)
class Rates:
    """Of how many single-phase customers phase and area were right, None: the way says nothing of it.

    ``left_out``: areas roofs feed back through.
    """

    customers: int = 0
    phase: int | None = None
    area: int | None = None
    both: int = 0
    left_out: int = 0


def by_energy(table: Mapping[str, Any], rules: TechnicalRules, seeds: Sequence[int]) -> Rates:
    """Return the rate of phases from daily energy, in stations in which nothing is wrong; empty houses are left out."""
    rates = Rates()
    given = table["assigning"]
    for seed in seeds:
        made = make(_sound(table), rules, seed, given["areas"])
        for area in made.seen.areas:
            single = _single(area, given)
            if _fed(area, given):
                rates.left_out += 1
                continue
            found = phases_by_energy(_filled(area.use_wh[single]), _of_phases(area, single))
            rates.customers += int(single.sum())
            rates.phase = (rates.phase or 0) + int((found == area.phase[single]).sum())
    return rates


def neighbours_by_energy(table: Mapping[str, Any], rules: TechnicalRules, seeds: Sequence[int]) -> Rates:
    """Return the rate of areas from daily energy: customers of some neighbouring areas, whose books are not asked."""
    rates = Rates()
    given = table["assigning"]
    together = given["neighbours"]["together"]
    for seed in seeds:
        areas = make(_sound(table), rules, seed, given["neighbours"]["areas"]).seen.areas
        for first in range(0, len(areas) - together + 1, together):
            group = areas[first : first + together]
            if any(_fed(area, given) for area in group):
                rates.left_out += together
                continue
            single = [_single(area, given) for area in group]
            of = list(zip(group, single, strict=True))
            use = np.concatenate([_filled(area.use_wh[rows]) for area, rows in of])
            phase = np.concatenate([area.phase[rows] for area, rows in of])
            found = areas_by_energy(use, phase, np.stack([_of_phases(area, rows) for area, rows in of]))
            hangs = np.repeat(np.arange(together), [int(rows.sum()) for rows in single])
            rates.customers += len(hangs)
            rates.area = (rates.area or 0) + int((found == hangs).sum())
    return rates


def _single(area: AreaDays, given: Mapping[str, Any]) -> Any:
    """Return who has one phase, lives there and has no roof, bool (n,)."""
    lives = np.nan_to_num(area.use_wh).mean(axis=1) >= given["least_wh"]
    return (area.phase < 3) & lives & ~area.roof


def _fed(area: AreaDays, given: Mapping[str, Any]) -> bool:
    """Return whether roofs feed more into an area than registers that count forward only allow for."""
    feed = np.nansum(area.feed_wh[area.counted])
    return bool(feed > given["most_feed_percent"] / 100 * np.nansum(area.supply_wh))


def _sound(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return the table with nothing wrong, over the days that are assigned by."""
    days = table["assigning"]["days"]
    return {**table, "kinds": [], "days": days, "month": days}


def _filled(use: Any) -> Any:
    """Return energy with unknown days as the mean of the known ones."""
    mean = np.nanmean(use, axis=1, keepdims=True)
    return np.where(np.isnan(use), mean, use)


def _of_phases(area: AreaDays, single: Any) -> Any:
    """Return what the phases supplied to some of the customers, what the others and the losses leave."""
    squares = area.phases_wh**2
    loss = squares / squares.sum(axis=0) * area.technical_wh
    rest = ~single
    on = (area.phase[:, None] == np.arange(3)) + (area.phase == 3)[:, None] / 3
    net = np.nan_to_num(area.use_wh) - np.where(area.counted[:, None], np.nan_to_num(area.feed_wh), 0)
    return area.phases_wh - loss - on[rest].T @ net[rest]


def by_voltage(table: Mapping[str, Any], seeds: Sequence[int]) -> Rates:
    """Return the rates from 96-point voltages of some areas, all busbars of them open to every customer."""
    rates = Rates()
    given = table["assigning"]
    for seed in seeds:
        last = date.fromisoformat(str(table["ends"][seed % len(table["ends"])]))
        with tempfile.TemporaryDirectory(prefix="diansuo-lab-") as folder:
            files = station.write(
                Path(folder),
                customers=given["areas"] * CUSTOMERS_AN_AREA,
                months=2,
                last_month=(last.year * 100 + last.month),
                seed=seed,
                rates=NOTHING_WRONG,
                curve_areas=given["areas"],
                factories=0,
            )
            frame = pl.concat([pl.read_parquet(path) for path in files.curves.values()])
        layout = lay_out(np.random.default_rng([seed, 10]), given["areas"] * CUSTOMERS_AN_AREA, 0)
        _voltage(frame, layout, given, np.random.default_rng([seed, 40]), rates)
    return rates


def _voltage(
    frame: pl.DataFrame, layout: Layout, given: Mapping[str, Any], random: np.random.Generator, rates: Rates
) -> None:
    """Count one station: meters that see one phase, against the busbars of all its areas."""
    days = sorted(frame["日期"].unique().to_list())[-int(given["curve_days"]) :]
    frame = frame.filter(pl.col("日期").is_in(days)).with_columns(pl.col("点号").cast(pl.Int64))
    frame = frame.sort("台区编号", "用户编号", "表资产号", "日期", "点号")
    points = len(days) * SLOTS
    names = ("电压A", "电压B", "电压C", "有功功率")
    values = np.stack([frame[name].cast(pl.Float64).to_numpy().reshape(-1, points) for name in names])
    customer = frame["用户编号"].to_numpy().reshape(-1, points)[:, 0]
    area = frame["台区编号"].to_numpy().reshape(-1, points)[:, 0]
    master = customer == ""
    busbars = np.stack([values[:3, at] for at in np.flatnonzero(master)])
    numbers = [area_number(at) for at in range(layout.areas)]
    wanted = np.flatnonzero(~master)
    columns = np.concatenate(
        [np.arange(CUSTOMERS_AN_AREA) + numbers.index(each) * CUSTOMERS_AN_AREA for each in area[master]]
    )
    single = layout.phase[columns] < 3
    seen = values[0, wanted[single]]
    seen = seen * random.normal(1, given["voltage_class_percent"] / 200, (len(seen), 1))
    seen = np.round(seen + random.normal(0, given["voltage_noise_v"], seen.shape), 1)
    power = values[3, wanted[single]]
    found = areas_by_voltage(seen, power, busbars)
    phase = np.full(len(seen), -1)
    for at in range(len(busbars)):
        phase[found == at] = phases_by_voltage(seen[found == at], power[found == at], busbars[at])
    order = [numbers.index(each) for each in area[master]]
    right_area = np.array(order)[found] == columns[single] // CUSTOMERS_AN_AREA
    right_phase = phase == layout.phase[columns][single]
    rates.customers += int(single.sum())
    rates.area = (rates.area or 0) + int(right_area.sum())
    rates.phase = (rates.phase or 0) + int(right_phase.sum())
    rates.both += int((right_area & right_phase).sum())
