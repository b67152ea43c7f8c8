"""What flows through the gate of a feeder: one balanced flow of its 10 kV line for every hour (`core.powerflow`).

At the ends of its segments hang the areas, each drawing what its busbar takes and what its transformer loses, and the
customers with a transformer of their own, some measured behind it. What is drawn has the sample's power factor, what is
fed back none but active power. The substation holds a little more than the nominal voltage, as they do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.powerflow import Collapse, Grid, NotConverged, solve_balanced
from diansuo.sandbox.energy import Energy
from diansuo.sandbox.feeders import FeederLine
from diansuo.sandbox.layout import Array, Layout
from diansuo.sandbox.network import AS_DRAWN, UnableToSupply

SUBSTATION_VOLT = 10_300.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """What hangs on the feeders over some days, kW by the hour.

    Attributes:
        net: (areas, hours), what each public area's busbar takes; fed back is negative.
        copper: (areas, hours), what its transformer loses by its load.
        own: (dedicated, hours), what the meters of customers with their own transformer see.
        before: (dedicated, hours), what is lost in their transformers before those meters.
    """

    net: Array
    copper: Array
    own: Array
    before: Array


def note(layout: Layout, lines: list[FeederLine], energy: Energy, drawn: Drawn, days: slice) -> None:
    """Note by day what each gate registers, and what transformers and line of its feeder lose.

    Raises:
        UnableToSupply: the line of a feeder cannot carry what is drawn.
    """
    lost = layout.transformers("no_load_w")[:, None] / 1000 + drawn.copper.astype(np.float64)
    lost = np.concatenate((lost, drawn.before))
    taken = np.concatenate((drawn.net, drawn.own)) + lost

    def day(power: Array) -> Array:
        return power.reshape(-1, 24).sum(axis=1) * 1000

    for feeder, line in enumerate(lines):
        try:
            through, line_kw = flow(line, taken[line.area])
        except (Collapse, NotConverged) as problem:
            first = days.start + problem.scenario // 24
            raise UnableToSupply(first, feeder=feeder) from problem
        energy.gate[feeder, days] = day(np.maximum(through, 0))
        energy.gate_back[feeder, days] = day(np.maximum(-through, 0))
        energy.line[feeder, days] = day(line_kw)
        energy.transformer[feeder, days] = day(lost[line.area].sum(axis=0))


def flow(line: FeederLine, taken_kw: Array) -> tuple[Array, Array]:
    """Return kW at the gate and kW lost in the line, float64 (hours,); the substation is the first bus.

    Args:
        line: the feeder's.
        taken_kw: (its areas, hours), fed back is negative.

    Raises:
        Collapse: some hour draws more than the line can carry.
        NotConverged: so, too.
    """
    segments = len(line.parent)
    load = np.zeros((taken_kw.shape[1], segments + 1), dtype=np.complex128)
    va = 1000 * taken_kw * np.where(taken_kw > 0, AS_DRAWN, 1)
    np.add.at(load.T, line.segment + 1, va)
    grid = Grid(
        from_bus=line.parent + 1,
        to_bus=np.arange(1, segments + 1),
        closed=np.ones(segments, dtype=np.bool_),
        impedance_ohm=line.ohm,
        source=np.zeros(1, dtype=np.int64),
        source_voltage_v=np.array([SUBSTATION_VOLT + 0j]),
        shunt_siemens=np.zeros(segments + 1, dtype=np.complex128),
    )
    found = solve_balanced(grid, load)
    return found.source_va[:, 0].real / 1000, found.loss_va.real.sum(axis=1) / 1000
