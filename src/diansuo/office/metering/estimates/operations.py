"""Estimating what is missing from the lake: days without an energy, points missing from a day's curve.

Only for losses, checks and curves. Customers that feed in and masters are left alone: of them one register says too
little, and the supply of an area is never made up. Run again, nothing is written that stands already.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from django.db import transaction

from diansuo.core.metering.curve_estimation import fill_gaps
from diansuo.core.metering.estimation import ABSENT, Estimated, Way, estimate
from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.archive.models import MeterInstallation
from diansuo.office.base import revision
from diansuo.office.base.bulk import insert_columns, iso_days
from diansuo.office.base.models import Station, User
from diansuo.office.metering.columns import as_date, days_since_epoch
from diansuo.office.metering.days import running
from diansuo.office.metering.days.columns import curve_days
from diansuo.office.metering.days.running import Span
from diansuo.office.metering.estimates.gathering import Gathered, gather
from diansuo.office.metering.models import CurveEstimate, DayEstimate

USUAL: Final = Way.CLASS_PROFILE
"""The nearest to the truth of what needs no master (docs/rules/estimation.md)."""
EVERYONE: Final = (0, int(np.iinfo(np.int64).max))


@dataclass(frozen=True, slots=True)
class Made:
    """How many days and curves were estimated, of how many points; those that stood already are not counted."""

    days: int
    points: int
    curves: int


@dataclass(frozen=True, slots=True)
class _Gap:
    """Columns of days to estimate: row and day of each, and the registers around it by their column, -1 for none."""

    row: Any
    column: Any
    before: Any
    after: Any


def estimate_month(
    station: Station,
    month: int,
    *,
    points: Collection[int] | None = None,
    way: Way = USUAL,
    user: User | None,
    now: datetime,
) -> Made:
    """Estimate what a station's month lacks, of all its customers or of some points; in one transaction."""
    looked = running.span(station.pk, month)
    gathered = looked and gather(
        station.pk, looked, last_year=way == Way.LAST_YEAR, supply=way == Way.AREA_BALANCE
    )
    rows = _rows(gathered, looked, month, points, way) if gathered and looked else {}
    curves = _curves(station.pk, month, points)
    with transaction.atomic():
        rows = _unlike_the_latest(rows)
        count = len(rows["point"]) if rows else 0
        if count:
            stamp = {"made_by": [user.pk if user else None] * count, "made_at": [now] * count}
            insert_columns(DayEstimate, rows | stamp)
        fresh = _fresh(curves)
        for one in fresh:
            one.made_by, one.made_at = user, now
        CurveEstimate.objects.bulk_create(fresh, batch_size=500)
        if count or fresh:
            revision.bump([station.pk])
    return Made(count, len(set(rows["point"])) if rows else 0, len(fresh))


def _rows(
    gathered: Gathered, looked: Span, month: int, points: Collection[int] | None, way: Way
) -> dict[str, list[Any]]:
    """Return the days of the month to estimate as columns of their table, in lists."""
    held, known = gathered.held, gathered.known
    gap = _gaps(gathered, looked, month, points)
    if not len(gap.row):
        return {}
    made = estimate(known, way)
    row, column = gap.row, gap.column
    meters = _meters(held.point[np.unique(row)].tolist(), looked)
    registers = known.register_wh
    closed = gap.after >= 0
    after = np.where(closed, gap.after, 0)
    point = held.point[row].tolist()
    shown = _shown(known.register_wh, held.multiplier, made, gap)
    until = iso_days(looked.from_day + after)
    columns = {
        "point": point,
        "meter": [meters.get(each, 0) for each in point],
        "multiplier": held.multiplier[row].tolist(),
        "of_date": iso_days(looked.from_day + column),
        "energy_wh": made.energy_wh[row, column].tolist(),
        "band_wh": made.band_wh[row, column].tolist(),
        "way": [int(way)] * len(row),
        "register_wh": shown,
        "from_date": iso_days(looked.from_day + gap.before),
        "from_wh": registers[row, gap.before].tolist(),
        "until_date": [day if yes else None for day, yes in zip(until, closed.tolist(), strict=True)],
        "until_wh": [
            wh if yes else None
            for wh, yes in zip(registers[row, after].tolist(), closed.tolist(), strict=True)
        ],
    }
    kept = [at for at, meter in enumerate(columns["meter"]) if meter]
    return {name: [values[at] for at in kept] for name, values in columns.items()}


