"""The technical loss of a station's feeders by day: by calendar month, as that of areas, and kept as long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.feeder_technical import FeederLoads, FeederLoss, feeder_loss
from diansuo.core.network.feeder_terms import FeederRules
from diansuo.core.network.spreading import Daily, Profiles, filled, learned, powers
from diansuo.core.network.technical import Method
from diansuo.core.network.technical_terms import CLASSES, Spread, spreads_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.core.quantity.month import first_day as first_day_of
from diansuo.core.quantity.month import next_month
from diansuo.office.network import months
from diansuo.office.network.lines import standing as lines
from diansuo.office.network.technical import feeder_loading, learning, rules
from diansuo.office.network.technical.computing import NONE, Reason
from diansuo.office.network.technical.feeder_loading import FeederDays
from diansuo.office.network.technical.month_parts import joined, month_parts

Float = npt.NDArray[np.float64]
MONTHS_KEPT: Final = 32
OF_KIND: Final = (CLASSES.index("residential"), CLASSES.index("commercial"))
"""The profile that stands in for an area's, and for a customer's with a transformer of its own."""


@dataclass(frozen=True, slots=True)
class FeederSpan:
    """The technical loss of a feeder on D days; −1 stands for what is not known.

    Attributes:
        line_wh: int64 (D,).
        transformer_wh: int64 (D,).
        low_wh: int64 (D,), of both together.
        high_wh: int64 (D,).
        method: int64 (D,), `Method`.
        reason: int64 (D,), `Reason`.
        transformers: int64 (D,), how many stand on it.
        filled: int64 (D,), those of them whose energy was filled in.
        unplaced: transformers that the list of lines does not have.
        unplated: transformers whose own loss is not known and not counted.
        lowest_v: float64 (D,), the lowest voltage between conductors at a transformer.
    """

    line_wh: Int64
    transformer_wh: Int64
    low_wh: Int64
    high_wh: Int64
    method: Int64
    reason: Int64
    transformers: Int64
    filled: Int64
    unplaced: int
    unplated: int
    lowest_v: Float


def of_station(station_id: int, revision: int, first_day: date, last_day: date) -> dict[int, FeederSpan]:
    """Return the technical loss of every feeder a station has something on, by its id, cut out of its months."""
    parts = [
        (of_month(station_id, revision, month), begin, end)
        for month, begin, end in month_parts(first_day, last_day)
    ]
    return {
        feeder: joined([(spans.get(feeder, _nothing(end)), begin, end) for spans, begin, end in parts])
        for feeder in dict.fromkeys(one for spans, _begin, _end in parts for one in spans)
    }


def _nothing(days: int) -> FeederSpan:
    """Return days on which the station has nothing on a feeder."""
    none, zero = np.full(days, NONE, dtype=np.int64), np.zeros(days, dtype=np.int64)
    reason = np.full(days, int(Reason.NO_METERS), dtype=np.int64)
    return FeederSpan(none, none, none, none, zero, reason, zero, zero, 0, 0, np.full(days, np.inf))


@lru_cache(maxsize=MONTHS_KEPT)
def of_month(station_id: int, revision: int, month: int) -> dict[int, FeederSpan]:
    """Return the technical loss of every feeder on every day of a month, by the rules of its first."""
    first, last = first_day_of(month), first_day_of(next_month(month)) - timedelta(days=1)
    now = rules.of_feeders(first)
    own, _told = learning.profiles(station_id, revision, month, first)
    of_areas = rules.in_force(first)
    given, least = of_areas.given, of_areas.terms.learning_days
    return {
        feeder: _span(days, now, *_profiles(days, now, own, given, least), feeder)
        for feeder, days in feeder_loading.load(station_id, first, last).items()
    }


def _profiles(
    days: FeederDays, now: FeederRules, own: Profiles, given: Profiles, least: int
) -> tuple[Profiles, Bool]:
    """Return the profiles of areas and large customers, and of which kind this feeder's own curves told them.

    Until they do, an area is taken as the station's homes (``own``), a large customer as the rulebook's commercial one:
    the shops that the station's curves tell of are none.
    """
    share = np.array([own.share[OF_KIND[0]], given.share[OF_KIND[1]]])
    scatter = np.array([now.terms.scatter_area, now.terms.scatter_customer])
    before = Profiles(share, scatter, own.sun)
    found = learned(days.curve_w, days.kind, before, least)
    return found, (found.share != before.share).any(axis=1)


def _span(days: FeederDays, now: FeederRules, profiles: Profiles, mine: Bool, feeder: int) -> FeederSpan:
    terms = now.terms
    whole = filled(days.daily, days.kind)
    whole = Daily(*(np.where(days.hung, wh, 0) for wh in (whole.drawn_wh, whole.fed_wh)), days.daily.known)
    load, measured = powers(whole, days.kind, profiles, days.curve_w)
    load = replace(
        load,
        watt=np.where(days.hung[..., None], load.watt, 0.0),
        scatter=np.where(days.hung, load.scatter, 0.0),
    )
    there = lines.of_feeder(feeder, days.areas, now)
    loads = FeederLoads(there.place, load, days.hung, days.plates)
    lost = feeder_loss(there.segments, loads, terms.busbar_v, terms.power_factor)
    stand = days.hung.sum(axis=0)
    known = ((days.daily.known | measured) & days.hung).sum(axis=0)
    reason = np.where(lost.solved, int(Reason.NONE), int(Reason.NO_FLOW))
    reason = np.where(known < terms.least_known_share * stand, int(Reason.NOT_COLLECTED), reason)
    reason = np.where(stand == 0, int(Reason.NO_METERS), reason).astype(np.int64)
    gone = reason != Reason.NONE
    spread = spreads_of(whole, measured, mine[days.kind], terms.curve_share)
    low, high = _band(days, lost, now, spread, known=there.known)
    method = 1 + (spread == Spread.CURVES) + 2 * there.known
    return FeederSpan(
        line_wh=_whole(lost.line_wh, gone),
        transformer_wh=_whole(lost.transformer_wh.sum(axis=0), gone),
        low_wh=_whole(low, gone),
        high_wh=_whole(high, gone),
        method=np.where(gone, int(Method.UNKNOWN), method).astype(np.int64),
        reason=reason,
        transformers=stand.astype(np.int64),
        filled=(stand - known).astype(np.int64),
        unplaced=there.unplaced,
        unplated=days.unplated,
        lowest_v=lost.lowest_v,
    )


def _band(
    days: FeederDays, lost: FeederLoss, now: FeederRules, spread: Int64, *, known: bool
) -> tuple[Float, Float]:
    """Return the least and the most of lines and transformers; those of an assumed model are known less well."""
    terms = now.terms
    of_lines = terms.band(known, spread)
    assumed = lost.transformer_wh[days.assumed].sum(axis=0)
    plated = lost.transformer_wh[~days.assumed].sum(axis=0)
    low, high = (
        lost.line_wh * of_lines[end]
        + plated * terms.transformer_band[end]
        + assumed * terms.assumed_band[end]
        for end in (0, 1)
    )
    return low, high


def _whole(wh: Float, gone: Bool) -> Int64:
    return np.where(gone, NONE, np.rint(wh)).astype(np.int64)


months.forget_too(of_month)
