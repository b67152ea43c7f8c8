"""Published answers of back-billing (退补), and what no factor can be given for."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pytest

from diansuo.core.metering.correction import (
    AngleNeeded,
    Cause,
    Element,
    MeterStoodStill,
    NotABeginning,
    Phase,
    Since,
    WiringFault,
    corrected_wh,
    correction_period,
    correction_wh,
    four_wire_factor,
    meter_error_factor,
    meter_error_wh,
    missed_wh,
    multiplier_wh,
    normal_month_wh,
    settled_wh,
    tan_phi_of,
    tan_phi_of_angle,
    tan_phi_of_cosine,
    three_wire_factor,
    voltage_drop_factor,
    wiring_factor,
)

CT_100_5, CT_150_5 = Fraction(100, 5), Fraction(150, 5)


@pytest.mark.parametrize(
    ("error", "read_kwh", "kwh"), [(Fraction(-5, 100), 19_000, 500), (Fraction(4, 100), 26_000, -500)]
)
def test_a_slow_meter_pays_half_back_and_a_fast_one_gets_half(
    error: Fraction, read_kwh: int, kwh: int
) -> None:
    assert meter_error_wh(read_kwh * 1000, error) == kwh * 1000


def test_one_lost_phase_of_four_wires_is_a_rate_of_fifty_percent() -> None:
    assert wiring_factor(WiringFault.FOUR_WIRE_ONE_PHASE_LOST) - 1 == Fraction(50, 100)


def test_one_reversed_current_of_four_wires_is_a_rate_of_two_hundred_percent() -> None:
    assert wiring_factor(WiringFault.FOUR_WIRE_ONE_CURRENT_REVERSED) - 1 == Fraction(200, 100)


def test_one_transformer_of_another_ratio_is_a_rate_of_twelve_and_a_half_percent() -> None:
    phases = [Phase(CT_100_5, CT_100_5), Phase(CT_100_5, CT_100_5), Phase(CT_100_5, CT_150_5)]
    assert four_wire_factor(phases) - 1 == Fraction(125, 1000)


def test_different_ratios_with_one_reversed() -> None:
    # billed at 100/5; U 100/5, V 150/5, W 150/5 reversed: 3 / (1 + 2/3 − 2/3) = 3
    phases = [Phase(CT_100_5, CT_100_5), Phase(CT_100_5, CT_150_5), Phase(CT_100_5, CT_150_5, reversed=True)]
    assert four_wire_factor(phases) == 3
    # U reversed instead: 3 / (−1 + 2/3 + 2/3) = 9
    phases = [Phase(CT_100_5, CT_100_5, reversed=True), Phase(CT_100_5, CT_150_5), Phase(CT_100_5, CT_150_5)]
    assert four_wire_factor(phases) == 9


def test_a_phase_with_half_the_voltage_and_twice_the_load() -> None:
    # (2 + 1 + 1) / (2 × 1/2 + 1 + 1) = 4/3
    assert four_wire_factor([Phase(voltage=Fraction(1, 2), load=Fraction(2)), Phase(), Phase()]) == Fraction(
        4, 3
    )


def test_two_reversed_currents_run_backwards_and_the_correction_brings_it_all_back() -> None:
    factor = wiring_factor(WiringFault.FOUR_WIRE_TWO_CURRENTS_REVERSED)
    assert factor == -3
    assert correction_wh(-10_000, factor) == 40_000, "−10 kWh were read, 30 kWh were used"


@pytest.mark.parametrize(
    ("fault", "degrees", "factor"),
    [
        (WiringFault.THREE_WIRE_U_LOST, 30, Fraction(3, 2)),
        (WiringFault.THREE_WIRE_W_LOST, 30, Fraction(3)),
        (WiringFault.THREE_WIRE_U_LOST, 0, Fraction(2)),
        (WiringFault.THREE_WIRE_W_LOST, 0, Fraction(2)),
        (WiringFault.THREE_WIRE_U_CURRENT_REVERSED, 30, Fraction(3)),
        (WiringFault.THREE_WIRE_W_CURRENT_REVERSED, 60, Fraction(-1)),
        (WiringFault.THREE_WIRE_U_LOST, -30, Fraction(3)),
    ],
)
def test_factors_at_the_angles_of_textbooks_are_fractions(
    fault: WiringFault, degrees: int, factor: Fraction
) -> None:
    assert wiring_factor(fault, tan_phi_of_angle(degrees)) == factor


def test_a_factor_with_a_root_has_twelve_decimals() -> None:
    # tan φ = 30000 / 40000: 2√3 / (√3 + 0.75) = 1.395661041496…
    factor = wiring_factor(WiringFault.THREE_WIRE_U_LOST, tan_phi_of(40_000_000, 30_000_000))
    assert factor == Fraction("1.395661041496")
    assert wiring_factor(WiringFault.THREE_WIRE_U_LOST, tan_phi_of_cosine(Fraction(8, 10))) == factor


def test_the_tangent_of_a_power_factor_without_a_root_is_exact_enough() -> None:
    tangent = tan_phi_of_cosine(Fraction(9, 10))
    assert abs(tangent**2 - (Fraction(100, 81) - 1)) < Fraction(1, 10**39)


def test_a_lost_middle_voltage_needs_no_angle() -> None:
    assert wiring_factor(WiringFault.THREE_WIRE_V_VOLTAGE_LOST) == 2


@pytest.mark.parametrize("fault", [WiringFault.THREE_WIRE_U_LOST, WiringFault.THREE_WIRE_W_CURRENT_REVERSED])
def test_a_factor_that_depends_on_the_angle_is_not_guessed(fault: WiringFault) -> None:
    with pytest.raises(AngleNeeded):
        wiring_factor(fault)


def test_a_meter_that_stood_still_has_no_factor() -> None:
    with pytest.raises(MeterStoodStill):
        wiring_factor(WiringFault.THREE_WIRE_U_CURRENT_REVERSED, Fraction(0))
    with pytest.raises(MeterStoodStill):
        four_wire_factor([Phase(open=True)] * 3)
    with pytest.raises(MeterStoodStill):
        # currents of both elements exchanged: cos(90° + φ) + cos(90° − φ) … = 0
        three_wire_factor([Element(-90), Element(90)], Fraction(1, 2))
    with pytest.raises(ValueError, match="stands still"):
        meter_error_factor(Fraction(-1))


def test_wrong_wiring_and_a_meter_error_together() -> None:
    assert meter_error_factor(Fraction(-4, 100), Fraction(3, 2)) == Fraction(3, 2) / Fraction(96, 100)


def test_a_voltage_drop_counts_from_the_permitted_and_is_not_halved() -> None:
    assert voltage_drop_factor(Fraction(8, 1000), Fraction(5, 1000)) == Fraction(1003, 1000)
    assert voltage_drop_factor(Fraction(4, 1000), Fraction(5, 1000)) == 1


def test_a_wrong_multiplier_by_its_difference() -> None:
    found = multiplier_wh(np.array([12_340, 12_340]), np.array([40, 30]), np.array([30, 40]))
    assert found.tolist() == [123_400, -123_400]


def test_a_normal_month_as_the_basis() -> None:
    assert normal_month_wh(3_000_000, 30, 17, 200_000) == 1_500_000
    with pytest.raises(ValueError, match="at least one"):
        normal_month_wh(3_000_000, 0, 17, 0)


def test_missed_energy() -> None:
    assert missed_wh(np.array([500, 100]), np.array([300, 400])).tolist() == [200, -300]


def test_corrected_energy_of_a_column_rounds_each_row_once() -> None:
    found = corrected_wh(np.array([10_005, -10_005, 3]), np.array([1, 1, 1]), np.array([2, 2, 2]), step_wh=5)
    assert found.tolist() == [5_005, -5_005, 0]
    assert settled_wh(Fraction(-25, 2), step_wh=1) == -13


# the worked table of docs/rules/rounding.md
@pytest.mark.parametrize(
    ("read_wh", "factor", "settled"),
    [
        (1_000_000, Fraction(9, 8), 1_125_000),
        (10_010, Fraction(3, 2), 15_020),
        (1_000_000, Fraction("1.395661041496"), 1_395_660),
    ],
)
def test_corrected_energy_settles_to_a_hundredth(read_wh: int, factor: Fraction, settled: int) -> None:
    found = corrected_wh(
        np.array([read_wh]), np.array([factor.numerator]), np.array([factor.denominator]), step_wh=10
    )
    assert found.tolist() == [settled]


def test_a_factor_so_large_that_it_does_not_fit_is_refused() -> None:
    with pytest.raises(OverflowError):
        corrected_wh(np.array([10**12]), np.array([10**12]), np.array([1]), step_wh=10)


def test_half_the_time_of_a_meter_error_is_the_later_half() -> None:
    found = correction_period(Cause.METER_ERROR, Since.LAST_CHECK, date(2024, 1, 1), date(2024, 7, 1))
    assert (found.counted.start, found.counted.end) == (date(2024, 4, 1), date(2024, 7, 1))
    odd = correction_period(Cause.METER_ERROR, Since.INSTALLATION, date(2024, 1, 1), date(2024, 1, 4))
    assert odd.counted.start == date(2024, 1, 2), "the middle one of three days counts"


def test_wrong_wiring_and_voltage_drop_count_whole() -> None:
    wiring = correction_period(Cause.WIRING, Since.LAST_CHECK, date(2024, 1, 1), date(2024, 7, 1))
    drop = correction_period(Cause.VOLTAGE_DROP, Since.LOAD_INCREASE, date(2024, 1, 1), date(2024, 7, 1))
    assert wiring.counted.days == drop.counted.days == 182
    assert wiring.share == drop.share == 1


def test_not_every_record_may_tell_the_first_day() -> None:
    with pytest.raises(NotABeginning, match="installation, last_check may"):
        correction_period(Cause.METER_ERROR, Since.READING_RECORD, date(2024, 1, 1), date(2024, 7, 1))
    with pytest.raises(ValueError, match="empty"):
        correction_period(Cause.WIRING, Since.LAST_CHECK, date(2024, 7, 1), date(2024, 7, 1))
