"""What lines lose at the load of their consumers, day by day; energy becomes power; what is missing is filled."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.network.estimated_lines import Typical, estimated_lines
from diansuo.core.network.lines import BUSBAR, THREE, Consumers, Segments, circle
from diansuo.core.network.spreading import Daily, Profiles, filled, learned, normalised, powers
from diansuo.core.network.technical import (
    Method,
    Powers,
    Supply,
    line_loss,
    transformer_loss_wh,
    way_ohm,
)

FLAT = Profiles(np.full((2, 24), 1 / 24), np.array([0.0, 0.5]), np.full(24, 1 / 24))


def line(metres: float = 400, ohm_km: float = 0.6) -> Segments:
    ohm = np.array([ohm_km + 0j])
    return Segments(np.array([BUSBAR]), np.array([metres]), ohm, ohm)


def one(phase: int = 0) -> Consumers:
    return Consumers(np.array([0]), np.array([phase]))


def steady(watt: float, days: int = 1, scatter: float = 0.0) -> Powers:
    return Powers(np.full((1, days, 24), watt), np.full((1, days), scatter))


def supply(volt: float = 230, days: int = 1) -> Supply:
    return Supply(np.full((days, 24), volt), 1.0)


def lost_w(watt: float, volt: float, loop_ohm: float) -> float:
    """What a resistance loses on the way to a constant power: U² − E U + R P = 0."""
    at_load = (volt + (volt**2 - 4 * loop_ohm * watt) ** 0.5) / 2
    return float(loop_ohm * (watt / at_load) ** 2)


def test_a_day_of_one_steady_load_loses_24_times_the_hour_on_paper() -> None:
    found = line_loss(line(), one(), steady(2000), supply())
    assert found.wh[0] == pytest.approx(24 * lost_w(2000, 230, 0.48), rel=1e-8)
    assert found.solved.all()


def test_three_phases_lose_a_sixth_of_what_one_does_nearly() -> None:
    """A third of the power on each, nothing in the neutral: 3 R (I/3)² against 2 R I²."""
    single, three = (line_loss(line(), one(phase), steady(500), supply()).wh[0] for phase in (0, THREE))
    assert three / single == pytest.approx(1 / 6, rel=0.02)


def test_each_interval_is_worked_out_at_its_own_voltage() -> None:
    volt = np.full((1, 24), 230.0)
    volt[0, 12:] = 210
    found = line_loss(line(), one(), steady(2000), Supply(volt, 1.0)).wh[0]
    assert found == pytest.approx(12 * (lost_w(2000, 230, 0.48) + lost_w(2000, 210, 0.48)), rel=1e-8)


def test_a_day_beyond_what_the_line_can_carry_has_no_number_and_leaves_the_others_alone() -> None:
    load = steady(2000, days=3)
    load.watt[0, 1, 18] = 60_000
    found = line_loss(line(), one(), load, supply(days=3))
    assert found.solved.tolist() == [True, False, True]
    assert found.wh[1] == 0
    assert found.wh[[0, 2]] == pytest.approx(24 * lost_w(2000, 230, 0.48), rel=1e-8)


def test_scatter_around_a_profile_adds_by_squares_on_the_way_of_its_own_consumer() -> None:
    """Two on one phase: what they scatter adds R (I₁² + I₂²) s, not R (I₁ + I₂)² s."""
    both = Consumers(np.array([0, 0]), np.array([0, 0]))
    watt = np.full((2, 1, 24), 400.0)
    plain = line_loss(line(), both, Powers(watt, np.zeros((2, 1))), supply()).wh[0]
    scattered = line_loss(line(), both, Powers(watt, np.full((2, 1), 0.5)), supply()).wh[0]
    assert scattered - plain == pytest.approx(24 * 0.48 * 2 * (400 / 230) ** 2 * 0.5)


def house_wh(drawn_wh: float, fed_wh: float, scatter: float) -> float:
    """What the line to one house with a roof loses on a day, the sun from 6 to 18."""
    sun = np.maximum(np.sin((np.arange(24) - 6) / 12 * np.pi), 0)
    profiles = Profiles(np.full((1, 24), 1 / 24), np.array([scatter]), sun / sun.sum())
    daily = Daily(np.array([[drawn_wh]]), np.array([[fed_wh]]), np.ones((1, 1), dtype=np.bool_))
    load, _measured = powers(daily, np.array([0]), profiles, np.full((1, 1, 24), np.nan))
    return float(line_loss(line(), one(), load, supply()).wh[0])


def test_what_a_roof_feeds_in_does_not_scatter_like_a_household() -> None:
    assert house_wh(0, 30_000, scatter=1.29) == house_wh(0, 30_000, scatter=0)
    scattered = 24 * 0.48 * (10_000 / 24 / 230) ** 2 * 1.29
    for fed_wh in (0, 5_000, 30_000):
        added = house_wh(10_000, fed_wh, scatter=1.29) - house_wh(10_000, fed_wh, scatter=0)
        assert added == pytest.approx(scattered), "as much as the same house without a roof"
    back = Powers(np.full((1, 1, 24), -1250.0), np.full((1, 1), 1.29))
    assert line_loss(line(), one(), back, supply()).wh[0] == house_steady_wh(-1250)


def house_steady_wh(watt: float) -> float:
    return float(line_loss(line(), one(), steady(watt), supply()).wh[0])


def test_the_way_to_the_busbar_adds_up_all_that_lies_on_it() -> None:
    ohm = np.ones(4, dtype=np.complex128)
    tree = Segments(np.array([BUSBAR, 0, 1, 0]), np.array([1.0, 2, 4, 8]), ohm, ohm)
    assert way_ohm(tree, tree.length_m).tolist() == [1, 3, 7, 9]


def test_a_meter_at_the_busbar_and_an_area_without_lines_lose_nothing() -> None:
    at_head = Consumers(np.array([BUSBAR]), np.array([0]))
    assert line_loss(line(), at_head, steady(2000, scatter=1.0), supply()).wh[0] == 0
    none = np.zeros(0, dtype=np.complex128)
    empty = Segments(np.zeros(0, dtype=np.int64), np.zeros(0), none, none)
    assert line_loss(empty, at_head, steady(2000), supply()).wh[0] == 0


def test_no_day_at_all_loses_nothing() -> None:
    """A month of which nothing has come yet."""
    found = line_loss(line(), one(), steady(2000, days=0), supply(days=0))
    assert len(found.wh) == len(found.solved) == len(found.lowest_v) == 0


def test_a_transformer_loses_p0_always_and_pk_by_the_square_of_its_load() -> None:
    """P21: 315 kVA, P0 0.48, Pk 3.65 kW; half the day at 77 % of it, half at nothing."""
    watt = np.repeat([0.77 * 315_000, 0.0], 12)[None]
    assert transformer_loss_wh(480, 3650, 315_000, watt, 1.0)[0] == pytest.approx(
        24 * 480 + 12 * 3650 * 0.77**2
    )


def test_the_better_knowledge_has_the_larger_code() -> None:
    codes = [Method.of(curves=curves, known=known) for known in (False, True) for curves in (False, True)]
    assert codes == sorted(codes) and codes[-1] == Method.CURVES_KNOWN and codes[0] > Method.UNKNOWN


def test_a_gap_is_filled_by_the_own_mean_else_by_that_of_the_class() -> None:
    drawn = np.array([[2.0, 0, 4], [0, 0, 0], [0, 0, 0], [10, 10, 10]])
    known = np.array([[True, False, True], [False] * 3, [False] * 3, [True] * 3])
    whole = filled(Daily(drawn, np.zeros_like(drawn), known), np.array([0, 0, 2, 1]))
    assert whole.drawn_wh.tolist() == [[2, 3, 4], [3, 3, 3], [6.5, 6.5, 6.5], [10, 10, 10]]
    assert whole.known.all()


def test_power_is_the_profile_of_the_class_at_the_energy_of_the_day() -> None:
    daily = Daily(np.array([[2400.0], [4800]]), np.array([[0.0], [1200]]), np.ones((2, 1), dtype=np.bool_))
    made, curves = powers(daily, np.array([0, 1]), FLAT, np.full((2, 1, 24), np.nan))
    assert made.watt[:, 0].tolist() == [[100.0] * 24, [150.0] * 24]
    assert made.scatter.tolist() == [[0.0], [0.5]] and not curves.any()


def test_a_curve_goes_before_the_profile_unless_it_belies_its_register() -> None:
    daily = Daily(np.array([[2400.0], [2400]]), np.zeros((2, 1)), np.ones((2, 1), dtype=np.bool_))
    curve = np.zeros((2, 1, 24))
    curve[:, 0, 18] = [2400, 240_000]
    made, measured = powers(daily, np.array([1, 1]), FLAT, curve)
    assert measured[:, 0].tolist() == [True, False]
    assert made.watt[0, 0, 18] == 2400 and made.watt[1, 0, 18] == 100
    assert made.scatter[:, 0].tolist() == [0.0, 0.5]


def test_the_own_curves_of_a_class_give_its_profile_and_its_scatter() -> None:
    curve = np.zeros((3, 1, 24))
    curve[0, 0, 6], curve[1, 0, 18] = 24, 24  # each alone in its hour: together two hours a half
    curve[2, 0, :] = 1
    found = learned(curve, np.array([0, 0, 1]), FLAT, least=2)
    assert found.share[0][[6, 18]].tolist() == [0.5, 0.5]
    assert found.scatter[0] == pytest.approx(1.0)
    assert found.share[1].tolist() == FLAT.share[1].tolist(), "one day is too few"


def test_a_profile_fits_intervals_that_divide_it_or_that_it_divides() -> None:
    day = np.arange(24, dtype=np.float64)
    assert normalised(day, 96).sum() == pytest.approx(1)
    assert normalised(day, 96)[4 * 23] == pytest.approx(23 / 276 / 4)
    assert normalised(day, 12)[11] == pytest.approx(45 / 276)
    with pytest.raises(ValueError, match="do not make"):
        normalised(day, 36)


def test_estimated_lines_hang_everybody_on_poles_that_lead_to_the_busbar() -> None:
    typical = Typical(60, 4, 0.4, 2, 50, 20, 0.4, 0.9, 1.9)
    phase = np.array([at % 4 for at in range(130)])
    segments, consumers = estimated_lines(phase, typical)
    assert circle(segments) is None
    assert consumers.phase.tolist() == phase.tolist()
    assert len(set(consumers.segment.tolist())) == 130
    poles = segments.length_m == 50
    assert (
        poles.sum() == sum(-(-part // 4) for part in (44, 43, 43)) and (segments.upper == BUSBAR).sum() == 3
    )
    hangs = np.bincount(segments.upper[~poles], minlength=len(segments))
    assert hangs.max() == 4

    nobody, none = estimated_lines(np.zeros(0, dtype=np.int64), typical)
    assert len(nobody) == len(none) == 0
