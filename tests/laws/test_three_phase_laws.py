"""What every three-phase flow keeps, on random trees: power balances, branches obey Ohm, merging changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.powerflow import Grid, PhaseGrid, phase_losses, solve_balanced, solve_three_phase
from diansuo.core.powerflow.conductors import from_sequence
from diansuo.core.powerflow.three_phase import Complex
from diansuo.core.quantity.arrays import Int64

TURN = np.exp(-2j * np.pi / 3 * np.arange(3))


@dataclass(frozen=True)
class Case:
    grid: PhaseGrid
    bus: Int64
    phase: Int64
    load: Complex


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A random tree, some branches written backwards, few loads of one phase, feed-in, a shunt here and there."""
    buses = draw(st.integers(2, 24))
    loads = draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lower = np.arange(1, buses)
    upper = np.array([rng.integers(max(0, each - 3), each) for each in lower])
    ends = np.stack((upper, lower), axis=1)
    turned = rng.random(len(ends)) < 0.5
    ends[turned] = ends[turned, ::-1]
    names = rng.permutation(buses)
    ends = names[ends[rng.permutation(len(ends))]].astype(np.int64)
    lowest, highest = (0.001, 0.001, 0.02, 0.02), (0.02, 0.02, 0.06, 0.06)
    ohm = rng.uniform(lowest, highest, (len(ends), 4)) @ np.array([[1, 0], [1j, 0], [0, 1], [0, 1j]])
    z = np.array([from_sequence(*each) for each in ohm.tolist()])
    shunt = np.where(rng.random(buses) < 0.2, 1e-4 + 1e-4j, 0).astype(np.complex128)
    grid = PhaseGrid(ends[:, 0].copy(), ends[:, 1].copy(), z, int(names[0]), 230 * TURN, shunt)
    scenarios = draw(st.integers(1, 40))
    load = rng.uniform(-500, 2000, (scenarios, loads)) + 1j * rng.uniform(-200, 600, (scenarios, loads))
    return Case(grid, rng.integers(0, buses, loads), rng.integers(0, 3, loads), load)


@given(cases())
@settings(max_examples=60)
def test_what_the_source_delivers_is_drawn_or_lost_in_every_scenario(case: Case) -> None:
    flow = solve_three_phase(case.grid, case.bus, case.phase, case.load)
    shunts = ((np.abs(flow.voltage_v) ** 2).sum(axis=2) * case.grid.shunt_siemens.conj()).sum(axis=1)
    taken = case.load.sum(axis=1) + shunts + flow.loss_va.sum(axis=1)
    size = np.abs(case.load).sum(axis=1)
    assert (np.abs(flow.total.source_va - taken) <= 1e-8 * size + 1e-6).all()
    assert np.allclose(flow.loss_va.sum(axis=1), flow.total.loss_va, rtol=1e-9, atol=1e-9)
    assert (flow.loss_va.real >= 0).all() and (flow.total.residual <= 1e-7).all()


@given(cases())
@settings(max_examples=60)
def test_current_comes_to_each_bus_as_it_leaves_and_every_branch_obeys_ohm(case: Case) -> None:
    grid = case.grid
    flow = solve_three_phase(grid, case.bus, case.phase, case.load)
    drawn = grid.shunt_siemens[:, None] * flow.voltage_v
    for j, (bus, phase) in enumerate(zip(case.bus, case.phase, strict=True)):
        drawn[:, bus, phase] += (case.load[:, j] / flow.voltage_v[:, bus, phase]).conj()
    drop = np.einsum("bij,kbj->kbi", grid.impedance_ohm, flow.current_a)
    between = flow.voltage_v[:, grid.from_bus] - flow.voltage_v[:, grid.to_bus]
    # currents run away from the source, whichever way the branch is written
    assert (np.minimum(np.abs(between - drop), np.abs(between + drop)) <= 1e-8).all()
    depth_first = np.abs(between - drop).max(axis=(0, 2)) <= np.abs(between + drop).max(axis=(0, 2))
    net = np.zeros_like(drawn)
    for b, along in enumerate(depth_first):
        into, out = (grid.to_bus[b], grid.from_bus[b]) if along else (grid.from_bus[b], grid.to_bus[b])
        net[:, into] += flow.current_a[:, b]
        net[:, out] -= flow.current_a[:, b]
    others = np.arange(len(grid.shunt_siemens)) != grid.source
    assert np.abs(net - drawn)[:, others].max() <= 1e-5


@given(cases())
@settings(max_examples=60)
def test_merging_what_lies_in_series_changes_no_loss(case: Case) -> None:
    merged = phase_losses(case.grid, case.bus, case.phase, case.load)
    every = np.arange(len(case.grid.shunt_siemens))
    whole = phase_losses(
        case.grid,
        np.concatenate((case.bus, every)),
        np.concatenate((case.phase, np.zeros_like(every))),
        np.concatenate((case.load, np.zeros((len(case.load), len(every)))), axis=1),
    )
    assert np.allclose(merged.loss_va, whole.loss_va, rtol=1e-7, atol=1e-9)


@given(cases())
@settings(max_examples=40)
def test_a_scenario_alone_loses_what_it_loses_among_others(case: Case) -> None:
    together = phase_losses(case.grid, case.bus, case.phase, case.load)
    last = phase_losses(case.grid, case.bus, case.phase, case.load[-1:])
    assert np.allclose(together.loss_va[-1:], last.loss_va, rtol=1e-7, atol=1e-9)


@given(cases())
@settings(max_examples=40)
def test_three_equal_phases_lose_what_the_balanced_sweep_says(case: Case) -> None:
    grid, loads = case.grid, len(case.bus)
    spread = np.repeat(case.load / 3, 3, axis=1)
    found = phase_losses(grid, np.repeat(case.bus, 3), np.tile(np.arange(3), loads), spread)
    positive = grid.impedance_ohm[:, 0, 0] - grid.impedance_ohm[:, 0, 1]
    at_bus = np.zeros((len(case.load), len(grid.shunt_siemens)), dtype=np.complex128)
    for j, bus in enumerate(case.bus):
        at_bus[:, bus] += case.load[:, j]
    balanced = solve_balanced(
        Grid(grid.from_bus, grid.to_bus, np.ones(len(grid.from_bus), dtype=np.bool_), positive,
             np.array([grid.source]), np.array([230 * 3**0.5 + 0j]), grid.shunt_siemens), at_bus,
    )  # fmt: skip
    assert np.allclose(found.loss_va, balanced.loss_va.sum(axis=1), rtol=1e-6, atol=1e-7)
