"""The arrays the loops of commercial bills read and write: schedules, rows, amounts and lines."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from diansuo.core.quantity.arrays import Int16, Int32, Int64
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.tariff.commercial.columns import CapacityMethod

Grid = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int16]

ALL_BANDS: Final = BANDS
"""Index of the energy of all periods together, after those of the periods."""
FLAT: Final = int(Band.FLAT)
BY_CAPACITY: Final = int(CapacityMethod.CAPACITY)
BY_CONTRACT: Final = int(CapacityMethod.CONTRACT_DEMAND)
EXTRA_SLOTS: Final = 3
"""After the slots of energy: the charge, its excess, the adjustment."""
CHARGES: Final = 2


class Tables(NamedTuple):
    """The schedules as the kernel reads them: S schedules, up to L slots for lines of energy.

    Attributes:
        energy_step_wh: int64 (S,), precision of settled energy.
        reads_bands: bool (S,), whether energy by period is settled.
        slot_count: int64 (S,), slots in use.
        price_nano: int64 (S, L).
        component: int16 (S, L + 3), 0 where a slot is not in use.
        band: int64 (S, L + 3), ``ALL_BANDS`` where the line is about no period.
        adjusted: int64 (S, L), 1 where the power factor adjusts the line, else 0.
        own: bool (S, L), where the row's own price holds.
        plain: bool (S,), whether no price is an own one, negative, or 1.07 yuan and more.
        rule: int16 (S, L + 3), index of the entry that gives the price.
        method: int16 (S,), :class:`CapacityMethod`; 0 without a charge.
        charge_price_nano: int64 (S, 2), plain and with the discount.
        excess_price_nano: int64 (S, 2), likewise.
        over_millionths: int64 (S,).
        floor_millionths: int64 (S,).
        discount_energy_wh: int64 (S,), Wh per kVA; -1 without a discount.
        has_factor: bool (S,).
        rates: int64 (S, 101), units of 0.01 %.
    """

    energy_step_wh: Int64
    reads_bands: Flags
    slot_count: Int64
    price_nano: Grid
    component: Codes
    band: Grid
    adjusted: Grid
    own: Flags
    plain: Flags
    rule: Codes
    method: Int16
    charge_price_nano: Grid
    excess_price_nano: Grid
    over_millionths: Int64
    floor_millionths: Int64
    discount_energy_wh: Int64
    has_factor: Flags
    rates: Grid


class Rows(NamedTuple):
    """The rows as the kernel reads them: ``schedule`` int32, -1 for a row to leave alone, and columns of the input.

    ``own_price_nano`` is int64 (rows, 6): by period and, last, for all energy, with the ratios already in.
    """

    schedule: Int32
    energy_wh: Int64
    band_wh: Grid
    own_price_nano: Grid
    active_wh: Int64
    reactive_varh: Int64
    capacity_va: Int64
    capacity_va_days: Int64
    demand_days: Int64
    month_days: Int64
    contract_demand_w: Int64
    demand_w: Int64
    month_energy_wh: Int64


class Output(NamedTuple):
    """What the first pass writes.

    ``amount_fen`` is int64 (rows, L + 3); ``charge_quantity`` and ``charge_price_nano`` are int64 (rows, 2), the charge
    and its excess, 0 beforehand; the others as in ``CommercialBills``.
    """

    amount_fen: Grid
    charge_quantity: Grid
    charge_price_nano: Grid
    total_fen: Int64
    settled_wh: Int64
    power_factor: Int16
    adjustment_rate: Int64
    adjusted_fen: Int64


class LineColumns(NamedTuple):
    """The columns of ``CommercialLines``, to be written."""

    row: Int64
    sequence: Int16
    component: Int16
    band: Int16
    quantity: Int64
    days: Int16
    price_nano: Int64
    amount_fen: Int64
    remainder_wh: Int64
    rule: Int16
