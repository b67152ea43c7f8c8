"""The technical loss of an area's days, by calendar month: computed once, kept while the station's revision stands.

Profiles, rules and the means that fill gaps are those of the day's own month, so that a day loses the same whatever
days it is asked for with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.lines import THREE
from diansuo.core.network.spreading import Daily, Profiles, filled, powers
from diansuo.core.network.technical import LineLoss, Method, Powers, Supply, line_loss, transformer_loss_wh
from diansuo.core.network.technical_terms import Spread, TechnicalRules, spreads_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import first_day as first_day_of
from diansuo.core.quantity.month import next_month
from diansuo.office.network import months
from diansuo.office.network.lines import standing as lines
from diansuo.office.network.technical import learning, loading, rules
from diansuo.office.network.technical.loading import AreaDays
from diansuo.office.network.technical.month_parts import joined, month_parts

Float = npt.NDArray[np.float64]
MONTHS_KEPT: Final = 2048
"""Two months of a thousand areas: some 3 KB each."""
NONE: Final = -1


class Reason(IntEnum):
    """Why a day has no technical loss."""

    NONE = 0
    NO_METERS = 1
    NOT_COLLECTED = 2  # too few meters have registers or curves
    NO_FLOW = 3  # the voltage collapses, or the sweep does not come to rest


@dataclass(frozen=True, slots=True)
class Span:
    """The technical loss of an area on D days; −1 stands for what is not known.

    Attributes:
        line_wh: int64 (D,).
        meter_wh: int64 (D,), what the meters take themselves.
        low_wh: int64 (D,), of lines and meters together.
        high_wh: int64 (D,).
        transformer_wh: int64 (D,), before the master and so no part of the others.
        method: int64 (D,), `Method`.
        reason: int64 (D,), `Reason`.
        meters: int64 (D,), customers' meters.
        filled: int64 (D,), those of them whose energy was filled in.
        unplaced: meters that the list of lines does not have.
        lowest_v: float64 (D,), the lowest voltage at a meter.
    """

    line_wh: Int64
    meter_wh: Int64
    low_wh: Int64
    high_wh: Int64
    transformer_wh: Int64
    method: Int64
    reason: Int64
    meters: Int64
    filled: Int64
    unplaced: int
    lowest_v: Float


def of_area(station_id: int, revision: int, area_id: int, first_day: date, last_day: date) -> Span:
    """Return the technical loss of an area from the first day to the last, cut out of its months."""
    return joined(
        [
            (of_month(station_id, revision, area_id, month), begin, end)
            for month, begin, end in month_parts(first_day, last_day)
        ]
    )


def of_areas(
    station_id: int, revision: int, areas: Sequence[int], first_day: date, last_day: date
) -> Iterator[tuple[int, Span]]:
    """Yield the same of many areas, one after another; their months are loaded together, and are not kept."""
    parts = list(month_parts(first_day, last_day))
    months_of = [_of_month(station_id, revision, areas, month) for month, _begin, _end in parts]
    for at, area in enumerate(areas):
        yield (
            area,
            joined([(of[at], begin, end) for of, (_m, begin, end) in zip(months_of, parts, strict=True)]),
        )


@lru_cache(maxsize=MONTHS_KEPT)
def of_month(station_id: int, revision: int, area_id: int, month: int) -> Span:
    """Return the technical loss of an area on every day of a month."""
    return _of_month(station_id, revision, [area_id], month)[0]


def _of_month(station_id: int, revision: int, areas: Sequence[int], month: int) -> list[Span]:
    first, last = first_day_of(month), first_day_of(next_month(month)) - timedelta(days=1)
    now = rules.in_force(first)
    own, told = learning.profiles(station_id, revision, month, first)
    return [
        _span(days, now, own, told, lines.of_area(area, days.points, days.phase, now), first)
        for area, days in loading.load_each(station_id, areas, first, last)
    ]


def _span(
    days: AreaDays,
    now: TechnicalRules,
    own: Profiles,
    told: frozenset[int],
    there: lines.AreaLines,
    day: date,
) -> Span:
    terms = now.terms
    whole = filled(days.daily, days.kind)
    whole = Daily(
        np.where(days.hung, whole.drawn_wh, 0), np.where(days.hung, whole.fed_wh, 0), days.daily.known
    )
    load, measured = powers(whole, days.kind, own, days.curve_w)
    load = replace(load, scatter=np.where(days.hung, load.scatter, 0.0))
    volt = np.where(np.isfinite(days.volt), days.volt, terms.busbar_v)
    counted = _counted(days, measured, terms.least_known_share)
    lost = _swept(there, load, Supply(volt, terms.power_factor), counted == Reason.NONE)
    meters = days.hung.sum(axis=0)
    three = (days.hung & (there.consumers.phase == THREE)[:, None]).sum(axis=0)
    meter_wh = terms.meters_wh(meters, three)
    reason = np.where((counted == Reason.NONE) & ~lost.solved, int(Reason.NO_FLOW), counted)
    gone = reason != Reason.NONE
    spread = spreads_of(whole, measured, np.isin(days.kind, list(told)), terms.curve_share)
    low, high = terms.band(there.known, spread)
    technical = lost.wh + meter_wh
    curves = spread == Spread.CURVES
    method = np.where(gone, int(Method.UNKNOWN), 1 + curves + 2 * there.known)
    known = (days.daily.known | measured) & days.hung
    return Span(
        line_wh=_whole(lost.wh, gone),
        meter_wh=_whole(meter_wh, gone),
        low_wh=_whole(technical * low, gone),
        high_wh=_whole(technical * high, gone),
        transformer_wh=_transformer(days, load, lost.wh, gone, now, day),
        method=method.astype(np.int64),
        reason=reason,
        meters=meters.astype(np.int64),
        filled=(meters - known.sum(axis=0)).astype(np.int64),
        unplaced=there.unplaced,
        lowest_v=lost.lowest_v,
    )


def _counted(days: AreaDays, measured: Bool, least: float) -> Int64:
    """Return why a day has no number before any flow is asked for."""
    meters = days.hung.sum(axis=0)
    known = ((days.daily.known | measured) & days.hung).sum(axis=0)
    reason = np.where(known < least * meters, int(Reason.NOT_COLLECTED), int(Reason.NONE))
    return np.where(meters == 0, int(Reason.NO_METERS), reason).astype(np.int64)


def _swept(there: lines.AreaLines, load: Powers, supply: Supply, wanted: Bool) -> LineLoss:
    """Return the line loss of the days it is wanted of, nothing of the others: most of a month that has just begun."""
    drawn_w = load.scattering_w[:, wanted]
    part = Powers(load.watt[:, wanted], load.scatter[:, wanted], drawn_w)
    found = line_loss(there.segments, there.consumers, part, Supply(supply.volt[wanted], supply.power_factor))
    days = len(wanted)
    whole = LineLoss(np.zeros(days), np.ones(days, dtype=np.bool_), np.full(days, np.inf))
    whole.wh[wanted], whole.solved[wanted], whole.lowest_v[wanted] = found.wh, found.solved, found.lowest_v
    return whole


def _transformer(
    days: AreaDays, load: Powers, line_wh: Float, gone: Bool, now: TechnicalRules, day: date
) -> Int64:
    """Return what the transformer loses; unknown where neither its losses nor its capacity are."""
    plate, _assumed = rules.plate(days.model, days.capacity_va, day)
    if plate is None:
        return np.full(len(line_wh), NONE, dtype=np.int64)
    watt = load.watt.sum(axis=0) + (line_wh / 24)[:, None]
    wh = transformer_loss_wh(*plate, float(days.capacity_va or 1), watt, now.terms.power_factor)
    return _whole(wh, gone)


def _whole(wh: Float, gone: Bool) -> Int64:
    return np.where(gone, NONE, np.rint(wh)).astype(np.int64)


months.forget_too(of_month)
months.forget_too(learning.profiles)
