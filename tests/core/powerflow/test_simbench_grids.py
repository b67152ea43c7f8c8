"""SimBench's low-voltage grids: the sweep loses in them what power-grid-model, OpenDSS and pandapower say they lose.

Grids of the package simbench (code BSD-3, data ODbL 1.0), which only these tests read; nothing of it is copied here.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from diansuo.core.powerflow import PhaseGrid, solve_three_phase
from diansuo.core.powerflow.conductors import from_sequence
from diansuo.core.quantity.arrays import Int64
from tests.reference import european_lv, other_flows

GRIDS = ("1-LV-rural1--0-no_sw", "1-LV-rural3--0-no_sw", "1-LV-semiurb5--0-no_sw", "1-LV-urban6--0-no_sw")
SCENARIOS, OF_PANDAPOWER = 4, 1


@cache
def segments(name: str) -> tuple[list[other_flows.Segment], Int64]:
    """Return a grid's lines from its busbar, bus 0, and the bus of each of its loads.

    The grids have no zero sequence; here the neutral is as thick as a phase and all current comes back by it, as in the
    lines of an area: Z0 = 4 Z1.
    """
    simbench = pytest.importorskip("simbench")
    net = simbench.get_simbench_net(name)
    place = {int(net.trafo.lv_bus.iloc[0]): 0}

    def at(bus: int) -> int:
        return place.setdefault(int(bus), len(place))

    found = []
    for row in net.line[net.line.in_service].itertuples():
        ohm = complex(row.r_ohm_per_km, row.x_ohm_per_km) * row.length_km / row.parallel
        found.append((at(row.from_bus), at(row.to_bus), ohm, 4 * ohm))
    return found, np.array([at(bus) for bus in net.load.bus if bus in place], dtype=np.int64)


def grid(lines: list[other_flows.Segment]) -> PhaseGrid:
    turn = np.exp(-2j * np.pi / 3 * np.arange(3))
    return PhaseGrid(
        from_bus=np.array([each[0] for each in lines], dtype=np.int64),
        to_bus=np.array([each[1] for each in lines], dtype=np.int64),
        impedance_ohm=np.array([from_sequence(*each[2:]) for each in lines]),
        source=0,
        source_voltage_v=1.05 * european_lv.LOW_SIDE_V / 3**0.5 * turn,
        shunt_siemens=np.zeros(len(lines) + 1, dtype=np.complex128),
    )


@pytest.mark.parametrize("name", GRIDS)
def test_a_simbench_grid_loses_what_power_grid_model_says(name: str) -> None:
    import power_grid_model as pgm

    lines, bus = segments(name)
    phase, load = np.arange(len(bus)) % 3, european_lv.random_loads(SCENARIOS, len(bus))
    flow = solve_three_phase(grid(lines), bus, phase, load)
    found = other_flows.power_grid_model(lines, bus).calculate_power_flow(
        symmetric=False, update_data=other_flows.updates(phase, load), error_tolerance=1e-11,
        calculation_method=pgm.CalculationMethod.iterative_current, max_iterations=100,
    )  # fmt: skip
    lost = (found["line"]["p_from"] + found["line"]["p_to"]).sum(axis=(1, 2))
    assert np.abs(flow.total.loss_va.real / lost - 1).max() < 1e-6
    assert np.abs(np.abs(flow.voltage_v) / found["node"]["u"] - 1).max() < 1e-6


@pytest.mark.parametrize("name", GRIDS)
def test_a_simbench_grid_loses_what_opendss_says(name: str) -> None:
    lines, bus = segments(name)
    phase, load = np.arange(len(bus)) % 3, european_lv.random_loads(SCENARIOS, len(bus), seed=5)
    flow = solve_three_phase(grid(lines), bus, phase, load)
    lost, voltage = other_flows.open_dss(lines, bus, phase, load)
    assert np.abs(flow.total.loss_va.real / lost - 1).max() < 1e-6
    assert np.abs(np.abs(flow.voltage_v[:, bus, phase]) / voltage - 1).max() < 1e-6


@pytest.mark.parametrize("name", GRIDS)
def test_every_line_of_a_simbench_grid_loses_what_pandapower_says(name: str) -> None:
    lines, bus = segments(name)
    phase, load = np.arange(len(bus)) % 3, european_lv.random_loads(OF_PANDAPOWER, len(bus), seed=3)
    flow = solve_three_phase(grid(lines), bus, phase, load)
    net = other_flows.pandapower(lines, bus)
    for k, scenario in enumerate(load):
        voltage, lost = other_flows.pandapower_flow(net, phase, scenario)
        assert abs(lost.sum() / flow.total.loss_va[k].real - 1) < 1e-5
        assert np.abs(lost - flow.loss_va[k].real).max() < 1e-5 * lost.sum()
        assert np.abs(np.abs(flow.voltage_v[k]) / voltage - 1).max() < 1e-5
