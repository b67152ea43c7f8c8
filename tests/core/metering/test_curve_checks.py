"""What a curve says beside the registers, and what it must not say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from diansuo.core.metering import Rule
from diansuo.core.metering.curve_checks import CurveDays, check_curves
from diansuo.core.metering.evidence import Known
from tests.core.metering.test_day_checks import LIMITS, told

VOLT = 220_000


def day(power_w: int = 1000, register_wh: int | None = 24_000, **given: Any) -> CurveDays:
    """One day of a three-phase meter with even power; `power_points` are collected, phase C shows `volt_c`."""
    has_power = np.zeros((1, 96), np.bool_)
    has_power[:, : given.get("power_points", 96)] = True
    volt = np.full((1, 3, 96), VOLT, np.int64)
    volt[:, 2, : given.get("low_points", 0)] = given.get("volt_c", 0)
    if given.get("outage"):
        volt[:] = 0
    wired = np.ones((1, 3, 96), np.bool_)
    wired[:, given.get("phases", 3) :] = False

    def known(value: int | None) -> Known:
        return Known(np.array([value or 0], np.int64), np.array([value is not None]))

    return CurveDays(
        np.array([4], np.int64), np.array([100], np.int64), np.full((1, 96), power_w, np.int64), has_power, volt,
        wired, known(register_wh),
    )  # fmt: skip


def said(days: CurveDays) -> list[tuple[Rule, int, int, int, int, int]]:
    return told(check_curves(days, LIMITS))


def test_a_curve_that_agrees_with_its_registers_has_no_finding() -> None:
    assert said(day()) == []
    assert check_curves(day(register_wh=20_000), LIMITS).due_row.tolist() == [4]


@pytest.mark.parametrize(("register_wh", "is_said"), [(22_858, False), (22_857, True), (25_264, True)])
def test_energy_of_a_whole_curve_is_held_against_the_registers(register_wh: int, is_said: bool) -> None:
    assert bool(said(day(register_wh=register_wh))) is is_said


def test_a_curve_with_holes_or_without_registers_is_not_summed() -> None:
    assert said(day(register_wh=20_000, power_points=95)) == []
    assert said(day(register_wh=None)) == []
    assert said(day(power_w=-1000, register_wh=0)) == []  # it only fed in


def test_a_register_that_stands_still_under_load_is_a_stopped_meter() -> None:
    assert said(day(register_wh=0)) == [(Rule.CURVE_STOPPED, 24_000, 0, 0, 100, 101)]
    assert said(day(power_w=8, register_wh=0)) == []


def test_a_phase_that_is_low_while_another_stands_is_lost() -> None:
    assert said(day(low_points=6)) == [(Rule.PHASE_LOST, 6, 0, 6, 100, 101)]
    assert said(day(low_points=5)) == []
    assert said(day(low_points=96, volt_c=171_600)) == []  # 78 % of 220 V is not below it
    assert said(day(outage=True)) == []  # nobody has any: an outage
    assert said(day(low_points=96, phases=2)) == []  # the third is not wired
