"""Three-phase scenarios on the European low-voltage feeder, beside power-grid-model, OpenDSS, pandapower.

Ours: losses of every scenario, the reduction of the network included. power-grid-model: the same loads on the full
network with two threads, and on the network as we reduce it with one. OpenDSS: its solving alone, its loads set
before. pandapower: its three-phase flow on the full network, loads set for each.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from diansuo.core.powerflow import phase_losses
from diansuo.core.powerflow.reduction import reduce_series
from diansuo.core.powerflow.three_phase import Complex
from diansuo.core.powerflow.tree import grow
from diansuo.core.quantity.arrays import Int64
from tests.reference import european_lv, other_flows

pytestmark = pytest.mark.skipif(
    not european_lv.FOLDER.exists(), reason="the data of measurements are not here"
)
SCENARIOS, OF_OTHERS, OF_DSS, OF_PANDAPOWER, ROUNDS = 20_000, 400, 100, 6, 3
STATION_YEAR = 300 * 96 * 365


def test_three_phase_scenarios() -> None:
    bus, phase = european_lv.load_places()
    grid = european_lv.feeder()
    load = european_lv.random_loads(SCENARIOS, len(bus))
    few = load[:OF_OTHERS]
    phase_losses(grid, bus, phase, few)  # compiled
    ours = SCENARIOS / _best(lambda: phase_losses(grid, bus, phase, load))

    full = other_flows.power_grid_model(european_lv.lines(), bus)
    segments, place = reduced(bus)
    small = other_flows.power_grid_model(segments, place)
    changed = other_flows.updates(phase, few)
    theirs = OF_OTHERS / _best(lambda: _flow(full, changed, threading=2))
    on_reduced = OF_OTHERS / _best(lambda: _flow(small, changed, threading=-1))

    # What is raced is the same flow.
    lost = phase_losses(grid, bus, phase, few).loss_va.real
    for model in (full, small):
        found = _flow(model, changed, threading=-1)["line"]
        assert np.abs((found["p_from"] + found["p_to"]).sum(axis=(1, 2)) / lost - 1).max() < 1e-6

    dss = _open_dss(bus, phase, load[:OF_DSS])
    pandapower = _pandapower(bus, phase, load[:OF_PANDAPOWER], lost)
    print(
        f"\nthree-phase scenarios a second, one processor: {ours:,.0f}"
        f"\n  power-grid-model, full network, two threads: {theirs:,.0f} ({ours / theirs:,.1f} times)"
        f"\n  power-grid-model, our reduced network of {len(segments) + 1} buses, one thread: {on_reduced:,.0f}"
        f" ({ours / on_reduced:,.1f} times)"
        f"\n  OpenDSS, full network, its solving alone: {dss:,.0f} ({ours / dss:,.1f} times)"
        f"\n  pandapower, full network, three-phase: {pandapower:,.1f} ({ours / pandapower:,.0f} times)"
        f"\n  a station's year (300 areas of this size, 96 points, 365 days), reckoned from that, one processor:"
        f" {STATION_YEAR / ours / 60:,.1f} minutes"
    )


def reduced(bus: Int64) -> tuple[list[other_flows.Segment], Int64]:
    """Return the network as we reduce it, as segments in sequence, and where each load stands there."""
    grid = european_lv.feeder()
    buses = len(grid.shunt_siemens)
    closed = np.ones(len(grid.from_bus), dtype=np.bool_)
    tree = grow(buses, grid.from_bus, grid.to_bus, closed, np.array([grid.source], dtype=np.int64))
    impedance = np.zeros((buses, 3, 3), dtype=np.complex128)
    impedance[1:] = grid.impedance_ohm[tree.branch[1:]]
    position = np.empty(buses, dtype=np.int64)
    position[tree.bus] = np.arange(buses)
    pinned = np.zeros(buses, dtype=np.bool_)
    pinned[position[bus]] = True
    small = reduce_series(tree, impedance, pinned)
    index = np.full(buses, -1, dtype=np.int64)
    index[small.kept] = np.arange(len(small.kept))
    own, mutual = small.impedance_ohm[:, 0, 0], small.impedance_ohm[:, 0, 1]
    segments = [
        (int(small.parent[r]), r, complex(own[r] - mutual[r]), complex(own[r] + 2 * mutual[r]))
        for r in range(1, len(small.kept))
    ]
    return segments, index[position[bus]]


def _flow(model: Any, changed: dict[str, Any], threading: int) -> Any:
    import power_grid_model as pgm

    return model.calculate_power_flow(
        symmetric=False, update_data=changed, error_tolerance=1e-9, max_iterations=100, threading=threading,
        calculation_method=pgm.CalculationMethod.iterative_current,
    )  # fmt: skip


def _open_dss(bus: Int64, phase: Int64, load: Complex) -> float:
    """Return how many scenarios a second OpenDSS solves, from loads that are set before the clock runs."""
    from dss import dss

    say = dss.Text
    setup: Sequence[str] = (
        "clear", "set DefaultBaseFrequency=50", "new circuit.LVTest",
        "edit Vsource.Source BasekV=0.416 pu=1.05 ISC3=1e9 ISC1=1e9",
    )  # fmt: skip
    codes = [
        text
        for name in ("LineCode", "Lines")
        for text in (european_lv.FOLDER / f"{name}.txt").read_text().splitlines()
    ]
    for text in (*setup, *(text for text in codes if text.strip())):
        say.Command = text
    say.Command = "edit Vsource.Source bus1=1"
    for j, (at, which) in enumerate(zip(bus, phase, strict=True)):
        say.Command = (
            f"new load.l{j} phases=1 bus1={at + 1}.{which + 1} kv=0.24 kw=1 kvar=0 vminpu=0.5 vmaxpu=1.5"
        )
    for text in (
        "set voltagebases=[.416]",
        "calcvoltagebases",
        "set tolerance=1e-9",
        "set maxiterations=200",
    ):
        say.Command = text
    solution, spent = dss.ActiveCircuit.Solution, 0.0
    for scenario in load:
        for j, va in enumerate(scenario.tolist()):
            say.Command = f"edit load.l{j} kw={va.real / 1000!r} kvar={va.imag / 1000!r}"
        began = time.perf_counter()
        solution.Solve()
        spent += time.perf_counter() - began
        assert solution.Converged
    return len(load) / spent


def _pandapower(bus: Int64, phase: Int64, load: Complex, lost: np.ndarray[Any, Any]) -> float:
    """Return how many scenarios a second pandapower solves after one to warm up; they lose what ours do."""
    net = other_flows.pandapower(european_lv.lines(), bus)
    other_flows.pandapower_flow(net, phase, load[0])
    began = time.perf_counter()
    found = [other_flows.pandapower_flow(net, phase, scenario)[1].sum() for scenario in load]
    spent = time.perf_counter() - began
    assert np.abs(np.array(found) / lost[: len(load)] - 1).max() < 1e-5
    return len(load) / spent


def _best(work: Callable[[], object]) -> float:
    """Return the shortest of some rounds, seconds."""
    times = []
    for _round in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)
