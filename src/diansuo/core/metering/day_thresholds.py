"""The thresholds of the day checks, taken exactly from the rulebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from diansuo.core.metering.thresholds import WrongThreshold
from diansuo.core.quantity.arrays import Int64
from diansuo.core.rules.thresholds import exact_fields

DAY_PARAMETERS: Final[dict[str, tuple[str, int]]] = {
    "gap_days": ("gap_days", 1),
    "maximum_capacity_factor": ("maximum_capacity_permille", 1000),
    "rollover_above_fraction": ("rollover_above_permille", 1000),
    "spike_share": ("spike_permille", 1000),
    "spike_least_kwh": ("spike_least_wh", 1000),
    "stopped_days": ("stopped_days", 1),
    "stopped_least_kwh": ("stopped_least_wh", 1000),
    "sum_allowance_kwh": ("sum_allowance_wh", 1000),
    "reverse_least_kwh": ("reverse_least_wh", 1000),
    "curve_sum_fraction": ("curve_sum_permille", 1000),
    "curve_sum_least_kwh": ("curve_sum_least_wh", 1000),
    "curve_stopped_least_kwh": ("curve_stopped_least_wh", 1000),
    "nominal_voltage_v": ("nominal_mv", 1000),
    "phase_lost_fraction": ("phase_lost_permille", 1000),
    "phase_stands_fraction": ("phase_stands_permille", 1000),
    "phase_lost_points": ("phase_lost_points", 1),
    "clock_minutes": ("clock_s", 60),
}


@dataclass(frozen=True, slots=True)
class DayThresholds:
    """Thresholds in the units of the columns (Wh, permille, days); docs/rules/day-checks.md.

    Attributes:
        gap_days: so many days without a register in a row are a gap.
        maximum_capacity_permille: most energy of a day = this × capacity × 24 h.
        rollover_above_permille: a rollover needs a previous register above this share of 10^digits.
        spike_permille: by how much of the third largest day the largest may exceed it.
        spike_least_wh: a smaller day is no spike.
        stopped_days: so many days without use in a row, after days with use, are a meter that stands still,
        stopped_least_wh: if these used so much on the mean.
        sum_allowance_wh: by how much a day's total and parts may differ, before the multiplier.
        reverse_least_wh: reverse energy of a day that is a finding where no generator stands.
        curve_sum_permille: by how much of it the energy of a curve may differ from that of the registers,
        curve_sum_least_wh: and this much at least.
        curve_stopped_least_wh: a register may stand still beside so much energy of the curve.
        nominal_mv: nominal phase voltage.
        phase_lost_permille: a phase below this share of it is lost,
        phase_stands_permille: while another one stands above this share,
        phase_lost_points: at so many points of a day.
        clock_s: by how many seconds a clock may be off.
    """

    gap_days: int
    maximum_capacity_permille: int
    rollover_above_permille: int
    spike_permille: int
    spike_least_wh: int
    stopped_days: int
    stopped_least_wh: int
    sum_allowance_wh: int
    reverse_least_wh: int
    curve_sum_permille: int
    curve_sum_least_wh: int
    curve_stopped_least_wh: int
    nominal_mv: int
    phase_lost_permille: int
    phase_stands_permille: int
    phase_lost_points: int
    clock_s: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str | int | Decimal]) -> DayThresholds:
        """Build thresholds from the values of rulebook national/checks/day.yaml.

        Raises:
            WrongThreshold: a key is unknown or missing, or a value is not an exact non-negative number.
        """
        return cls(**exact_fields(parameters, DAY_PARAMETERS, error=WrongThreshold))

    def as_row(self) -> Int64:
        """The thresholds in the order of their fields, for the kernel."""
        return np.array(astuple(self), np.int64)
