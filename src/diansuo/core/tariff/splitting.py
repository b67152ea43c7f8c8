"""Columns of use divided at days of change: by what is known of a day, else by days.

Nothing here knows a price, so whatever is priced by days of use can be divided with it. Source: domain.md §6.4 (step
id ``price-change-days``); docs/rules/price-change.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int16, Int64, require

Divisor = int | Int64


@dataclass(frozen=True, slots=True)
class Split:
    """Rows cut into parts, ordered by row and then by day; a row that is not cut is one part.

    Attributes:
        row: int64 (parts,), the row each part is of.
        part: int16 (parts,), 1, 2, … within the row.
        from_day: int64 (parts,), its first day.
        to_day: int64 (parts,), the day after its last one.
        last_day: int64 (parts,), the day after the last one of the whole row.
        days: int64 (parts,), days of the whole row.
    """

    row: Int64
    part: Int16
    from_day: Int64
    to_day: Int64
    last_day: Int64
    days: Int64

    def __len__(self) -> int:
        return len(self.row)

    @property
    def ends_row(self) -> Bool:
        """Whether each part is the last one of its row: bool (parts,)."""
        return np.append(self.row[1:] != self.row[:-1], True)[: len(self)]


def split_at(from_day: Int64, to_day: Int64, change_days: Int64, change_rows: Int64 | None = None) -> Split:
    """Cut rows of days ``[from_day, to_day)`` at every day of change that lies within them.

    A change holds from its day on, so that day is the first of the part after it. A day on which a row begins
    cuts nothing, nor does a day that comes twice.

    Args:
        from_day: int64 (rows,), days since 1970-01-01.
        to_day: int64 (rows,), after ``from_day``.
        change_days: int64, the days of change.
        change_rows: int64, for each of these days the row it concerns; None: it concerns every row.

    Raises:
        WrongColumn: a column is not int64 or the lengths differ.
    """
    require(np.int64, from_day=from_day, to_day=to_day)
    rows = np.arange(len(from_day))
    if change_rows is None:
        change_rows, change_days = np.repeat(rows, len(change_days)), np.tile(change_days, len(rows))
    require(np.int64, change_days=change_days, change_rows=change_rows)
    within = (from_day[change_rows] < change_days) & (change_days < to_day[change_rows])
    row, start = np.append(rows, change_rows[within]), np.append(from_day, change_days[within])
    order = np.lexsort((start, row))
    row, start = row[order], start[order]
    new = (np.diff(row, prepend=-1) != 0) | (np.diff(start, prepend=0) != 0)
    row, start = row[new], start[new]
    same_row_follows = np.append(row[1:] == row[:-1], False)[: len(row)]
    first = np.flatnonzero(np.diff(row, prepend=-1))
    part = np.arange(len(row)) - np.repeat(first, np.diff(first, append=len(row))) + 1
    return Split(
        row=row,
        part=part.astype(np.int16),
        from_day=start,
        to_day=np.where(same_row_follows, np.roll(start, -1), to_day[row]),
        last_day=to_day[row],
        days=(to_day - from_day)[row],
    )


def divide_by_days(energy_wh: Int64, split: Split, step_wh: Divisor = 1) -> Int64:
    """Divide the energy of each row over its parts by days: ``q_new = q x new days / days``, the rest to the old part.

    Where a row has several changes, each divides what follows it from what comes before: what follows is rounded, so
    nothing is rounded twice. Any other quantity that runs evenly over the days divides alike.

    Args:
        energy_wh: int64 (rows,), not negative; times days below 2**62.
        split: the parts of these rows.
        step_wh: parts but the first of a row are multiples of this, one for all or int64 (rows,).

    Returns:
        int64 (parts,), summing to the energy of each row exactly, none below 0.
    """
    require(np.int64, energy_wh=energy_wh)
    step = np.broadcast_to(np.asarray(step_wh, dtype=np.int64), energy_wh.shape)[split.row]
    days_after = split.last_day - split.from_day
    after = (energy_wh[split.row] * days_after + split.days * step // 2) // (split.days * step) * step
    return divide_at(energy_wh, split, after, step_wh)


def divide_at(energy_wh: Int64, split: Split, after_wh: Int64, step_wh: Divisor = 1) -> Int64:
    """Divide the energy of each row over its parts by what was used from the start of each part to the end.

    Args:
        energy_wh: int64 (rows,), not negative.
        split: the parts of these rows.
        after_wh: int64 (parts,), Wh from the part's first day to the end of the row, falling from part to part; that
            of the first part is not looked at.
        step_wh: as in :func:`divide_by_days`; ``after_wh`` is rounded to it, halves up.

    Returns:
        int64 (parts,), summing to the energy of each row exactly, none below 0.
    """
    step = np.broadcast_to(np.asarray(step_wh, dtype=np.int64), energy_wh.shape)[split.row]
    whole = energy_wh[split.row]
    after = np.minimum((after_wh + step // 2) // step * step, whole // step * step)
    after = np.where(split.part == 1, whole, after)
    return after - np.where(split.ends_row, 0, np.roll(after, -1))


def fit_within(register_wh: Int64, energy_wh: Int64, split: Split) -> Int64:
    """Move what rounding put too much of a register into one part to the part before or after it.

    Args:
        register_wh: int64 (parts,), Wh of one register; of each row not more than its energy.
        energy_wh: int64 (parts,), Wh of the total.
        split: the parts.

    Returns:
        int64 (parts,), no part above its energy where the row's sum allows it, the sum of each row unchanged.
    """
    fitted = register_wh.copy()
    for part in range(int(split.part.max(initial=1)), 1, -1):
        at = np.flatnonzero(split.part == part)
        over = np.maximum(fitted[at] - energy_wh[at], 0)
        fitted[at] -= over
        fitted[at - 1] += over
    for part in range(1, int(split.part.max(initial=1))):
        at = np.flatnonzero((split.part == part) & ~split.ends_row)
        over = np.maximum(fitted[at] - energy_wh[at], 0)
        fitted[at] -= over
        fitted[at + 1] += over
    return fitted
