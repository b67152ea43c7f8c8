"""The fused loops of commercial bills: one pass prices every row, a second writes its lines; compiled by numba.

Nothing here looks anything up or refuses anything: :mod:`resolve` and :mod:`faults` have done both. Bounds that keep
int64 exact: energy at most 4 TWh a row and whole kWh x price below 2**63 for every price of its schedule; capacity and
demand at most 10^12 VA or W, their prices below 8000 yuan; a rate at most 200 %. The sum a rate is applied to then lies
below 4 x 10^14 fen. The order of the arithmetic is that of docs/rules/commercial-prices.md.
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
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.commercial.capacity import charge_fen
from diansuo.core.tariff.commercial.columns import NO_POWER_FACTOR, CapacityMethod
from diansuo.core.tariff.commercial.demand import contract_of, earns_discount, excess_of
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
EXCESS: Final = int(Component.DEMAND_EXCESS)
POWER_FACTOR: Final = int(Component.POWER_FACTOR)
EXTRA_SLOTS: Final = 3
"""After the slots of energy: the charge, its excess, the adjustment."""


class Tables(NamedTuple):
    """The schedules as the kernel reads them: S schedules, up to L slots for lines of energy.

    Attributes:
        energy_step_wh: int64 (S,), precision of settled energy.
        reads_bands: bool (S,), whether energy by period is settled.
        slot_count: int64 (S,), slots in use.
        price_nano: int64 (S, L).
        component: int16 (S, L).
        band: int64 (S, L), ``ALL_BANDS`` where the energy of all periods is charged.
        adjusted: int64 (S, L), 1 where the power factor adjusts the line, else 0.
        own: bool (S, L), where the row's own price holds.
        rule: int16 (S, L), index of the entry that gives the price.
        method: int16 (S,), :class:`CapacityMethod`; 0 without a charge.
        charge_component: int16 (S,).
        charge_price_nano: int64 (S, 2), plain and with the discount.
        excess_price_nano: int64 (S, 2), likewise.
        over_millionths: int64 (S,).
        floor_millionths: int64 (S,).
        discount_energy_wh: int64 (S,), Wh per kVA; -1 without a discount.
        charge_rule: int16 (S,).
        has_factor: bool (S,).
        rates: int64 (S, 101), units of 0.01 %.
        factor_rule: int16 (S,).
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
    charge_component: Int16
    charge_price_nano: Grid
    excess_price_nano: Grid
    over_millionths: Int64
    floor_millionths: Int64
    discount_energy_wh: Int64
    charge_rule: Int16
    has_factor: Flags
    rates: Grid
    factor_rule: Int16


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
    """What the first pass writes: ``amount_fen`` is int64 (rows, L + 3), the others as in ``CommercialBills``."""

    amount_fen: Grid
    total_fen: Int64
    settled_wh: Int64
    power_factor: Int16
    adjustment_rate: Int64
    adjusted_fen: Int64


@njit(cache=True, inline="always")
def settle_bands(rows: Rows, row: int, step_wh: int, reads_bands: bool, quantity_wh: Int64) -> None:
    """Settle the energies of a row: the total, each period, and flat as the rest (step id ``flat-remainder``).

    Where roundings alone would push flat below 0, the largest other period gives what is missing.
    """
    rest = settle_wh(rows.energy_wh[row], step_wh)
    quantity_wh[ALL_BANDS] = rest
    if not reads_bands:
        return
    for band in range(BANDS):
        if band != FLAT:
            quantity_wh[band] = settle_wh(rows.band_wh[row, band], step_wh)
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


@njit(cache=True, inline="always")
def charge_of(rows: Rows, row: int, tables: Tables, table: int) -> tuple[int, int, int, int]:
    """Return what is charged besides energy: VA-days or W-days and their price, excess W-days and their price."""
    method = tables.method[table]
    if method == BY_CAPACITY:
        return rows.capacity_va_days[row], tables.charge_price_nano[table, 0], 0, 0
    capacity = rows.capacity_va[row]
    demand = rows.demand_w[row]
    days = rows.demand_days[row]
    discounted = int(earns_discount(rows.month_energy_wh[row], capacity, tables.discount_energy_wh[table]))
    price = tables.charge_price_nano[table, discounted]
    if method != BY_CONTRACT:
        return demand * days, price, 0, 0
    contract = contract_of(rows.contract_demand_w[row], capacity, tables.floor_millionths[table])
    excess = excess_of(demand, contract, tables.over_millionths[table])
    return contract * days, price, excess * days, tables.excess_price_nano[table, discounted]


