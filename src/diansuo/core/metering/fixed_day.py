"""The settlement registers of a month: those read on another day than the fixed one (例日), and what they were on it.

A point is taken back whole or not at all: its total, the parts of it, the reactive and the reverse register settle
between the same two days, or nothing could be summed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from diansuo.core.metering.evidence import Frozen, Known
from diansuo.core.metering.findings import Findings, Rule, found
from diansuo.core.metering.registers import ACTIVE_PARTS, Purpose, Readings, Register
from diansuo.core.metering.settlement import Due
from diansuo.core.metering.taking_back import Taken, take_back
from diansuo.core.metering.terms import Changes, rows_of
from diansuo.core.quantity.arrays import Bool, Int64

SETTLES: Final = (
    Register.ACTIVE_TOTAL,
    *ACTIVE_PARTS,
    Register.REVERSE_TOTAL,
    Register.REACTIVE_FORWARD,
    Register.REACTIVE_REVERSE,
    Register.DEMAND,
)
"""Registers that go into a settled month; of the others nothing is billed, and they stay as they were read."""

RULE_OF: Final = {
    Taken.TAKEN: Rule.TAKEN_BACK,
    Taken.NO_FREEZE: Rule.BACK_NO_FREEZE,
    Taken.CONTRADICTED: Rule.BACK_CONTRADICTED,
    Taken.EXCHANGED: Rule.BACK_EXCHANGED,
}
_FAR: Final = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class OffDay:
    """Readings that end a month on another day than the fixed one, one row a register, shape (k,).

    Attributes:
        row: row in the readings, ascending.
        due_row: row in `Due`.
        fixed_day: the fixed day of the point.
        exchanged: between the two days, both included, a meter or its multiplier was exchanged.
    """

    row: Int64
    due_row: Int64
    fixed_day: Int64
    exchanged: Bool

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True)
class FixedDay:
    """What became of these readings, shape (k,); of one point every row has the same outcome.

    Attributes:
        of: the readings.
        outcome: `Taken`.
        register_wh: the register of the fixed day (demand in W); what was read where it is not ``TAKEN``.
    """

    of: OffDay
    outcome: Int64
    register_wh: Int64

    @property
    def taken(self) -> Int64:
        """Which of the k rows have a register of the fixed day."""
        return np.flatnonzero(self.outcome == Taken.TAKEN)


def off_day(readings: Readings, due: Due, asked: Bool, changes: Changes | None = None) -> OffDay:
    """Return the registers that would end the month of a point on another day than its fixed one.

    A point with any reading of the total on the fixed day itself has none; nor has one whose reading is an estimate
    or its very first (`OPENING`).

    Args:
        readings: shape (n,), in any order.
        due: the points due; their fixed day is ``due_day``.
        asked: bool (due rows,), the points that may be taken back.
        changes: days on which multipliers changed.
    """
    if not len(due):
        return _nothing()
    inside = (readings.day >= due.earliest_day.min()) & (readings.day <= due.latest_day.max())
    total = np.flatnonzero((readings.register == Register.ACTIVE_TOTAL) & inside)
    at = rows_of(due.point, readings.point[total])
    total, at = total[at >= 0], at[at >= 0]
    day = readings.day[total]
    ahead = day - due.due_day[at]
    fits = (day >= due.earliest_day[at]) & (day <= due.latest_day[at]) & (day > due.open_day[at])
    if not (asked[at] & (ahead != 0) & fits).any():
        return _nothing()
    purpose = readings.purpose[total]
    fits &= (purpose == Purpose.PERIODIC) | (purpose == Purpose.OPENING) | (ahead == 0)
    nearest = np.full(len(due), _FAR, np.int64)
    np.minimum.at(nearest, at[fits], 2 * np.abs(ahead[fits]) + (ahead[fits] < 0))
    off = asked & (nearest != _FAR) & (nearest != 0)
    distance = np.where(off, nearest >> 1, 0)
    read_day = due.due_day + np.where(nearest & 1 == 1, -distance, distance)
    row = rows_of(due.point, readings.point)
    mine = np.flatnonzero(row >= 0)
    mine = mine[off[row[mine]]]
    of_day = readings.day[mine] == read_day[row[mine]]
    mine = mine[
        of_day & (readings.purpose[mine] == Purpose.PERIODIC) & np.isin(readings.register[mine], SETTLES)
    ]
    unread = np.zeros(len(due), np.bool_)
    unread[row[mine[readings.estimated[mine]]]] = True
    mine = mine[~unread[row[mine]]]
    measured = np.zeros(len(due), np.bool_)
    measured[row[mine[readings.register[mine] == Register.ACTIVE_TOTAL]]] = True
    mine = mine[measured[row[mine]]]
    exchanged = _exchanged(readings, due, row, read_day, changes)
    return OffDay(mine, row[mine], due.due_day[row[mine]], exchanged[row[mine]])


def _nothing() -> OffDay:
    none = np.zeros(0, np.int64)
    return OffDay(none, none, none, np.zeros(0, np.bool_))


def _exchanged(readings: Readings, due: Due, row: Int64, read_day: Int64, changes: Changes | None) -> Bool:
    """Whether a meter or a multiplier was exchanged between the two days of each due point."""
    first, last = np.minimum(due.due_day, read_day), np.maximum(due.due_day, read_day)
    found_at = np.zeros(len(due), np.bool_)
    joint = np.flatnonzero(
        (row >= 0) & ((readings.purpose == Purpose.FINAL) | (readings.purpose == Purpose.INITIAL))
    )
    sides = [(row[joint], readings.day[joint])]
    if changes is not None:
        of_point = rows_of(due.point, changes.point)
        known = np.flatnonzero((of_point >= 0) & changes.multiplier)
        sides.append((of_point[known], changes.day[known]))
    for at, day in sides:
        inside = (day >= first[at]) & (day <= last[at])
        found_at[at[inside]] = True
    return found_at


def of_fixed_day(off: OffDay, readings: Readings, fixed: Known, read_day: Frozen) -> FixedDay:
    """Return the registers of the fixed day behind readings of another.

    Demand is no counter: its register of the fixed day is what was frozen then.

    Args:
        off: which readings.
        readings: all of them, shape (n,).
        fixed: (k,), what the meters of these readings froze at 0:00 of the fixed day.
        read_day: (k,), what they froze at 0:00 of the day they were read, and of the next.
    """
    read_wh = readings.register_wh[off.row]
    rolls_at_wh = 1000 * 10 ** readings.integer_digits[off.row].astype(np.int64)
    demand = readings.register[off.row] == Register.DEMAND
    counted = take_back(
        np.where(demand, 0, read_wh),
        Known(np.where(demand, 0, fixed.value), fixed.known),
        Frozen(
            Known(np.where(demand, 0, read_day.on_day.value), read_day.on_day.known | demand),
            Known(np.where(demand, 0, read_day.next_day.value), read_day.next_day.known & ~demand),
        ),
        rolls_at_wh,
    )
    outcome = np.where(off.exchanged, int(Taken.EXCHANGED), counted.outcome)
    worst = np.zeros(int(off.due_row.max()) + 1 if len(off) else 0, np.int64)
    np.maximum.at(worst, off.due_row, outcome)
    outcome = worst[off.due_row]
    register_wh = np.where(demand, fixed.value, counted.register_wh)
    return FixedDay(off, outcome, np.where(outcome == Taken.TAKEN, register_wh, read_wh))


def findings_of(made: FixedDay, readings: Readings) -> Findings:
    """Say of each point what became of its reading: R-TAKEN-BACK, or why it settles as it was read.

    `actual` what was read, `expected` the register of the fixed day where there is one; from the fixed day to the day
    of the reading. About the total alone: the others went with it.
    """
    off = made.of
    total = readings.register[off.row] == Register.ACTIVE_TOTAL
    parts = []
    for outcome, rule in RULE_OF.items():
        at = np.flatnonzero(total & (made.outcome == outcome))
        row = off.row[at]
        parts.append(
            found(
                rule,
                due_row=off.due_row[at],
                reading_row=row,
                register=int(Register.ACTIVE_TOTAL),
                actual=readings.register_wh[row],
                expected=made.register_wh[at] if outcome == Taken.TAKEN else 0,
                from_day=off.fixed_day[at],
                to_day=readings.day[row],
            )
        )
    return Findings(*(np.concatenate([getattr(part, name) for part in parts]) for name in Findings.__slots__))
