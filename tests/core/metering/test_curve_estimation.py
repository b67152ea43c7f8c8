"""Gaps in curves: straight between both sides, brought to what the registers say is lacking, with an error band."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.curve_estimation import fill_gaps
from diansuo.core.metering.evidence import Known

SLOTS = 96


def curve(power: np.ndarray, lacking: slice | list[int], register_wh: int | None = None):  # type: ignore[type-arg,no-untyped-def]
    has = np.ones((1, SLOTS), np.bool_)
    has[0, lacking] = False
    shown = np.where(has, power[None, :], 0).astype(np.int64)
    known = Known(np.array([register_wh or 0], np.int64), np.array([register_wh is not None]))
    return fill_gaps(shown, has, known)


def test_a_gap_runs_straight_between_its_sides_and_the_known_points_stay() -> None:
    power = np.arange(SLOTS, dtype=np.int64) * 100
    filled = curve(power, slice(10, 14))
    assert filled.power_w[0].tolist() == power.tolist()
    assert np.flatnonzero(filled.estimated[0]).tolist() == [10, 11, 12, 13]
    assert filled.band_w.tolist() == [0]


def test_what_is_filled_comes_to_exactly_what_the_registers_lack() -> None:
    power = np.full(SLOTS, 1000, np.int64)
    filled = curve(power, slice(40, 44), register_wh=24_500)  # 92 known points are 23,000 Wh
    assert int(filled.power_w[0, 40:44].sum()) == 1_500 * 4
    again = curve(power, slice(40, 44), register_wh=20_000)  # less than the known points: not brought to it
    assert again.power_w[0, 40:44].tolist() == [1000] * 4


def test_the_ends_of_a_day_stay_at_the_nearest_point() -> None:
    power = np.full(SLOTS, 700, np.int64)
    filled = curve(power, [0, 1, 95])
    assert filled.power_w[0, [0, 1, 95]].tolist() == [700] * 3


def test_a_day_of_which_half_is_missing_is_not_filled() -> None:
    filled = curve(np.full(SLOTS, 700, np.int64), slice(0, 49))
    assert not filled.estimated.any()


def test_the_band_is_the_error_of_gaps_as_long_among_the_known_points() -> None:
    power = np.where(np.arange(SLOTS) % 8 < 4, 0, 800).astype(np.int64)
    assert curve(power, slice(40, 44)).band_w[0] >= 800 // 5
