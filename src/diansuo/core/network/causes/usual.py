"""What a customer would have used: its own level before a day, moved the way those who use power alike moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.network.causes.columns import AreaDays, StationDays
from diansuo.core.network.causes.kinds import Float

# A group of fewer customers than this says nothing of its own: all customers of the station stand in.
LEAST_ALIKE = 5
# How far a roof's day lies from what the others' say of the sun (a share), where too few roofs stand to be asked, and
# the least it is taken as.
UNLIKE, ALIKE = 0.1, 0.02


@dataclass(frozen=True, slots=True)
class Shapes:
    """How each group's use moves from day to day: float64 (days,) by group, mean 1; ``sun``: what roofs feed, mean 1.

    ``sun`` is all nan where no roof of the station has a reverse register; ``sun_spread`` is how far a roof's day lies
    from it once its house's own use is taken off (standard deviation, a share). ``level`` is the middle customer's Wh a
    day by group, ``general_level`` that of all.
    """

    of: dict[int, Float]
    general: Float
    sun: Float
    sun_spread: float
    level: dict[int, float]
    general_level: float

    def rows(self, area: AreaDays) -> Float:
        """Return the shape of each customer of an area, (n, days)."""
        if not len(area):
            return np.ones((0, area.days))
        return np.stack([self.of.get(int(group), self.general) for group in area.group])


def shapes(station: StationDays) -> Shapes:
    """Return how the groups of a station move: the median of its customers' use against their own mean.

    A median, so that the few with something wrong move nothing.
    """
    use = np.concatenate([area.use_wh for area in station.areas])
    group = np.concatenate([area.group for area in station.areas])
    level = mean_wh(use)
    lively = level > 0
    against = use[lively] / level[lively, None]
    general = _median(against)
    of = {
        int(each): _median(against[group[lively] == each])
        for each in np.unique(group[lively])
        if (group[lively] == each).sum() >= LEAST_ALIKE
    }
    alike = {
        int(each): float(np.median(level[lively & (group == each)])) for each in np.unique(group[lively])
    }
    return Shapes(
        of, general, *_sun(station), alike, float(np.median(level[lively])) if lively.any() else 0.0
    )


def mean_wh(use_wh: Float) -> Float:
    """Return the mean of the known days by row, 0 where none is."""
    known = ~np.isnan(use_wh)
    return np.asarray(np.nansum(use_wh, axis=-1) / np.maximum(known.sum(axis=-1), 1), np.float64)


def _median(against: Float) -> Float:
    """Return the middle of each day, mean 1; a day nobody's use is known of is an ordinary one."""
    middle = np.ones(against.shape[1])
    known = ~np.isnan(against).all(axis=0)
    middle[known] = np.maximum(np.nanmedian(against[:, known], axis=0), 0.05)
    return np.asarray(middle / middle.mean(), np.float64)


def _sun(station: StationDays) -> tuple[Float, float]:
    """Return what the station's roofs feed from day to day, mean 1, and how far one of them lies from it."""
    nothing = np.zeros((0, station.days))
    which = [area.roof & area.counted for area in station.areas]
    feed, use = (
        np.concatenate(
            [nothing, *(getattr(area, name)[rows] for area, rows in zip(station.areas, which, strict=True))]
        )
        for name in ("feed_wh", "use_wh")
    )
    fit = (np.nansum(feed, axis=1) > 0) & ~np.isnan(feed).any(axis=1)
    feed, use = feed[fit], use[fit]
    if not len(feed):
        return np.full(station.days, np.nan), UNLIKE
    sun = np.median(feed / feed.mean(axis=1, keepdims=True), axis=0)
    return np.asarray(sun, np.float64), _spread(feed, use, sun)


def _spread(feed: Float, use: Float, sun: Float) -> float:
    """Return how far a roof's day lies from the sun's less a share of its house's own use, the middle roof's."""
    if len(feed) < LEAST_ALIKE:
        return UNLIKE
    left = []
    for fed, used in zip(feed, np.nan_to_num(use), strict=True):
        columns = np.column_stack([sun, used])
        apart = fed - columns @ np.linalg.lstsq(columns, fed, rcond=None)[0]
        left.append(float(apart.std() / fed.mean()))
    return max(float(np.median(left)), ALIKE)


def levels_before(use_wh: Float, shape: Float) -> Float:
    """Return the customers' own level before each day, float64 (n, days): Wh of a day of shape 1, nan without history.

    Column t is of the days before t alone.
    """
    known = ~np.isnan(use_wh)
    energy = np.cumsum(np.where(known, use_wh, 0), axis=1)
    ground = np.cumsum(np.where(known, shape, 0), axis=1)
    level = np.full(use_wh.shape, np.nan)
    ahead = ground[:, :-1] > 0
    level[:, 1:] = np.divide(energy[:, :-1], ground[:, :-1], out=level[:, 1:], where=ahead)
    return level
