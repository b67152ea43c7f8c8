"""Impedances of three phases as 3 × 3 matrices: of sequences, with the neutral folded in, of the transformer."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Complex = npt.NDArray[np.complex128]


def from_sequence(positive_ohm: complex, zero_ohm: complex) -> Complex:
    """Return the matrix of a line or transformer that is alike in all phases: ``(Z0 − Z1)/3`` between phases."""
    mutual = (zero_ohm - positive_ohm) / 3
    return np.full((3, 3), mutual, dtype=np.complex128) + np.eye(3) * positive_ohm


def neutral_returns_all(four_wire_ohm: Complex) -> Complex:
    """Return the matrix for voltages to the local neutral where all current comes back by it.

    Args:
        four_wire_ohm: complex128 (4, 4), the neutral last, earthed at the source alone: ``In = −(Ia + Ib + Ic)``.
    """
    z = four_wire_ohm
    return np.asarray(z[:3, :3] - z[:3, 3:] - z[3:, :3] + z[3, 3], dtype=np.complex128)


def neutral_earthed_throughout(four_wire_ohm: Complex) -> Complex:
    """Return the matrix where the neutral is at earth's potential at every bus (Kron).

    Args:
        four_wire_ohm: complex128 (4, 4), the neutral last, with earth return (Carson).
    """
    z = four_wire_ohm
    return np.asarray(z[:3, :3] - z[:3, 3:] @ z[3:, :3] / z[3, 3], dtype=np.complex128)


def upstream_of_delta(positive_ohm: complex) -> Complex:
    """Return what the network above a Dyn transformer adds, Ω of the low side: no zero sequence passes the delta."""
    return from_sequence(positive_ohm, 0)


def dyn_transformer(
    rated_va: float, low_side_v: float, short_circuit_share: float, load_loss_w: float
) -> Complex:
    """Return the series impedance of a Dyn transformer seen from its low side; its zero sequence is its positive one.

    Args:
        rated_va: of the three phases.
        low_side_v: between phases.
        short_circuit_share: impedance voltage, 0.04 for 4 %.
        load_loss_w: at rated current.

    Raises:
        ValueError: the loss alone asks for more than the impedance voltage.
    """
    base = low_side_v**2 / rated_va
    resistance = load_loss_w / rated_va
    if not 0 <= resistance <= short_circuit_share:
        raise ValueError("the load loss does not fit the impedance voltage")
    reactance = (short_circuit_share**2 - resistance**2) ** 0.5
    ohm = base * complex(resistance, reactance)
    return from_sequence(ohm, ohm)


def no_load_siemens(no_load_loss_w: float, low_side_v: float) -> complex:
    """Return the shunt of each phase that draws the no-load loss at rated voltage; its reactive part is left out."""
    return complex(no_load_loss_w / low_side_v**2, 0)