def _gaps(gathered: Gathered, looked: Span, month: int, points: Collection[int] | None) -> _Gap:
    """Find the days of the month without an energy, after a register and as far as others have come."""
    held, registers = gathered.held, gathered.known.register_wh
    days = np.arange(registers.shape[1])
    came = registers >= 0
    before = np.maximum.accumulate(np.where(came, days, -1), axis=1)[:, :-1]
    later = np.minimum.accumulate(np.where(came, days, len(days))[:, ::-1], axis=1)[:, ::-1][:, 1:]
    use = np.arange(registers.shape[1] - 1)
    day = looked.from_day + use
    lacking = (~came[:, :-1] | ~came[:, 1:]) & (before >= 0)
    month_day = days_since_epoch(first_day(month))
    next_day = days_since_epoch(first_day(next_month(month)))
    empty = np.array(looked.empty, np.int64)
    lacking &= ((day >= month_day) & (day < next_day) & ~np.isin(day, empty) & ~np.isin(day + 1, empty))[
        None, :
    ]
    lacking &= day[None, :] < held.traits.until_day[:, None]
    lacking &= ~held.traits.feeds_in[:, None]
    if points is not None:
        lacking &= np.isin(held.point, list(points))[:, None]
    row, column = np.nonzero(lacking)
    after = later[row, column]
    after = np.where(after < len(days), after, ABSENT)
    # A register that falls across the gap measures nothing: that is a matter for the checks.
    falls = (after >= 0) & (registers[row, np.maximum(after, 0)] < registers[row, before[row, column]])
    kept = np.flatnonzero(~falls)
    return _Gap(row[kept], column[kept], before[row, column][kept], after[kept])


def _shown(registers: Any, multiplier: Any, made: Estimated, gap: _Gap) -> list[int | None]:
    """The register at the end of each estimated day, None where the true one is known."""
    out: list[int | None] = []
    for row, column, before in zip(gap.row.tolist(), gap.column.tolist(), gap.before.tolist(), strict=True):
        if registers[row, column + 1] >= 0:
            out.append(None)
            continue
        used = int(made.energy_wh[row, before : column + 1].sum())
        out.append(int(registers[row, before]) + used // int(multiplier[row]))
    return out


def _meters(points: list[int], looked: Span) -> dict[int, int]:
    """The meter that hangs at each point at the end."""
    found: dict[int, int] = {}
    day = as_date(looked.to_day - 1)
    for start in range(0, len(points), 5_000):
        hung = MeterInstallation.objects.in_force(day).filter(point__in=points[start : start + 5_000])
        found |= dict(hung.values_list("point", "meter"))
    return found


def _unlike_the_latest(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Leave out what stands already just so."""
    if not rows:
        return {}
    points = sorted(set(rows["point"]))
    held: dict[tuple[int, str], tuple[Any, ...]] = {}
    for start in range(0, len(points), 5_000):
        found = DayEstimate.objects.filter(point__in=points[start : start + 5_000])
        found = found.filter(of_date__gte=min(rows["of_date"]), of_date__lte=max(rows["of_date"])).order_by(
            "id"
        )
        for one in found:
            held[one.point_id, one.of_date.isoformat()] = (
                one.energy_wh, one.band_wh, one.way, one.register_wh, one.from_wh, one.until_wh,
            )  # fmt: skip
    names = ("energy_wh", "band_wh", "way", "register_wh", "from_wh", "until_wh")
    kept = [
        at
        for at, key in enumerate(zip(rows["point"], rows["of_date"], strict=True))
        if held.get(key) != tuple(rows[name][at] for name in names)
    ]
    return {name: [values[at] for at in kept] for name, values in rows.items()} if kept else {}


def _curves(station_id: int, month: int, points: Collection[int] | None) -> list[CurveEstimate]:
    bounds = EVERYONE if points is None else (min(points, default=0), max(points, default=-1))
    loaded = curve_days(station_id, first_day(month), first_day(next_month(month)), bounds)
    if loaded is None:
        return []
    point, days = loaded
    filled = fill_gaps(days.power_w, days.has_power, days.register_wh)
    made = []
    for row in np.flatnonzero(filled.estimated.any(axis=1)).tolist():
        if points is not None and int(point[row]) not in points:
            continue
        slots = np.flatnonzero(filled.estimated[row])
        made.append(
            CurveEstimate(
                point_id=int(point[row]),
                of_date=as_date(int(days.day[row])),
                slots=(slots + 1).tolist(),
                power_w=filled.power_w[row, slots].tolist(),
                band_w=int(filled.band_w[row]),
                to_register=bool(days.register_wh.known[row]),
            )
        )
    return made


def _fresh(curves: list[CurveEstimate]) -> list[CurveEstimate]:
    """Leave out what stands already just so."""
    points = {one.point_id for one in curves}
    held = {
        (one.point_id, one.of_date): (one.slots, one.power_w, one.band_w)
        for one in CurveEstimate.objects.filter(point__in=points).order_by("id")
    }
    return [
        one for one in curves if held.get((one.point_id, one.of_date)) != (one.slots, one.power_w, one.band_w)
    ]