@njit(cache=True)
def price_rows(rows: Rows, tables: Tables, out: Output) -> int:
    """Price every row whose schedule is not negative; the arrays of ``out`` are written.

    Returns:
        The number of lines with a quantity, and of adjustments.
    """
    lines = 0
    quantity_wh = np.zeros(BANDS + 1, np.int64)
    slots = tables.price_nano.shape[1]
    for row in range(len(rows.schedule)):
        table = rows.schedule[row]
        if table < 0:
            continue
        settle_bands(rows, row, tables.energy_step_wh[table], tables.reads_bands[table], quantity_wh)
        total = 0
        adjusted = 0
        for slot in range(tables.slot_count[table]):
            band = tables.band[table, slot]
            price = (
                rows.own_price_nano[row, band] if tables.own[table, slot] else tables.price_nano[table, slot]
            )
            amount = amount_fen_half_away(quantity_wh[band], price)
            out.amount_fen[row, slot] = amount
            total += amount
            adjusted += amount * tables.adjusted[table, slot]
            lines += quantity_wh[band] != 0
        if tables.method[table] != 0:
            quantity, price, excess, excess_price = charge_of(rows, row, tables, table)
            amount = charge_fen(quantity, price, rows.month_days[row])
            above = charge_fen(excess, excess_price, rows.month_days[row])
            out.amount_fen[row, slots] = amount
            out.amount_fen[row, slots + 1] = above
            total += amount + above
            adjusted += amount + above
            lines += (quantity != 0) + (excess != 0)
        if tables.has_factor[table]:
            factor = power_factor_of(rows.active_wh[row], rows.reactive_varh[row])
            rate = tables.rates[table, factor] if factor != NO_POWER_FACTOR else 0
            amount = round_half_away(adjusted * rate, RATE_UNITS)
            out.amount_fen[row, slots + 2] = amount
            out.power_factor[row] = factor
            out.adjustment_rate[row] = rate
            out.adjusted_fen[row] = adjusted
            total += amount
            lines += factor != NO_POWER_FACTOR
        out.total_fen[row] = total
        out.settled_wh[row] = quantity_wh[ALL_BANDS]
    return lines


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


@njit(cache=True, inline="always")
def _put(
    lines: LineColumns,
    at: int,
    row: int,
    component: int,
    band: int,
    quantity: int,
    price_nano: int,
    amount_fen: int,
    rule: int,
) -> None:
    """Write one line; days, remainder and sequence are 0 until the caller says otherwise."""
    lines.row[at] = row
    lines.sequence[at] = 1 if at == 0 or lines.row[at - 1] != row else lines.sequence[at - 1] + 1
    lines.component[at] = component
    lines.band[at] = band
    lines.quantity[at] = quantity
    lines.days[at] = 0
    lines.price_nano[at] = price_nano
    lines.amount_fen[at] = amount_fen
    lines.remainder_wh[at] = 0
    lines.rule[at] = rule


@njit(cache=True)
def write_lines(rows: Rows, tables: Tables, out: Output, lines: LineColumns) -> None:
    """Write the lines that are not left out, row by row, from what :func:`price_rows` found."""
    at = 0
    quantity_wh = np.zeros(BANDS + 1, np.int64)
    slots = tables.price_nano.shape[1]
    for row in range(len(rows.schedule)):
        table = rows.schedule[row]
        if table < 0:
            continue
        settle_bands(rows, row, tables.energy_step_wh[table], tables.reads_bands[table], quantity_wh)
        for slot in range(tables.slot_count[table]):
            band = tables.band[table, slot]
            quantity = quantity_wh[band]
            if quantity == 0:
                continue
            price = (
                rows.own_price_nano[row, band] if tables.own[table, slot] else tables.price_nano[table, slot]
            )
            named = -1 if band == ALL_BANDS else band
            amount = out.amount_fen[row, slot]
            component = tables.component[table, slot]
            _put(lines, at, row, component, named, quantity, price, amount, tables.rule[table, slot])
            read = rows.energy_wh[row] if band == ALL_BANDS else rows.band_wh[row, band]
            lines.remainder_wh[at] = quantity - read
            at += 1
        if tables.method[table] != 0:
            quantity, price, excess, excess_price = charge_of(rows, row, tables, table)
            amount, above = out.amount_fen[row, slots], out.amount_fen[row, slots + 1]
            component, rule = tables.charge_component[table], tables.charge_rule[table]
            if quantity != 0:
                _put(lines, at, row, component, -1, quantity, price, amount, rule)
                lines.days[at] = rows.month_days[row]
                at += 1
            if excess != 0:
                _put(lines, at, row, EXCESS, -1, excess, excess_price, above, rule)
                lines.days[at] = rows.month_days[row]
                at += 1
        if tables.has_factor[table] and out.power_factor[row] != NO_POWER_FACTOR:
            rate_nano = out.adjustment_rate[row] * NANO_PER_RATE_UNIT
            amount = out.amount_fen[row, slots + 2]
            adjusted = out.adjusted_fen[row]
            _put(lines, at, row, POWER_FACTOR, -1, adjusted, rate_nano, amount, tables.factor_rule[table])
            at += 1
