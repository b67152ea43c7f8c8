"""Networks and loads as power-grid-model and pandapower want them, for tests that ask them and ones that race them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from diansuo.core.powerflow.three_phase import Complex
from diansuo.core.quantity.arrays import Int64
from tests.reference import european_lv

Segment = tuple[int, int, complex, complex]


def power_grid_model(segments: Sequence[Segment], bus: Int64) -> Any:
    """Return its model of segments (two buses, positive and zero sequence in Ω) with a load at each of some buses.

    Its source stands at bus 0 and is as stiff as its format allows.
    """
    import power_grid_model as pgm

    buses, base = 1 + max(max(each[:2]) for each in segments), 1000
    node = pgm.initialize_array("input", "node", buses)
    node["id"], node["u_rated"] = np.arange(buses), european_lv.LOW_SIDE_V
    line = pgm.initialize_array("input", "line", len(segments))
    line["id"] = base + np.arange(len(segments))
    line["from_node"], line["to_node"] = [s[0] for s in segments], [s[1] for s in segments]
    line["from_status"] = line["to_status"] = 1
    line["r1"], line["x1"] = [s[2].real for s in segments], [s[2].imag for s in segments]
    line["r0"], line["x0"] = [s[3].real for s in segments], [s[3].imag for s in segments]
    line["c1"] = line["c0"] = line["tan1"] = line["tan0"] = 0
    source = pgm.initialize_array("input", "source", 1)
    source["id"], source["node"], source["status"], source["u_ref"] = 5000, 0, 1, 1.05
    source["sk"] = 1e15
    drawn = pgm.initialize_array("input", "asym_load", len(bus))
    drawn["id"], drawn["node"], drawn["status"], drawn["type"] = 3000 + np.arange(len(bus)), bus, 1, 0
    drawn["p_specified"] = drawn["q_specified"] = 0
    given = {"node": node, "line": line, "source": source, "asym_load": drawn}
    return pgm.PowerGridModel(given, system_frequency=50)


def updates(phase: Int64, load: Complex) -> dict[str, Any]:
    """Return loads (K, L) of one phase each as its batch of updates."""
    import power_grid_model as pgm

    change = pgm.initialize_array("update", "asym_load", load.shape)
    change["id"] = 3000 + np.arange(load.shape[1])
    change["p_specified"] = change["q_specified"] = 0
    for j, which in enumerate(phase):
        change["p_specified"][:, j, which] = load[:, j].real
        change["q_specified"][:, j, which] = load[:, j].imag
    return {"asym_load": change}


def pandapower(segments: Sequence[Segment], bus: Int64) -> Any:
    """Return pandapower's net of segments with a load at each of some buses, its source at bus 0."""
    import pandapower as pp

    net = pp.create_empty_network(f_hz=50, sn_mva=1)
    buses = 1 + max(max(each[:2]) for each in segments)
    pp.create_buses(net, buses, vn_kv=european_lv.LOW_SIDE_V / 1000)
    pp.create_ext_grid(net, 0, vm_pu=1.05, s_sc_max_mva=1e6, rx_max=0.1, x0x_max=1.0, r0x0_max=0.1)
    pp.create_lines_from_parameters(
        net, [s[0] for s in segments], [s[1] for s in segments], 1.0, max_i_ka=1.0, c_nf_per_km=0.0, c0_nf_per_km=0.0,
        r_ohm_per_km=[s[2].real for s in segments], x_ohm_per_km=[s[2].imag for s in segments],
        r0_ohm_per_km=[s[3].real for s in segments], x0_ohm_per_km=[s[3].imag for s in segments],
    )  # fmt: skip
    for at in bus.tolist():
        pp.create_asymmetric_load(net, at)
    return net


def pandapower_flow(net: Any, phase: Int64, load: Complex) -> tuple[np.ndarray, np.ndarray]:
    """Return the voltages of one scenario, V (N, 3), and what each line loses, W, by its three-phase flow.

    Args:
        net: as `pandapower` makes it.
        phase: int64 (L,).
        load: complex128 (L,), of one phase each.
    """
    import pandapower as pp

    for which, name in enumerate("abc"):
        net.asymmetric_load[f"p_{name}_mw"] = np.where(phase == which, load.real, 0) / 1e6
        net.asymmetric_load[f"q_{name}_mvar"] = np.where(phase == which, load.imag, 0) / 1e6
    pp.runpp_3ph(net, tolerance_mva=1e-9, max_iteration=100)
    assert net.converged
    lost = sum(net.res_line_3ph[f"p_{name}_{end}_mw"] for name in "abc" for end in ("from", "to"))
    per_unit = net.res_bus_3ph[["vm_a_pu", "vm_b_pu", "vm_c_pu"]].to_numpy()
    return per_unit * european_lv.LOW_SIDE_V / 3**0.5, np.asarray(lost) * 1e6


def open_dss(
    segments: Sequence[Segment], bus: Int64, phase: Int64, load: Complex
) -> tuple[np.ndarray, np.ndarray]:
    """Return the losses (K,) in watt and the voltage at each load (K, L) by OpenDSS, its source at bus 0.

    Args:
        segments: as in `power_grid_model`.
        bus: int64 (L,).
        phase: int64 (L,).
        load: complex128 (K, L), of one phase each.
    """
    from dss import dss

    say = dss.Text
    kilovolt = european_lv.LOW_SIDE_V / 1000
    for text in (
        "clear", "set DefaultBaseFrequency=50",
        f"new circuit.grid bus1=0 basekv={kilovolt} pu=1.05 r1=0 x1=1e-9 r0=0 x0=1e-9",
    ):  # fmt: skip
        say.Command = text
    for at, (upper, lower, positive, zero) in enumerate(segments):
        say.Command = (
            f"new line.s{at} bus1={upper} bus2={lower} length=1 units=none c1=0 c0=0 "
            f"r1={positive.real!r} x1={positive.imag!r} r0={zero.real!r} x0={zero.imag!r}"
        )
    for at, (of, which) in enumerate(zip(bus.tolist(), phase.tolist(), strict=True)):
        rated = f"kv={kilovolt / 3**0.5!r} kw=1 kvar=0 vminpu=0.5 vmaxpu=1.5"
        say.Command = f"new load.l{at} phases=1 bus1={of}.{which + 1} {rated}"
    for text in (
        f"set voltagebases=[{kilovolt}]",
        "calcvoltagebases",
        "set tolerance=1e-11",
        "set maxiterations=200",
    ):
        say.Command = text
    circuit = dss.ActiveCircuit
    losses, voltages = np.empty(len(load)), np.empty(load.shape)
    for k, scenario in enumerate(load):
        for at, va in enumerate(scenario.tolist()):
            say.Command = f"load.l{at}.kw={va.real / 1000!r}"
            say.Command = f"load.l{at}.kvar={va.imag / 1000!r}"
        circuit.Solution.Solve()
        assert circuit.Solution.Converged
        losses[k] = circuit.LineLosses[0] * 1000
        for at in range(load.shape[1]):
            circuit.SetActiveElement(f"load.l{at}")
            voltages[k, at] = circuit.ActiveCktElement.VoltagesMagAng[0]
    return losses, voltages
