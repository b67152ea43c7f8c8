"""The daily lists: who is on them, who is not, and of whom nothing can be said because points are missing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from diansuo.core.network.daily_lists import (
    Listed,
    Winding,
    imbalance,
    load_at_least,
    loads,
    low_voltage,
    neutral_current,
)
from diansuo.core.network.list_thresholds import PARAMETERS as READ
from diansuo.core.network.list_thresholds import ListThresholds, WrongListThreshold
from diansuo.core.network.runs import Verdict
from diansuo.office.config.rulebook_files import load
from tests.core.network import curves
from tests.core.network.curves import LIMITS, day, transformer

EVENING = range(76, 84)  # 19:00 to 21:00


def load_of(power: list[float | None], kva: int = 200, least_bp: int = LIMITS.heavy_bp) -> Listed:
    of = transformer(kva, power=power)
    return load_at_least(of, loads(of, LIMITS), least_bp, LIMITS)


def verdict(of: Listed) -> Verdict:
    return Verdict(int(of.runs.verdict[0]))


def voltage(values: list[float | None]) -> Listed:
    one = curves.thousandths(values)
    return low_voltage(
        np.stack([one, one * 0 - 1, one * 0 - 1])[None], np.array([[True, False, False]]), LIMITS
    )


def currents(a: float, b: float, c: float, winding: Winding, kva: int = 200, at: range = EVENING) -> object:
    ampere = [day(10, dict.fromkeys(at, value)) for value in (a, b, c)]
    return transformer(kva, winding, ampere=ampere)


def test_two_hours_at_eighty_per_cent_are_heavy_and_a_quarter_less_is_not() -> None:
    # 152 kW at the assumed power factor of 0.95 are 160 kVA of 200.
    heavy = load_of(day(30, dict.fromkeys(EVENING, 152.0)))
    short = load_of(day(30, dict.fromkeys(range(76, 83), 152.0)))
    below = load_of(day(30, dict.fromkeys(EVENING, 151.99)))

    assert [verdict(each) for each in (heavy, short, below)] == [
        Verdict.FULFILLED,
        Verdict.CLEAR,
        Verdict.CLEAR,
    ]
    assert (int(heavy.runs.points[0]), int(heavy.runs.start[0]), int(heavy.worst[0])) == (8, 76, 160_000)


def test_two_hours_that_are_not_in_a_row_are_not_enough() -> None:
    apart = load_of(day(30, dict.fromkeys([*range(40, 47), *range(76, 83)], 160.0)))

    assert verdict(apart) == Verdict.CLEAR
    assert (int(apart.runs.points[0]), int(apart.runs.total[0])) == (7, 14)


def test_one_hour_of_overload_within_a_heavy_evening_is_heavy_and_not_overloaded() -> None:
    power = day(30, dict.fromkeys(EVENING, 160.0) | dict.fromkeys(range(78, 82), 200.0))

    assert verdict(load_of(power)) == Verdict.FULFILLED
    assert verdict(load_of(power, least_bp=LIMITS.overloaded_bp)) == Verdict.CLEAR
    long = day(30, dict.fromkeys(EVENING, 190.0))  # exactly 200 kVA
    assert verdict(load_of(long, least_bp=LIMITS.overloaded_bp)) == Verdict.FULFILLED


def test_a_run_over_midnight_counts_on_the_day_on_which_it_is_long_enough() -> None:
    power = day(30, dict.fromkeys(range(-6, 2), 160.0))
    found = load_of(power)

    assert verdict(found) == Verdict.FULFILLED
    assert (int(found.runs.points[0]), int(found.runs.start[0])) == (8, -6)
    # The day before ends with six points: not yet.
    assert verdict(load_of([30.0] * 96 + power[:96])) == Verdict.CLEAR


def test_a_missing_point_neither_fulfils_nor_clears() -> None:
    gap = dict.fromkeys(EVENING, 160.0) | {80: None}

    assert verdict(load_of(day(30, gap))) == Verdict.UNDECIDED
    assert int(load_of(day(30, gap)).runs.known[0]) == 95
    # Without it the run could not be long enough whatever it was.
    short = dict.fromkeys(range(76, 80), 160.0) | {80: None}
    assert verdict(load_of(day(30, short))) == Verdict.CLEAR
    assert verdict(load_of(day(None, {}))) == Verdict.NOT_COLLECTED


def test_a_day_before_that_was_not_collected_leaves_the_first_points_open() -> None:
    assert verdict(load_of(day(30, {0: 160.0}, before=None))) == Verdict.UNDECIDED
    assert verdict(load_of(day(30, {}, before=None))) == Verdict.CLEAR


def test_without_a_capacity_nothing_is_clear_and_nothing_is_heavy() -> None:
    assert verdict(load_of(day(30, {}), kva=0)) == Verdict.UNDECIDED


def test_what_is_fed_back_loads_the_transformer_too() -> None:
    found = load_of(day(20, dict.fromkeys(range(44, 52), -160.0)))

    assert verdict(found) == Verdict.FULFILLED


def test_measured_currents_come_before_the_assumed_power_factor() -> None:
    steady = [day(100.0, {}) for _ in range(3)]
    of = transformer(power=[10.0] * 192, volt=[[230.0] * 192] * 3, ampere=steady)
    found = loads(of, LIMITS)

    assert found.measured.all()
    assert set(found.apparent_va.ravel().tolist()) == {69_000}


def test_the_example_of_the_page() -> None:
    volt = [[228.0] * 192] * 3
    ampere = [day(60, dict.fromkeys(EVENING, value)) for value in (234.0, 250.0, 300.0)]
    for winding, balanced in ((Winding.DELTA, Verdict.CLEAR), (Winding.STAR, Verdict.FULFILLED)):
        of = transformer(200, winding, volt=volt, ampere=ampere)
        heavy, neutral = (
            load_at_least(of, loads(of, LIMITS), LIMITS.heavy_bp, LIMITS),
            neutral_current(of, LIMITS),
        )
        assert verdict(heavy) == Verdict.FULFILLED
        assert int(heavy.worst[0]) == 178_752
        assert int(neutral.worst[0]) == 59_632
        assert int(imbalance(of, LIMITS).worst[0]) == 2200
        assert verdict(imbalance(of, LIMITS)) == balanced
    ampere = [[*values[:176], None, *values[177:]] for values in ampere]  # 20:00
    of = transformer(200, Winding.DELTA, volt=volt, ampere=ampere)
    missing = load_at_least(of, loads(of, LIMITS), LIMITS.heavy_bp, LIMITS)
    assert (verdict(missing), int(missing.runs.points[0])) == (Verdict.UNDECIDED, 4)


def test_a_phase_below_198_volts_for_an_hour_is_low() -> None:
    assert verdict(voltage(day(220, dict.fromkeys(range(76, 80), 197.9)))) == Verdict.FULFILLED
    assert verdict(voltage(day(220, dict.fromkeys(range(76, 80), 198.0)))) == Verdict.CLEAR
    assert verdict(voltage(day(220, dict.fromkeys(range(76, 79), 180.0)))) == Verdict.CLEAR
    assert verdict(voltage(day(220, dict.fromkeys(range(76, 80), 190.0) | {78: None}))) == Verdict.UNDECIDED
    found = voltage(day(220, dict.fromkeys(range(76, 82), 197.0) | {77: 188.2}))
    assert (int(found.worst[0]), int(found.worst_point[0])) == (188_200, 77)


def test_no_voltage_is_not_a_low_voltage() -> None:
    assert verdict(voltage(day(220, dict.fromkeys(range(40, 80), 0.0)))) == Verdict.CLEAR
    assert verdict(voltage(day(220, dict.fromkeys(range(40, 80), 131.9)))) == Verdict.CLEAR
    assert verdict(voltage(day(220, dict.fromkeys(range(40, 80), 132.0)))) == Verdict.FULFILLED


def test_a_low_phase_of_three_is_enough_and_a_missing_one_leaves_it_open() -> None:
    steady = curves.thousandths([220.0] * 192)
    low = curves.thousandths(day(220, dict.fromkeys(range(76, 80), 190.0)))
    none = np.full(192, -1, dtype=np.int64)
    wired = np.array([[True, True, True]])

    assert verdict(low_voltage(np.stack([steady, low, none])[None], wired, LIMITS)) == Verdict.FULFILLED
    assert (
        verdict(low_voltage(np.stack([steady, steady, none])[None], wired, LIMITS)) == Verdict.NOT_COLLECTED
    )
    gone = np.where(np.arange(192) == 150, -1, steady)
    assert verdict(low_voltage(np.stack([steady, steady, gone])[None], wired, LIMITS)) == Verdict.CLEAR


@pytest.mark.parametrize(
    ("winding", "least", "expected"),
    [
        (Winding.STAR, 255.0, Verdict.CLEAR),  # exactly 15 %
        (Winding.STAR, 254.0, Verdict.FULFILLED),
        (Winding.DELTA, 225.0, Verdict.CLEAR),  # exactly 25 %
        (Winding.DELTA, 224.0, Verdict.FULFILLED),
        (Winding.UNKNOWN, 224.0, Verdict.FULFILLED),  # beyond either limit
        (Winding.UNKNOWN, 240.0, Verdict.UNDECIDED),  # beyond one of them
        (Winding.UNKNOWN, 256.0, Verdict.CLEAR),
    ],
)
def test_imbalance_is_judged_by_the_vector_group(winding: Winding, least: float, expected: Verdict) -> None:
    of = currents(300.0, 290.0, least, winding)

    assert verdict(imbalance(of, LIMITS)) == expected  # type: ignore[arg-type]


def test_at_light_load_no_imbalance_is_found() -> None:
    # 30 % of 288.68 A are 86.6 A.
    assert verdict(imbalance(currents(86.5, 10, 10, Winding.STAR), LIMITS)) == Verdict.CLEAR  # type: ignore[arg-type]
    assert verdict(imbalance(currents(86.7, 10, 10, Winding.STAR), LIMITS)) == Verdict.FULFILLED  # type: ignore[arg-type]
    unknown = imbalance(currents(86.5, 10, 10, Winding.STAR, kva=0), LIMITS)  # type: ignore[arg-type]
    assert verdict(unknown) == Verdict.UNDECIDED


def test_one_loaded_phase_sends_all_its_current_through_the_neutral() -> None:
    # 25 % of 288.675 A are 72.169 A, 40 % are 115.47 A.
    for amperes, winding, expected in (
        (72.1, Winding.STAR, Verdict.CLEAR),
        (72.2, Winding.STAR, Verdict.FULFILLED),
        (115.4, Winding.DELTA, Verdict.CLEAR),
        (115.5, Winding.DELTA, Verdict.FULFILLED),
        (100.0, Winding.UNKNOWN, Verdict.UNDECIDED),
    ):
        ampere = [day(0, dict.fromkeys(EVENING, amperes)), [0.0] * 192, [0.0] * 192]
        assert verdict(neutral_current(transformer(200, winding, ampere=ampere), LIMITS)) == expected


def test_the_rulebook_says_what_the_tests_and_the_page_say() -> None:
    entry = load().in_force("national/checks/daily_lists", date(2024, 10, 1))

    assert ListThresholds.from_parameters({name: entry.number(name) for name in READ}) == LIMITS
    assert {field for field, _why in entry.unverified} >= {f"parameters.{name}" for name in READ}


@pytest.mark.parametrize("change", [{"heavy_percent": "80.005"}, {"heavy": "80"}, {"load_hours": "0"}])
def test_what_is_no_threshold_is_refused(change: dict[str, str]) -> None:
    with pytest.raises(WrongListThreshold, match=next(iter(change))):
        ListThresholds.from_parameters(curves.PARAMETERS | change)
