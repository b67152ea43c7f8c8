"""What every single check is handed: one settled month with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.evidence import Evidence
from diansuo.core.metering.registers import Readings
from diansuo.core.metering.segmentation import Segments
from diansuo.core.metering.settlement import Due, Settled
from diansuo.core.metering.terms import rows_of
from diansuo.core.metering.thresholds import Thresholds
from diansuo.core.quantity.arrays import Bool, Int64


@dataclass(frozen=True, slots=True)
class Material:
    """Readings (n,), their segments (m,), the due points, how they settled, and what else is known.

    Attributes:
        readings: all readings handed in.
        segments: made of them.
        due: points to check.
        settled: how they settled.
        thresholds: in force.
        evidence: further columns.
        reading_due: (n,) due row of each reading, −1 for a point that is not due.
        current: (n,) the reading bears on the month: it lies between the end of the last settlement and the
            end of this month's window, both included. Readings of points that are not due always do.
    """

    readings: Readings
    segments: Segments
    due: Due
    settled: Settled
    thresholds: Thresholds
    evidence: Evidence
    reading_due: Int64
    current: Bool

    @classmethod
    def of(
        cls,
        readings: Readings,
        segments: Segments,
        due: Due,
        settled: Settled,
        thresholds: Thresholds,
        evidence: Evidence,
    ) -> Material:
        """Put the material together and find each reading's due row."""
        reading_due = rows_of(due.point, readings.point)
        known = np.flatnonzero(reading_due >= 0)
        at, day = reading_due[known], readings.day[known]
        current = np.ones(len(readings), np.bool_)
        end = np.maximum(due.latest_day, settled.to_day)
        current[known] = (day >= due.open_day[at]) & (day <= end[at])
        return cls(readings, segments, due, settled, thresholds, evidence, reading_due, current)
