"""The thresholds of the classes of loss, taken exactly from the rulebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from diansuo.core.rules.thresholds import exact_fields

# parameter in the rulebook -> (field, how many field units make one parameter unit)
PARAMETERS: Final[dict[str, tuple[str, int]]] = {
    "high_percent": ("high_bp", 100),
    "negative_percent": ("negative_bp", 100),
    "economic_from_percent": ("economic_from_bp", 100),
    "economic_to_percent": ("economic_to_bp", 100),
    "small_supply": ("small_supply_wh", 1000),
    "sudden_points": ("sudden_bp", 100),
    "sudden_days": ("sudden_days", 1),
    "sudden_least_days": ("sudden_least_days", 1),
    "sudden_look_back_days": ("sudden_look_back_days", 1),
    "area_collection_percent": ("area_collection_bp", 100),
    "feeder_collection_percent": ("feeder_collection_bp", 100),
    "station_collection_percent": ("station_collection_bp", 100),
}


class WrongLossThreshold(ValueError):
    """A threshold is missing, unknown, or finer than the classes can hold; names the parameter."""


@dataclass(frozen=True, slots=True)
class LossThresholds:
    """Thresholds in the units of the columns: basis points (1 bp = 0.01 %), Wh a day, days; docs/rules/line-loss.md.

    Attributes:
        high_bp: 高损 from this rate on.
        negative_bp: 负损 up to this rate (a negative number).
        economic_from_bp: 经济运行 from this rate …
        economic_to_bp: … to this one, both included.
        small_supply_wh: 小电量: below this supply a day nothing is judged.
        sudden_bp: 突变: the rate differs by this much from the mean of the days before.
        sudden_days: how many judged days the mean is of.
        sudden_least_days: and at least how many it needs.
        sudden_look_back_days: how far back they may lie.
        area_collection_bp: least share of an area's customers with both registers.
        feeder_collection_bp: least share of a feeder's masters and dedicated customers.
        station_collection_bp: least share of a station's customers.
    """

    high_bp: int
    negative_bp: int
    economic_from_bp: int
    economic_to_bp: int
    small_supply_wh: int
    sudden_bp: int
    sudden_days: int
    sudden_least_days: int
    sudden_look_back_days: int
    area_collection_bp: int
    feeder_collection_bp: int
    station_collection_bp: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str | int | Decimal]) -> LossThresholds:
        """Build thresholds from the values of rulebook national/checks/line_loss.yaml.

        Raises:
            WrongLossThreshold: a key is unknown or missing, or a value is no exact number of its unit.
        """
        return cls(**exact_fields(parameters, PARAMETERS, error=WrongLossThreshold, negative=True))
