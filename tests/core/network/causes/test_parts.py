"""The parts under the methods: least squares in a box, energy of days, phases by energy, busbars by voltage."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from diansuo.core.network.causes.by_energy import areas_by_energy, phases_by_energy
from diansuo.core.network.causes.by_voltage import areas_by_voltage, phases_by_voltage
from diansuo.core.network.causes.fitting import Ground, both
from diansuo.core.network.causes.registers import UNKNOWN, daily_wh, divided
from diansuo.core.network.causes.solving import bounded_least_squares
from diansuo.core.network.causes.thresholds import CauseThresholds, WrongCauseThreshold
from tests.core.network.causes.village import limits


def test_the_least_squares_in_a_box_are_those_no_step_improves() -> None:
    random = np.random.default_rng(1)
    for _each in range(20):
        columns, target = random.normal(size=(12, 6)), random.normal(size=12)
        x = bounded_least_squares(columns, target, 0.0, 0.5)
        slope = columns.T @ (columns @ x - target)
        assert ((x >= 0) & (x <= 0.5)).all()
        assert (slope[x <= 0] >= -1e-5).all()
        assert (slope[x >= 0.5] <= 1e-5).all()
        assert np.allclose(slope[(x > 0) & (x < 0.5)], 0, atol=1e-5)


def test_without_bounds_that_bind_it_is_plain_least_squares() -> None:
    random = np.random.default_rng(2)
    columns, target = random.normal(size=(30, 5)), random.normal(size=30)
    plain = np.linalg.lstsq(columns, target, rcond=None)[0]
    assert np.allclose(bounded_least_squares(columns, target, -100.0, 100.0), plain, atol=1e-5)


def test_energy_of_days_across_a_gap_is_right_as_a_whole_and_unknown_beyond() -> None:
    register = np.array([[100, UNKNOWN, UNKNOWN, 400, 990, 20, UNKNOWN]], dtype=np.int64)
    energy = daily_wh(register, np.array([2], dtype=np.int64), 1_000)
    assert energy[0, :5].tolist() == [200, 200, 200, 1_180, 60]
    assert np.isnan(energy[0, 5])


def test_days_across_a_gap_are_told_from_those_read_one_by_one() -> None:
    register = np.array([[100, UNKNOWN, UNKNOWN, 400, 990, 20, UNKNOWN]], dtype=np.int64)
    assert divided(register).tolist() == [[True, True, True, False, False, False]]


def test_a_meter_never_read_is_unknown_on_every_day() -> None:
    register = np.full((1, 4), UNKNOWN, dtype=np.int64)
    assert np.isnan(daily_wh(register, np.array([1], dtype=np.int64), 1_000)).all()


def test_phases_by_energy_are_those_of_the_least_squares_of_all_there_are() -> None:
    random = np.random.default_rng(3)
    use = random.uniform(1_000, 9_000, (6, 1)) * random.lognormal(0, 0.3, (6, 20))
    on = np.array([0, 2, 1, 1, 0, 2])
    phases = np.stack([use[on == at].sum(axis=0) for at in range(3)]) + random.normal(0, 200, (3, 20))

    def squares(each: np.ndarray) -> float:
        return float(sum(((phases[at] - use[each == at].sum(axis=0)) ** 2).sum() for at in range(3)))

    best = min((np.array(each) for each in product(range(3), repeat=6)), key=squares)
    assert phases_by_energy(use, phases).tolist() == best.tolist() == on.tolist()


def test_phases_of_a_whole_area_from_thirty_days_of_energy() -> None:
    random = np.random.default_rng(4)
    use = random.uniform(2_000, 10_000, (45, 1)) * random.lognormal(0, 0.25, (45, 30))
    on = random.integers(0, 3, 45)
    phases = np.stack([use[on == at].sum(axis=0) for at in range(3)]) + random.normal(0, 500, (3, 30))
    assert (phases_by_energy(use, phases) == on).mean() >= 0.95
    assert len(phases_by_energy(use[:0], phases)) == 0


def test_neighbouring_areas_from_thirty_days_of_energy_whatever_the_books_say() -> None:
    random = np.random.default_rng(6)
    use = random.uniform(2_000, 10_000, (90, 1)) * random.lognormal(0, 0.25, (90, 30))
    area, phase = random.integers(0, 2, 90), random.integers(0, 3, 90)
    busbars = np.array(
        [[use[(area == at) & (phase == on)].sum(axis=0) for on in range(3)] for at in range(2)]
    )
    busbars = busbars + random.normal(0, 500, busbars.shape)
    assert (areas_by_energy(use, phase, busbars) == area).mean() >= 0.95
    assert len(areas_by_energy(use[:0], phase[:0], busbars)) == 0


def test_customers_of_which_none_hangs_in_the_second_area_stay_in_the_first() -> None:
    random = np.random.default_rng(7)
    use = random.uniform(2_000, 10_000, (30, 1)) * random.lognormal(0, 0.25, (30, 30))
    phase = np.arange(30) % 3
    busbars = np.zeros((2, 3, 30))
    for on in range(3):
        busbars[0, on] = use[phase == on].sum(axis=0)
    assert (areas_by_energy(use, phase, busbars) == 0).all()


def test_two_amplitudes_at_once_are_those_of_the_least_squares() -> None:
    random = np.random.default_rng(8)
    one, others, technical = random.uniform(1, 3, 60), random.uniform(1, 3, (4, 60)), np.full(60, 0.01)
    residual = 2 * one + 0.5 * others[2] + random.normal(0, 0.01, 60)
    on = Ground(residual, technical, np.ones(60), 1e9)
    first, second = both(one, others, on, (0.0, 10.0), (0.0, 10.0))
    assert (first[2], second[2]) == (pytest.approx(2, abs=0.05), pytest.approx(0.5, abs=0.05))
    held, _free = both(one, others, on, (0.0, 1.0), (0.0, 10.0))
    assert held.max() <= 1.0


def test_areas_and_phases_by_voltage_in_spite_of_own_load_and_a_missing_point() -> None:
    random = np.random.default_rng(5)
    area = 230 + np.cumsum(random.normal(0, 0.5, (2, 1, 200)), axis=2)
    busbars = area + np.cumsum(random.normal(0, 0.05, (2, 3, 200)), axis=2)
    on = np.arange(24) % 6
    power = random.exponential(1, (24, 200))
    drop = np.stack([power[on == at].sum(axis=0) for at in range(6)])
    volt = busbars.reshape(6, 200)[on] - 0.4 * drop[on] - 1.5 * power + random.normal(0, 0.1, (24, 200))
    volt[3, 17] = np.nan
    assert areas_by_voltage(volt, power, busbars).tolist() == (on // 3).tolist()
    for at in range(2):
        mine = on // 3 == at
        assert phases_by_voltage(volt[mine], power[mine], busbars[at]).tolist() == (on[mine] % 3).tolist()


def test_thresholds_are_those_shipped_and_an_unknown_one_is_refused() -> None:
    assert limits().band_share == pytest.approx(0.2)
    with pytest.raises(WrongCauseThreshold, match="unknown: nonsense"):
        CauseThresholds.from_parameters({"nonsense": "1"})
