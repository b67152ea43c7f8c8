"""The three-phase sweep: one line by hand, the neutral, the transformer, and no number where there is no flow."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.powerflow import (
    Collapse,
    IslandFound,
    LoopFound,
    NotConverged,
    PhaseGrid,
    phase_losses,
    solve_three_phase,
)
from diansuo.core.powerflow import three_phase as room
from diansuo.core.powerflow.conductors import (
    dyn_transformer,
    from_sequence,
    neutral_earthed_throughout,
    neutral_returns_all,
    no_load_siemens,
)

TURN = np.exp(-2j * np.pi / 3 * np.arange(3))
FOUR_WIRES = np.full((4, 4), 0.1 + 0.2j) + np.eye(4) * (0.3 + 0.1j)


def grid(lines: list[tuple[int, int]], matrix: room.Complex, *, buses: int, shunt: complex = 0) -> PhaseGrid:
    ends = np.array(lines, dtype=np.int64)
    shunts = np.zeros(buses, dtype=np.complex128)
    shunts[-1] = shunt
    z = np.array([matrix] * len(lines))
    return PhaseGrid(ends[:, 0].copy(), ends[:, 1].copy(), z, 0, 230 * TURN, shunts)


def one(bus: int, phase: int, *va: complex) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return np.array([bus]), np.array([phase]), np.array(va, dtype=np.complex128).reshape(-1, 1)


def test_a_load_of_one_phase_pays_for_the_way_out_and_the_way_back() -> None:
    line = grid([(0, 1)], neutral_returns_all(np.diag([0.5, 0.5, 0.5, 0.7]).astype(complex)), buses=2)
    flow = solve_three_phase(line, *one(1, 1, 2000))
    at_end = (230 + np.sqrt(230**2 - 4 * 1.2 * 2000)) / 2  # U² − U_s U + (R + R_n) P = 0
    assert abs(flow.voltage_v[0, 1, 1]) == pytest.approx(at_end, rel=1e-9)
    assert flow.neutral_a[0, 0] == pytest.approx(2000 / at_end, rel=1e-8)
    assert flow.total.loss_va[0] == pytest.approx(1.2 * (2000 / at_end) ** 2, rel=1e-8)
    # the neutral's own drop lifts the phases that carry nothing
    assert abs(flow.voltage_v[0, 1, 0]) != pytest.approx(230, rel=1e-6)


def test_three_equal_loads_leave_the_neutral_without_current() -> None:
    line = grid([(0, 1)], neutral_returns_all(FOUR_WIRES), buses=2)
    bus, phase = np.array([1, 1, 1]), np.array([0, 1, 2])
    flow = solve_three_phase(line, bus, phase, np.full((1, 3), 1000, dtype=np.complex128))
    assert flow.neutral_a[0, 0] == pytest.approx(0, abs=1e-7)


def test_an_earthed_neutral_is_folded_in_so_that_its_drop_is_nothing() -> None:
    current = np.array([3, 1j, -2 + 1j])
    back = -(FOUR_WIRES[3, :3] @ current) / FOUR_WIRES[3, 3]
    drops = FOUR_WIRES @ np.append(current, back)
    assert drops[3] == pytest.approx(0, abs=1e-12)
    assert np.allclose(neutral_earthed_throughout(FOUR_WIRES) @ current, drops[:3], rtol=1e-12)


def test_a_transformer_at_its_rating_loses_what_its_plate_says() -> None:
    ohm = dyn_transformer(400e3, 400, 0.04, 4300)
    rated = 400e3 / 3**0.5 / 400
    current = rated * TURN
    assert (current.conj() @ ohm @ current).real == pytest.approx(4300, rel=1e-12)
    assert abs((ohm @ current)[0]) == pytest.approx(0.04 * 400 / 3**0.5, rel=1e-12)
    assert 3 * no_load_siemens(570, 400).real * (400 / 3**0.5) ** 2 == pytest.approx(570, rel=1e-12)
    with pytest.raises(ValueError, match="does not fit"):
        dyn_transformer(400e3, 400, 0.01, 4300)


def test_what_the_shunt_draws_is_told_apart_from_what_the_line_loses() -> None:
    line = grid([(0, 1)], from_sequence(0.1, 0.1), buses=2, shunt=no_load_siemens(570, 230 * 3**0.5))
    found = phase_losses(line, *one(1, 0, 0))
    assert found.shunt_va[0].real == pytest.approx(570, rel=2e-2)
    assert 0 < found.loss_va[0].real < 1


def test_the_scenario_without_a_flow_is_named_and_no_number_comes_of_any() -> None:
    line = grid([(0, 1), (1, 2)], from_sequence(1, 1), buses=3)
    with pytest.raises((NotConverged, Collapse)) as caught:
        phase_losses(line, *one(2, 0, 100, 200, 5e5, 100))
    assert (caught.value.scenario, caught.value.bus) == (2, 2)


def test_powers_that_do_not_balance_are_no_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "AT_REST", 0.1)  # a sweep that stops too early
    line = grid([(0, 1)], from_sequence(1, 1), buses=2)
    with pytest.raises(NotConverged):
        phase_losses(line, *one(1, 0, 5000))


def test_a_ring_an_island_and_a_load_nowhere_are_refused() -> None:
    matrix = from_sequence(1, 1)
    with pytest.raises(LoopFound):
        phase_losses(grid([(0, 1), (1, 2), (2, 0)], matrix, buses=3), *one(1, 0, 1))
    with pytest.raises(IslandFound):
        phase_losses(grid([(0, 1)], matrix, buses=3), *one(1, 0, 1))
    with pytest.raises(ValueError, match="outside"):
        phase_losses(grid([(0, 1)], matrix, buses=2), *one(2, 0, 1))
    with pytest.raises(ValueError, match="phase 0, 1 or 2"):
        phase_losses(grid([(0, 1)], matrix, buses=2), *one(1, 3, 1))
    with pytest.raises(ValueError, match="finite"):
        phase_losses(grid([(0, 1)], matrix, buses=2), *one(1, 0, float("nan")))
