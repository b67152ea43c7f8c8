"""An estimate adds up to what is known, says what it is, and never touches a measured day."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.metering.estimation import ABSENT, Known, Way, estimate

ESTIMATING = [way for way in Way if way != Way.MEASURED]
DAYS = 28


def known(*used_kwh: list[int], absent: tuple[int, ...] = (), **columns: Any) -> Known:
    """Registers of points by their days; the first point's registers of some days are absent."""
    used = np.array(used_kwh, np.int64) * 1000
    register = (
        np.concatenate([np.zeros((len(used), 1), np.int64), np.cumsum(used, axis=1)], axis=1) + 5_000_000
    )
    register[0, list(absent)] = ABSENT
    count = len(used)
    return Known(
        register,
        np.full(count, columns.get("multiplier", 1), np.int64),
        np.array(columns.get("last_year", np.full_like(used, ABSENT)), np.int64),
        np.zeros(count, np.int64),
        np.zeros(count, np.int64),
        np.array([columns.get("supply", used.sum(axis=0))], np.int64),
    )


@pytest.mark.parametrize("way", ESTIMATING)
def test_days_between_two_registers_add_up_to_what_flowed(way: Way) -> None:
    made = known([10, 7, 9] * 9 + [4], [5] * DAYS, absent=(21, 22, 23), multiplier=20)
    found = estimate(made, way)
    gap = slice(20, 24)
    flowed = (made.register_wh[0, 24] - made.register_wh[0, 20]) * 20
    assert found.energy_wh[0, gap].sum() == flowed
    assert (found.way[0, gap] == way).all()


@pytest.mark.parametrize("way", ESTIMATING)
def test_measured_days_stay_and_only_estimates_have_a_band(way: Way) -> None:
    made = known([10, 7, 9] * 9 + [4], [5] * DAYS, absent=(21, 28))
    found = estimate(made, way)
    measured = found.way == Way.MEASURED
    truth = np.diff(known([10, 7, 9] * 9 + [4], [5] * DAYS).register_wh, axis=1)
    assert (found.energy_wh[measured] == truth[measured]).all()
    assert (found.band_wh[measured] == 0).all()
    assert measured.sum() == 2 * DAYS - 3  # days 20 and 21 about the register of 21, and the last
    assert (found.energy_wh >= 0).all()


def test_interpolation_gives_every_day_the_same() -> None:
    found = estimate(known([10] * 10 + [0, 0, 30, 30] + [10] * 14, absent=(11, 12, 13)), Way.INTERPOLATED)
    assert found.energy_wh[0, 10:14].tolist() == [15_000] * 4


def test_like_days_follow_the_weekday() -> None:
    week = [10, 10, 10, 10, 10, 20, 20]
    found = estimate(known(week * 4, absent=(26, 27, 28)), Way.LIKE_DAYS)
    assert found.energy_wh[0, 25:].tolist() == [10_000, 20_000, 20_000]
    assert found.band_wh[0, 27] <= 10_000


def test_last_year_is_scaled_by_how_the_level_has_changed() -> None:
    last_year = np.array([[5_000] * 27 + [8_000]])
    found = estimate(known([10] * DAYS, absent=(28,), last_year=last_year), Way.LAST_YEAR)
    assert found.energy_wh[0, 27] == 16_000


def test_profile_is_that_of_the_like_at_the_own_level() -> None:
    found = estimate(known([10] * DAYS, [5] * 27 + [10], [20] * 27 + [40], absent=(28,)), Way.CLASS_PROFILE)
    assert 18_000 < found.energy_wh[0, 27] < 20_000


def test_balance_leaves_what_the_others_did_not_use_after_the_usual_loss() -> None:
    sold = np.array([15_000] * 27 + [30_000])
    found = estimate(
        known([10] * 27 + [25], [5] * DAYS, absent=(28,), supply=sold * 100 // 95), Way.AREA_BALANCE
    )
    assert abs(int(found.energy_wh[0, 27]) - 25_000) <= 1000


def test_a_point_of_which_nothing_is_known_is_given_nothing() -> None:
    found = estimate(known([10] * DAYS, absent=tuple(range(DAYS + 1))), Way.INTERPOLATED)
    assert found.energy_wh.tolist() == [[0] * DAYS]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 400), min_size=DAYS, max_size=DAYS),
    st.sets(st.integers(1, DAYS - 1), max_size=12),
)
def test_whatever_is_missing_inside_the_sum_of_all_days_is_the_register_delta(
    used: list[int], missing: set[int]
) -> None:
    made = known(used, [5] * DAYS, absent=tuple(missing))
    for way in ESTIMATING:
        assert estimate(made, way).energy_wh[0].sum() == sum(used) * 1000
