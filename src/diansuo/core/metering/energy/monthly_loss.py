"""Transformer losses that stand as a month's value: read from a table, or agreed in the contract."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.metering.energy.findings import EnergyCode, findings_at, in_row_order
from diansuo.core.metering.energy.service_days import part_of_month_wh
from diansuo.core.metering.energy.transformer_loss import Losses
from diansuo.core.quantity.arrays import Int64, require
from diansuo.core.quantity.money import ENERGY_LIMIT_WH


@dataclass(frozen=True, slots=True)
class LossTable:
    """A table of monthly losses (月损耗表), int64 (k,), one row a capacity and bracket of energy, in any order.

    A bracket reaches from above the one before it, of the same table and capacity, up to and with its own limit.

    Attributes:
        table: which table the row belongs to (one per series of transformers).
        capacity_va: rated capacity.
        up_to_wh: upper limit of the bracket, Wh a month.
        active_wh: active loss, Wh a month.
        reactive_varh: reactive loss, varh a month.

    Raises:
        WrongColumn: dtype or length.
        ValueError: a negative value, or a bracket that stands twice.
    """

    table: Int64
    capacity_va: Int64
    up_to_wh: Int64
    active_wh: Int64
    reactive_varh: Int64

    def __post_init__(self) -> None:
        columns = {
            "table": self.table,
            "capacity_va": self.capacity_va,
            "up_to_wh": self.up_to_wh,
            "active_wh": self.active_wh,
            "reactive_varh": self.reactive_varh,
        }
        require(np.int64, **columns)
        for name, column in columns.items():
            if (column < 0).any():
                raise ValueError(f"{name}: row {int(np.argmax(column < 0))} is negative")
        brackets = np.stack((self.table, self.capacity_va, self.up_to_wh), axis=1)
        if len(np.unique(brackets, axis=0)) != len(brackets):
            raise ValueError("up_to_wh: a bracket of one table and capacity stands twice")

    def row_of(self, table: Int64, capacity_va: Int64, energy_wh: Int64) -> Int64:
        """The row of the table for each energy, −1 where it has none; shape of `energy_wh`."""
        order = np.lexsort((self.up_to_wh, self.capacity_va, self.table))
        kinds, kind = np.unique(np.stack((self.table, self.capacity_va), axis=1), axis=0, return_inverse=True)
        if not len(kinds):
            return np.full(len(energy_wh), -1, np.int64)
        # One sortable number a bracket: capacities of tables in their order, and within each its limits.
        span = 2 * ENERGY_LIMIT_WH
        keys = kind.reshape(-1)[order] * span + np.minimum(self.up_to_wh[order], span - 1)
        wanted = _kind_of(kinds, table, capacity_va)
        place = np.searchsorted(keys, wanted * span + np.minimum(energy_wh, span - 1))
        row = order[np.minimum(place, len(order) - 1)]
        fits = (wanted >= 0) & (place < len(order)) & (kind.reshape(-1)[row] == wanted)
        return np.where(fits, row, np.int64(-1))


def _kind_of(
    kinds: np.ndarray[tuple[int, int], np.dtype[np.int64]], table: Int64, capacity_va: Int64
) -> Int64:
    """The place of each table and capacity among the kinds there are, −1 where there is none."""
    found = np.full(len(table), -1, np.int64)
    for place, (one, capacity) in enumerate(kinds.tolist()):
        found[(table == one) & (capacity_va == capacity)] = place
    return found


@dataclass(frozen=True, slots=True)
class MonthPart:
    """How much of the month counts, int64 (rows,).

    Attributes:
        days: days in service in the period.
        period_days: days of the period, one billing month.
        base_days: by how many days a part is taken: 30 in the published example.

    Raises:
        WrongColumn: dtype or length.
    """

    days: Int64
    period_days: Int64
    base_days: Int64

    def __post_init__(self) -> None:
        require(np.int64, days=self.days, period_days=self.period_days, base_days=self.base_days)

    def of(self, month_wh: Int64, step_wh: int) -> Int64:
        """The part of a monthly quantity."""
        return part_of_month_wh(month_wh, self.days, self.period_days, self.base_days, step_wh)


def table_losses(
    active_wh: Int64,
    loss_table: LossTable,
    table: Int64,
    capacity_va: Int64,
    part: MonthPart,
    *,
    step_wh: int,
) -> Losses:
    """Transformer losses by the monthly table, by days for a part of a month (step id ``part-month``).

    The bracket is that of the energy read, also in a part of a month (unverified, see the page).

    Args:
        active_wh: int64 (rows,), active energy read in the month, Wh.
        loss_table: the tables.
        table: int64 (rows,), which table.
        capacity_va: int64 (rows,), rated capacity.
        part: how much of the month the transformer ran.
        step_wh: precision of the losses.

    Returns:
        Losses; held are ``negative_energy`` and ``no_table_bracket``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.2 [S24]; docs/rules/transformer-loss.md.
    """
    require(np.int64, active_wh=active_wh, table=table, capacity_va=capacity_va, days=part.days)
    row = loss_table.row_of(table, capacity_va, active_wh)
    negative = active_wh < 0
    missing = ~negative & (row < 0)
    held = negative | missing
    months = np.zeros((2, len(active_wh)), np.int64)
    months[0, ~held] = loss_table.active_wh[row[~held]]
    months[1, ~held] = loss_table.reactive_varh[row[~held]]
    return Losses(
        part.of(months[0], step_wh),
        part.of(months[1], step_wh),
        held,
        in_row_order(
            findings_at(negative, EnergyCode.NEGATIVE_ENERGY, active_wh=active_wh),
            findings_at(missing, EnergyCode.NO_TABLE_BRACKET, capacity_va=capacity_va, active_wh=active_wh),
        ),
    )


def agreed_losses(month_wh: Int64, month_varh: Int64, part: MonthPart, *, step_wh: int) -> Losses:
    """Transformer losses agreed as kWh and kvarh a month (协议值), by days for a part (step id ``part-month``).

    Args:
        month_wh: int64 (rows,), agreed Wh a month; negative where nothing is agreed.
        month_varh: int64 (rows,), agreed varh a month, 0 where the agreement has none.
        part: how much of the month counts.
        step_wh: precision of the losses.

    Returns:
        Losses; held is ``no_agreed_terms``.

    Raises:
        WrongColumn: dtype or length.

    Source: domain.md §6.2 [K形状]; docs/rules/transformer-loss.md.
    """
    require(np.int64, month_wh=month_wh, month_varh=month_varh, days=part.days)
    held = (month_wh < 0) | (month_varh < 0)
    return Losses(
        part.of(np.where(held, 0, month_wh), step_wh),
        part.of(np.where(held, 0, month_varh), step_wh),
        held,
        in_row_order(findings_at(held, EnergyCode.NO_AGREED_TERMS, month_wh=month_wh, month_varh=month_varh)),
    )
