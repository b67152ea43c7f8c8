"""The flow of a radial network in which the three phases differ: single-phase loads, neutral, transformer at the head.

Voltages are from a phase to the neutral. Page: docs/rules/power-flow.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from diansuo.core.powerflow.problems import Collapse, NotConverged
from diansuo.core.powerflow.reduction import Reduced, reduce_series
from diansuo.core.powerflow.three_phase_kernel import sweep
from diansuo.core.powerflow.tree import Tree, grow
from diansuo.core.powerflow.wires import string
from diansuo.core.quantity.arrays import Int64

Complex = npt.NDArray[np.complex128]
Float = npt.NDArray[np.float64]

# The sweep is at rest when no voltage moves by more than this share of the source's.
AT_REST = 1e-9
# What the source gives less what is drawn and lost, as a share of all that is drawn: above it no flow is reported.
BALANCE = 1e-7
LOWEST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class PhaseGrid:
    """A radial network as columns: B branches, all closed, N buses, one source.

    Attributes:
        from_bus: int64 (B,).
        to_bus: int64 (B,).
        impedance_ohm: complex128 (B, 3, 3), the neutral folded in (`conductors`).
        source: the bus whose voltage is given.
        source_voltage_v: complex128 (3,), phase to neutral, or (K, 3) where each scenario has its own.
        shunt_siemens: complex128 (N,), of each phase.
    """

    from_bus: Int64
    to_bus: Int64
    impedance_ohm: Complex
    source: int
    source_voltage_v: Complex
    shunt_siemens: Complex


@dataclass(frozen=True, slots=True)
class PhaseLoss:
    """What K scenarios lose.

    Attributes:
        source_phase_va: complex128 (K, 3), what goes in by each phase.
        loss_va: complex128 (K,), of all branches, from their currents.
        shunt_va: complex128 (K,).
        residual: float64 (K,), |source − load − loss − shunt| as a share of what is drawn.
        lowest_v: float64 (K,), at a load; infinite where there is none.
        lowest_load: int64 (K,), which load that is.
        sweeps: int64 (K,).
    """

    source_phase_va: Complex
    loss_va: Complex
    shunt_va: Complex
    residual: Float
    lowest_v: Float
    lowest_load: Int64
    sweeps: Int64

    @property
    def source_va(self) -> Complex:
        """Return what goes in by all phases, complex128 (K,)."""
        return np.asarray(self.source_phase_va.sum(axis=1), dtype=np.complex128)


@dataclass(frozen=True, slots=True)
class PhaseFlow:
    """The whole flow of K scenarios.

    Attributes:
        total: the sums.
        voltage_v: complex128 (K, N, 3).
        current_a: complex128 (K, B, 3), away from the source.
        neutral_a: float64 (K, B), what comes back by neutral and earth.
        loss_va: complex128 (K, B), phases and neutral.
    """

    total: PhaseLoss
    voltage_v: Complex
    current_a: Complex
    neutral_a: Float
    loss_va: Complex


def phase_losses(grid: PhaseGrid, load_bus: Int64, load_phase: Int64, load_va: Complex) -> PhaseLoss:
    """Return what each scenario loses; nothing is kept for each branch, so that a year of an area fits in memory.

    Args:
        grid: the network.
        load_bus: int64 (L,).
        load_phase: int64 (L,), 0, 1, 2.
        load_va: complex128 (K, L), constant power; what a generator feeds in is negative.

    Raises:
        LoopFound: the branches make a ring.
        IslandFound: a bus has no path to the source.
        Collapse: the voltage of a load falls below half of the source's, in the scenario named.
        NotConverged: a sweep does not come to rest or its powers do not balance.
        ValueError: a figure is not finite, or the columns do not fit each other.
    """
    return _solve(grid, load_bus, load_phase, load_va, keep=False)[0]


def solve_three_phase(grid: PhaseGrid, load_bus: Int64, load_phase: Int64, load_va: Complex) -> PhaseFlow:
    """Return the flow of every branch and bus; arguments and errors as `phase_losses`."""
    total, tree, reduced, impedance, kept_current = _solve(grid, load_bus, load_phase, load_va, keep=True)
    scenarios, places = len(load_va), len(tree.bus)
    through = kept_current[:, reduced.carrier]
    through[:, reduced.carrier < 0] = 0
    drop = np.einsum("pij,kpj->kpi", impedance, through)
    ordered = np.empty((scenarios, places, 3), dtype=np.complex128)
    ordered[:, 0] = grid.source_voltage_v
    for p in range(1, places):
        ordered[:, p] = ordered[:, tree.parent[p]] - drop[:, p]
    voltage = np.empty_like(ordered)
    voltage[:, tree.bus] = ordered
    current = np.zeros((scenarios, places - 1, 3), dtype=np.complex128)
    current[:, tree.branch[1:]] = through[:, 1:]
    loss = np.zeros((scenarios, places - 1), dtype=np.complex128)
    loss[:, tree.branch[1:]] = (drop * through.conj()).sum(axis=2)[:, 1:]
    return PhaseFlow(total, voltage, current, np.abs(current.sum(axis=2)), loss)


def _solve(
    grid: PhaseGrid, load_bus: Int64, load_phase: Int64, load_va: Complex, *, keep: bool
) -> tuple[PhaseLoss, Tree, Reduced, Complex, Complex]:
    _guard(grid, load_bus, load_phase, load_va)
    buses, closed = len(grid.shunt_siemens), np.ones(len(grid.from_bus), dtype=np.bool_)
    tree = grow(buses, grid.from_bus, grid.to_bus, closed, np.array([grid.source], dtype=np.int64))
    impedance = np.zeros((buses, 3, 3), dtype=np.complex128)
    impedance[1:] = grid.impedance_ohm[tree.branch[1:]]
    position = np.empty(buses, dtype=np.int64)
    position[tree.bus] = np.arange(buses)
    pinned = grid.shunt_siemens[tree.bus] != 0
    pinned[position[load_bus]] = True
    reduced = reduce_series(tree, impedance, pinned)
    index = np.full(buses, -1, dtype=np.int64)
    index[reduced.kept] = np.arange(len(reduced.kept))
    shunts = np.flatnonzero(grid.shunt_siemens[tree.bus])
    drawn = np.zeros((len(reduced.kept), 3), dtype=np.bool_)
    drawn[index[position[load_bus]], load_phase] = drawn[index[shunts]] = True
    wires = string(reduced, drawn)
    source_v = np.ascontiguousarray(np.broadcast_to(grid.source_voltage_v, (len(load_va), 3)))
    highest = np.abs(source_v).max(axis=1)
    given, loss, shunt, lowest, lowest_load, sweeps, on_wires = sweep(
        wires.first, wires.parent, wires.own, wires.common, wires.extra_first, wires.other, wires.extra,
        wires.index[index[position[load_bus]], load_phase], np.ascontiguousarray(load_va),
        wires.index[index[shunts]].reshape(-1), np.repeat(grid.shunt_siemens[tree.bus][shunts], 3), source_v,
        AT_REST * highest.max(initial=0), keep,
    )  # fmt: skip
    missing = np.abs(given.sum(axis=1) - load_va.sum(axis=1) - loss - shunt)
    size = np.abs(load_va).sum(axis=1) + np.abs(shunt)
    residual = missing / np.where(size > 0, size, 1)
    total = PhaseLoss(given, loss, shunt, residual, lowest, lowest_load, sweeps)
    _refuse(total, highest, load_bus, grid.source)
    current = np.zeros((len(on_wires), len(reduced.kept), 3), dtype=np.complex128)
    current[:, wires.index >= 0] = on_wires
    return total, tree, reduced, impedance, current


def _guard(grid: PhaseGrid, load_bus: Int64, load_phase: Int64, load_va: Complex) -> None:
    buses = len(grid.shunt_siemens)
    if load_va.ndim != 2 or load_va.dtype != np.complex128 or load_va.shape[1] != len(load_bus):
        raise ValueError(
            f"loads: complex128 (scenarios, {len(load_bus)}), got {load_va.dtype} {load_va.shape}"
        )
    if len(load_phase) != len(load_bus) or not np.isin(load_phase, (0, 1, 2)).all():
        raise ValueError("each load has a phase 0, 1 or 2")
    if not ((load_bus >= 0) & (load_bus < buses)).all():
        raise ValueError(f"a load names a bus outside 0 … {buses - 1}")
    voltages = ((3,), (len(load_va), 3))
    if grid.impedance_ohm.shape != (len(grid.from_bus), 3, 3) or grid.source_voltage_v.shape not in voltages:
        raise ValueError("one 3 × 3 impedance for each branch and three voltages of the source, please")
    for column in (grid.impedance_ohm, grid.source_voltage_v, grid.shunt_siemens, load_va):
        if not np.isfinite(column).all():
            raise ValueError("impedances, voltages, shunts and loads are finite numbers")
    if not np.abs(grid.source_voltage_v).all():
        raise ValueError("a phase of the source has no voltage")


def _refuse(total: PhaseLoss, highest: Float, load_bus: Int64, source: int) -> None:
    """Raise for the first scenario without a flow, naming the bus of its lowest load."""
    low = ~(total.lowest_v >= LOWEST_SHARE * highest)
    wrong = np.flatnonzero(low | (total.sweeps < 0) | ~(total.residual <= BALANCE))
    if len(wrong):
        first = int(wrong[0])
        bus = int(load_bus[total.lowest_load[first]]) if len(load_bus) else source
        raise (Collapse if low[first] else NotConverged)(first, bus)
