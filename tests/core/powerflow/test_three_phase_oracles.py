"""The European low-voltage feeder: the sweep loses what power-grid-model, pandapower and OpenDSS say it loses."""

from __future__ import annotations

import numpy as np
import pytest

from diansuo.core.powerflow import solve_three_phase
from diansuo.core.powerflow.conductors import from_sequence, upstream_of_delta
from diansuo.core.powerflow.three_phase import Complex
from tests.reference import european_lv, other_flows

pytestmark = pytest.mark.skipif(
    not european_lv.FOLDER.exists(), reason="the data of measurements are not here"
)
SCENARIOS, OF_PANDAPOWER = 8, 3


def test_losses_and_voltages_are_those_of_power_grid_model() -> None:
    bus, phase = european_lv.load_places()
    load = european_lv.random_loads(SCENARIOS, len(bus))
    grid = european_lv.feeder()
    flow = solve_three_phase(grid, bus, phase, load)
    voltage, loss = power_grid_model(load)
    assert np.abs(flow.total.loss_va.real / loss - 1).max() < 1e-6
    assert np.abs(np.abs(flow.voltage_v) / voltage - 1).max() < 1e-6


def power_grid_model(load: Complex) -> tuple[np.ndarray, np.ndarray]:
    """Return voltages (K, N, 3) and total losses (K,), its source as stiff as its format allows."""
    import power_grid_model as pgm

    bus, phase = european_lv.load_places()
    model = other_flows.power_grid_model(european_lv.lines(), bus)
    found = model.calculate_power_flow(
        symmetric=False, update_data=other_flows.updates(phase, load), error_tolerance=1e-11,
        calculation_method=pgm.CalculationMethod.iterative_current, max_iterations=100,
    )  # fmt: skip
    lost = (found["line"]["p_from"] + found["line"]["p_to"]).sum(axis=(1, 2))
    return found["node"]["u"], lost


def test_every_line_loses_what_pandapowers_three_phase_flow_says() -> None:
    bus, phase = european_lv.load_places()
    load = european_lv.random_loads(OF_PANDAPOWER, len(bus), seed=3)
    flow = solve_three_phase(european_lv.feeder(), bus, phase, load)
    net = other_flows.pandapower(european_lv.lines(), bus)
    for k, scenario in enumerate(load):
        voltage, lost = other_flows.pandapower_flow(net, phase, scenario)
        assert abs(lost.sum() / flow.total.loss_va[k].real - 1) < 1e-5
        assert np.abs(lost - flow.loss_va[k].real).max() < 1e-5 * lost.sum()
        assert np.abs(np.abs(flow.voltage_v[k]) / voltage - 1).max() < 1e-5


def test_losses_with_the_transformer_at_the_head_are_those_of_open_dss() -> None:
    """Master.dss as it stands: 11 kV at 1.05, 3000 A of short circuit, a Dyn transformer of 800 kVA, 4 %, 0.4 % R."""
    bus, phase = european_lv.load_places()
    load = european_lv.random_loads(SCENARIOS, len(bus))
    high_side = 11_000**2 / european_lv.LOW_SIDE_V**2
    ohm = 11_000 / 3**0.5 / 3000 / abs(1 + 4j) * (1 + 4j) / high_side  # X1/R1 = 4 where none is given
    own = complex(0.004, 0.04) * european_lv.LOW_SIDE_V**2 / 800e3
    grid = european_lv.feeder((from_sequence(own, own), upstream_of_delta(ohm)))
    flow = solve_three_phase(grid, bus, phase, load)
    losses, voltages = open_dss(load)
    in_source = flow.loss_va[:, -1].real  # OpenDSS counts what its source loses to nobody
    assert np.abs((flow.total.loss_va.real - in_source) / losses - 1).max() < 1e-6
    at_load = np.abs(flow.voltage_v[:, bus, phase])
    assert np.abs(at_load / voltages - 1).max() < 1e-6


def open_dss(load: Complex) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses (K,) in watt and the voltage at each load (K, L)."""
    from dss import dss

    say = dss.Text
    for text in (
        "clear", "set DefaultBaseFrequency=50", "new circuit.LVTest",
        "edit Vsource.Source BasekV=11 pu=1.05 ISC3=3000 ISC1=5",
    ):  # fmt: skip
        say.Command = text
    for name in ("LineCode", "Lines", "Transformers"):
        for text in (european_lv.FOLDER / f"{name}.txt").read_text().splitlines():
            # the last line of Transformers.txt is a variant of the source that Master.dss does not mean
            if text.strip() and not text.lower().startswith("edit vsource"):
                say.Command = text
    bus, phase = european_lv.load_places()
    for j, (at, which) in enumerate(zip(bus, phase, strict=True)):
        say.Command = (
            f"new load.l{j} phases=1 bus1={at + 1}.{which + 1} kv=0.24 kw=1 kvar=0 vminpu=0.5 vmaxpu=1.5"
        )
    say.Command = "set voltagebases=[11 .416]"
    say.Command = "calcvoltagebases"
    say.Command = "set tolerance=1e-11"
    say.Command = "set maxiterations=200"
    circuit = dss.ActiveCircuit
    losses, voltages = np.empty(len(load)), np.empty(load.shape)
    for k, scenario in enumerate(load):
        for j, va in enumerate(scenario.tolist()):
            say.Command = f"load.l{j}.kw={va.real / 1000!r}"
            say.Command = f"load.l{j}.kvar={va.imag / 1000!r}"
        circuit.Solution.Solve()
        assert circuit.Solution.Converged
        losses[k] = circuit.Losses[0]
        for j in range(load.shape[1]):
            circuit.SetActiveElement(f"load.l{j}")
            voltages[k, j] = circuit.ActiveCktElement.VoltagesMagAng[0]
    return losses, voltages
