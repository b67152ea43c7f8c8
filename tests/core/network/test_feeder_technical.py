"""A feeder's technical loss: by hand on one transformer, by the balanced flow on a whole feeder, and its limits."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.network.estimated_feeder import TypicalFeeder, estimated_feeder
from diansuo.core.network.feeder_technical import FeederLoads, FeederLoss, Plates, feeder_loss
from diansuo.core.network.lines import BUSBAR, Segments
from diansuo.core.network.technical import Powers
from diansuo.core.powerflow.balanced import Grid, solve_balanced

VOLT, POWER_FACTOR = 10_000.0, 0.95
WIDTH = 96
OHM_KM = 0.253 + 0.274j


def lines(upper: list[int], length_m: list[float]) -> Segments:
    count = len(upper)
    return Segments(
        np.array(upper, dtype=np.int64),
        np.array(length_m, dtype=np.float64),
        np.full(count, OHM_KM),
        np.zeros(count, dtype=np.complex128),
    )


def loads(segment: list[int], watt: np.ndarray, plates: list[tuple[float, float, float]]) -> FeederLoads:
    count, days, _width = watt.shape
    columns = np.array(plates, dtype=np.float64).reshape(count, 3)
    return FeederLoads(
        np.array(segment, dtype=np.int64),
        Powers(watt, np.zeros((count, days))),
        np.ones((count, days), dtype=np.bool_),
        Plates(columns[:, 0], columns[:, 1], columns[:, 2]),
    )


def lost(segments: Segments, of: FeederLoads) -> FeederLoss:
    return feeder_loss(segments, of, VOLT, POWER_FACTOR)


def test_one_transformer_at_half_load_by_hand() -> None:
    """S11-400: P0 570 W, Pk 4,300 W; 190 kW at 0.95 is 200 kVA, half of it: β² = 1/4."""
    own = 570 + 4300 / 4
    found = lost(
        lines([BUSBAR], [5000]), loads([0], np.full((1, 1, WIDTH), 190_000.0), [(570, 4300, 400_000)])
    )

    assert found.transformer_wh[0, 0] == pytest.approx(own * 24, rel=1e-12)
    # The current at the end of the line, at the voltage there: one equation, solved by going round.
    end, power = complex(VOLT), complex(190_000 + own, (190_000 + own) * np.tan(np.arccos(POWER_FACTOR)))
    for _ in range(50):
        ampere = (power / (3**0.5 * end)).conjugate()
        end = VOLT - 3**0.5 * ampere * OHM_KM * 5
    assert found.line_wh[0] == pytest.approx(3 * abs(ampere) ** 2 * OHM_KM.real * 5 * 24, rel=1e-9)
    assert found.lowest_v[0] == pytest.approx(abs(end), rel=1e-9)


def test_a_whole_feeder_loses_what_goes_in_at_its_gate_and_does_not_come_out() -> None:
    """The balanced sweep over the same tree, with loads at its busses, is another road to the same loss."""
    chance = np.random.default_rng(7)
    upper = [BUSBAR, 0, 1, 1, 3, 0]
    segments = lines(upper, [900, 500, 300, 800, 250, 1200])
    watt = chance.uniform(-20_000, 150_000, (4, 2, WIDTH))
    of = loads(
        [2, 4, 5, 4], watt, [(340, 2600, 200_000), (480, 3650, 315_000), (570, 4300, 400_000), (np.nan,) * 3]
    )
    found = lost(segments, of)

    own = np.zeros_like(watt)
    for at, (no_load_w, load_loss_w, va) in enumerate(
        [(340, 2600, 2e5), (480, 3650, 3.15e5), (570, 4300, 4e5)]
    ):
        own[at] = no_load_w + load_loss_w * (watt[at] / POWER_FACTOR / va) ** 2
    drawn = watt + own
    load_va = np.zeros((2 * WIDTH, 7), dtype=np.complex128)
    for at, segment in enumerate(of.segment.tolist()):
        power = drawn[at].reshape(-1)
        load_va[:, segment + 1] += power + 1j * np.maximum(power, 0) * np.tan(np.arccos(POWER_FACTOR))
    ohm = segments.phase_ohm_km * segments.length_m / 1000
    grid = Grid(
        segments.upper + 1, np.arange(1, 7), np.ones(6, dtype=np.bool_), ohm,
        np.array([0]), np.array([complex(VOLT)]), np.zeros(7, dtype=np.complex128),
    )  # fmt: skip
    gate = solve_balanced(grid, load_va).source_va[:, 0].real.reshape(2, WIDTH).mean(axis=1) * 24
    delivered = watt.sum(axis=0).mean(axis=1) * 24
    assert found.line_wh + found.transformer_wh.sum(axis=0) == pytest.approx(gate - delivered, rel=1e-9)
    assert (found.transformer_wh[3] == 0).all(), (
        "nothing is counted for a customer metered before its transformer"
    )


def test_what_scatters_around_a_profile_heats_lines_and_windings() -> None:
    of = loads([0], np.full((1, 1, WIDTH), 100_000.0), [(340, 2600, 200_000)])
    even = lost(lines([BUSBAR], [5000]), of)
    scattered = FeederLoads(of.segment, Powers(of.powers.watt, np.full((1, 1), 0.3)), of.hung, of.plates)
    more = lost(lines([BUSBAR], [5000]), scattered)

    no_load = 340 * 24
    assert more.transformer_wh - no_load == pytest.approx((even.transformer_wh - no_load) * 1.3, rel=1e-12)
    # A short line's loss goes nearly by the square: a third more, but for the voltage that drops.
    assert more.line_wh[0] / even.line_wh[0] == pytest.approx(1.3, rel=0.01)


def test_a_transformer_that_does_not_stand_here_on_a_day_loses_nothing_that_day() -> None:
    watt = np.full((1, 2, WIDTH), 100_000.0)
    watt[0, 1] = 0
    of = loads([0], watt, [(340, 2600, 200_000)])
    of = FeederLoads(of.segment, of.powers, np.array([[True, False]]), of.plates)
    found = lost(lines([BUSBAR], [5000]), of)
    assert found.transformer_wh[0, 0] > 0 and found.line_wh[0] > 0
    assert (found.transformer_wh[0, 1], found.line_wh[1]) == (0, 0)


def test_a_day_the_line_cannot_carry_has_no_number_and_leaves_the_others_alone() -> None:
    watt = np.full((1, 2, WIDTH), 100_000.0)
    watt[0, 1, 40] = 60e6
    found = lost(lines([BUSBAR], [20_000]), loads([0], watt, [(np.nan,) * 3]))
    assert found.solved.tolist() == [True, False]
    assert found.line_wh[0] > 0 and found.line_wh[1] == 0


def test_a_feeder_without_transformers_loses_nothing() -> None:
    none = np.zeros((0, 3, WIDTH))
    found = lost(lines([], []), loads([], none, []))
    assert found.line_wh.tolist() == [0, 0, 0] and found.solved.all()


def test_estimated_lines_are_a_trunk_with_a_lateral_for_every_few_transformers() -> None:
    typical = TypicalFeeder(2, 1500.0, 500.0, 400.0, 0.25 + 0.3j, 0.44 + 0.3j)
    segments, place = estimated_feeder(5, typical)
    assert segments.upper.tolist() == [-1, 0, 1, 0, 1, 2]
    assert segments.length_m.tolist() == [1500, 500, 500, 400, 400, 400]
    assert segments.phase_ohm_km.tolist() == [0.25 + 0.3j] * 3 + [0.44 + 0.3j] * 3
    assert place.tolist() == [3, 3, 4, 4, 5]

    none, nowhere = estimated_feeder(0, typical)
    assert len(none) == len(nowhere) == 0
