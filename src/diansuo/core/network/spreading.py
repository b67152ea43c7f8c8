"""From daily energy to power of every interval: profiles, curves where there are any, and days that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.technical import DAY_HOURS, Powers
from diansuo.core.quantity.arrays import Bool, Int64

Float = npt.NDArray[np.float64]
# A curve may come in a little short or long of its register; beyond this it belongs to another meter or multiplier.
FITS: Final = 0.5
SLACK_WH: Final = 1000


@dataclass(frozen=True, slots=True)
class Profiles:
    """How classes spread a day.

    Attributes:
        share: float64 (P, N), of a day's energy, each row sums to 1.
        scatter: float64 (P,), mean square of a single customer's power over that of the profile at its energy, less 1.
        sun: float64 (N,), how what is fed in is spread.
    """

    share: Float
    scatter: Float
    sun: Float


@dataclass(frozen=True, slots=True)
class Daily:
    """Energy of C consumers on D days.

    Attributes:
        drawn_wh: float64 (C, D).
        fed_wh: float64 (C, D), fed in.
        known: bool (C, D).
    """

    drawn_wh: Float
    fed_wh: Float
    known: Bool


def normalised(profile: Float, width: int) -> Float:
    """Return a profile as shares of a day's energy over ``width`` intervals; its own number divides or fits into it.

    Raises:
        ValueError: the two do not fit, or there is no energy in it.
    """
    own = len(profile)
    if not profile.sum() > 0 or (width % own and own % width):
        raise ValueError(f"{own} numbers do not make {width} intervals, or all are 0")
    spread = np.repeat(profile, width // own) if width >= own else profile.reshape(width, -1).sum(axis=1)
    return np.asarray(spread / spread.sum(), dtype=np.float64)


def filled(daily: Daily, kind: Int64) -> Daily:
    """Return daily energy without gaps: a consumer's own mean of these days, else that of its class, else of all.

    Args:
        daily: what is known; what is not counts for nothing here.
        kind: int64 (C,), the class of each.
    """
    columns = []
    for wh in (daily.drawn_wh, daily.fed_wh):
        known = np.where(daily.known, wh, 0.0)
        own = known.sum(axis=1) / np.maximum(daily.known.sum(axis=1), 1)
        whole = wh.copy()
        for at in np.flatnonzero(~daily.known.all(axis=1)).tolist():
            gap = ~daily.known[at]
            if daily.known[at].any():
                whole[at, gap] = own[at]
                continue
            alike = (kind == kind[at]) & daily.known.any(axis=1)
            alike = alike if alike.any() else daily.known.any(axis=1)
            whole[at, gap] = own[alike].mean() if alike.any() else 0.0
        columns.append(whole)
    drawn, fed = columns
    return Daily(drawn, fed, np.ones_like(daily.known))


def powers(daily: Daily, kind: Int64, profiles: Profiles, curve_w: Float) -> tuple[Powers, Bool]:
    """Return the power of every interval, and of whom and when it was measured, bool (C, D).

    A curve with gaps is filled from the profile; one that does not fit its register is left aside.

    Args:
        daily: without gaps (`filled`).
        kind: int64 (C,), the profile of each.
        profiles: of the classes.
        curve_w: float64 (C, D, N), nan where there is no point.
    """
    width = profiles.share.shape[1]
    hours = DAY_HOURS / width
    drawn_w = daily.drawn_wh[..., None] * profiles.share[kind][:, None] / hours
    watt = drawn_w - daily.fed_wh[..., None] * profiles.sun / hours
    there = np.isfinite(curve_w)
    whole = np.where(there, curve_w, watt)
    net = daily.drawn_wh - daily.fed_wh
    apart = np.abs(whole.sum(axis=2) * hours - net)
    belied: Bool = daily.known & (apart > FITS * (daily.drawn_wh + daily.fed_wh) + SLACK_WH)
    measured: Bool = (there.mean(axis=2) > FITS) & ~belied
    watt = np.where(measured[..., None], whole, watt)
    scatter = np.where(measured, 0.0, profiles.scatter[kind][:, None])
    return Powers(watt, scatter, drawn_w), measured


def learned(curve_w: Float, kind: Int64, given: Profiles, least: int) -> Profiles:
    """Return profiles and scatter of the classes of which at least ``least`` whole days of curves are there.

    Args:
        curve_w: float64 (C, D, N), nan where there is no point; who feeds in is left out.
        kind: int64 (C,).
        given: what stands in for the other classes.
        least: whole days of curves, of one customer or several, that a class needs.
    """
    share, scatter = given.share.copy(), given.scatter.copy()
    finite: Bool = np.isfinite(curve_w)
    feeds: Bool = np.where(finite, curve_w, 0.0) < 0
    whole: Bool = np.asarray(finite.all(axis=2) & ~feeds.any(axis=2))
    for one in np.unique(kind).tolist():
        rows = curve_w[kind == one][whole[kind == one]]
        mean = rows.mean(axis=1)
        rows, mean = rows[mean > 0], mean[mean > 0]
        if len(rows) < least:
            continue
        total = rows.sum(axis=0)
        share[one] = total / total.sum()
        level = mean[:, None] * share[one] * len(total)
        scatter[one] = max((rows**2).sum() / (level**2).sum() - 1, 0.0)
    return Profiles(share, scatter, given.sun)
