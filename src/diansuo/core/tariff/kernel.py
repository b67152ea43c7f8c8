"""The fused loops: one pass prices every row, a second writes its lines; compiled by numba.

Nothing here looks anything up or refuses anything: :mod:`resolve` has done both. Bounds that keep int64
exact: energy at most 4 TWh a row, prices below 2.3 yuan/kWh (checked when the rulebook is read),
year-to-date below 2**62. The order of the arithmetic is that of docs/rules/residential-steps.md.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.quantity.arrays import Int16, Int32, Int64
from diansuo.core.quantity.money import amount_fen_half_away
from diansuo.core.quantity.rounding import round_half_away

Grid = npt.NDArray[np.int64]


@njit(cache=True, inline="always")
def settle_wh(energy_wh: int, step_wh: int) -> int:
    """Round one energy to its precision; the two usual ones have a constant divisor, which is much faster."""
    if step_wh == 10:
        return round_half_away(energy_wh, 10) * 10
    if step_wh == 1000:
        return round_half_away(energy_wh, 1000) * 1000
    return round_half_away(energy_wh, step_wh) * step_wh


@njit(cache=True)
def price_rows(
    schedule: Int32,
    energy_wh: Int64,
    peak_wh: Int64,
    year_to_date_wh: Int64,
    months_in_year: Int16,
    limits_wh: Grid,
    step_count: Int64,
    full_form: npt.NDArray[np.bool_],
    has_time_of_use: npt.NDArray[np.bool_],
    energy_step_wh: Int64,
    price_nano: Grid,
    quantity_wh: Grid,
    amount_fen: Grid,
    total_fen: Int64,
    settled_wh: Int64,
    step_reached: Int16,
) -> int:
    """Price every row whose schedule is not negative; the last five arrays are written.

    Args:
        schedule: int32 (rows,), index into the tables, -1 for a row to leave alone.
        energy_wh: int64 (rows,), as read.
        peak_wh: int64 (rows,), as read.
        year_to_date_wh: int64 (rows,), settled, before this bill.
        months_in_year: int16 (rows,).
        limits_wh: int64 (S, 13, K - 1), and the following as in :class:`Tables`.
        step_count: int64 (S,).
        full_form: bool (S,).
        has_time_of_use: bool (S,).
        energy_step_wh: int64 (S,).
        price_nano: int64 (S, L).
        quantity_wh: written, int64 (rows, L).
        amount_fen: written, int64 (rows, L).
        total_fen: written, int64 (rows,).
        settled_wh: written, int64 (rows,).
        step_reached: written, int16 (rows,), 0 for a price without steps.

    Returns:
        The number of lines that are not left out: the base line of each row and every line with a quantity.
    """
    lines = 0
    slots = price_nano.shape[1]
    for row in range(len(schedule)):
        table = schedule[row]
        if table < 0:
            continue
        energy = settle_wh(energy_wh[row], energy_step_wh[table])
        before = year_to_date_wh[row]
        after = before + energy
        months = months_in_year[row]
        steps = step_count[table]
        base = energy
        reached = 1
        total = 0
        for step in range(1, slots - 2):
            part = 0
            if step < steps:
                lower = limits_wh[table, months, step - 1]
                upper = after if step == steps - 1 else min(after, limits_wh[table, months, step])
                part = max(0, upper - max(before, lower))
                reached += after > lower
            amount = amount_fen_half_away(part, price_nano[table, step])
            quantity_wh[row, step] = part
            amount_fen[row, step] = amount
            total += amount
            lines += part != 0
            if full_form[table]:
                base -= part
        amount = amount_fen_half_away(base, price_nano[table, 0])
        quantity_wh[row, 0] = base
        amount_fen[row, 0] = amount
        total += amount
        lines += 1
        peak = 0
        valley = 0
        if has_time_of_use[table]:
            peak = settle_wh(peak_wh[row], energy_step_wh[table])
            valley = energy - peak
        amount = amount_fen_half_away(peak, price_nano[table, slots - 2])
        quantity_wh[row, slots - 2] = peak
        amount_fen[row, slots - 2] = amount
        total += amount
        amount = amount_fen_half_away(valley, price_nano[table, slots - 1])
        quantity_wh[row, slots - 1] = valley
        amount_fen[row, slots - 1] = amount
        lines += (peak != 0) + (valley != 0)
        total_fen[row] = total + amount
        settled_wh[row] = energy
        step_reached[row] = reached if steps > 1 else 0
    return lines


@njit(cache=True)
def write_lines(
    schedule: Int32,
    energy_wh: Int64,
    peak_wh: Int64,
    valley_wh: Int64,
    settled_wh: Int64,
    quantity_wh: Grid,
    amount_fen: Grid,
    price_nano: Grid,
    component: npt.NDArray[np.int16],
    step: npt.NDArray[np.int16],
    rule: npt.NDArray[np.int16],
    line_row: Int64,
    line_sequence: Int16,
    line_component: Int16,
    line_step: Int16,
    line_quantity_wh: Int64,
    line_price_nano: Int64,
    line_amount_fen: Int64,
    line_remainder_wh: Int64,
    line_rule: Int16,
) -> None:
    """Write the lines that are not left out, row by row; the ``line_*`` columns are written.

    The arrays are those of :func:`price_rows`, of :class:`Tables` and of :class:`Lines`.
    """
    line = 0
    slots = price_nano.shape[1]
    for row in range(len(schedule)):
        table = schedule[row]
        if table < 0:
            continue
        sequence = 0
        for slot in range(slots):
            quantity = quantity_wh[row, slot]
            if quantity == 0 and slot > 0:
                continue
            remainder = 0
            if slot == 0:
                remainder = settled_wh[row] - energy_wh[row]
            elif slot == slots - 2:
                remainder = quantity - peak_wh[row]
            elif slot == slots - 1:
                remainder = quantity - valley_wh[row]
            sequence += 1
            line_row[line] = row
            line_sequence[line] = sequence
            line_component[line] = component[table, slot]
            line_step[line] = step[table, slot]
            line_quantity_wh[line] = quantity
            line_price_nano[line] = price_nano[table, slot]
            line_amount_fen[line] = amount_fen[row, slot]
            line_remainder_wh[line] = remainder
            line_rule[line] = rule[table, slot]
            line += 1
