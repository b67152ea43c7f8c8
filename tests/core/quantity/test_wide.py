"""Quotients of products beyond 64 bits are what Python's own integers say, tie or no tie."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.quantity.arrays import WrongColumn
from diansuo.core.quantity.wide import quotient, quotient_of_sums

LARGEST = 2**63 - 1
SIZES = st.one_of(st.integers(0, 12), st.integers(0, 2**33), st.integers(0, LARGEST))


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def nearest(exact: Fraction) -> int:
    size = (2 * abs(exact.numerator) + exact.denominator) // (2 * exact.denominator)
    return size if exact >= 0 else -size


@settings(max_examples=400)
@given(
    st.lists(st.lists(SIZES, min_size=1, max_size=5), min_size=1, max_size=3),
    st.lists(SIZES.map(lambda size: size + 1 if size < LARGEST else size), min_size=1, max_size=4),
    st.sampled_from(("half_away", "down")),
)
def test_it_divides_as_python_does_or_says_that_it_does_not_fit(
    terms: list[list[int]], divisors: list[int], rounding: str
) -> None:
    total = sum(int(np.prod(np.array(term, dtype=object))) for term in terms)
    exact = Fraction(total, int(np.prod(np.array(divisors, dtype=object))))
    expected = nearest(exact) if rounding == "half_away" else exact.numerator // exact.denominator
    columns = [[column(factor) for factor in term] for term in terms]
    if expected > LARGEST:
        with pytest.raises(OverflowError, match="row 0"):
            quotient_of_sums(columns, divisors, rounding=rounding)
    else:
        assert quotient_of_sums(columns, divisors, rounding=rounding).tolist() == [expected]


@given(st.integers(1, 2**62), st.integers(1, 2**40), st.integers(-1, 1))
def test_a_tie_goes_away_from_zero_and_one_below_it_does_not(whole: int, divisor: int, off: int) -> None:
    # (whole + 1/2) × 2·divisor ± 1: the tie itself and its neighbours
    factors = [column(2 * divisor), column(whole)]
    more = column(divisor + off)
    up = quotient_of_sums([factors, [more]], [2, divisor], rounding="half_away")
    assert up.tolist() == [whole + (1 if off >= 0 else 0)]


@given(st.integers(-LARGEST, LARGEST), st.integers(-(10**6), 10**6), st.integers(1, LARGEST))
def test_a_negative_product_is_the_positive_one_turned_round(factor: int, other: int, divisor: int) -> None:
    expected = nearest(Fraction(factor * other, divisor))
    if abs(expected) <= LARGEST:
        assert quotient([column(factor), other], [divisor], rounding="half_away").tolist() == [expected]
        down = abs(factor * other) // divisor * (1 if factor * other >= 0 else -1)
        assert quotient([column(factor), other], [divisor], rounding="down").tolist() == [down]


def test_rows_differ_and_none_is_fine_too() -> None:
    found = quotient([column(10, -10, 7), column(1, 1, 2)], [column(4, 4, 28)], rounding="half_away")
    assert found.tolist() == [3, -3, 1]
    assert quotient([column(), 3], [4], rounding="down").tolist() == []


@pytest.mark.parametrize(
    ("factors", "divisors", "error"),
    [
        ([column(1, 2), column(1)], [1], WrongColumn),
        ([np.array([1.0])], [1], WrongColumn),
        ([1, 2], [1], ValueError),
        ([column(1)], [0], ValueError),
        ([column(1)], [-1], ValueError),
    ],
)
def test_what_it_cannot_divide_it_refuses(
    factors: list[object], divisors: list[int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        quotient(factors, divisors, rounding="half_away")


def test_a_sum_takes_no_negative_factor() -> None:
    with pytest.raises(ValueError, match="negative"):
        quotient_of_sums([[column(-1)]], [1], rounding="half_away")


def test_multiples_of_a_step_and_what_does_not_fit() -> None:
    assert quotient([column(14, 15, -15), 1], [1], rounding="half_away", step=10).tolist() == [10, 20, -20]
    large = column(2**62, 5)
    with pytest.raises(OverflowError, match="row 0"):
        quotient([large, 4], [1], rounding="half_away", step=1000)
    marked = quotient_of_sums([[large, 4]], [1], rounding="half_away", too_large=-1)
    assert marked.tolist() == [-1, 20]
    with pytest.raises(ValueError, match="step"):
        quotient([large], [1], rounding="half_away", step=0)
