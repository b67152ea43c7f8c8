"""The energy a bill charges: what was read, with the losses, less what others have taken, and never below zero."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.energy.findings import EnergyCode, SettledEnergy, findings_at, in_row_order
from diansuo.core.quantity.arrays import Int64, require


def settled_energy(
    read_wh: Int64,
    *,
    transformer_loss_wh: Int64,
    line_loss_wh: Int64,
    deducted_wh: Int64,
    corrected_wh: Int64,
) -> SettledEnergy:
    """Sum what makes the settled energy (结算电量): read + losses − deducted + correction.

    Args:
        read_wh: int64 (rows,), read energy, Wh; or all of it a fixed quantity or ratio.
        transformer_loss_wh: int64 (rows,), transformer loss, Wh.
        line_loss_wh: int64 (rows,), line loss, Wh.
        deducted_wh: int64 (rows,), energy of sub-meters, parts and supplied customers, Wh, taken off.
        corrected_wh: int64 (rows,), energy to back-bill (positive) or refund (negative) in this bill, Wh.

    Returns:
        SettledEnergy; held is ``negative_settled_energy``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.2, §6.3; docs/rules/settled-energy.md.
    """
    parts = {
        "read_wh": read_wh,
        "transformer_loss_wh": transformer_loss_wh,
        "line_loss_wh": line_loss_wh,
        "deducted_wh": deducted_wh,
        "corrected_wh": corrected_wh,
    }
    require(np.int64, **parts)
    settled = read_wh + transformer_loss_wh + line_loss_wh - deducted_wh + corrected_wh
    held = settled < 0
    found = findings_at(held, EnergyCode.NEGATIVE_SETTLED_ENERGY, settled_wh=settled, **parts)
    return SettledEnergy(np.where(held, 0, settled), held, in_row_order(found))
