"""Maximum demand in transfer supply (转供): the demand of the supplied, by their shifts, off the supplier's own."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.energy.band_allocation import require_groups
from diansuo.core.metering.energy.findings import EnergyCode, SettledEnergy, findings_at, in_row_order
from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.wide import quotient


def supplied_demand_w(supplied_wh: Int64, hours: Int64, *, step_w: int) -> SettledEnergy:
    """Demand that the energy of a supplied customer stands for (step id ``transfer-demand``).

    So many kWh a month stand for 1 kW: 180 for one shift, 360 for two, 540 for three, 270 for agriculture (old
    rules). kWh per kW are hours.

    Args:
        supplied_wh: int64 (rows,), energy of the supplied in the month, Wh.
        hours: int64 (rows,), kWh that stand for 1 kW; not positive where it is not known.
        step_w: precision of the demand, halves away from zero.

    Returns:
        SettledEnergy whose ``energy_wh`` are watts; held are ``negative_energy`` and ``no_transfer_hours``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.3 (旧规, 转供折算) [K]; docs/rules/settled-energy.md.
    """
    require(np.int64, supplied_wh=supplied_wh, hours=hours)
    negative = supplied_wh < 0
    unknown = ~negative & (hours <= 0)
    energy = np.where(negative | unknown, 0, supplied_wh)
    demand = quotient([energy], [np.maximum(hours, 1)], rounding="half_away", step=step_w)
    return SettledEnergy(
        demand,
        negative | unknown,
        in_row_order(
            findings_at(negative, EnergyCode.NEGATIVE_ENERGY, active_wh=supplied_wh),
            findings_at(unknown, EnergyCode.NO_TRANSFER_HOURS, active_wh=supplied_wh, hours=hours),
        ),
    )


def less_supplied_demand_w(supplier_w: Int64, supplied_w: Int64, *, supplier_of: Int64) -> SettledEnergy:
    """Maximum demand of a supplier less that of those it supplies, never below zero.

    Args:
        supplier_w: int64 (suppliers,), maximum demand, W.
        supplied_w: int64 (rows,), demand of the supplied (:func:`supplied_demand_w`), W.
        supplier_of: int64 (rows,), row of the supplier.

    Returns:
        SettledEnergy whose ``energy_wh`` are watts; held is ``supplied_demand_exceeds_supplier``; rows are suppliers.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a supplied customer of no supplier.

    Source: domain.md §6.3 [K]; docs/rules/settled-energy.md.
    """
    require(np.int64, supplier_w=supplier_w)
    require(np.int64, supplied_w=supplied_w, supplier_of=supplier_of)
    require_groups(supplier_of, len(supplier_w))
    taken = np.zeros(len(supplier_w), dtype=np.int64)
    np.add.at(taken, supplier_of, supplied_w)
    held = taken > supplier_w
    found = findings_at(
        held, EnergyCode.SUPPLIED_DEMAND_EXCEEDS_SUPPLIER, supplier_w=supplier_w, supplied_w=taken
    )
    return SettledEnergy(np.where(held, 0, supplier_w - taken), held, in_row_order(found))
