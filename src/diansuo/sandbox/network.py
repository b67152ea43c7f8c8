"""What an area's low voltage network carries: one three-phase flow for every instant gives losses, voltages, currents.

The transformer, the four wires of trunk and branches, and the service line of every customer are branches of one tree
(`core.powerflow`). All power has one power factor. That a Yyn0 transformer's zero sequence meets more is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diansuo.core.powerflow import Collapse, NotConverged, PhaseGrid, phase_losses, solve_three_phase
from diansuo.core.powerflow.conductors import dyn_transformer
from diansuo.core.powerflow.three_phase import Complex
from diansuo.sandbox.layout import (
    BRANCH_WIRE,
    CONDUCTORS,
    CUSTOMERS_AN_AREA,
    SEGMENTS,
    SERVICE_WIRE,
    TRUNK,
    TRUNK_WIRE,
    Array,
    Layout,
)
from diansuo.sandbox.transformers import SHORT_CIRCUIT_SHARE, transformer

POWER_FACTOR = 0.95
LOW_SIDE_VOLT = 400.0
# What the transformer of an area gives without load, by how much the grid above it lets that swing in a quarter of a
# day, and the area whose tap stands too low: at the ends of its lines the voltage is low on winter evenings.
SOURCE_VOLT, SOURCE_SWING_VOLT = 233.0, 2.0
SWINGS_A_DAY = 4
LOW_TAP = {1: -24.0}
# What a meter itself takes, about 1 kWh a month for a single-phase one (domain.md §10.3).
METER_W, METER_THREE_PHASE_W = 1.37, 2.74
TRANSFORMER, BUSBAR, FIRST_SEGMENT = 0, 1, 2
TURN = np.exp(-2j * np.pi / 3 * np.arange(3))
AS_DRAWN = complex(1, np.tan(np.arccos(POWER_FACTOR)))


class UnableToSupply(ValueError):
    """The lines of an area, or of a feeder, cannot carry what is drawn on a day: there is no flow to report.

    Attributes:
        day: from the station's first.
        area: its place at the station; None where it is a feeder.
        feeder: its place at the station; None where it is an area.
    """

    def __init__(self, day: int, *, area: int | None = None, feeder: int | None = None) -> None:
        what = f"area {area}" if feeder is None else f"feeder {feeder}"
        super().__init__(f"{what} cannot be supplied on day {day}: its voltage collapses")
        self.day, self.area, self.feeder = day, area, feeder


@dataclass(frozen=True, slots=True)
class Carried:
    """What an area takes at K instants.

    Attributes:
        master_kw: float64 (3, K), by phase at the busbar, where the master stands.
        master_volt: float64 (3, K).
        master_ampere: float64 (3, K).
        lost_kw: float64 (K,), in lines and meters.
        copper_kw: float64 (K,), in the transformer by its load.
        volt: float64 (meters, 3, K) at each meter, by the phase of the line; without rows where nobody asked.
    """

    master_kw: Array
    master_volt: Array
    master_ampere: Array
    lost_kw: Array
    copper_kw: Array
    volt: Array


@dataclass(frozen=True, slots=True)
class Lines:
    """An area's network, and where each customer hangs on it.

    Attributes:
        area: which.
        grid: busses: the transformer's inside, the busbar, the end of each segment, each meter. Its voltages are 1.
        meters: how many there are.
        bus: int64 (loads,), three of a customer with all phases; unmetered supply at the busbar is the last.
        phase: int64 (loads,).
        who: int64 (loads - 1,), the place in the area.
        share: float64 (loads - 1,), of that customer's power.
        meter_w: float64 (loads - 1,), what the meter itself takes.
    """

    area: int
    grid: PhaseGrid
    meters: int
    bus: Array
    phase: Array
    who: Array
    share: Array
    meter_w: Array


def lines_of(layout: Layout, area: int) -> Lines:
    """Return an area's network; its customers that do not exist are no part of it."""
    meters = min(CUSTOMERS_AN_AREA, layout.public - area * CUSTOMERS_AN_AREA)
    own = slice(area * CUSTOMERS_AN_AREA, area * CUSTOMERS_AN_AREA + meters)
    first_meter = FIRST_SEGMENT + SEGMENTS
    ohm = np.concatenate(
        (
            layout.length_m[area, :TRUNK] * CONDUCTORS[TRUNK_WIRE],
            layout.length_m[area, TRUNK:] * CONDUCTORS[BRANCH_WIRE],
            layout.service_m[own] * CONDUCTORS[SERVICE_WIRE],
        )
    )
    # Out by the phase and back by a neutral of the same conductor, earthed at the transformer.
    four_wires = ohm[:, None, None] / 1000 * (np.eye(3) + np.ones((3, 3)))
    stands = transformer(area)
    head = dyn_transformer(stands.kva * 1e3, LOW_SIDE_VOLT, SHORT_CIRCUIT_SHARE, stands.short_circuit_w)
    parent = layout.parent[area]
    above = np.where(parent < 0, BUSBAR, parent + FIRST_SEGMENT)
    buses = first_meter + meters
    grid = PhaseGrid(
        from_bus=np.concatenate(([TRANSFORMER], above, layout.segment[area, :meters] + FIRST_SEGMENT)),
        to_bus=np.arange(1, buses),
        impedance_ohm=np.concatenate((head[None], four_wires)),
        source=TRANSFORMER,
        source_voltage_v=TURN,
        shunt_siemens=np.zeros(buses, dtype=np.complex128),
    )
    phase = layout.phase[own]
    each = np.where(phase == 3, 3, 1)
    who = np.repeat(np.arange(meters), each)
    in_turn = np.arange(len(who)) - np.repeat(np.cumsum(each) - each, each)
    return Lines(
        area=area,
        grid=grid,
        meters=meters,
        bus=np.append(who + first_meter, BUSBAR),
        phase=np.append(np.where(phase[who] == 3, in_turn, phase[who]), 0),
        who=who,
        share=1 / each[who],
        meter_w=np.where(phase[who] == 3, METER_THREE_PHASE_W / 3, METER_W),
    )


