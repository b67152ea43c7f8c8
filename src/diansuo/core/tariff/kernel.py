"""The fused loops: one pass prices every row, a second writes its lines; compiled by numba.

Nothing here looks anything up or refuses anything: :mod:`resolve` has done both. Bounds that keep int64
exact: energy at most 4 TWh a row, prices below 2.3 yuan/kWh (checked when the rulebook is read),
year-to-date below 2**62. The order of the arithmetic is that of docs/rules/residential-steps.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from diansuo.core.quantity.arrays import Bool, Int16, Int32, Int64
from diansuo.core.quantity.money import amount_fen_half_away
from diansuo.core.quantity.rounding import round_half_away

Grid = npt.NDArray[np.int64]
SmallGrid = npt.NDArray[np.int16]


class Rows(NamedTuple):
    """What is priced, one element a row.

    Attributes:
        schedule: int32 (rows,), index into the tables, -1 for a row to leave alone.
        energy_wh: int64 (rows,), as read, and so the two registers that follow.
        peak_wh: int64 (rows,).
        valley_wh: int64 (rows,).
        year_to_date_wh: int64 (rows,), settled, before this bill.
        months_in_year: int16 (rows,).
        extra_limit_wh: int64 (rows,), what the household has more on every limit.
        uncounted_wh: int64 (rows,), how much of the energy does not count for the year.
    """

    schedule: Int32
    energy_wh: Int64
    peak_wh: Int64
    valley_wh: Int64
    year_to_date_wh: Int64
    months_in_year: Int16
    extra_limit_wh: Int64
    uncounted_wh: Int64


class Prices(NamedTuple):
    """The schedules as the kernel reads them: S schedules, up to K steps, L = K + 2 slots for lines.

    Slot 0 is the base line (in form ``full`` the first step), slots 1 to K - 1 the further steps, slot K peak
    and slot K + 1 valley.

    Attributes:
        limits_wh: int64 (S, 13, K - 1), upper limits of the steps by months in the year.
        step_count: int64 (S,).
        full_form: bool (S,), each step at its full price instead of what it adds to the first.
        has_time_of_use: bool (S,).
        energy_step_wh: int64 (S,), precision of settled energy.
        price_nano: int64 (S, L).
    """

    limits_wh: Grid
    step_count: Int64
    full_form: Bool
    has_time_of_use: Bool
    energy_step_wh: Int64
    price_nano: Grid


class Labels(NamedTuple):
    """What the lines in the slots of each schedule are about.

    Attributes:
        component: int16 (S, L), :class:`Component`.
        step: int16 (S, L), 0 where the line is about no step.
        rule: int16 (S, L), index of the entry that gives the price.
    """

    component: SmallGrid
    step: SmallGrid
    rule: SmallGrid


class Priced(NamedTuple):
    """What the first pass writes.

    Attributes:
        quantity_wh: int64 (rows, L).
        amount_fen: int64 (rows, L).
        total_fen: int64 (rows,).
        settled_wh: int64 (rows,).
        step_reached: int16 (rows,), 0 for a price without steps.
    """

    quantity_wh: Grid
    amount_fen: Grid
    total_fen: Int64
    settled_wh: Int64
    step_reached: Int16


class LineColumns(NamedTuple):
    """The columns of :class:`Lines` that the second pass writes, one element a line."""

    row: Int64
    sequence: Int16
    component: Int16
    step: Int16
    quantity_wh: Int64
    price_nano: Int64
    amount_fen: Int64
    remainder_wh: Int64
    rule: Int16


@njit(cache=True, inline="always")
def settle_wh(energy_wh: int, step_wh: int) -> int:
    """Round one energy to its precision; the two usual ones have a constant divisor, which is much faster."""
    if step_wh == 10:
        return round_half_away(energy_wh, 10) * 10
    if step_wh == 1000:
        return round_half_away(energy_wh, 1000) * 1000
    return round_half_away(energy_wh, step_wh) * step_wh


@njit(cache=True, inline="always")
def charge(priced: Priced, prices: Prices, row: int, table: int, slot: int, quantity_wh: int) -> int:
    """Write the line of one slot and return its amount in fen."""
    amount = amount_fen_half_away(quantity_wh, prices.price_nano[table, slot])
    priced.quantity_wh[row, slot] = quantity_wh
    priced.amount_fen[row, slot] = amount
    return amount


@njit(cache=True)
def price_rows(rows: Rows, prices: Prices, priced: Priced) -> int:
    """Price every row whose schedule is not negative; ``priced`` is written.

    Returns:
        The number of lines that are not left out: the base line of each row and every line with a quantity.
    """
    lines = 0
    slots = prices.price_nano.shape[1]
    for row in range(len(rows.schedule)):
        table = rows.schedule[row]
        if table < 0:
            continue
        energy = settle_wh(rows.energy_wh[row], prices.energy_step_wh[table])
        # Every limit higher by as much, or the year's energy lower by it: the same steps.
        before = rows.year_to_date_wh[row] - rows.extra_limit_wh[row]
        after = before + energy - rows.uncounted_wh[row]
        months = rows.months_in_year[row]
        steps = prices.step_count[table]
        base = energy
        reached = 1
        total = 0
        for step in range(1, slots - 2):
            part = 0
            if step < steps:
                lower = prices.limits_wh[table, months, step - 1]
                upper = after if step == steps - 1 else min(after, prices.limits_wh[table, months, step])
                part = max(0, upper - max(before, lower))
                reached += after > lower
            total += charge(priced, prices, row, table, step, part)
            lines += part != 0
            if prices.full_form[table]:
                base -= part
        total += charge(priced, prices, row, table, 0, base)
        peak = 0
        valley = 0
        if prices.has_time_of_use[table]:
            peak = settle_wh(rows.peak_wh[row], prices.energy_step_wh[table])
            valley = energy - peak
        total += charge(priced, prices, row, table, slots - 2, peak)
        total += charge(priced, prices, row, table, slots - 1, valley)
        lines += 1 + (peak != 0) + (valley != 0)
        priced.total_fen[row] = total
        priced.settled_wh[row] = energy
        priced.step_reached[row] = reached if steps > 1 else 0
    return lines


@njit(cache=True)
def write_lines(rows: Rows, prices: Prices, labels: Labels, priced: Priced, lines: LineColumns) -> None:
    """Write the lines that are not left out, row by row; ``lines`` is written."""
    line = 0
    slots = prices.price_nano.shape[1]
    for row in range(len(rows.schedule)):
        table = rows.schedule[row]
        if table < 0:
            continue
        sequence = 0
        for slot in range(slots):
            quantity = priced.quantity_wh[row, slot]
            if quantity == 0 and slot > 0:
                continue
            remainder = 0
            if slot == 0:
                remainder = priced.settled_wh[row] - rows.energy_wh[row]
            elif slot == slots - 2:
                remainder = quantity - rows.peak_wh[row]
            elif slot == slots - 1:
                remainder = quantity - rows.valley_wh[row]
            sequence += 1
            lines.row[line] = row
            lines.sequence[line] = sequence
            lines.component[line] = labels.component[table, slot]
            lines.step[line] = labels.step[table, slot]
            lines.quantity_wh[line] = quantity
            lines.price_nano[line] = prices.price_nano[table, slot]
            lines.amount_fen[line] = priced.amount_fen[row, slot]
            lines.remainder_wh[line] = remainder
            lines.rule[line] = labels.rule[table, slot]
            line += 1
