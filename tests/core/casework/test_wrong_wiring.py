"""The vectors behind a correction factor: every named wiring against the published formulas of domain.md §6.5."""

from __future__ import annotations

from fractions import Fraction
from math import cos, isclose, radians, sqrt, tan

import pytest

from diansuo.core.casework.vectors import NotAPhasor, phasor, quotient, recorded_power
from diansuo.core.casework.wrong_metering import FOUR_WIRE, THREE_WIRE, WIRINGS
from diansuo.core.metering.correction.roots import WithRootThree

TAN = Fraction(3, 4)
THREE = WithRootThree(Fraction(3))
PUBLISHED = {
    "four_wire_one_phase_lost": 1.5,
    "four_wire_two_phases_lost": 3.0,
    "four_wire_one_current_reversed": 3.0,
    "four_wire_two_currents_reversed": -3.0,
    "four_wire_three_currents_reversed": -1.0,
    "three_wire_u_lost": 2 * sqrt(3) / (sqrt(3) + 0.75),
    "three_wire_w_lost": 2 * sqrt(3) / (sqrt(3) - 0.75),
    "three_wire_v_voltage_lost": 2.0,
    "three_wire_u_current_reversed": sqrt(3) / 0.75,
    "three_wire_w_current_reversed": -sqrt(3) / 0.75,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_factor_of_a_named_wiring_is_the_published_one(name: str) -> None:
    right, wrong = WIRINGS[name]
    assert isclose(
        quotient(recorded_power(right, TAN), recorded_power(wrong, TAN)), PUBLISHED[name], rel_tol=1e-12
    )


def test_swapped_currents_of_a_three_wire_meter_record_nothing() -> None:
    right, wrong = WIRINGS["three_wire_currents_swapped"]
    assert right is THREE_WIRE
    assert recorded_power(wrong, TAN).is_zero


@pytest.mark.parametrize("degrees", [0, 15, 30, 45, 60, 75])
def test_a_right_meter_records_three_times_a_phase_whatever_the_angle(degrees: int) -> None:
    tan_phi = Fraction(tan(radians(degrees)))
    assert recorded_power(FOUR_WIRE, tan_phi) == THREE
    assert recorded_power(THREE_WIRE, tan_phi) == THREE


@pytest.mark.parametrize("degrees", [0, 20, 40])
def test_an_element_records_the_cosine_of_the_angle_between_its_voltage_and_current(degrees: int) -> None:
    phi = radians(degrees)
    recorded = recorded_power([("0.5 UW", "-V")], Fraction(tan(phi)))
    angle = radians(-30 - (-120 + 180))
    assert isclose(
        recorded.whole + recorded.root * sqrt(3), 0.5 * sqrt(3) * cos(angle + phi) / cos(phi), abs_tol=1e-12
    )


@pytest.mark.parametrize("text", ["", "X", "UU", "U+V", "2", "--U"])
def test_what_is_no_voltage_or_current_is_refused(text: str) -> None:
    with pytest.raises(NotAPhasor):
        phasor(text)
