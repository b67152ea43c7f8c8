"""The fused loops of commercial bills that price every row; :mod:`kernel_lines` writes the lines; compiled by numba.

Nothing here looks anything up or refuses anything: :mod:`resolve` and :mod:`faults` have done both. Bounds that keep
int64 exact: energy at most 4 TWh a row and whole kWh x price below 2**63 for every price of its schedule; capacity and
demand at most 10^12 VA or W, their prices below 8000 yuan; a rate at most 200 %. The sum a rate is applied to then lies
below 4 x 10^14 fen. The order of the arithmetic is that of docs/rules/commercial-prices.md.

The loops take the columns out of their tuples once, at the top: reaching into a tuple of arrays in every row would cost
more than all the arithmetic.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit

from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.band import BANDS
from diansuo.core.quantity.money import ONE_LIMB_ENERGY_WH, PRODUCT_PER_FEN, amount_fen_half_away
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.tariff.commercial.capacity import charge_fen
from diansuo.core.tariff.commercial.columns import NO_POWER_FACTOR
from diansuo.core.tariff.commercial.demand import charged_demand_of, earns_discount, excess_of
from diansuo.core.tariff.commercial.kernel_columns import (
    ALL_BANDS,
    BY_CAPACITY,
    BY_CONTRACT,
    FLAT,
    Grid,
    Output,
    Rows,
    Tables,
)
from diansuo.core.tariff.commercial.power_factor import RATE_UNITS, power_factor_of
from diansuo.core.tariff.kernel import settle_wh

BLOCK_ROWS: Final = 2048
"""Rows that go through all three loops before the next ones do: what one loop wrote is still near for the next."""
# Without a sign a division by a constant is one multiplication and a shift.
PER_FEN: Final = np.uint64(PRODUCT_PER_FEN)
HALF_FEN: Final = np.uint64(PRODUCT_PER_FEN // 2)


@njit(cache=True)
def charge_rows(rows: Rows, tables: Tables, out: Output, first: int, last: int) -> None:
    """Write quantity, price and amount of the charge of every row, and of what lies above 105 % of a contract demand.

    The quantities are VA-days or W-days, the prices those of a month.
    """
    schedule, month_days, method = rows.schedule, rows.month_days, tables.method
    capacity_va, capacity_va_days = rows.capacity_va, rows.capacity_va_days
    contract_w, demand_w, demand_days = rows.contract_demand_w, rows.demand_w, rows.demand_days
    month_energy_wh, discount_energy_wh = rows.month_energy_wh, tables.discount_energy_wh
    price_nano, excess_price_nano = tables.charge_price_nano, tables.excess_price_nano
    over_millionths, floor_millionths = tables.over_millionths, tables.floor_millionths
    amount_fen, quantity, price = out.amount_fen, out.charge_quantity, out.charge_price_nano
    slot = tables.price_nano.shape[1]
    for row in range(first, last):
        table = schedule[row]
        if table < 0 or method[table] == 0:
            continue
        charged, excess, discounted = capacity_va_days[row], 0, 0
        if method[table] != BY_CAPACITY:
            if earns_discount(month_energy_wh[row], capacity_va[row], discount_energy_wh[table]):
                discounted = 1
            of_what = contract_w[row] if method[table] == BY_CONTRACT else demand_w[row]
            charged = charged_demand_of(of_what, capacity_va[row], floor_millionths[table])
            if method[table] == BY_CONTRACT:
                excess = excess_of(demand_w[row], charged, over_millionths[table]) * demand_days[row]
            charged *= demand_days[row]
        quantity[row, 0] = charged
        price[row, 0] = price_nano[table, discounted]
        amount_fen[row, slot] = charge_fen(charged, price[row, 0], month_days[row])
        quantity[row, 1] = excess
        if excess != 0:
            price[row, 1] = excess_price_nano[table, discounted]
            amount_fen[row, slot + 1] = charge_fen(excess, price[row, 1], month_days[row])


@njit(cache=True, inline="always")
def settle_bands(
    row: int, energy_wh: Int64, band_wh: Grid, step_wh: int, reads_bands: bool, quantity_wh: Int64
) -> None:
    """Settle the energies of a row: the total, each period, and flat as the rest (step id ``flat-remainder``).

    Where roundings alone would push flat below 0, the largest other period gives what is missing.
    """
    rest = settle_wh(energy_wh[row], step_wh)
    quantity_wh[ALL_BANDS] = rest
    if not reads_bands:
        return
    for band in range(BANDS):
        if band != FLAT:
            quantity_wh[band] = settle_wh(band_wh[row, band], step_wh)
            rest -= quantity_wh[band]
    quantity_wh[FLAT] = max(rest, 0)
    while rest < 0:
        largest = 0
        for band in range(BANDS):
            if quantity_wh[band] > quantity_wh[largest]:
                largest = band
        taken = min(quantity_wh[largest], -rest)
        quantity_wh[largest] -= taken
        rest += taken


@njit(cache=True)
def factor_rows(rows: Rows, tables: Tables, out: Output, first: int, last: int) -> None:
    """Write the power factor of every row that has a standard.

    A loop of its own: the search waits for its own products, and only short rows let the next one begin meanwhile.
    """
    schedule, active_wh, reactive_varh = rows.schedule, rows.active_wh, rows.reactive_varh
    has_factor, power_factor = tables.has_factor, out.power_factor
    for row in range(first, last):
        if schedule[row] >= 0 and has_factor[schedule[row]]:
            power_factor[row] = power_factor_of(active_wh[row], reactive_varh[row])


@njit(cache=True, inline="always")
def charge_plain(
    row: int,
    table: int,
    slots: int,
    quantity_wh: Int64,
    band_of: Grid,
    price_nano: Grid,
    adjusts: Grid,
    amount_fen: Grid,
) -> tuple[int, int, int]:
    """Charge energies below 4.29 GWh at prices of a plain schedule: nothing negative, and one division each.

    Returns:
        The sum of the amounts, that of those the power factor adjusts, and how many have a quantity.
    """
    total: Any = 0
    adjusted: Any = 0
    present = 0
    for slot in range(slots):
        quantity = quantity_wh[band_of[table, slot]]
        product = np.uint64(quantity) * np.uint64(price_nano[table, slot])
        amount = np.int64((product + HALF_FEN) // PER_FEN)
        amount_fen[row, slot] = amount
        total += amount
        adjusted += amount * adjusts[table, slot]
        present += quantity != 0
    return total, adjusted, present


@njit(cache=True)
def sum_rows(rows: Rows, tables: Tables, out: Output, first: int, last: int) -> int:
    """Charge the energy of every row and add everything up, after :func:`charge_rows` and :func:`factor_rows`.

    Returns:
        The number of lines with a quantity, and of adjustments.
    """
    schedule, energy_wh, band_wh = rows.schedule, rows.energy_wh, rows.band_wh
    own_price_nano = rows.own_price_nano
    energy_step_wh, reads_bands, slot_count = tables.energy_step_wh, tables.reads_bands, tables.slot_count
    price_nano, band_of, adjusts, own = tables.price_nano, tables.band, tables.adjusted, tables.own
    plain = tables.plain
    has_factor, rates, method = tables.has_factor, tables.rates, tables.method
    amount_fen, total_fen, settled_wh = out.amount_fen, out.total_fen, out.settled_wh
    charge_quantity, power_factor = out.charge_quantity, out.power_factor
    adjustment_rate, adjusted_fen = out.adjustment_rate, out.adjusted_fen
    lines = 0
    quantity_wh = np.zeros(BANDS + 1, np.int64)
    slots = price_nano.shape[1]
    for row in range(first, last):
        table = schedule[row]
        if table < 0:
            continue
        settle_bands(row, energy_wh, band_wh, energy_step_wh[table], reads_bands[table], quantity_wh)
        if plain[table] and quantity_wh[ALL_BANDS] < ONE_LIMB_ENERGY_WH:
            total, adjusted, present = charge_plain(
                row, table, slot_count[table], quantity_wh, band_of, price_nano, adjusts, amount_fen
            )
            lines += present
        else:
            total = 0
            adjusted = 0
            for slot in range(slot_count[table]):
                band = band_of[table, slot]
                price = own_price_nano[row, band] if own[table, slot] else price_nano[table, slot]
                amount = amount_fen_half_away(quantity_wh[band], price)
                amount_fen[row, slot] = amount
                total += amount
                adjusted += amount * adjusts[table, slot]
                lines += quantity_wh[band] != 0
        if method[table] != 0:
            charge = amount_fen[row, slots] + amount_fen[row, slots + 1]
            total += charge
            adjusted += charge
            lines += (charge_quantity[row, 0] != 0) + (charge_quantity[row, 1] != 0)
        if has_factor[table]:
            factor = power_factor[row]
            rate = rates[table, factor] if factor != NO_POWER_FACTOR else 0
            amount = round_half_away(adjusted * rate, RATE_UNITS)
            amount_fen[row, slots + 2] = amount
            adjustment_rate[row] = rate
            adjusted_fen[row] = adjusted
            total += amount
            lines += factor != NO_POWER_FACTOR
        total_fen[row] = total
        settled_wh[row] = quantity_wh[ALL_BANDS]
    return lines


@njit(cache=True)
def price_rows(rows: Rows, tables: Tables, out: Output) -> int:
    """Price every row whose schedule is not negative; the arrays of ``out`` are written.

    Returns:
        The number of lines with a quantity, and of adjustments: what :func:`write_lines` will write.
    """
    lines = 0
    for first in range(0, len(rows.schedule), BLOCK_ROWS):
        last = min(first + BLOCK_ROWS, len(rows.schedule))
        charge_rows(rows, tables, out, first, last)
        factor_rows(rows, tables, out, first, last)
        lines += sum_rows(rows, tables, out, first, last)
    return lines
