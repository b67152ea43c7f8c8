"""What the engine refuses in a row before it looks for a price: contradictions in the row itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool
from diansuo.core.quantity.money import ENERGY_LIMIT_WH
from diansuo.core.quantity.month import MONTHS
from diansuo.core.tariff.classes import RULES_OF_CLASS, PriceClass, VoltageClass
from diansuo.core.tariff.columns import BillingInput, Refusal, RefusalCode


@dataclass(frozen=True, slots=True)
class Fault:
    """A contradiction: its code, the rows that have it, and the columns that show it."""

    code: RefusalCode
    rows: Callable[[BillingInput], Bool]
    columns: tuple[str, ...]


def _has_no_steps_to_add_to(inputs: BillingInput) -> Bool:
    """More on the limits and free energy are a matter of households with steps only."""
    rows = (inputs.persons_months > 0) | (inputs.heating_months > 0) | (inputs.free_months > 0)
    if rows.any():
        rows &= ~np.isin(inputs.price_class, [each for each, rules in RULES_OF_CLASS.items() if rules.steps])
    return rows


def _has_increments(inputs: BillingInput) -> Bool:
    classes = [each for each, rules in RULES_OF_CLASS.items() if rules.time_of_use is not None]
    return np.isin(inputs.price_class, classes)


FAULTS: Final = (
    Fault(
        RefusalCode.UNKNOWN_PRICE_CLASS,
        lambda inputs: ~np.isin(inputs.price_class, list(PriceClass)),
        ("price_class",),
    ),
    Fault(
        RefusalCode.UNKNOWN_VOLTAGE_CLASS,
        lambda inputs: ~np.isin(inputs.voltage_class, list(VoltageClass)),
        ("voltage_class",),
    ),
    Fault(
        RefusalCode.EMPTY_PERIOD,
        lambda inputs: inputs.to_day <= inputs.from_day,
        ("from_day", "to_day"),
    ),
    Fault(
        RefusalCode.MONTHS_OUT_OF_RANGE,
        lambda inputs: (inputs.months_in_year < 1) | (inputs.months_in_year > MONTHS),
        ("months_in_year",),
    ),
    Fault(
        RefusalCode.MONTHS_OUT_OF_RANGE,
        lambda inputs: (
            (inputs.persons_months < 0)
            | (inputs.persons_months > inputs.months_in_year)
            | (inputs.heating_months < 0)
            | (inputs.heating_months > inputs.months_in_year)
            | (inputs.free_months < 0)
        ),
        ("months_in_year", "persons_months", "heating_months", "free_months"),
    ),
    Fault(
        RefusalCode.NO_STEPS_TO_ADD_TO,
        _has_no_steps_to_add_to,
        ("price_class", "persons_months", "heating_months", "free_months"),
    ),
    Fault(
        RefusalCode.NEGATIVE_YEAR_TO_DATE,
        lambda inputs: inputs.year_to_date_wh < 0,
        ("year_to_date_wh",),
    ),
    Fault(
        RefusalCode.NEGATIVE_ENERGY,
        lambda inputs: (
            (inputs.energy_wh < 0)
            | (inputs.peak_wh < 0)
            | (inputs.valley_wh < 0)
            | (inputs.free_taken_wh < 0)
        ),
        ("energy_wh", "peak_wh", "valley_wh"),
    ),
    Fault(
        RefusalCode.ENERGY_TOO_LARGE,
        lambda inputs: (
            (inputs.energy_wh > ENERGY_LIMIT_WH) | (inputs.year_to_date_wh > MONTHS * ENERGY_LIMIT_WH)
        ),
        ("energy_wh", "year_to_date_wh"),
    ),
    Fault(
        RefusalCode.NO_TIME_OF_USE_REGISTERS,
        lambda inputs: _has_increments(inputs) & ~inputs.has_time_of_use,
        ("price_class",),
    ),
    Fault(
        RefusalCode.REGISTERS_EXCEED_TOTAL,
        lambda inputs: _has_increments(inputs) & (inputs.peak_wh > inputs.energy_wh),
        ("energy_wh", "peak_wh"),
    ),
)
"""In the order in which they are reported; a row is refused for the first one it has."""


def find_faults(inputs: BillingInput) -> list[Refusal]:
    """Return one refusal for every row that contradicts itself, in row order."""
    refusals: dict[int, Refusal] = {}
    for fault in FAULTS:
        for row in np.flatnonzero(fault.rows(inputs)).tolist():
            if row not in refusals:
                params = {name: int(getattr(inputs, name)[row]) for name in fault.columns}
                refusals[row] = Refusal(row, fault.code, params)
    return [refusals[row] for row in sorted(refusals)]
