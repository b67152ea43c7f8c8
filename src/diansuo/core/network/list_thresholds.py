"""The thresholds of the daily lists, taken exactly from the rulebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from diansuo.core.rules.thresholds import exact_fields

# parameter in the rulebook -> (field, how many field units make one parameter unit)
PARAMETERS: Final[dict[str, tuple[str, int]]] = {
    "heavy_percent": ("heavy_bp", 100),
    "overloaded_percent": ("overloaded_bp", 100),
    "load_hours": ("load_minutes", 60),
    "assumed_power_factor": ("assumed_power_factor_permille", 1000),
    "rated_voltage_v": ("rated_voltage_v", 1),
    "low_voltage_v": ("low_mv", 1000),
    "no_voltage_v": ("no_voltage_mv", 1000),
    "low_voltage_hours": ("low_voltage_minutes", 60),
    "imbalance_star_percent": ("imbalance_star_bp", 100),
    "imbalance_delta_percent": ("imbalance_delta_bp", 100),
    "neutral_star_percent": ("neutral_star_bp", 100),
    "neutral_delta_percent": ("neutral_delta_bp", 100),
    "imbalance_least_load_percent": ("imbalance_least_load_bp", 100),
    "imbalance_hours": ("imbalance_minutes", 60),
}


class WrongListThreshold(ValueError):
    """A threshold is missing, unknown, or finer than the lists can hold; names the parameter."""


@dataclass(frozen=True, slots=True)
class ListThresholds:
    """Thresholds in the units of the columns: basis points (1 bp = 0.01 %), mV, minutes; docs/rules/daily-lists.md.

    Attributes:
        heavy_bp: 重载 from this share of the capacity on.
        overloaded_bp: 过载 likewise.
        load_minutes: for so long in a row.
        assumed_power_factor_permille: of a master whose currents are not collected.
        rated_voltage_v: line voltage of the low side, for the rated current.
        low_mv: 低电压 below this phase voltage …
        no_voltage_mv: … and from this one on: what is lower is no voltage at all (失压、停电).
        low_voltage_minutes: for so long in a row.
        imbalance_star_bp: 三相不平衡 above this for Yyn0 …
        imbalance_delta_bp: … and for Dyn11.
        neutral_star_bp: 零线电流 above this share of the rated current for Yyn0 …
        neutral_delta_bp: … and for Dyn11.
        imbalance_least_load_bp: below this share of the rated current no ratio of currents is judged.
        imbalance_minutes: for so long in a row.
    """

    heavy_bp: int
    overloaded_bp: int
    load_minutes: int
    assumed_power_factor_permille: int
    rated_voltage_v: int
    low_mv: int
    no_voltage_mv: int
    low_voltage_minutes: int
    imbalance_star_bp: int
    imbalance_delta_bp: int
    neutral_star_bp: int
    neutral_delta_bp: int
    imbalance_least_load_bp: int
    imbalance_minutes: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str | int | Decimal]) -> ListThresholds:
        """Build thresholds from the values of rulebook national/checks/daily_lists.yaml.

        Raises:
            WrongListThreshold: a key is unknown or missing, or a value is no exact number of its unit, or 0.
        """
        fields = exact_fields(parameters, PARAMETERS, error=WrongListThreshold)
        empty = [name for name, (field, _scale) in PARAMETERS.items() if not fields[field]]
        if empty:
            raise WrongListThreshold(f"{', '.join(empty)}: must be more than 0")
        return cls(**fields)
