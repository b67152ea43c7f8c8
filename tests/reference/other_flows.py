"""Networks and loads as power-grid-model wants them, for the tests that ask it and the ones that race it."""

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
