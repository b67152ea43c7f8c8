"""What a step of a case can do: its name in the file, the keys it knows, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from diansuo.core.casework import (
    bill,
    classical_steps,
    metering_steps,
    money_steps,
    network_steps,
    penalty_steps,
    steps_of_year,
    temporary_steps,
)
from diansuo.core.casework.given import Given
from diansuo.core.casework.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of step."""

    run: Callable[[Given], Outcome]
    required: tuple[str, ...]
    keys: tuple[str, ...]


STEPS: Final[Mapping[str, Step]] = {
    "bill": Step(bill.bill, (), bill.KEYS),
    "residential": Step(steps_of_year.residential, ("energy_kwh", "upper", "prices"), steps_of_year.KEYS),
    "energy": Step(metering_steps.energy, ("meters",), ("meters", "rounding", "rounding_way")),
    "correction": Step(metering_steps.correction, (), metering_steps.CORRECTION_KEYS),
    "transformer_loss": Step(metering_steps.transformer_loss, ("losses",), metering_steps.LOSS_KEYS),
    "capacity_charge": Step(money_steps.capacity_charge, ("method", "price"), money_steps.CAPACITY_KEYS),
    "power_factor": Step(money_steps.power_factor_alone, (), money_steps.POWER_KEYS),
    "power_factor_recovery": Step(
        money_steps.power_factor_recovery, ("billed_yuan", "billed", "right"), money_steps.RECOVERY_KEYS
    ),
    "charge": Step(money_steps.charge, ("lines",), money_steps.CHARGE_KEYS),
    "let": Step(money_steps.let, ("values",), ("values",)),
    "difference": Step(money_steps.difference, ("right", "billed"), ("right", "billed")),
    "late_payment": Step(penalty_steps.late_payment, ("debts",), penalty_steps.LATE_KEYS),
    "theft": Step(penalty_steps.theft, (), penalty_steps.THEFT_KEYS),
    "wrong_class_use": Step(penalty_steps.wrong_class_use, ("uses",), penalty_steps.CLASS_KEYS),
    "capacity_violation": Step(penalty_steps.capacity_violation, (), penalty_steps.CAPACITY_KEYS),
    "temporary_supply": Step(
        temporary_steps.temporary_supply, temporary_steps.REQUIRED, temporary_steps.KEYS
    ),
    "line_loss": Step(network_steps.line_loss, ("supplied_kwh", "sold_kwh"), network_steps.LINE_LOSS_KEYS),
    "equivalent_resistance": Step(
        network_steps.equivalent_resistance,
        ("kv", "active_kwh", "hours", "segments"),
        network_steps.RESISTANCE_KEYS,
    ),
    "transformer_power": Step(
        network_steps.transformer_power, ("p0_kw", "pk_kw", "load"), network_steps.POWER_KEYS
    ),
    "voltage_drop": Step(
        classical_steps.voltage_drop, ("head_v", "end_v", "active_kwh"), classical_steps.DROP_KEYS
    ),
    "feeder_by_capacity": Step(
        classical_steps.feeder_by_capacity,
        ("kv", "active_kwh", "hours", "sections", "transformers"),
        classical_steps.FEEDER_KEYS,
    ),
    "phase_unbalance": Step(classical_steps.phase_unbalance, ("amperes",), classical_steps.UNBALANCE_KEYS),
    "average_price": Step(network_steps.average_price, (), network_steps.AVERAGE_KEYS),
    "photovoltaic": Step(network_steps.photovoltaic, ("fed_in_kwh",), network_steps.PV_KEYS),
}
