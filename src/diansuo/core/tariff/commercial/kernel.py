"""The fused loops of commercial bills: one pass prices every row, a second writes its lines; compiled by numba.

Nothing here looks anything up or refuses anything: :mod:`resolve` and :mod:`faults` have done both. Bounds that keep
int64 exact: energy at most 4 TWh a row and whole kWh x price below 2**63 for every price of its schedule; capacity and
demand at most 10^12 VA or W, their prices below 8000 yuan; a rate at most 200 %. The sum a rate is applied to then lies
below 4 x 10^14 fen. The order of the arithmetic is that of docs/rules/commercial-prices.md.

The loops take the columns out of their tuples once, at the top: reaching into a tuple of arrays in every row would cost
more than all the arithmetic.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.quantity.arrays import Int16, Int32, Int64
from diansuo.core.quantity.band import BANDS, Band
from diansuo.core.quantity.money import amount_fen_half_away
from diansuo.core.quantity.rounding import round_half_away
from diansuo.core.tariff.commercial.capacity import charge_fen
from diansuo.core.tariff.commercial.columns import NO_BAND, NO_POWER_FACTOR, CapacityMethod
from diansuo.core.tariff.commercial.demand import charged_demand_of, earns_discount, excess_of
from diansuo.core.tariff.commercial.power_factor import NANO_PER_RATE_UNIT, RATE_UNITS, power_factor_of
from diansuo.core.tariff.kernel import settle_wh

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


@njit(cache=True)
def charge_rows(rows: Rows, tables: Tables, out: Output) -> None:
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
    for row in range(len(schedule)):
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
def factor_rows(rows: Rows, tables: Tables, out: Output) -> None:
    """Write the power factor of every row that has a standard.

    A loop of its own: the search waits for its own products, and only short rows let the next one begin meanwhile.
    """
    schedule, active_wh, reactive_varh = rows.schedule, rows.active_wh, rows.reactive_varh
    has_factor, power_factor = tables.has_factor, out.power_factor
    for row in range(len(schedule)):
        if schedule[row] >= 0 and has_factor[schedule[row]]:
            power_factor[row] = power_factor_of(active_wh[row], reactive_varh[row])


@njit(cache=True)
def sum_rows(rows: Rows, tables: Tables, out: Output) -> int:
    """Charge the energy of every row and add everything up, after :func:`charge_rows` and :func:`factor_rows`.

    Returns:
        The number of lines with a quantity, and of adjustments.
    """
    schedule, energy_wh, band_wh = rows.schedule, rows.energy_wh, rows.band_wh
    own_price_nano = rows.own_price_nano
    energy_step_wh, reads_bands, slot_count = tables.energy_step_wh, tables.reads_bands, tables.slot_count
    price_nano, band_of, adjusts, own = tables.price_nano, tables.band, tables.adjusted, tables.own
    has_factor, rates, method = tables.has_factor, tables.rates, tables.method
    amount_fen, total_fen, settled_wh = out.amount_fen, out.total_fen, out.settled_wh
    charge_quantity, power_factor = out.charge_quantity, out.power_factor
    adjustment_rate, adjusted_fen = out.adjustment_rate, out.adjusted_fen
    lines = 0
    quantity_wh = np.zeros(BANDS + 1, np.int64)
    slots = price_nano.shape[1]
    for row in range(len(schedule)):
        table = schedule[row]
        if table < 0:
            continue
        settle_bands(row, energy_wh, band_wh, energy_step_wh[table], reads_bands[table], quantity_wh)
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
    charge_rows(rows, tables, out)
    factor_rows(rows, tables, out)
    return sum_rows(rows, tables, out)


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


@njit(cache=True)
def write_lines(rows: Rows, tables: Tables, out: Output, lines: LineColumns) -> None:
    """Write the lines that are not left out, row by row, from what the first pass found: what has a quantity."""
    schedule, energy_wh, band_wh, month_days = rows.schedule, rows.energy_wh, rows.band_wh, rows.month_days
    own_price_nano, energy_step_wh, reads_bands = (
        rows.own_price_nano,
        tables.energy_step_wh,
        tables.reads_bands,
    )
    component, band_of, rule, own = tables.component, tables.band, tables.rule, tables.own
    price_nano, charge_quantity, charge_price_nano = (
        tables.price_nano,
        out.charge_quantity,
        out.charge_price_nano,
    )
    amount_fen, adjusted_fen, adjustment_rate = out.amount_fen, out.adjusted_fen, out.adjustment_rate
    power_factor, line_row, line_sequence = out.power_factor, lines.row, lines.sequence
    line_component, line_band, line_quantity = lines.component, lines.band, lines.quantity
    line_days, line_price_nano, line_amount_fen = lines.days, lines.price_nano, lines.amount_fen
    line_remainder_wh, line_rule = lines.remainder_wh, lines.rule
    line = 0
    quantity_wh = np.zeros(BANDS + 1, np.int64)
    slots = price_nano.shape[1]
    for row in range(len(schedule)):
        table = schedule[row]
        if table < 0:
            continue
        settle_bands(row, energy_wh, band_wh, energy_step_wh[table], reads_bands[table], quantity_wh)
        sequence = 0
        for slot in range(slots + EXTRA_SLOTS):
            if component[table, slot] == 0:
                continue
            days, remainder, band = 0, 0, band_of[table, slot]
            if slot < slots:
                quantity = quantity_wh[band]
                price = own_price_nano[row, band] if own[table, slot] else price_nano[table, slot]
                remainder = quantity - (energy_wh[row] if band == ALL_BANDS else band_wh[row, band])
                present = quantity != 0
            elif slot < slots + 2:
                quantity = charge_quantity[row, slot - slots]
                price = charge_price_nano[row, slot - slots]
                days = month_days[row]
                present = quantity != 0
            else:
                quantity = adjusted_fen[row]
                price = adjustment_rate[row] * NANO_PER_RATE_UNIT
                present = power_factor[row] != NO_POWER_FACTOR
            if not present:
                continue
            sequence += 1
            line_row[line] = row
            line_sequence[line] = sequence
            line_component[line] = component[table, slot]
            line_band[line] = NO_BAND if band == ALL_BANDS else band
            line_quantity[line] = quantity
            line_days[line] = days
            line_price_nano[line] = price
            line_amount_fen[line] = amount_fen[row, slot]
            line_remainder_wh[line] = remainder
            line_rule[line] = rule[table, slot]
            line += 1
