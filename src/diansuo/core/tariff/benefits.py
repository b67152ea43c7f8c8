"""What some households have on top: higher limits for many persons or for heating, free energy for the poor.

Both are rare, so they are worked out for the rows that have them, before the kernel and after it. Source:
发改价格〔2011〕2617号; domain.md §2.1, §2.4; docs/rules/residential-steps.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int32, Int64
from diansuo.core.quantity.energy import round_energy_wh
from diansuo.core.quantity.money import amount_fen
from diansuo.core.tariff.classes import Component
from diansuo.core.tariff.columns import BillingInput, Lines
from diansuo.core.tariff.tables import Tables
from diansuo.core.tariff.terms import FreeEnergyForm


@dataclass(frozen=True, slots=True)
class Benefits:
    """What the rows have.

    Attributes:
        extra_limit_wh: int64 (rows,), Wh more on every limit of the year.
        free_wh: int64 (rows,), Wh of the bill that are free.
        uncounted_wh: int64 (rows,), Wh of the bill that do not count for the year.
        on_bill: bool (rows,), whether free energy is taken off on the bill.
    """

    extra_limit_wh: Int64
    free_wh: Int64
    uncounted_wh: Int64
    on_bill: Bool


def benefits_of(inputs: BillingInput, schedule: Int32, tables: Tables) -> Benefits:
    """Work out what each row has by the terms of its schedule.

    A household of ``min_persons`` or more has ``add_kwh_per_month`` on every limit for each month it has so many,
    one that heats with electricity ``heating_season_add`` for each month of heating.
    Free is the smaller of the energy used and so much a month, less what earlier parts of the bill took.

    Args:
        inputs: the rows.
        schedule: int32 (rows,), index into the tables, -1 for a row to leave alone.
        tables: the schedules.
    """
    rows = len(inputs)
    extra, free, uncounted = (np.zeros(rows, np.int64) for _ in range(3))
    on_bill = np.ones(rows, np.bool_)
    for table in np.flatnonzero(tables.terms_rule >= 0).tolist():
        terms = tables.terms[table]
        at = np.flatnonzero(schedule == table)
        many = inputs.persons[at] >= terms.min_persons
        extra[at] = np.where(many, inputs.persons_months[at].astype(np.int64) * terms.extra_wh_month, 0)
        extra[at] += inputs.heating_months[at].astype(np.int64) * terms.heating_wh_month
        granted = inputs.free_months[at].astype(np.int64) * terms.free_wh_month - inputs.free_taken_wh[at]
        used = round_energy_wh(inputs.energy_wh[at], int(tables.prices.energy_step_wh[table]))
        free[at] = np.clip(granted, 0, used)
        uncounted[at] = 0 if terms.free_energy_counts else free[at]
        on_bill[at] = terms.free_energy_form is FreeEnergyForm.BILL
    return Benefits(extra, free, uncounted, on_bill)


def free_lines(benefits: Benefits, schedule: Int32, tables: Tables, *, on_bill: bool) -> Lines:
    """Write the lines of free energy, at the price of the first step and below zero.

    Args:
        benefits: of the rows.
        schedule: int32 (rows,).
        tables: the schedules.
        on_bill: those that stand on the bill, or those that are owed to the household.
    """
    rows = np.flatnonzero((benefits.free_wh > 0) & (benefits.on_bill == on_bill))
    table = schedule[rows]
    price_nano = -tables.prices.price_nano[table, 0]
    lines = Lines.empty(len(rows))
    lines.row[:] = rows
    lines.sequence[:] = 1
    lines.component[:] = Component.FREE_ENERGY
    lines.step[:] = 1
    lines.quantity_wh[:] = benefits.free_wh[rows]
    lines.price_nano[:] = price_nano
    lines.amount_fen[:] = amount_fen(benefits.free_wh[rows], price_nano, rounding="half_away")
    lines.remainder_wh[:] = 0
    lines.rule[:] = tables.terms_rule[table]
    return lines
