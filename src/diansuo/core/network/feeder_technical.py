"""The technical loss of a 10 kV feeder: its lines by the sweep of every interval, its transformers by their load.

A transformer stands at the end of a segment; what it loses flows through the lines as well. Loads are even on the three
phases, as a 10 kV line meets them. Floating point: physics, never money. Page: docs/rules/technical-loss-feeder.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from diansuo.core.network.lines import THREE, Consumers, Segments
from diansuo.core.network.technical import DAY_HOURS, Powers, Supply, line_loss
from diansuo.core.quantity.arrays import Bool, Int64

Float = npt.NDArray[np.float64]
SQRT3: Final = 3**0.5


@dataclass(frozen=True, slots=True)
class Plates:
    """What T transformers lose; shape (T,). nan: nothing is counted for it (metered before it, or not known).

    Attributes:
        no_load_w: float64, P0.
        load_loss_w: float64, Pk, at full load.
        capacity_va: float64, above 0.
    """

    no_load_w: Float
    load_loss_w: Float
    capacity_va: Float


@dataclass(frozen=True, slots=True)
class FeederLoads:
    """What T transformers passed on D days of N intervals.

    Attributes:
        segment: int64 (T,), at whose end each stands, -1 at the substation.
        powers: what went through each to those behind it, (T, D, N), below 0 where fed back.
        hung: bool (T, D), whether it stands on this feeder on the day; its power is 0 where it does not.
        plates: what each loses.
    """

    segment: Int64
    powers: Powers
    hung: Bool
    plates: Plates


@dataclass(frozen=True, slots=True)
class FeederLoss:
    """What a feeder lost on D days.

    Attributes:
        line_wh: float64 (D,), 0 where there is no flow.
        transformer_wh: float64 (T, D), of each transformer.
        solved: bool (D,); False: some interval of the day has no flow, and so the day no number.
        lowest_v: float64 (D,), lowest voltage between conductors at a transformer, infinite without one.
    """

    line_wh: Float
    transformer_wh: Float
    solved: Bool
    lowest_v: Float


def feeder_loss(segments: Segments, loads: FeederLoads, volt: float, power_factor: float) -> FeederLoss:
    """Return what the lines and transformers of a feeder lose.

    Args:
        segments: all of them lead to the substation (`lines.circle`).
        loads: the transformers.
        volt: between conductors at the substation's busbar.
        power_factor: of what is drawn; what is fed in has no reactive power.

    Raises:
        IslandFound: a segment hangs on itself over others.
        ValueError: the columns do not fit each other, or a figure is not finite.
    """
    powers = loads.powers
    own_w = _transformer_w(loads, power_factor)
    drawn = Powers(powers.watt + own_w, powers.scatter, powers.scattering_w)
    supply = Supply(np.full(powers.watt.shape[1:], volt / SQRT3), power_factor)
    consumers = Consumers(loads.segment, np.full(len(loads.segment), THREE, dtype=np.int64))
    lost = line_loss(segments, consumers, drawn, supply)
    # What a load scatters around its profile heats the windings as it does the lines.
    copper = _copper_w(loads, powers.scattering_w, power_factor).mean(axis=2) * powers.scatter
    wh = (own_w.mean(axis=2) + copper) * DAY_HOURS
    return FeederLoss(lost.wh, wh, lost.solved, lost.lowest_v * SQRT3)


def _no_load_w(loads: FeederLoads) -> Float:
    """Return the no-load loss of each on each day, W, (T, D); 0 where none is counted."""
    none = np.nan_to_num(loads.plates.no_load_w)
    return np.where(loads.hung, none[:, None], 0.0)


def _transformer_w(loads: FeederLoads, power_factor: float) -> Float:
    """Return what each loses in each interval, P0 + Pk β²: W, (T, D, N)."""
    return _copper_w(loads, loads.powers.watt, power_factor) + _no_load_w(loads)[..., None]


def _copper_w(loads: FeederLoads, watt: Float, power_factor: float) -> Float:
    """Return what the windings of each lose while ``watt`` goes through it, Pk β²: W, (T, D, N)."""
    plates = loads.plates
    load = watt / power_factor / np.nan_to_num(plates.capacity_va, nan=1.0)[:, None, None]
    copper = np.nan_to_num(plates.load_loss_w)[:, None, None] * load**2
    lost: Float = np.where(loads.hung[..., None], copper, 0.0)
    return lost
