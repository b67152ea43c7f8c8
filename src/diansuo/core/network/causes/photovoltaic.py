"""光伏计量错误: what a roof feeds in is not counted, so that less seems to come in than is used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import both, fit, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence, Float
from diansuo.core.network.causes.scene import Scene, Suspect
from diansuo.core.network.causes.usual import mean_wh
from diansuo.core.network.causes.wiring import LEAST_WH

LEAST_FEED_WH, MOST_FEED_WH = 1_000.0, 100_000.0
OWN = 0.2, 1.5
"""What a roof's house uses of it before the meter, against what it draws through it: at least, at the most."""


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield roofs whose reverse register is unknown or not counted, and customers that use little in the sun."""
    yield from _not_counted(scene)
    if np.isnan(scene.shapes.sun).any():
        return
    yield from _silent(scene)
    yield from _unheard_of(scene)


def _silent(scene: Scene) -> Iterator[Suspect]:
    """Yield roofs of the archive whose reverse register is not known on some days."""
    unknown = np.isnan(scene.area.feed_wh)
    for row in np.flatnonzero(scene.area.roof & unknown.any(axis=1)).tolist():
        feed = scene.shapes.sun * unknown[row]
        amplitude = float(fit(since(-feed, scene.on), scene.on, LEAST_FEED_WH, MOST_FEED_WH).amplitude[0])
        yield Suspect(
            CauseKind.PHOTOVOLTAIC,
            row,
            weights.KIND + weights.free(scene.days) + weights.DIRECT,
            -amplitude * feed,
            Evidence.FEED_UNKNOWN,
            (float(unknown[row, -scene.month :].sum()), amplitude),
            since=int(np.argmax(unknown[row])),
            direct=True,
            hidden=scene.shapes.sun_spread,
        )


def _unheard_of(scene: Scene) -> Iterator[Suspect]:
    """Yield customers that may have a roof nobody has heard of: it feeds in by the sun, less what its own house uses.

    Which house it is shows in that: on a day the house uses much the roof feeds in little. A house's use in the sun,
    that no meter sees, is taken as a share of what its meter sees that day.
    """
    area = scene.area
    rows = np.flatnonzero(~area.roof & ~area.counted & (area.phase >= 0))
    sun, use = scene.shapes.sun, scene.use_wh[rows]
    feed, own = both(-sun, use, scene.on, (LEAST_FEED_WH, MOST_FEED_WH), OWN)
    prior = weights.KIND + 2 * weights.free(scene.days) + weights.RARE + weights.among(len(area))
    for row, sunny, much, share, used in zip(
        rows.tolist(), _shuns_the_sun(scene)[rows].tolist(), feed.tolist(), own.tolist(), use, strict=True
    ):
        energy = share * used - much * sun
        if -scene.of_month(energy) < LEAST_FEED_WH:
            continue
        yield Suspect(
            CauseKind.PHOTOVOLTAIC,
            row,
            prior + sunny,
            energy,
            Evidence.FEED_UNKNOWN,
            (float(scene.month), -scene.of_month(energy)),
            hidden=scene.shapes.sun_spread,
        )


def _not_counted(scene: Scene) -> Iterator[Suspect]:
    """Yield reverse registers that move and stand on nobody's account."""
    area = scene.area
    moving = (mean_wh(area.feed_wh[:, -scene.month :]) >= LEAST_WH) & ~area.counted
    for row in np.flatnonzero(moving).tolist():
        feed = np.nan_to_num(area.feed_wh[row])
        found = fit(since(-feed, scene.on), scene.on, 0.8, 1.2)
        yield Suspect(
            CauseKind.PHOTOVOLTAIC,
            row,
            weights.KIND + weights.DIRECT,
            -found.amplitude[0] * feed,
            Evidence.FEED_NOT_BOOKED,
            (float(feed.mean()), float(found.amplitude[0])),
            since=int(np.argmax(feed > 0)),
            direct=True,
        )


def _shuns_the_sun(scene: Scene) -> Float:
    """Return for each customer how much likelier its days are if it uses less the more the sun shines, logarithm."""
    against = scene.use_wh / scene.shape
    centred = against - against.mean(axis=1, keepdims=True)
    sun = scene.shapes.sun - scene.shapes.sun.mean()
    both = np.sqrt((centred**2).sum(axis=1) * (sun**2).sum())
    correlation = np.divide(centred @ sun, both, out=np.zeros(len(both)), where=both > 0)
    downwards = np.minimum(correlation, 0)
    return np.asarray(scene.days / 2 * -np.log(1 - np.minimum(downwards**2, 0.99)), np.float64)
