"""A station's losses of one month, computed once and kept while neither archive nor lake changes.

Kept in this process by station, revision and month: every import and every change of the archive moves the revision.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import Max

from diansuo.core.network import (
    Balance,
    Losses,
    LossThresholds,
    Reason,
    Side,
    balance,
    classify,
)
from diansuo.core.quantity import month as months
from diansuo.core.quantity.arrays import Int64
from diansuo.office.base.models import Station
from diansuo.office.metering import lake
from diansuo.office.metering.models import LakeFile
from diansuo.office.network import columns, managers, rules
from diansuo.office.network.columns import EPOCH, StationColumns

# A month of a station of 100,000 customers takes about 12 MB.
MONTHS_KEPT = 16
DAYS_OF_REVISIONS_KEPT = 64
_others: list[Any] = []


@dataclass(frozen=True, slots=True)
class Level:
    """Balance and losses of the areas, of the feeders, or of the station: shape (groups, periods)."""

    of: Balance
    losses: Losses

    def column(self, month: StationMonth, day: date) -> int:
        """Return where a day stands; a month as a whole has one column."""
        return 0 if len(self.of.days) == 1 else month.at(day)


@dataclass(frozen=True, slots=True)
class StationMonth:
    """A station's losses from ``start`` (some days before the month, for the means) to the end of the month.

    ``imported`` tells, by day, whether the lake holds registers at both its ends. The levels of the month stand for
    ``[month_start, month_end)``: all of it, or as far as registers have come. ``shown`` says of each inlet (``inlets``,
    with its group in ``inlet_group``) on which days it has a register, from ``start`` to the 1st after; ``below`` are
    pairs of an inlet of an area and the feeder it hangs on, both by their place.
    """

    station_id: int
    period: int
    start: date
    month_start: date
    month_end: date
    areas: Int64
    public: npt.NDArray[np.bool_]
    feeders: Int64
    area: Level
    feeder: Level
    station: Level
    area_month: Level
    feeder_month: Level
    station_month: Level
    imported: npt.NDArray[np.bool_]
    inlets: Int64
    inlet_group: Int64
    shown: npt.NDArray[np.bool_]
    below: list[tuple[int, int]]

    def at(self, day: date) -> int:
        """Return the column of a day."""
        return (day - self.start).days

    def days(self) -> list[date]:
        """Return the days of the month."""
        first = months.first_day(self.period)
        return [
            first + timedelta(days=at)
            for at in range((months.first_day(months.next_month(self.period)) - first).days)
        ]


def of_month(station_id: int, revision: int, period: int) -> StationMonth:
    """Return a station's losses of a month, from memory where its revision has not moved."""
    return _of_month(station_id, revision, period)


def by_loss(station_id: int, period: int) -> list[int]:
    """Return the public areas whose loss of a month is known, highest rate first."""
    (revision,) = Station.objects.filter(pk=station_id).values_list("revision", flat=True)
    held = of_month(station_id, revision, period)
    losses = held.area_month.losses
    known = held.public & (losses.reason[:, 0] == Reason.NONE)
    order = sorted(np.flatnonzero(known).tolist(), key=lambda at: (-int(losses.rate_bp[at, 0]), at))
    return [int(held.areas[at]) for at in order]


@lru_cache(maxsize=MONTHS_KEPT)
def _of_month(station_id: int, revision: int, period: int) -> StationMonth:
    del revision  # part of the key alone
    first, after = months.first_day(period), months.first_day(months.next_month(period))
    limits = rules.thresholds(first)
    start = first - timedelta(days=limits.sudden_look_back_days)
    return computed(station_id, period, columns.load(station_id, start, after), start, first, after, limits)


def computed(
    station_id: int,
    period: int,
    loaded: StationColumns,
    start: date,
    first: date,
    after: date,
    limits: LossThresholds,
) -> StationMonth:
    """Compute the losses of a month from what was loaded, the days before it included."""
    bounds = np.arange(_number(start), _number(after) + 1, dtype=np.int64)
    days_there = np.zeros(len(bounds), dtype=np.bool_)
    inside = loaded.freezes.day - bounds[0]
    days_there[inside[(inside >= 0) & (inside < len(bounds))]] = True
    there = bounds[days_there & (bounds >= _number(first))]
    month = np.array([_number(first), _number(after)], dtype=np.int64)
    if len(there) > 1:
        month = there[[0, -1]]
    daily = _levels(loaded, bounds, limits)
    monthly = _levels(loaded, month, limits, partial=True)
    return StationMonth(
        station_id=station_id,
        period=period,
        start=start,
        month_start=EPOCH + timedelta(days=int(month[0])),
        month_end=EPOCH + timedelta(days=int(month[1])),
        areas=loaded.areas,
        public=loaded.public,
        feeders=loaded.feeders,
        area=daily[0],
        feeder=daily[1],
        station=daily[2],
        area_month=monthly[0],
        feeder_month=monthly[1],
        station_month=monthly[2],
        imported=days_there[:-1] & days_there[1:],
        inlets=loaded.inlets,
        inlet_group=loaded.inlet_group,
        shown=_shown(loaded, bounds),
        below=_below(loaded),
    )


