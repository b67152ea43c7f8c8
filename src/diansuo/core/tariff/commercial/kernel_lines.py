"""The second loop of commercial bills: the lines of every row, from what the first pass found; compiled by numba."""

from __future__ import annotations

import numpy as np
from numba import njit

from diansuo.core.quantity.band import BANDS
from diansuo.core.tariff.commercial.columns import NO_BAND, NO_POWER_FACTOR
from diansuo.core.tariff.commercial.kernel import settle_bands
from diansuo.core.tariff.commercial.kernel_columns import (
    ALL_BANDS,
    EXTRA_SLOTS,
    LineColumns,
    Output,
    Rows,
    Tables,
)
from diansuo.core.tariff.commercial.power_factor import NANO_PER_RATE_UNIT


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
