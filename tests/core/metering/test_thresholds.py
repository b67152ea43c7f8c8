"""Thresholds come exactly from the rulebook or not at all."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from diansuo.core.metering import Thresholds, WrongThreshold
from tests.core.metering.histories import DEFAULTS, THRESHOLDS

SHIPPED = Path(__file__).parents[3] / "src/diansuo/rulebook/national/checks/reading.yaml"


def test_values_arrive_in_the_units_of_the_columns() -> None:
    assert THRESHOLDS.rollover_above_permille == 900
    assert THRESHOLDS.maximum_capacity_permille == 1200
    assert THRESHOLDS.sum_register_step_wh == 10
    assert THRESHOLDS.history_deviation_other_wh == 1_000_000
    assert THRESHOLDS.zero_run_periods == 3


def test_shipped_parameters_are_complete_and_each_is_marked_unverified() -> None:
    (entry,) = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))["values"].values()
    assert Thresholds.from_parameters({k: v["value"] for k, v in entry["parameters"].items()}) == THRESHOLDS
    assert all(parameter["unverified"] for parameter in entry["parameters"].values())


def test_missing_and_unknown_parameters_are_both_named() -> None:
    wrong = {**DEFAULTS, "zero_months": "3"}
    del wrong["zero_run_periods"]
    with pytest.raises(WrongThreshold, match="unknown: zero_months; missing: zero_run_periods"):
        Thresholds.from_parameters(wrong)


@pytest.mark.parametrize("value", ["-1", "x", "NaN", "0.0001", Decimal("0.0005")])
def test_value_that_cannot_be_held_exactly_is_refused(value: str | Decimal) -> None:
    with pytest.raises(WrongThreshold, match="sum_allowance_kwh"):
        Thresholds.from_parameters({**DEFAULTS, "sum_allowance_kwh": value})
