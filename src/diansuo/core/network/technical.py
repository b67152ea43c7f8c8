"""The technical loss of an area: what its lines must lose at the load they carried, interval by interval.

Lines and consumers as in `lines`. Powers are mean powers of equal intervals. Floating point: physics, never money.
Page: docs/rules/technical-loss.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.lines import BUSBAR, THREE, Consumers, Segments, loads_of, phase_grid
from diansuo.core.powerflow.problems import Collapse, NotConverged
from diansuo.core.powerflow.three_phase import phase_losses
from diansuo.core.quantity.arrays import Bool

Float = npt.NDArray[np.float64]
DAY_HOURS: Final = 24


class Method(IntEnum):
    """What the technical loss of a day rests on; the better one has the larger number."""

    UNKNOWN = 0
    PROFILES_ESTIMATED = 1  # daily energy spread by profiles, over an estimated network
    CURVES_ESTIMATED = 2  # power of every interval, over an estimated network
    PROFILES_KNOWN = 3  # daily energy spread by profiles, over the lines on record
    CURVES_KNOWN = 4

    @classmethod
    def of(cls, *, curves: bool, known: bool) -> Method:
        """Return the method that these two make."""
        return cls(1 + curves + 2 * known)


@dataclass(frozen=True, slots=True)
class Supply:
    """How the area is fed.

    Attributes:
        volt: float64 (D, N), phase to neutral at the busbar, by day and interval.
        power_factor: of what is drawn; what is fed in has no reactive power.
    """

    volt: Float
    power_factor: float


@dataclass(frozen=True, slots=True)
class Powers:
    """What C consumers drew on D days of N intervals.

    Attributes:
        watt: float64 (C, D, N), below 0 where fed in.
        scatter: float64 (C, D), how much larger the mean square of the power drawn is than that of ``drawn_w`` where
            this is a mean of many (a profile); 0 where it was measured.
        drawn_w: float64 (C, D, N), what is drawn of it, roofs apart; None: all of ``watt`` that is above 0.
    """

    watt: Float
    scatter: Float
    drawn_w: Float | None = None

    @property
    def scattering_w(self) -> Float:
        """What scatters: households do, the sun that shines on all roofs alike does not."""
        drawn_w: Float = np.maximum(self.watt, 0) if self.drawn_w is None else self.drawn_w
        return drawn_w


@dataclass(frozen=True, slots=True)
class LineLoss:
    """What the lines of an area lost on D days.

    Attributes:
        wh: float64 (D,), 0 where there is no flow.
        solved: bool (D,); False: some interval of the day has no flow, and so the day no number.
        lowest_v: float64 (D,), lowest voltage at a consumer, infinite without one.
    """

    wh: Float
    solved: Bool
    lowest_v: Float


def line_loss(segments: Segments, consumers: Consumers, powers: Powers, supply: Supply) -> LineLoss:
    """Return what the lines lose, by the three-phase sweep of every interval.

    What a consumer draws scatters around its profile, which is added on its own way to the busbar: the scatter of
    different consumers is taken as independent, so that it adds by squares.

    Raises:
        IslandFound: a segment hangs on itself over others (`lines.circle`).
        ValueError: the columns do not fit each other, or a figure is not finite.
    """
    count, days, width = powers.watt.shape
    if not count or not days or not len(segments):
        return LineLoss(np.zeros(days), np.ones(days, dtype=np.bool_), np.full(days, np.inf))
    nominal = float(supply.volt.mean())
    grid, loads = phase_grid(segments, nominal), loads_of(consumers)
    # At k times the voltage a load draws the current of 1/k of it, and what is lost grows by k².
    scale = supply.volt / nominal
    reactive = np.maximum(powers.watt, 0) * np.tan(np.arccos(supply.power_factor))
    drawn = np.moveaxis((powers.watt + 1j * reactive)[loads.consumer], 0, -1)
    drawn = drawn * loads.share / (scale**2)[..., None]

    def solve(of: slice) -> tuple[Float, Float]:
        found = phase_losses(grid, loads.bus, loads.phase, drawn[of].reshape(-1, len(loads.bus)))
        watt = found.loss_va.real.reshape(-1, width) * scale[of] ** 2
        lowest = found.lowest_v.reshape(-1, width) * scale[of]
        return watt.sum(axis=1) * DAY_HOURS / width, lowest.min(axis=1)

    wh, lowest, solved = np.zeros(days), np.full(days, np.inf), np.ones(days, dtype=np.bool_)
    try:
        wh, lowest = solve(slice(0, days))
    except (Collapse, NotConverged):
        for day in range(days):
            try:
                wh[day : day + 1], lowest[day : day + 1] = solve(slice(day, day + 1))
            except (Collapse, NotConverged):
                solved[day] = False
    wh[solved] += _scattered_wh(segments, consumers, powers, supply)[solved]
    return LineLoss(wh, solved, lowest)


def _scattered_wh(segments: Segments, consumers: Consumers, powers: Powers, supply: Supply) -> Float:
    """Return what the scatter around profiles loses, (D,): R of the consumer's own way times the mean square of it."""
    if not powers.scatter.any():
        return np.zeros(powers.watt.shape[1])
    km = segments.length_m / 1000
    phase, neutral = (
        way_ohm(segments, km * each.real) for each in (segments.phase_ohm_km, segments.neutral_ohm_km)
    )
    at = consumers.segment
    three = consumers.phase == THREE
    ohm = np.where(three, phase[at] / 3, phase[at] + neutral[at]) * (at != BUSBAR)
    square = ((powers.scattering_w / supply.volt / supply.power_factor) ** 2).mean(axis=2)
    lost: Float = (ohm[:, None] * powers.scatter * square).sum(axis=0) * DAY_HOURS
    return lost


def way_ohm(segments: Segments, ohm: Float) -> Float:
    """Return the sum of ``ohm`` (S,) from the busbar to the end of each segment."""
    total, upper = ohm.copy(), segments.upper.copy()
    while (upper != BUSBAR).any():
        below = upper != BUSBAR
        total = total + np.where(below, total[upper], 0)
        upper = np.where(below, upper[upper], BUSBAR)
    return total


def transformer_loss_wh(
    no_load_w: float, load_loss_w: float, capacity_va: float, watt: Float, power_factor: float
) -> Float:
    """Return what a transformer loses on days, P0 T + Σ Pk β²: Wh, float64 (D,).

    Args:
        no_load_w: P0.
        load_loss_w: Pk, at full load.
        capacity_va: above 0.
        watt: float64 (D, N), what went through it.
        power_factor: of it.

    Source: domain.md §10.3 [K].
    """
    load = watt / power_factor / capacity_va
    mean: Float = no_load_w + load_loss_w * (load**2).mean(axis=1)
    return mean * DAY_HOURS
