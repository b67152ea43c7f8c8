"""Losses of transformers, and how many of them should run."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diansuo.core.network.transformer_economy import (
    TransformerUnit,
    critical_load_va,
    economic_count,
    losses,
)
from diansuo.core.quantity.exact import decimal_of
from tests.reference.network_twin import transformers_kw

HUNDRED = TransformerUnit.of(100, "0.25", "1.15")
UNITS = st.builds(
    TransformerUnit,
    st.integers(10_000, 2_000_000),
    st.fractions(Fraction(1, 100), 3, max_denominator=1000),
    st.fractions(Fraction(1, 10), 20, max_denominator=1000),
    st.fractions(0, Fraction(1, 20), max_denominator=1000),
    st.fractions(0, Fraction(1, 10), max_denominator=1000),
)
LOADS = st.fractions(0, 4, max_denominator=1000)


def test_two_transformers_at_forty_per_cent_lose_less_than_one_at_eighty() -> None:
    # Worked example P18: none is taken out
    both, one = losses(HUNDRED, "0.8", 2), losses(HUNDRED, "0.8", 1)

    assert decimal_of(both.active_kw, 3) == Decimal("0.868")
    assert decimal_of(one.active_kw, 3) == Decimal("0.986")
    assert economic_count(HUNDRED, "0.8", 2) == 2
    # at 65.9 kVA both lose the same
    assert critical_load_va(HUNDRED, 2) == 65_938
    assert economic_count(HUNDRED, "0.65", 2) == 1
    assert economic_count(HUNDRED, "0.66", 2) == 2


def test_the_losses_of_a_transformer_from_its_plate() -> None:
    # Worked example P21: S13-315 as the problem gives it, at 77 %
    found = losses(TransformerUnit.of(315, "0.48", "3.65", "0.3", "4"), "0.77")

    assert found.shown() == (Decimal("2.64"), Decimal("8.42"))
    assert found.comprehensive_kw("0.1") == Decimal("3.48")
    # from the unrounded figures it would be a hundredth more
    assert decimal_of(found.active_kw + found.reactive_kvar / 10, 2) == Decimal("3.49")


def test_a_transformer_is_never_asked_to_carry_more_than_it_can() -> None:
    assert economic_count(TransformerUnit.of(100, 1, "0.1"), "1.2", 3) == 2
    with pytest.raises(ValueError, match="cannot carry"):
        economic_count(HUNDRED, "2.5", 2)
    with pytest.raises(ValueError, match="at least one runs"):
        losses(HUNDRED, 1, 0)
    with pytest.raises(ValueError, match="two or more"):
        critical_load_va(HUNDRED, 1)
    with pytest.raises(ValueError, match="capacity is above 0"):
        TransformerUnit.of(0, 1, 1)


@given(UNITS, LOADS, st.integers(1, 6))
def test_losses_are_those_of_each_transformer_with_its_share(
    unit: TransformerUnit, load: Fraction, count: int
) -> None:
    each = losses(unit, load / count)
    all_of_them = losses(unit, load, count)

    assert all_of_them.active_kw == count * each.active_kw
    assert all_of_them.reactive_kvar == count * each.reactive_kvar


@given(UNITS, LOADS, st.fractions(0, Fraction(1, 5), max_denominator=100))
def test_no_other_number_of_transformers_loses_less(
    unit: TransformerUnit, load: Fraction, factor: Fraction
) -> None:
    chosen = economic_count(unit, load, 6, factor)

    def cost(count: int) -> Fraction:
        found = losses(unit, load, count)
        return found.active_kw + factor * found.reactive_kvar

    assert all(cost(chosen) <= cost(count) for count in range(1, 7) if load <= count)


def test_active_losses_are_those_of_the_slow_twin() -> None:
    for count in range(1, 5):
        for load in range(0, 400, 7):
            exact = losses(HUNDRED, Fraction(load, 100), count).active_kw
            twin = transformers_kw(Decimal("0.25"), Decimal("1.15"), Decimal(100), Decimal(load), count)
            assert decimal_of(exact, 12) == twin.quantize(Decimal("1E-12"))
