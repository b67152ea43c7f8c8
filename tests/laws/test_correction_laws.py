"""Laws of correction: the slow twin agrees, and what is right needs none."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.metering.correction import (
    Cause,
    Element,
    MeterStoodStill,
    Phase,
    WiringFault,
    allowed_beginnings,
    corrected_wh,
    correction_period,
    correction_wh,
    four_wire_factor,
    meter_error_factor,
    meter_error_wh,
    multiplier_wh,
    settled_wh,
    three_wire_factor,
    wiring_factor,
)
from tests.reference import correction_twin as twin

TAN = st.fractions(-3, 3, max_denominator=100_000).filter(lambda tangent: tangent != 0)
RATIO = st.sampled_from((75, 100, 150, 200, 300, 600)).map(lambda primary: Fraction(primary, 5))


@given(st.sampled_from(list(WiringFault)), TAN)
def test_the_handbook_has_the_same_factor(fault: WiringFault, tan_phi: Fraction) -> None:
    assert wiring_factor(fault, tan_phi) == twin.handbook(fault.value, tan_phi)


ELEMENT = st.tuples(
    st.integers(-12, 12).map(lambda turns: 30 * turns),
    st.sampled_from((Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(1), Fraction(2, 3))),
)


@settings(max_examples=300)
@given(st.lists(ELEMENT, min_size=2, max_size=2), TAN)
def test_any_two_elements_have_the_twins_factor(
    elements: list[tuple[int, Fraction]], tan_phi: Fraction
) -> None:
    connected = [Element(angle, share) for angle, share in elements]
    expected = twin.by_elements(elements, tan_phi)
    if expected is None:
        with pytest.raises(MeterStoodStill):
            three_wire_factor(connected, tan_phi)
    else:
        found = three_wire_factor(connected, tan_phi)
        apart = abs(Decimal(found.numerator) / Decimal(found.denominator) - expected)
        assert apart <= Decimal("5.0000000001e-13")


@given(TAN)
def test_a_right_connection_has_the_factor_one_at_every_angle(tan_phi: Fraction) -> None:
    assert three_wire_factor([Element(30), Element(-30)], tan_phi) == 1
    assert three_wire_factor([Element(30), Element(-30)]) == 1
    assert four_wire_factor([Phase(), Phase(), Phase()]) == 1


@given(st.lists(st.tuples(RATIO, RATIO, st.sampled_from((-1, 0, 1))), min_size=1, max_size=3))
def test_phases_of_any_ratios_have_the_twins_factor(phases: list[tuple[Fraction, Fraction, int]]) -> None:
    found = [Phase(billed, actual, reversed=sign < 0, open=sign == 0) for billed, actual, sign in phases]
    expected = twin.by_phases(phases)
    if expected is None:
        with pytest.raises(MeterStoodStill):
            four_wire_factor(found)
    else:
        assert four_wire_factor(found) == expected


@given(
    st.integers(-(10**12), 10**12),
    st.fractions(-20, 20, max_denominator=10**12),
    st.sampled_from((1, 10, 1000)),
)
def test_corrected_energy_is_exact(read: int, factor: Fraction, step: int) -> None:
    found = corrected_wh(
        np.array([read]), np.array([factor.numerator]), np.array([factor.denominator]), step_wh=step
    )
    assert found.tolist() == [twin.corrected(read, factor, step)]
    assert settled_wh(read * factor, step_wh=step) == found[0]


@given(st.integers(0, 10**12), st.fractions(Fraction(-9, 10), 1, max_denominator=10_000))
def test_a_meter_error_is_undone_and_half_of_it_counts(right: int, error: Fraction) -> None:
    read = right * (1 + error)
    assert read * meter_error_factor(error) == right
    if read.denominator == 1:
        assert correction_wh(int(read), meter_error_factor(error)) == right - read
        assert meter_error_wh(int(read), error) == Fraction(right - read, 2)


@given(st.integers(0, 10**12), st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_wrong_multiplier_is_made_good(register: int, real: int, booked: int) -> None:
    found = multiplier_wh(np.array([register]), np.array([real]), np.array([booked]))
    assert register * booked + int(found[0]) == register * real


@given(st.sampled_from(list(Cause)), st.integers(1, 4000))
def test_the_days_that_count_lie_in_the_whole_and_end_with_it(cause: Cause, days: int) -> None:
    since = sorted(allowed_beginnings(cause))[0]
    first = date(2024, 1, 31)
    found = correction_period(cause, since, first, first + timedelta(days=days))
    assert found.counted.end == found.whole.end == first + timedelta(days=days)
    assert found.whole.start == first
    if cause is Cause.METER_ERROR:
        assert 2 * found.counted.days in (days, days + 1)
        assert found.share == Fraction(1, 2)
    else:
        assert found.counted == found.whole
        assert found.share == 1
