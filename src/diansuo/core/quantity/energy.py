"""Exact energy: int64 Wh inside, kWh as ``Decimal`` at the edge, and the rounding to what is settled."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.money import WH_PER_KWH, scaled
from diansuo.core.quantity.rounding import to_multiple_half_away

HUNDREDTH_KWH_WH: Final = 10
WHOLE_KWH_WH: Final = 1000


def wh_from_kwh(kwh: Decimal | str) -> int:
    """Convert kWh to Wh exactly: ``"162.35"`` -> 162350.

    Raises:
        ValueError: not a number, or finer than a Wh.
    """
    return scaled(kwh, WH_PER_KWH, "kWh", "Wh")


def kwh_from_wh(energy_wh: int) -> Decimal:
    """Convert Wh to kWh without trailing zeros beyond the second decimal: 162350 -> ``Decimal("162.35")``."""
    wh = int(energy_wh)
    return Decimal(wh).scaleb(-3) if wh % HUNDREDTH_KWH_WH else Decimal(wh // HUNDREDTH_KWH_WH).scaleb(-2)


def round_energy_wh(energy_wh: Int64, step_wh: int) -> Int64:
    """Round energy to the precision it settles to, halves away from zero (step id ``energy-precision``).

    Args:
        energy_wh: int64 (rows,), Wh.
        step_wh: 10 for 0.01 kWh, 1000 for whole kWh (domain: settlement parameter ``energy_precision``).

    Returns:
        int64 (rows,), Wh, each a multiple of ``step_wh``.

    Raises:
        WrongColumn: not int64.
        ValueError: the step is not positive.
    """
    require(np.int64, energy_wh=energy_wh)
    return to_multiple_half_away(energy_wh, step_wh)
