"""Technical causes (三相不平衡、功率因数低、线路长、配变过载或过大): why the technical loss itself is high.

They lie within the technical loss and explain nothing of the residual; they are listed where the technical loss is a
high share of the supply, and what they cost is a share of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from diansuo.core.network.causes.kinds import NOBODY, CauseKind, Evidence
from diansuo.core.network.causes.scene import Scene, Suspect

HOURS: Final = 24


def suspects(scene: Scene) -> Iterator[Suspect]:
    """Yield the technical causes of an area whose technical loss is a high share of its supply.

    Uneven phases cost 1 − 1/K of the loss of the lines, K = (Σ I² + I_N²) / 3 I_mean² (domain.md §10.3, a neutral
    like the
    phases); a power factor below the usual one 1 − (cos φ / usual)²; the line what is above the high share, if neither
    phases nor load tell of something else.
    """
    area, limits = scene.area, scene.limits
    supply = scene.of_month(np.nan_to_num(area.supply_wh))
    loss = scene.of_month(np.nan_to_num(area.technical_wh))
    if supply <= 0 or loss < limits.technical_high * supply:
        return
    technical = np.nan_to_num(area.technical_wh)
    told = False
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
    if area.capacity_va:
        load = supply / HOURS / area.capacity_va
        if load >= limits.overloaded:
            told = True
            yield _cause(CauseKind.OVERLOADED, 0.5, 0 * technical, Evidence.LOAD_RATE, (load,))
        elif load <= limits.oversized:
            yield _cause(CauseKind.OVERSIZED, 0.2, 0 * technical, Evidence.LOAD_RATE, (load,))
    if not told:
        above = 1 - limits.technical_high * supply / loss
        figures = (loss / supply, limits.technical_high)
        yield _cause(CauseKind.LONG_LINE, max(above, 0.1), above * technical, Evidence.HIGH_AT_LOAD, figures)


def _times(phases: np.ndarray) -> float:
    """Return how many times the loss of even phases uneven ones lose; phases against their mean."""
    a, b, c = (float(each) for each in phases)
    return (a * a + b * b + c * c + a * a + b * b + c * c - a * b - b * c - c * a) / 3


def _cause(
    kind: CauseKind, share: float, energy: np.ndarray, evidence: Evidence, figures: tuple[float, ...]
) -> Suspect:
    return Suspect(kind, NOBODY, float(np.log(share / (1 - min(share, 0.99)))), energy, evidence, figures)
