"""Loss of a dedicated line (专线线损) whose meter stands at the customer's end."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.energy.findings import EnergyCode, SettledEnergy, findings_at, in_row_order
from diansuo.core.metering.energy.transformer_loss import PPM
from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.wide import quotient


def line_losses(
    energy_wh: Int64, transformer_loss_wh: Int64, ratio_ppm: Int64, *, step_wh: int
) -> SettledEnergy:
    """Loss of the customer's own line: agreed percent × (read + transformer loss), step id ``line-loss``.

    What is settled is ``(read + transformer loss) × (1 + ratio)``. Reactive energy alike, in varh.

    Args:
        energy_wh: int64 (rows,), read energy, Wh.
        transformer_loss_wh: int64 (rows,), Wh; 0 where the meter stands on the high side.
        ratio_ppm: int64 (rows,), millionths: 3 % is 30000; 0 for no line loss, negative where it is not known.
        step_wh: precision of the loss, halves away from zero.

    Returns:
        SettledEnergy, the loss alone; held are ``negative_energy`` and ``no_agreed_terms``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.3 (published example: (抄见+变损) × (1+3%)); docs/rules/settled-energy.md.
    """
    require(np.int64, energy_wh=energy_wh, transformer_loss_wh=transformer_loss_wh, ratio_ppm=ratio_ppm)
    negative = (energy_wh < 0) | (transformer_loss_wh < 0)
    unknown = ~negative & (ratio_ppm < 0)
    held = negative | unknown
    through = np.where(held, 0, energy_wh + transformer_loss_wh)
    return SettledEnergy(
        quotient([through, ratio_ppm], [PPM], rounding="half_away", step=step_wh),
        held,
        in_row_order(
            findings_at(
                negative,
                EnergyCode.NEGATIVE_ENERGY,
                active_wh=energy_wh,
                transformer_loss_wh=transformer_loss_wh,
            ),
            findings_at(unknown, EnergyCode.NO_AGREED_TERMS, ratio_ppm=ratio_ppm),
        ),
    )
