"""Energy settles to 0.01 kWh or to whole kWh, halves away from zero, and converts exactly or not at all."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.energy import (
    HUNDREDTH_KWH_WH,
    WHOLE_KWH_WH,
    kwh_from_wh,
    round_energy_wh,
    wh_from_kwh,
)


@pytest.mark.parametrize(
    ("step_wh", "before", "after"),
    [
        (HUNDREDTH_KWH_WH, [4, 5, 15, 162_354, -5, -4], [0, 10, 20, 162_350, -10, 0]),
        (WHOLE_KWH_WH, [499, 500, 1_500, 400_500, -500, -499], [0, 1_000, 2_000, 401_000, -1_000, 0]),
    ],
)
def test_energy_settles_to_its_precision(step_wh: int, before: list[int], after: list[int]) -> None:
    column = np.array(before, dtype=np.int64)
    assert round_energy_wh(column, step_wh).tolist() == after
    assert column.tolist() == before, "the readings themselves stay"


@given(st.integers(-(2**60), 2**60), st.integers(1, 10**6))
def test_rounding_energy_equals_decimal_arithmetic(energy: int, step: int) -> None:
    expected = (Decimal(energy) / step).quantize(Decimal(1), rounding=ROUND_HALF_UP) * step
    assert round_energy_wh(np.array([energy]), step)[0] == int(expected)


def test_a_step_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        round_energy_wh(np.array([1]), 0)


def test_energy_that_would_overflow_is_refused() -> None:
    with pytest.raises(OverflowError):
        round_energy_wh(np.array([2**63 - 1]), 1000)


def test_float_energy_is_refused() -> None:
    with pytest.raises(WrongColumn):
        round_energy_wh(np.array([1.0]), 10)  # type: ignore[arg-type]


@given(st.integers(-(2**60), 2**60))
def test_watt_hours_become_kwh_and_the_same_watt_hours(wh: int) -> None:
    assert wh_from_kwh(kwh_from_wh(wh)) == wh
    assert wh_from_kwh(str(kwh_from_wh(wh))) == wh


def test_energy_shows_two_decimals_and_a_third_only_where_there_is_one() -> None:
    assert str(kwh_from_wh(400_000)) == "400.00"
    assert str(kwh_from_wh(162_350)) == "162.35"
    assert str(kwh_from_wh(162_354)) == "162.354"


@pytest.mark.parametrize("text", ["1.2345", "x", "NaN"])
def test_what_is_no_whole_number_of_watt_hours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="kWh"):
        wh_from_kwh(text)
