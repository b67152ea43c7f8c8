"""Exact fractions and their one rounding."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.quantity.exact import decimal_of, exact, nearest, nearest_root, root_decimal


@pytest.mark.parametrize(
    ("value", "whole"),
    [("0.5", 1), ("-0.5", -1), ("2.5", 3), ("-2.5", -3), ("0.49", 0), ("-0.49", 0), ("7", 7)],
)
def test_halves_go_away_from_zero(value: str, whole: int) -> None:
    assert nearest(Fraction(value)) == whole


def test_numbers_beyond_64_bits_round_as_small_ones() -> None:
    assert nearest(Fraction(10**40 + 1, 2)) == 5 * 10**39 + 1


def test_a_fraction_is_written_with_its_places() -> None:
    assert decimal_of(Fraction("2.644085"), 2) == Decimal("2.64")
    assert str(decimal_of(Fraction("-0.125"), 2)) == "-0.13"
    assert str(decimal_of(3, 2)) == "3.00"
    assert root_decimal(2, 6) == Decimal("1.414214")


@given(st.fractions(0, 10**12))
def test_the_nearest_root_is_nearest(square: Fraction) -> None:
    root = nearest_root(square)

    assert Fraction(2 * root + 1, 2) ** 2 > square
    assert root == 0 or Fraction(2 * root - 1, 2) ** 2 <= square


def test_what_is_no_exact_number_is_refused() -> None:
    with pytest.raises(TypeError, match="not exact"):
        exact(0.5)  # type: ignore[arg-type]
    for text in ("one", "NaN"):
        with pytest.raises(ValueError, match="is not a number"):
            exact(text)
    with pytest.raises(ValueError, match="is not a number"):
        exact(Decimal("Infinity"))
    with pytest.raises(ValueError, match="no root"):
        nearest_root(-1)
