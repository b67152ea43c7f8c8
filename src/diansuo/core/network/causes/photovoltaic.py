"""光伏计量错误: what a roof feeds in is not counted, so that less seems to come in than is used."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from diansuo.core.network.causes import weights
from diansuo.core.network.causes.fitting import fit, since
from diansuo.core.network.causes.kinds import CauseKind, Evidence, Float
from diansuo.core.network.causes.scene import Scene, Suspect
from diansuo.core.network.causes.usual import mean_wh
from diansuo.core.network.causes.wiring import LEAST_WH

UNLIKE = 0.1
"""How far a roof's day lies from what the others' say of the sun (standard deviation, a share)."""

LEAST_FEED_WH, MOST_FEED_WH = 1_000.0, 100_000.0


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield roofs whose reverse register is unknown or not counted, and customers that use little in the sun."""
    area = scene.area
    yield from _not_counted(scene)
    if np.isnan(scene.shapes.sun).any():
        return
    unknown = np.isnan(area.feed_wh)
    booked = area.roof & unknown.any(axis=1)
    sunny = _shuns_the_sun(scene)
    free = weights.free(scene.days)
    hidden = ~area.roof & ~area.counted & (area.phase >= 0)
    for row in np.flatnonzero(booked | hidden).tolist():
        days = unknown[row] if booked[row] else np.ones(scene.days, dtype=np.bool_)
        feed = scene.shapes.sun * days
        found = fit(since(-feed, scene.on), scene.on, LEAST_FEED_WH, MOST_FEED_WH)
        prior = weights.DIRECT if booked[row] else weights.RARE + weights.among(len(area)) + sunny[row]
        amplitude = float(found.amplitude[0])
        yield Suspect(
            CauseKind.PHOTOVOLTAIC,
            row,
            float(weights.KIND + free + prior),
            -amplitude * feed,
            Evidence.FEED_UNKNOWN,
            (float(days[-scene.month :].sum()), amplitude),
            since=int(np.argmax(days)),
            direct=bool(booked[row]),
            hidden=UNLIKE,
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
