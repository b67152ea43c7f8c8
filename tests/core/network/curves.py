"""Transformers and meters for the tests of the daily lists: points given in kW, V and A, None where not collected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from diansuo.core.network.daily_lists import NONE, TransformerDays, Winding
from diansuo.core.network.list_thresholds import ListThresholds

PARAMETERS = {
    "heavy_percent": "80",
    "overloaded_percent": "100",
    "load_hours": "2",
    "assumed_power_factor": "0.95",
    "rated_voltage_v": "400",
    "low_voltage_v": "198",
    "no_voltage_v": "132",
    "low_voltage_hours": "1",
    "imbalance_star_percent": "15",
    "imbalance_delta_percent": "25",
    "neutral_star_percent": "25",
    "neutral_delta_percent": "40",
    "imbalance_least_load_percent": "30",
    "imbalance_hours": "2",
}
LIMITS = ListThresholds.from_parameters(PARAMETERS)
POINTS = 192
Value = float | None


def thousandths(values: Sequence[Value]) -> np.ndarray:
    """Return points as whole thousandths, −1 where there is none."""
    return np.array([NONE if value is None else round(value * 1000) for value in values], dtype=np.int64)


def day(quiet: Value, special: dict[int, Value], before: Value | str = "quiet") -> list[Value]:
    """Return a day's points after a day before it: ``special`` by point of the day (below 0: of the day before)."""
    values: list[Value] = [quiet if before == "quiet" else before] * 96 + [quiet] * 96  # type: ignore[list-item]
    for at, value in special.items():
        values[96 + at] = value
    return values


def transformer(
    kva: int = 200,
    winding: Winding = Winding.DELTA,
    power: Sequence[Value] = (None,) * POINTS,
    volt: Sequence[Sequence[Value]] = ((None,) * POINTS,) * 3,
    ampere: Sequence[Sequence[Value]] = ((None,) * POINTS,) * 3,
) -> TransformerDays:
    """Return one transformer."""
    has_power = np.array([value is not None for value in power], dtype=np.bool_)
    return TransformerDays(
        capacity_va=np.array([kva * 1000], dtype=np.int64),
        winding=np.array([winding], dtype=np.int64),
        power_w=np.where(has_power, thousandths(power), 0)[None],
        has_power=has_power[None],
        voltage_mv=np.stack([thousandths(each) for each in volt])[None],
        current_ma=np.stack([thousandths(each) for each in ampere])[None],
    )
