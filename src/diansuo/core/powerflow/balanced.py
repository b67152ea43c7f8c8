"""The balanced flow of a radial network: backward and forward sweep over many scenarios.

Voltages are between conductors and powers of all three phases, so that ``S = U I*`` with I the current of a
conductor times √3, and ``R I²`` the loss of the three conductors. Page: docs/rules/power-flow.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.powerflow.problems import Collapse, NotConverged
from diansuo.core.powerflow.tree import Tree, grow
from diansuo.core.quantity.arrays import Bool, Int64

Complex = npt.NDArray[np.complex128]
Float = npt.NDArray[np.float64]

# The sweep is at rest when no voltage moves by more than this share of the highest source voltage.
AT_REST = 1e-12
MAXIMUM_SWEEPS = 500
# Below this share of its source no load draws its power any more: what a sweep finds there is no state of a network.
LOWEST_SHARE = 0.5

DONE, COLLAPSED, RESTLESS = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Grid:
    """A radial network as columns: B branches, N buses numbered from 0, one or more sources.

    Attributes:
        from_bus: int64 (B,).
        to_bus: int64 (B,).
        closed: bool (B,), an open switch or tie is False.
        impedance_ohm: complex128 (B,), of one conductor.
        source: int64 (sources,), buses whose voltage is given.
        source_voltage_v: complex128 (sources,), between conductors.
        shunt_siemens: complex128 (N,), to earth, of one phase.
    """

    from_bus: Int64
    to_bus: Int64
    closed: Bool
    impedance_ohm: Complex
    source: Int64
    source_voltage_v: Complex
    shunt_siemens: Complex


@dataclass(frozen=True, slots=True)
class Flow:
    """The flow of K scenarios.

    Attributes:
        voltage_v: complex128 (K, N), between conductors.
        sent_va: complex128 (K, B), into the branch at its ``from`` end; 0 where it is open.
        loss_va: complex128 (K, B), of the three phases.
        current_a: float64 (K, B), of one conductor.
        source_va: complex128 (K, sources), what each source delivers.
        sweeps: int64 (K,), how many it took.
    """

    voltage_v: Complex
    sent_va: Complex
    loss_va: Complex
    current_a: Float
    source_va: Complex
    sweeps: Int64


def solve_balanced(grid: Grid, load_va: Complex) -> Flow:
    """Return the flow of every scenario.

    Args:
        grid: the network.
        load_va: complex128 (K, N), constant power of the three phases; what a generator feeds in is negative.

    Raises:
        LoopFound: the closed branches make a ring or join two sources.
        IslandFound: a bus has no closed path to a source.
        Collapse: a voltage falls below half of its source's.
        NotConverged: a sweep does not come to rest.
        ValueError: a figure is not finite, a source has no voltage, or the columns do not fit each other.
    """
    buses = len(grid.shunt_siemens)
    _guard(grid, load_va)
    tree = grow(buses, grid.from_bus, grid.to_bus, grid.closed, grid.source)
    impedance = np.where(tree.branch >= 0, _at(grid.impedance_ohm, tree.branch), 0)
    start = np.empty(buses, dtype=np.complex128)
    start[: len(grid.source)] = grid.source_voltage_v
    for position in range(len(grid.source), buses):
        start[position] = start[tree.parent[position]]
    ordered = np.ascontiguousarray(load_va[:, tree.bus])
    voltage, current, state, place, sweeps = _sweep(
        tree.parent, impedance, grid.shunt_siemens[tree.bus], start, ordered
    )
    _refuse(state, tree.bus[place])
    return _flow(grid, tree, impedance, voltage, current, sweeps)


def _guard(grid: Grid, load_va: Complex) -> None:
    branches, buses = len(grid.from_bus), len(grid.shunt_siemens)
    if load_va.ndim != 2 or load_va.shape[1] != buses or load_va.dtype != np.complex128:
        raise ValueError(
            f"loads: expected complex128 (scenarios, {buses}), got {load_va.dtype} {load_va.shape}"
        )
    if len(grid.impedance_ohm) != branches or len(grid.source_voltage_v) != len(grid.source):
        raise ValueError("one impedance for each branch and one voltage for each source, please")
    if len(set(grid.source.tolist())) != len(grid.source):
        raise ValueError("a bus is named as a source twice")
    for column in (grid.impedance_ohm, grid.source_voltage_v, grid.shunt_siemens, load_va):
        if not np.isfinite(column).all():
            raise ValueError("impedances, voltages, shunts and loads are finite numbers")
    if not np.abs(grid.source_voltage_v).all():
        raise ValueError("a source has no voltage")


def _at(column: Complex, index: Int64) -> Complex:
    """Return the elements, whatever stands for those the caller throws away."""
    return column[index] if len(column) else np.zeros(len(index), dtype=np.complex128)


def _refuse(state: Int64, bus: Int64) -> None:
    wrong = np.flatnonzero(state != DONE)
    if len(wrong):
        first = int(wrong[0])
        raise (Collapse if state[first] == COLLAPSED else NotConverged)(first, int(bus[first]))


def _flow(
    grid: Grid, tree: Tree, impedance: Complex, voltage: Complex, current: Complex, sweeps: Int64
) -> Flow:
    """Bring the figures of the positions back to buses and branches as they were given."""
    scenarios, branches = len(voltage), len(grid.from_bus)
    sources = len(grid.source)
    below = slice(sources, None)
    upper = voltage[:, tree.parent[below]]
    through, branch = current[:, below], tree.branch[below]
    loss_va = np.zeros((scenarios, branches), dtype=np.complex128)
    sent_va, current_a = np.zeros_like(loss_va), np.zeros((scenarios, branches))
    loss_va[:, branch] = impedance[below] * np.abs(through) ** 2
    sent_va[:, branch] = np.where(
        tree.forward[below], upper * through.conj(), -voltage[:, below] * through.conj()
    )
    current_a[:, branch] = np.abs(through) / np.sqrt(3)
    at_bus = np.empty_like(voltage)
    at_bus[:, tree.bus] = voltage
    source_va = voltage[:, :sources] * current[:, :sources].conj()
    return Flow(at_bus, sent_va, loss_va, current_a, source_va, sweeps)


@njit(cache=True)
def _sweep(
    parent: Int64, impedance: Complex, shunt: Complex, start: Complex, load: Complex
) -> tuple[Complex, Complex, Int64, Int64, Int64]:
    """Return voltage and feeding current of each position, how each scenario ended, where, after how many sweeps."""
    scenarios, buses = load.shape
    voltage = np.empty((scenarios, buses), dtype=np.complex128)
    current = np.empty((scenarios, buses), dtype=np.complex128)
    state = np.full(scenarios, RESTLESS, dtype=np.int64)
    place = np.zeros(scenarios, dtype=np.int64)
    sweeps = np.zeros(scenarios, dtype=np.int64)
    rest = AT_REST * np.abs(start).max()
    for k in range(scenarios):
        v, i = voltage[k], current[k]
        v[:] = start
        for sweep in range(MAXIMUM_SWEEPS):
            _gather(parent, shunt, load[k], v, i)
            if state[k] == DONE:
                break  # this last gathering makes the currents those of the voltages at rest
            moved, place[k] = _spread(parent, impedance, start, v, i)
            sweeps[k] = sweep + 1
            if moved == np.inf:
                break
            if moved <= rest:
                state[k] = DONE
        # At rest or not: with such a voltage it is no state a network is run in, and where it is says more than that.
        for p in range(buses):
            if not abs(v[p]) >= LOWEST_SHARE * abs(start[p]):
                state[k], place[k] = COLLAPSED, p
                break
    return voltage, current, state, place, sweeps


@njit(cache=True, inline="always")
def _spread(parent: Int64, impedance: Complex, start: Complex, v: Complex, i: Complex) -> tuple[float, int]:
    """Forward: the voltage of each bus from the one that feeds it; the longest step and where, infinite at nothing."""
    moved, place = 0.0, 0
    for p in range(len(parent)):
        if parent[p] < 0:
            continue
        new = v[parent[p]] - impedance[p] * i[p]
        step = abs(new - v[p])
        if not step <= moved:
            moved, place = step, p
        v[p] = new
        if not abs(new) > 1e-3 * abs(start[p]):
            return np.inf, p
    return moved, place


@njit(cache=True, inline="always")
def _gather(parent: Int64, shunt: Complex, load: Complex, v: Complex, i: Complex) -> None:
    """Backward: the current of each bus, and with it all that it feeds."""
    buses = len(parent)
    for p in range(buses):
        i[p] = (load[p] / v[p]).conjugate() + shunt[p] * v[p]
    for p in range(buses - 1, -1, -1):
        if parent[p] >= 0:
            i[parent[p]] += i[p]