def _levels(
    loaded: StationColumns, bounds: Int64, limits: LossThresholds, *, partial: bool = False
) -> tuple[Level, Level, Level]:
    """Return the losses of areas, feeders and the station.

    With ``partial`` a customer of whom a register at an end of the period, or of the days it belongs, is missing
    counts with what is known inside; the collection still says that it is not whole. So it does where an estimate
    stands in for a register.
    """
    areas = len(loaded.areas)
    groups = areas + len(loaded.feeders)
    every = balance(loaded.freezes, loaded.members, bounds, groups, loaded.ends, loaded.exchanges)
    freezes = loaded.freezes
    if loaded.estimated is not None:
        freezes = columns.joined(loaded.freezes, loaded.estimated)
        known = balance(freezes, loaded.members, bounds, groups, loaded.ends, loaded.exchanges)
        every = replace(known, outlets_known=every.outlets_known)
    if partial:
        known = balance(
            freezes, loaded.members, bounds, groups, loaded.ends, loaded.exchanges, exact=loaded.inlets
        )
        every = replace(known, outlets_known=every.outlets_known)
    parts = (
        (every.rows(slice(0, areas)), limits.area_collection_bp),
        (every.rows(slice(areas, groups)), limits.feeder_collection_bp),
        (every.merged(slice(areas, groups), slice(0, areas)), limits.station_collection_bp),
    )
    area, feeder, station = (Level(of, classify(of, limits, least)) for of, least in parts)
    return area, feeder, station


def _shown(loaded: StationColumns, bounds: Int64) -> npt.NDArray[np.bool_]:
    """Return on which days each inlet has a register."""
    shown = np.zeros((len(loaded.inlets), len(bounds)), dtype=np.bool_)
    rows = np.flatnonzero(np.isin(loaded.freezes.point, loaded.inlets) & (loaded.freezes.total_wh >= 0))
    day = loaded.freezes.day[rows] - bounds[0]
    rows, day = rows[(day >= 0) & (day < len(bounds))], day[(day >= 0) & (day < len(bounds))]
    shown[np.searchsorted(loaded.inlets, loaded.freezes.point[rows]), day] = True
    return shown


def _below(loaded: StationColumns) -> list[tuple[int, int]]:
    """Return which masters hang on which feeder."""
    members, areas = loaded.members, len(loaded.areas)
    rows = np.flatnonzero(
        (members.group >= areas) & (members.side == Side.OUTLET) & np.isin(members.point, loaded.inlets)
    )
    place = np.searchsorted(loaded.inlets, members.point[rows])
    return sorted(set(zip(place.tolist(), (members.group[rows] - areas).tolist(), strict=True)))


@lru_cache(maxsize=DAYS_OF_REVISIONS_KEPT)
def latest_day(station_id: int, revision: int) -> date | None:
    """Return the latest day whose registers at both ends have come, or None."""
    del revision
    newest = LakeFile.objects.filter(station=station_id, kind=lake.FREEZE).aggregate(month=Max("month"))
    period = newest["month"]
    while period and (days := _days_there(station_id, period)):
        both = [day for day in days if day + timedelta(days=1) in days]
        if both:
            return max(both)
        period = months.previous_month(period)
    return None


def _days_there(station_id: int, period: int) -> set[date]:
    """Return the days of a month, and the 1st after it, on which the station has registers."""
    first = months.first_day(period)
    after = months.first_day(months.next_month(period)) + timedelta(days=1)
    frame = lake.read_freeze_rows([station_id], first, after, ["day"])
    return set(frame["day"].unique().to_list())


def forget() -> None:
    """Drop all that is remembered: for another database behind the same station and revision, as in tests."""
    for kept in (_of_month, latest_day, managers.of_areas, *_others):
        kept.cache_clear()


def forget_too(kept: Any) -> None:
    """Let :func:`forget` drop what another room remembers by station, revision and month as well."""
    _others.append(kept)


def months_there(station_ids: Iterable[int]) -> list[int]:
    """Return the months the lake holds freezes of, newest first."""
    rows = LakeFile.objects.filter(station__in=list(station_ids), kind=lake.FREEZE)
    return sorted(set(rows.values_list("month", flat=True)), reverse=True)


def _number(day: date) -> int:
    return (day - EPOCH).days
