"""What every flow keeps, on random trees: power balances, each branch obeys Ohm, and the order of things is nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from diansuo.core.powerflow import Grid, solve_balanced
from diansuo.core.powerflow.balanced import Complex
from tests.reference.powerflow_twin import voltages

SOURCE_V = 10_500


@st.composite
def networks(draw: st.DrawFn) -> tuple[Grid, Complex]:
    """A random forest with open ties, some branches written backwards, shunts, feed-in, one or two sources."""
    buses = draw(st.integers(2, 24))
    sources = draw(st.integers(1, min(2, buses - 1)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    lower = np.arange(sources, buses)
    upper = np.array([rng.integers(0, each) for each in lower], dtype=np.int64)
    ties = rng.integers(0, buses, (draw(st.integers(0, 4)), 2))
    ends = np.concatenate((np.stack((upper, lower), axis=1), ties)).astype(np.int64)
    turned = rng.random(len(ends)) < 0.5
    ends[turned] = ends[turned, ::-1]
    closed = np.arange(len(ends)) < len(lower)
    names, order = rng.permutation(buses), rng.permutation(len(ends))
    ends, closed = names[ends[order]].astype(np.int64), closed[order]
    shunt = np.where(rng.random(buses) < 0.3, 1e-6 + 1e-5j, 0) * rng.random(buses)
    load = (rng.uniform(-2e4, 1e5, (3, buses)) + 1j * rng.uniform(-2e4, 5e4, (3, buses))).astype(
        np.complex128
    )
    grid = Grid(
        from_bus=ends[:, 0].copy(),
        to_bus=ends[:, 1].copy(),
        closed=closed,
        impedance_ohm=rng.uniform(0.01, 0.8, len(ends)) + 1j * rng.uniform(0, 0.8, len(ends)),
        source=names[:sources].astype(np.int64),
        source_voltage_v=np.full(sources, SOURCE_V, dtype=np.complex128),
        shunt_siemens=shunt.astype(np.complex128),
    )
    return grid, load


@given(networks())
@settings(max_examples=60)
def test_what_the_sources_deliver_is_drawn_or_lost(network: tuple[Grid, Complex]) -> None:
    grid, load = network
    flow = solve_balanced(grid, load)
    shunts = (np.abs(flow.voltage_v) ** 2 * grid.shunt_siemens.conj()).sum(axis=1)
    taken = load.sum(axis=1) + shunts + flow.loss_va.sum(axis=1)
    assert np.abs(flow.source_va.sum(axis=1) - taken).max() <= 1e-9 * np.abs(load).sum()
    assert (flow.loss_va.real >= 0).all()


@given(networks())
@settings(max_examples=60)
def test_every_branch_obeys_ohm_and_every_bus_kirchhoff(network: tuple[Grid, Complex]) -> None:
    grid, load = network
    flow = solve_balanced(grid, load)
    for k in range(len(load)):
        at_from, at_to = flow.voltage_v[k, grid.from_bus], flow.voltage_v[k, grid.to_bus]
        current = (flow.sent_va[k] / at_from).conj()
        drop = np.where(grid.closed, at_from - at_to, 0)
        assert np.abs(drop - grid.impedance_ohm * current).max() <= 1e-9 * SOURCE_V
        left = -(load[k] + np.abs(flow.voltage_v[k]) ** 2 * grid.shunt_siemens.conj())
        np.subtract.at(left, grid.from_bus, flow.sent_va[k])
        np.add.at(left, grid.to_bus, flow.sent_va[k] - flow.loss_va[k])
        left[grid.source] += flow.source_va[k]
        assert np.abs(left).max() <= 1e-9 * np.abs(load).sum()


@given(networks())
@settings(max_examples=40)
def test_it_is_the_flow_of_the_slow_twin(network: tuple[Grid, Complex]) -> None:
    grid, load = network
    flow = solve_balanced(grid, load)
    for k in range(len(load)):
        assert np.abs(flow.voltage_v[k] - voltages(grid, load[k])).max() <= 1e-9 * SOURCE_V


@given(networks())
@settings(max_examples=30)
def test_a_scenario_is_the_same_alone_as_among_others_and_a_turned_branch_loses_the_same(
    network: tuple[Grid, Complex],
) -> None:
    grid, load = network
    together = solve_balanced(grid, load)
    alone = solve_balanced(replace(grid, from_bus=grid.to_bus, to_bus=grid.from_bus), load[1:2])
    assert np.allclose(together.voltage_v[1], alone.voltage_v[0], rtol=1e-13, atol=0)
    assert np.allclose(together.loss_va[1], alone.loss_va[0], rtol=1e-9, atol=1e-9)
