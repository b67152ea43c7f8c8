"""What every single check is handed: one settled month with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from diansuo.core.metering.evidence import Evidence
from diansuo.core.metering.registers import Readings
from diansuo.core.metering.segmentation import Segments
from diansuo.core.metering.settlement import Due, Settled
from diansuo.core.metering.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Material:
    """Readings, the segments made of them, the due points, how they settled, and what else is known."""

    readings: Readings
    segments: Segments
    due: Due
    settled: Settled
    thresholds: Thresholds
    evidence: Evidence
