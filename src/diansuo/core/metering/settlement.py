"""From segments to the settled month: what each point that is due used since it was last settled."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np

from diansuo.core.metering.registers import ACTIVE_PARTS, Purpose, Register, same_length
from diansuo.core.metering.segmentation import Segments
from diansuo.core.metering.terms import Capacities, rows_of
from diansuo.core.quantity.arrays import Bool, Int16, Int64, require

NEVER: Final = -1_000_000
"""Day that stands for "never settled before"."""

_FAR: Final = np.iinfo(np.int64).max


class Status(IntEnum):
    """What became of a due point."""

    OK = 0
    OPENING = 1  # the first reading: opens the register, settles nothing
    MISSING = 2  # no reading this month
    UNCONNECTED = 3  # a reading, but nothing that joins it to the end of the last settlement


@dataclass(frozen=True, slots=True)
class Due:
    """Metering points due in the month, shape (n,), one row a point.

    Attributes:
        point: metering point, unique.
        due_day: scheduled reading day (例日), days since 1970-01-01.
        open_day: day the last settlement ended, `NEVER` if there was none.
        earliest_day: first day whose reading counts for this month.
        latest_day: last such day, inclusive.
        capacity_w: contract capacity, 0 unknown.
        parts_expected: `part_mask` of the part registers the price needs, 0 for none (no time of use).
        residential: residential thresholds apply.
        inactive: known to use nothing (suspended, empty); a zero month is no finding.

    Raises:
        WrongColumn: dtype, shape or length.
        ValueError: a point is due twice.
    """

    point: Int64
    due_day: Int64
    open_day: Int64
    earliest_day: Int64
    latest_day: Int64
    capacity_w: Int64
    parts_expected: Int64
    residential: Bool
    inactive: Bool

    def __post_init__(self) -> None:
        require(
            np.int64,
            point=self.point,
            due_day=self.due_day,
            open_day=self.open_day,
            earliest_day=self.earliest_day,
            latest_day=self.latest_day,
            capacity_w=self.capacity_w,
            parts_expected=self.parts_expected,
        )
        require(np.bool_, residential=self.residential, inactive=self.inactive)
        same_length(point=self.point, residential=self.residential)
        points, times = np.unique(self.point, return_counts=True)
        if (times > 1).any():
            raise ValueError(f"point {points[np.argmax(times > 1)]} is due twice")

    def __len__(self) -> int:
        return len(self.point)

    def capacities(self) -> Capacities:
        """The capacities of the due points, as `segments` wants them."""
        return Capacities(point=self.point, capacity_w=self.capacity_w)


@dataclass(frozen=True, slots=True)
class Settled:
    """What each due point used in its period [from_day, to_day); shape (n,) like `Due`.

    Attributes:
        status: `Status`.
        from_day: first day of the period, `NEVER` unless status is OK.
        to_day: day of the reading that ends it, `NEVER` if there is none.
        registers: the R `Register`s that occur, ascending.
        energy_wh: (n, R) energy of the period, 0 where absent.
        present: (n, R) the register has energy in the period.
        complete: (n, R) and it covers the whole period.
        parts_complete: the parts can be added up: all that occur and all expected cover the whole period.
        parts: how many part registers cover the whole period.
        remainder_wh: total − Σ parts where `parts_complete`, else 0.
        multiplier: the largest one in the period, 0 if there is no segment.
        exchanges: final and first readings (of the total) in the period.
        rolled: some register rolled over.
        reversed: some register runs backwards.
        broken: some meter or multiplier change is unexplained.
        estimated: some reading after the first is an estimate.
        segment_due: (m,) due row each segment counts for, −1 for none.
    """

    status: Int16
    from_day: Int64
    to_day: Int64
    registers: tuple[Register, ...]
    energy_wh: np.ndarray[Any, np.dtype[np.int64]]
    present: np.ndarray[Any, np.dtype[np.bool_]]
    complete: np.ndarray[Any, np.dtype[np.bool_]]
    parts_complete: Bool
    parts: Int64
    remainder_wh: Int64
    multiplier: Int64
    exchanges: Int64
    rolled: Bool
    reversed: Bool
    broken: Bool
    estimated: Bool
    segment_due: Int64

    @property
    def ok(self) -> Bool:
        """Points with a settled period; shape (n,)."""
        return np.asarray(self.status == Status.OK, np.bool_)

    @property
    def days(self) -> Int64:
        """Days of the period, 0 without one; shape (n,)."""
        return np.where(self.ok, self.to_day - self.from_day, 0)

    def of(self, register: Register) -> tuple[Int64, Bool]:
        """Energy in Wh and presence of one register; both (n,), zeros and False if it never occurs."""
        if register not in self.registers:
            return np.zeros(len(self.status), np.int64), np.zeros(len(self.status), np.bool_)
        column = self.registers.index(register)
        return self.energy_wh[:, column], self.present[:, column]

    def covers(self, register: Register) -> Bool:
        """Whether one register covers the whole period; (n,), False if it never occurs."""
        if register not in self.registers:
            return np.zeros(len(self.status), np.bool_)
        return np.asarray(self.complete[:, self.registers.index(register)], np.bool_)


def settle(segments: Segments, due: Due) -> Settled:
    """Sum the segments of each due point since its last settlement; everything as columns.

    The period ends at the periodic (or opening) reading nearest to the due day within
    [earliest_day, latest_day], the later of two equally near; a reading of another purpose counts only on the
    due day itself. It begins where the last settlement ended, so a missed month is settled with the next one.
    A point without a reading, or with its first one, settles nothing (design: a first reading opens).
    """
    to_day = _settlement_day(segments, due)
    row = rows_of(due.point, segments.point)
    known = np.flatnonzero(row >= 0)
    inside = known[_in_period(segments, known, due.open_day[row[known]], to_day[row[known]])]
    total = inside[segments.register[inside] == Register.ACTIVE_TOTAL]
    from_day = np.full(len(due), _FAR, np.int64)
    np.minimum.at(from_day, row[total], segments.from_day[total])
    status = _status(due, to_day, from_day)
    counted = inside[status[row[inside]] == Status.OK]
    segment_due = np.full(len(segments), -1, np.int64)
    segment_due[counted] = row[counted]
    from_day = np.where(status == Status.OK, from_day, np.int64(NEVER))
    return _summed(segments, due, segment_due, status, from_day, to_day)


def _in_period(segments: Segments, at: Int64, open_day: Int64, end_day: Int64) -> Bool:
    """Of the segments at these rows: their later reading lies in the period, its border included."""
    to_day, late = segments.to_day[at], segments.late[at]
    after_open = (to_day > open_day) | ((to_day == open_day) & late)
    up_to_end = (to_day < end_day) | ((to_day == end_day) & ~late)
    return np.asarray(after_open & up_to_end, np.bool_)


def _settlement_day(segments: Segments, due: Due) -> Int64:
    """Day of the reading that ends each due period, `NEVER` where there is none; shape (n,)."""
    openings = segments.openings
    point = np.concatenate((segments.point, openings.point))
    day = np.concatenate((segments.to_day, openings.day))
    purpose = np.concatenate((segments.to_purpose, openings.purpose))
    register = np.concatenate((segments.register, openings.register))
    row = rows_of(due.point, point)
    known = (row >= 0) & (register == Register.ACTIVE_TOTAL)
    row, day, purpose = row[known], day[known], purpose[known]
    fits = (day >= due.earliest_day[row]) & (day <= due.latest_day[row]) & (day > due.open_day[row])
    regular = (purpose == Purpose.PERIODIC) | (purpose == Purpose.OPENING)
    fits &= regular | (day == due.due_day[row])
    row, day = row[fits], day[fits]
    ahead = day - due.due_day[row]
    # Distance and side in one number: the smallest is the nearest day, and of two the later.
    nearest = np.full(len(due), _FAR, np.int64)
    np.minimum.at(nearest, row, 2 * np.abs(ahead) + (ahead < 0))
    found = nearest != _FAR
    distance = np.where(found, nearest >> 1, 0)
    return np.where(found, due.due_day + np.where(nearest & 1 == 1, -distance, distance), np.int64(NEVER))


def _status(due: Due, to_day: Int64, from_day: Int64) -> Int16:
    """Status of each due point from the day its period ends and the first day its segments reach back to."""
    measured, settled_before = from_day != _FAR, due.open_day != NEVER
    # Opened on the reading day itself: a segment of no days, settled with the next month.
    opens = ~settled_before & (~measured | (from_day == to_day))
    joins = measured & (~settled_before | (from_day == due.open_day))
    status = np.where(joins, Status.OK, Status.UNCONNECTED)
    status = np.where(opens, Status.OPENING, status)
    return np.where(to_day == NEVER, Status.MISSING, status).astype(np.int16)


def _summed(
    segments: Segments, due: Due, segment_due: Int64, status: Int16, from_day: Int64, to_day: Int64
) -> Settled:
    """Add up the counted segments by due row and register."""
    used = np.flatnonzero(segment_due >= 0)
    row, register = segment_due[used], segments.register[used]
    kinds = np.unique(register)
    shape = (len(due), len(kinds))
    cell = row * len(kinds) + np.searchsorted(kinds, register)
    energy_wh = np.zeros(shape[0] * shape[1], np.int64)
    np.add.at(energy_wh, cell, segments.energy_wh[used])
    first, last = np.full(energy_wh.shape, _FAR), np.full(energy_wh.shape, np.int64(NEVER))
    np.minimum.at(first, cell, segments.from_day[used])
    np.maximum.at(last, cell, segments.to_day[used])
    present = (last != NEVER).reshape(shape)
    whole = (first.reshape(shape) == from_day[:, None]) & (last.reshape(shape) == to_day[:, None])
    registers = tuple(Register(int(kind)) for kind in kinds)
    energy_wh = energy_wh.reshape(shape)
    complete = present & whole
    parts_complete, parts, remainder_wh = _parts(due, registers, energy_wh, present, complete)
    multiplier, exchanges = np.zeros(len(due), np.int64), np.zeros(len(due), np.int64)
    np.maximum.at(multiplier, row, segments.multiplier[used])
    np.add.at(exchanges, row, segments.exchanged[used] & (register == Register.ACTIVE_TOTAL))

    def anywhere(mark: Bool) -> Bool:
        marked = np.zeros(len(due), np.bool_)
        marked[row[mark[used]]] = True
        return marked

    return Settled(
        status=status,
        from_day=from_day,
        to_day=to_day,
        registers=registers,
        energy_wh=energy_wh,
        present=present,
        complete=complete,
        parts_complete=parts_complete,
        parts=parts,
        remainder_wh=remainder_wh,
        multiplier=multiplier,
        exchanges=exchanges,
        rolled=anywhere(segments.rolled),
        reversed=anywhere(segments.reversed),
        broken=anywhere(segments.broken),
        estimated=anywhere(segments.estimated),
        segment_due=segment_due,
    )


def _parts(
    due: Due,
    registers: tuple[Register, ...],
    energy_wh: np.ndarray[Any, np.dtype[np.int64]],
    present: np.ndarray[Any, np.dtype[np.bool_]],
    complete: np.ndarray[Any, np.dtype[np.bool_]],
) -> tuple[Bool, Int64, Int64]:
    """Whether the parts can be added up, how many there are, and total − Σ parts in Wh; each (n,)."""
    columns = [place for place, register in enumerate(registers) if register in ACTIVE_PARTS]
    covered = np.zeros(len(due), np.int64)
    for place in columns:
        covered |= complete[:, place].astype(np.int64) << int(registers[place])
    parts = complete[:, columns].sum(axis=1).astype(np.int64)
    whole = (parts > 0) & (present[:, columns] == complete[:, columns]).all(axis=1)
    whole &= (due.parts_expected & ~covered) == 0
    if Register.ACTIVE_TOTAL not in registers:
        return np.zeros(len(due), np.bool_), parts, np.zeros(len(due), np.int64)
    total_wh = energy_wh[:, registers.index(Register.ACTIVE_TOTAL)]
    remainder_wh = total_wh - energy_wh[:, columns].sum(axis=1)
    return np.asarray(whole, np.bool_), parts, np.where(whole, remainder_wh, 0)
