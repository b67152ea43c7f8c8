"""The thresholds of the reading checks, taken exactly from the rulebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from diansuo.core.rules.thresholds import exact_fields

# parameter in the rulebook -> (field, how many field units make one parameter unit)
PARAMETERS: Final[dict[str, tuple[str, int]]] = {
    "rollover_above_fraction": ("rollover_above_permille", 1000),
    "maximum_capacity_factor": ("maximum_capacity_permille", 1000),
    "sum_register_step_kwh": ("sum_register_step_wh", 1000),
    "sum_allowance_kwh": ("sum_allowance_wh", 1000),
    "history_periods": ("history_periods", 1),
    "history_deviation_fraction": ("history_deviation_permille", 1000),
    "history_deviation_residential_kwh": ("history_deviation_residential_wh", 1000),
    "history_deviation_other_kwh": ("history_deviation_other_wh", 1000),
    "history_alike_least_members": ("history_least_members", 1),
    "history_alike_times": ("history_alike_permille", 1000),
    "zero_run_periods": ("zero_run_periods", 1),
    "listed_energy_tolerance_kwh": ("listed_energy_tolerance_wh", 1000),
    "freeze_tolerance_kwh": ("freeze_tolerance_wh", 1000),
    "freeze_exchange_days": ("freeze_exchange_days", 1),
    "freeze_exchange_allowance_kwh": ("freeze_exchange_allowance_wh", 1000),
    "exchange_level_fraction": ("exchange_level_permille", 1000),
    "exchange_level_days": ("exchange_level_days", 1),
    "spike_times": ("spike_times_permille", 1000),
    "spike_times_head_end": ("spike_times_head_end_permille", 1000),
    "spike_least_residential_kwh": ("spike_least_residential_wh", 1000),
    "spike_least_other_kwh": ("spike_least_other_wh", 1000),
    "inactive_least_kwh": ("inactive_least_wh", 1000),
    "reset_below_fraction": ("reset_below_permille", 1000),
    "estimate_run_periods": ("estimate_run_periods", 1),
    "suggestion_fraction": ("suggestion_permille", 1000),
}


class WrongThreshold(ValueError):
    """A threshold is missing, unknown, negative or finer than the checks can hold; names the parameter."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds in the units of the columns (Wh, permille, counts); docs/rules/reading-checks.md.

    Attributes:
        rollover_above_permille: a rollover needs a previous register above this share of 10^digits.
        maximum_capacity_permille: theoretical maximum = this × capacity × hours.
        sum_register_step_wh: what one part register may lose to rounding, before the multiplier.
        sum_allowance_wh: further difference allowed between the total and the sum of its parts.
        history_periods: how many settled months the mean looks back on.
        history_deviation_permille: relative deviation from which a month is unusual.
        history_deviation_residential_wh: and the least absolute one, residential.
        history_deviation_other_wh: the same for everyone else.
        history_least_members: a group of fewer like points has no middle change to compare with.
        history_alike_permille: who moves so many times as far as the middle of its like still moves with it.
        zero_run_periods: zero months in a row that call for a visit.
        listed_energy_tolerance_wh: how far a list's own energy may differ from the computed one.
        freeze_tolerance_wh: how far a register may differ from the freeze, before the multiplier.
        freeze_exchange_days: so many mean days at most are used on the day of an exchange,
        freeze_exchange_allowance_wh: and this much.
        exchange_level_permille: by how much a day after an exchange may differ from one before it.
        exchange_level_days: on fewer days than this on either side nothing is said.
        spike_times_permille: so many times the usual is a spike, where somebody typed the register or listed it,
        spike_times_head_end_permille: and where the head end collected it,
        spike_least_residential_wh: and so much more than the usual at least, residential,
        spike_least_other_wh: and everyone else.
        inactive_least_wh: what a contract that stands idle may use.
        reset_below_permille: a register begun anew shows at most this share of the one before.
        estimate_run_periods: so many months in a row may be estimated.
        suggestion_permille: a likely register has energy this near to the usual.
    """

    rollover_above_permille: int
    maximum_capacity_permille: int
    sum_register_step_wh: int
    sum_allowance_wh: int
    history_periods: int
    history_deviation_permille: int
    history_deviation_residential_wh: int
    history_deviation_other_wh: int
    history_least_members: int
    history_alike_permille: int
    zero_run_periods: int
    listed_energy_tolerance_wh: int
    freeze_tolerance_wh: int
    freeze_exchange_days: int
    freeze_exchange_allowance_wh: int
    exchange_level_permille: int
    exchange_level_days: int
    spike_times_permille: int
    spike_times_head_end_permille: int
    spike_least_residential_wh: int
    spike_least_other_wh: int
    inactive_least_wh: int
    reset_below_permille: int
    estimate_run_periods: int
    suggestion_permille: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str | int | Decimal]) -> Thresholds:
        """Build thresholds from the values of rulebook national/checks/reading.yaml.

        Raises:
            WrongThreshold: a key is unknown or missing, or a value is not an exact non-negative number.
        """
        return cls(**exact_fields(parameters, PARAMETERS, error=WrongThreshold))
