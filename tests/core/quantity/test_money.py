"""Money is exact: one rounding, no overflow, and nothing at the edge that is not what it was."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.money import (
    ENERGY_LIMIT_WH,
    ONE_LIMB_ENERGY_WH,
    ONE_LIMB_PRICE_NANO,
    AmountTooLarge,
    amount_fen,
    amount_fen_half_away,
    energy_limit_wh,
    fen_from_yuan,
    nano_from_price,
    price_from_nano,
    yuan_from_fen,
)
from diansuo.core.quantity.rounding import round_half_away


def int64(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def exact_fen(energy_wh: int, price_nano: int) -> int:
    """The same product in Decimal, which is the slow and obvious way."""
    yuan = Decimal(energy_wh) / 1000 * Decimal(price_nano) / 10**9
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


# the worked table of docs/rules/rounding.md
@pytest.mark.parametrize(
    ("kwh_wh", "price_nano", "fen"),
    [
        (140_000, 560_000_000, 7840),
        (90_380, 50_000_000, 452),
        (100, 50_000_000, 1),
        (90, 50_000_000, 0),
        (100, -50_000_000, -1),
        (90, -50_000_000, 0),
        (-100, 50_000_000, -1),
        (150_000_000_000, 28_889_375, 433_340_625),
    ],
)
def test_an_amount_rounds_halves_away_from_zero(kwh_wh: int, price_nano: int, fen: int) -> None:
    assert amount_fen(int64(kwh_wh), int64(price_nano), rounding="half_away").tolist() == [fen]


@pytest.mark.parametrize(
    ("numerator", "divisor", "quotient"),
    [
        (5, 10, 1),
        (-5, 10, -1),
        (4, 10, 0),
        (-4, 10, 0),
        (15, 10, 2),
        (25, 10, 3),
        (1, 3, 0),
        (2, 3, 1),
        (0, 7, 0),
    ],
)
def test_the_rounding_of_one_number(numerator: int, divisor: int, quotient: int) -> None:
    assert round_half_away(numerator, divisor) == quotient


@given(
    st.integers(-ENERGY_LIMIT_WH, ENERGY_LIMIT_WH),
    st.integers(-2_300_000_000, 2_300_000_000),
)
def test_an_amount_equals_decimal_arithmetic_anywhere_below_four_terawatt_hours(
    energy: int, price: int
) -> None:
    assert amount_fen(int64(energy), int64(price), rounding="half_away")[0] == exact_fen(energy, price)


@given(
    st.integers(-3, 3),
    st.integers(-3, 3),
    st.sampled_from([-1, 1]),
    st.sampled_from([-1, 1]),
)
def test_both_ways_of_multiplying_meet_where_one_hands_over_to_the_other(
    a: int, b: int, s: int, t: int
) -> None:
    energy, price = s * (ONE_LIMB_ENERGY_WH + a), t * (ONE_LIMB_PRICE_NANO + b)
    assert amount_fen_half_away(energy, price) == exact_fen(energy, price)


def test_four_terawatt_hours_are_billed_and_one_more_watt_hour_of_a_kwh_is_refused() -> None:
    price = nano_from_price("2.3")
    assert amount_fen(int64(ENERGY_LIMIT_WH), int64(price), rounding="half_away")[0] == 920_000_000_000
    with pytest.raises(AmountTooLarge, match="row 1: 4000000001000 Wh"):
        amount_fen(int64(1, ENERGY_LIMIT_WH + 1000), int64(price, price), rounding="half_away")


def test_a_price_beyond_the_usual_lowers_the_limit_instead_of_overflowing() -> None:
    price = nano_from_price("1000")
    limit = energy_limit_wh(price)
    assert limit < ENERGY_LIMIT_WH
    assert amount_fen(int64(limit), int64(price), rounding="half_away")[0] == exact_fen(limit, price)
    with pytest.raises(AmountTooLarge):
        amount_fen(int64(-limit - 1000), int64(price), rounding="half_away")


def test_a_large_row_with_a_small_price_is_not_refused_for_its_neighbour() -> None:
    energy, price = int64(ENERGY_LIMIT_WH, 1000), int64(1, nano_from_price("1000"))
    assert amount_fen(energy, price, rounding="half_away").tolist() == [400, 100_000]


def test_the_smallest_int64_is_refused_and_not_turned_around() -> None:
    with pytest.raises(AmountTooLarge):
        amount_fen(int64(-(2**63)), int64(1), rounding="half_away")
    with pytest.raises(AmountTooLarge):
        amount_fen(int64(1), int64(-(2**63)), rounding="half_away")


@pytest.mark.parametrize("dtype", [np.float64, np.int32])
def test_a_column_that_is_not_int64_is_refused(dtype: type) -> None:
    with pytest.raises(WrongColumn, match="energy_wh: expected int64"):
        amount_fen(np.array([1], dtype=dtype), int64(1), rounding="half_away")


def test_another_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="half_away only"):
        amount_fen(int64(1), int64(1), rounding="half_even")  # type: ignore[arg-type]


def test_no_rows_give_no_amounts() -> None:
    assert len(amount_fen(int64(), int64(), rounding="half_away")) == 0


@given(st.integers(-(2**62), 2**62))
def test_fen_become_yuan_and_yuan_the_same_fen(fen: int) -> None:
    yuan = yuan_from_fen(fen)
    assert fen_from_yuan(yuan) == fen
    assert fen_from_yuan(str(yuan)) == fen
    assert yuan.as_tuple().exponent == -2


@given(st.integers(-(2**62), 2**62))
def test_a_price_becomes_text_and_the_same_price_again(nano: int) -> None:
    assert nano_from_price(price_from_nano(nano)) == nano


def test_prices_and_amounts_keep_every_published_decimal() -> None:
    assert nano_from_price("0.028889375") == 28_889_375
    assert nano_from_price(Decimal("-0.12")) == -120_000_000
    assert str(price_from_nano(560_000_000)) == "0.56"
    assert str(price_from_nano(0)) == "0"
    assert str(yuan_from_fen(15160)) == "151.60"


@pytest.mark.parametrize("text", ["0.001", "NaN", "Infinity", "one", ""])
def test_what_is_no_whole_number_of_fen_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="yuan"):
        fen_from_yuan(text)


def test_a_float_is_refused_at_the_edge() -> None:
    with pytest.raises(TypeError, match="float is not exact"):
        nano_from_price(0.56)  # type: ignore[arg-type]
