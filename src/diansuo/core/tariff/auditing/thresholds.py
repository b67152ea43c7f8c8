"""The thresholds of the audit, taken exactly from the rulebook's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from diansuo.core.rules.thresholds import exact_fields

# parameter in the rulebook -> (field, how many field units make one parameter unit)
PARAMETERS: Final[dict[str, tuple[str, int]]] = {
    "sudden_percent": ("sudden_bp", 100),
    "sudden_residential_kwh": ("sudden_residential_wh", 1000),
    "sudden_other_kwh": ("sudden_other_wh", 1000),
    "alike_least_members": ("least_members", 1),
    "maximum_factor": ("maximum_permille", 1000),
    "sum_allowance_kwh": ("sum_allowance_wh", 1000),
    "least_kwh": ("least_wh", 1000),
    "valley_percent": ("valley_bp", 100),
    "power_factor_low": ("factor_low", 100),
    "power_factor_high": ("factor_high", 100),
    "power_factor_months": ("factor_months", 1),
    "demand_over_percent": ("demand_over_bp", 100),
    "power_factor_change": ("factor_change", 100),
    "demand_change_percent": ("demand_change_bp", 100),
    "transformer_loss_percent": ("loss_bp", 100),
    "household_most_kwh": ("household_most_wh", 1000),
    "expects_time_of_use_from_capacity": ("time_of_use_from_va", 1000),
    "price_low_percent": ("price_low_bp", 100),
    "price_high_percent": ("price_high_bp", 100),
    "multiplier_order_days": ("order_days", 1),
}
# What other rules of the book say, and the audit asks.
BORROWED: Final = ("two_part_from_va", "single_part_up_to_va", "factor_from_va")


class WrongThreshold(ValueError):
    """A threshold is missing, unknown, negative or finer than the audit can hold; names the parameter."""


@dataclass(frozen=True, slots=True)
class AuditLimits:
    """Thresholds in the units of the columns; ``_bp`` is 0.01 %. docs/rules/audit.md.

    Attributes:
        sudden_bp: from this deviation on a month is unlike another.
        sudden_residential_wh: and from this difference on, residential.
        sudden_other_wh: the same for everyone else.
        least_members: a group of fewer has no middle.
        maximum_permille: most a point can use = this × capacity × hours.
        sum_allowance_wh: by how much the parts may exceed the total.
        least_wh: of less than this a month, shares and average prices say nothing.
        valley_bp: largest plausible share of the valley.
        factor_low: smallest plausible power factor, hundredths.
        factor_high: largest plausible one when it lasts, hundredths.
        factor_months: how long it must last.
        demand_over_bp: demand against the contract's.
        factor_change: a change of the factor from one month to the next that is looked at, hundredths.
        demand_change_bp: and of the demand, for the same energy.
        loss_bp: transformer loss against what was read.
        household_most_wh: largest plausible month of a household.
        time_of_use_from_va: from this capacity on commercial customers have time of use.
        price_low_bp: lowest plausible average price, against the middle one of the class.
        price_high_bp: highest.
        order_days: how long before a change of multiplier its order may have been made.
        two_part_from_va, single_part_up_to_va, factor_from_va: what other rules of the book ask of a capacity.
    """

    sudden_bp: int
    sudden_residential_wh: int
    sudden_other_wh: int
    least_members: int
    maximum_permille: int
    sum_allowance_wh: int
    least_wh: int
    valley_bp: int
    factor_low: int
    factor_high: int
    factor_months: int
    demand_over_bp: int
    factor_change: int
    demand_change_bp: int
    loss_bp: int
    household_most_wh: int
    time_of_use_from_va: int
    price_low_bp: int
    price_high_bp: int
    order_days: int
    two_part_from_va: int
    single_part_up_to_va: int
    factor_from_va: int

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str | int | Decimal], **borrowed: int) -> AuditLimits:
        """Build limits from the values of rulebook national/checks/audit.yaml and those of other rules.

        Raises:
            WrongThreshold: a key is unknown or missing, or a value is not an exact non-negative number.
        """
        if set(borrowed) != set(BORROWED):
            raise WrongThreshold(f"expected {', '.join(BORROWED)}")
        return cls(**exact_fields(parameters, PARAMETERS, error=WrongThreshold), **borrowed)