def source_volt(area: int, swing: Array, at: Array) -> Array:
    """Return what the transformer gives without load.

    Args:
        area: which.
        swing: one figure for each quarter of a day, about 0 ± 1, and one more at the end.
        at: days from the first of these.
    """
    quarters = np.arange(len(swing)) / SWINGS_A_DAY
    return SOURCE_VOLT + LOW_TAP.get(area, 0.0) + SOURCE_SWING_VOLT * np.interp(at, quarters, swing)


def carry(
    lines: Lines, used_kw: Array, unmetered_kw: Array, swing: Array, at: Array, *, meters: bool
) -> Carried:
    """Return what the area takes at every instant.

    Args:
        lines: the area.
        used_kw: (places, K), what is drawn behind each meter; feed-in is negative.
        unmetered_kw: (K,), drawn at the busbar on phase A.
        swing: as in `source_volt`.
        at: (K,), the instants, days from the station's first.
        meters: whether the voltage at each of them is wanted.

    Raises:
        UnableToSupply: at some instant there is no flow.
    """
    volt = source_volt(lines.area, swing, at)
    watt = np.empty((len(volt), len(lines.bus)))
    watt[:, :-1] = used_kw.T[:, lines.who] * (1000 * lines.share) + lines.meter_w
    watt[:, -1] = unmetered_kw * 1000
    grid = replace(lines.grid, source_voltage_v=volt[:, None] * TURN)
    at_meter = np.empty((0, 3, len(volt)))
    try:
        if meters:
            flow = solve_three_phase(grid, lines.bus, lines.phase, watt * AS_DRAWN)
            total = flow.total
            at_meter = np.abs(flow.voltage_v[:, -lines.meters :]).transpose(1, 2, 0)
        else:
            total = phase_losses(grid, lines.bus, lines.phase, watt * AS_DRAWN)
    except (Collapse, NotConverged) as problem:
        raise UnableToSupply(int(at[problem.scenario]), area=lines.area) from problem
    ampere = (total.source_phase_va / grid.source_voltage_v).conj()
    busbar = grid.source_voltage_v - ampere * grid.impedance_ohm[0, 0, 0]
    copper = grid.impedance_ohm[0, 0, 0].real * (np.abs(ampere) ** 2).sum(axis=1)
    return Carried(
        master_kw=_real(busbar * ampere.conj()) / 1000,
        master_volt=np.abs(busbar).T,
        master_ampere=np.abs(ampere).T,
        lost_kw=(total.loss_va.real - copper + lines.meter_w.sum()) / 1000,
        copper_kw=copper / 1000,
        volt=at_meter,
    )


def _real(va: Complex) -> Array:
    return va.real.T
