"""Maximum demand, one point and one reading at a time: the slow twin of ``core.metering.demand``."""

from __future__ import annotations

from dataclasses import dataclass

PERIODIC, FINAL, SPECIAL = 0, 2, 4


@dataclass(frozen=True)
class DemandReading:
    """One reading of a demand register, kW × 1000."""

    day: int
    purpose: int
    register_w: int
    multiplier: int


def maximum_demand_w(readings: list[DemandReading], from_day: int, to_day: int) -> int | None:
    """Return the largest value × multiplier read after the first day and up to the last, None for no reading."""
    largest = None
    for reading in readings:
        if reading.purpose not in (PERIODIC, FINAL, SPECIAL):
            continue
        if not from_day < reading.day <= to_day:
            continue
        demand = reading.register_w * reading.multiplier
        if largest is None or demand > largest:
            largest = demand
    return largest
