"""Slow twin of the balanced sweep: no tree, no sweep: Newton's steps on the admittance matrix of the whole network."""

from __future__ import annotations

import numpy as np

from diansuo.core.powerflow import Grid
from diansuo.core.powerflow.balanced import Complex


def admittance(grid: Grid) -> Complex:
    """Return the matrix that makes currents of voltages."""
    matrix = np.diag(grid.shunt_siemens).astype(np.complex128)
    for here, there, closed, ohm in zip(
        grid.from_bus, grid.to_bus, grid.closed, grid.impedance_ohm, strict=True
    ):
        if closed:
            for a, b in ((here, there), (there, here)):
                matrix[a, a] += 1 / ohm
                matrix[a, b] -= 1 / ohm
    return matrix


def voltages(grid: Grid, load_va: Complex) -> Complex:
    """Return the voltage of each bus in one scenario, from a flat start."""
    matrix = admittance(grid)
    voltage = np.full(len(load_va), grid.source_voltage_v[0])
    voltage[grid.source] = grid.source_voltage_v
    free = np.setdiff1d(np.arange(len(load_va)), grid.source)
    for _ in range(30):
        # Real and imaginary part apart: the current of a constant power is no analytic function of its voltage.
        wrong = (matrix @ voltage + (load_va / voltage).conj())[free]
        slope, mirror = matrix[np.ix_(free, free)], np.diag(-(load_va / voltage**2).conj()[free])
        jacobian = np.block(
            [
                [(slope + mirror).real, (mirror - slope).imag],
                [(slope + mirror).imag, (slope - mirror).real],
            ]
        )
        step = np.linalg.solve(jacobian, np.concatenate((wrong.real, wrong.imag)))
        voltage[free] -= step[: len(free)] + 1j * step[len(free) :]
    return voltage
