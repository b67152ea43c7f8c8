"""Lines of a 10 kV feeder nobody has on record, by what is typical: a trunk with laterals (估算线路).

Transformers hang on laterals in groups, the laterals evenly along the trunk. A stand-in whose error was measured
(docs/rules/technical-loss-feeder.md), never a picture of the place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.network.lines import BUSBAR, Segments
from diansuo.core.quantity.arrays import Int64


@dataclass(frozen=True, slots=True)
class TypicalFeeder:
    """What is typical for a village's 10 kV line.

    Attributes:
        transformers_a_lateral: at the most.
        head_m: from the substation to the first lateral.
        trunk_m: along the trunk from lateral to lateral.
        lateral_m: of a lateral.
        trunk_ohm_km: of one conductor.
        lateral_ohm_km: likewise.
    """

    transformers_a_lateral: int
    head_m: float
    trunk_m: float
    lateral_m: float
    trunk_ohm_km: complex
    lateral_ohm_km: complex


def estimated_feeder(transformers: int, typical: TypicalFeeder) -> tuple[Segments, Int64]:
    """Return lines for so many transformers in their order, and the segment at whose end each hangs, int64 (T,)."""
    laterals = -(-transformers // typical.transformers_a_lateral)
    trunk = np.arange(laterals, dtype=np.int64)
    segments = Segments(
        upper=np.concatenate((np.where(trunk == 0, BUSBAR, trunk - 1), trunk)),
        length_m=np.concatenate(
            (np.where(trunk == 0, typical.head_m, typical.trunk_m), np.full(laterals, typical.lateral_m))
        ).astype(np.float64),
        phase_ohm_km=np.repeat(np.array([typical.trunk_ohm_km, typical.lateral_ohm_km]), laterals),
        neutral_ohm_km=np.zeros(2 * laterals, dtype=np.complex128),
    )
    place = np.arange(transformers, dtype=np.int64) // typical.transformers_a_lateral
    return segments, laterals + place
