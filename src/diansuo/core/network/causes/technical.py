"""Technical causes (三相不平衡、功率因数低、线路长、配变过载或过大): why the technical loss itself is high.

They explain nothing of the residual. Uneven phases, power factor and line lie within the area's technical loss; they
are listed where that is a high share of the supply, and what they cost is a share of it. The transformer lies before
the master: what it loses is the feeder's loss and never the area's, and it is judged by its own economy at any loss.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

import numpy as np

from diansuo.core.network.causes.kinds import NOBODY, CauseKind, Evidence
from diansuo.core.network.causes.scene import Scene, Suspect
from diansuo.core.network.transformer_economy import TransformerUnit, losses

HOURS: Final = 24


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield what its transformer costs an area's feeder, and the technical causes of a loss that is a high share.

    Uneven phases cost 1 − 1/K of the loss of the lines, K = (Σ I² + I_N²) / 3 I_mean² (domain.md §10.3, a neutral
    like the
    phases); a power factor below the usual one 1 − (cos φ / usual)²; the line what is above the high share, if neither
    phases nor load tell of something else.
    """
    area, limits = scene.area, scene.limits
    load = mean_load(scene)
    yield from _of_transformer(scene, load)
    supply = scene.of_month(np.nan_to_num(area.supply_wh))
    loss = scene.of_month(np.nan_to_num(area.technical_wh))
    if supply <= 0 or loss < limits.technical_high * supply:
        return
    technical = np.nan_to_num(area.technical_wh)
    told = load >= limits.overloaded
    phases = area.phases_wh[:, -scene.month :].mean(axis=1)
    mean = float(phases.mean())
    if mean > 0 and (uneven := float(phases.max()) / mean) >= 1 + limits.uneven:
        share = 1 - 1 / _times(phases / mean)
        told = True
        yield _cause(CauseKind.IMBALANCE, share, share * technical, Evidence.UNEVEN_PHASES, (uneven, share))
    if area.power_factor < limits.low_power_factor:
        share = 1 - (area.power_factor / limits.low_power_factor) ** 2
        yield _cause(
            CauseKind.LOW_POWER_FACTOR,
            share,
            share * technical,
            Evidence.REACTIVE,
            (area.power_factor, share),
        )
    if not told:
        above = 1 - limits.technical_high * supply / loss
        figures = (loss / supply, limits.technical_high)
        yield _cause(CauseKind.LONG_LINE, max(above, 0.1), above * technical, Evidence.HIGH_AT_LOAD, figures)


def mean_load(scene: Scene) -> float:
    """Return the mean load of the known judged days against the capacity, whichever way energy goes; 0: unknown.

    Apparent power where the power factor at the master is known, else active power.
    """
    area = scene.area
    through = (area.supply_wh + area.back_wh)[-scene.month :]
    if not area.capacity_va or np.isnan(through).all():
        return 0.0
    factor = area.power_factor if area.power_factor > 0 else 1.0
    return float(np.nanmean(through)) / HOURS / factor / area.capacity_va


def _of_transformer(scene: Scene, load: float) -> Iterator[Suspect]:
    """Yield that a transformer is too large or too small for its load, with what it loses beyond a fitting one."""
    limits, area = scene.limits, scene.area
    if load >= limits.overloaded:
        kind, share = CauseKind.OVERLOADED, 0.5
    elif 0 < load <= limits.oversized:
        kind, share = CauseKind.OVERSIZED, 0.2
    else:
        return
    own = next((each for each in area.sizes if each.capacity_va == area.capacity_va), None)
    nothing = np.zeros(scene.days)
    if own is None:
        yield _cause(kind, share, nothing, Evidence.LOAD_RATE, (load,))
        return
    through_va = load * area.capacity_va
    fitting = fitting_size(area.sizes, through_va, limits.fitting)
    beyond = daily_loss_wh(own, through_va, limits.form) - daily_loss_wh(fitting, through_va, limits.form)
    if kind == CauseKind.OVERSIZED and beyond < limits.transformer_least_wh:
        return
    figures = (load, fitting.capacity_va / 1000, max(beyond, 0.0))
    yield _cause(kind, share, nothing + max(beyond, 0.0), Evidence.LOAD_ECONOMY, figures)


def fitting_size(sizes: tuple[TransformerUnit, ...], load_va: float, most: float) -> TransformerUnit:
    """Return the smallest size whose mean load is at most a share of its capacity, so that it carries the peak.

    The largest one where none is large enough.
    """
    by_size = sorted(sizes, key=lambda each: each.capacity_va)
    return next((each for each in by_size if load_va <= most * each.capacity_va), by_size[-1])


def daily_loss_wh(unit: TransformerUnit, load_va: float, form: float) -> float:
    """Return what a transformer loses in a day at a mean load whose root mean square is ``form`` times as large."""
    ratio = Fraction(round(load_va * form), unit.capacity_va)
    return float(losses(unit, ratio).active_kw) * 1000 * HOURS


def _times(phases: np.ndarray) -> float:
    """Return how many times the loss of even phases uneven ones lose; phases against their mean."""
    a, b, c = (float(each) for each in phases)
    return (a * a + b * b + c * c + a * a + b * b + c * c - a * b - b * c - c * a) / 3


def _cause(
    kind: CauseKind, share: float, energy: np.ndarray, evidence: Evidence, figures: tuple[float, ...]
) -> Suspect:
    return Suspect(kind, NOBODY, float(np.log(share / (1 - min(share, 0.99)))), energy, evidence, figures)
