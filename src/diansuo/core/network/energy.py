"""Energy of metering points between two daily freezes: rollover, exchange, registers that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.network.pieces import ROLLOVER_TENTH, Exchange, Shown, energy_over
from diansuo.core.quantity.arrays import Bool, Int64, require

NONE: Final = -1
"""In a register column: not frozen."""
# What is worked on at a time stays in the processor's cache.
ROWS_AT_ONCE: Final = 1 << 16


class State(IntEnum):
    """Whether the energy of a point is known, and if not, why; a larger one is named before a smaller one."""

    KNOWN = 0
    MISSING = 1  # a register at one end is not there
    EXCHANGED = 2  # meter or multiplier changed, and what the old one ended with is not known
    FELL = 3  # the register runs backwards (倒走)


@dataclass(frozen=True, slots=True)
class Freezes:
    """Registers at 0:00 (日冻结), a row a point and day, shape (n,), all int64; of two of them the later row counts.

    Attributes:
        point: metering point.
        day: days since 1970-01-01.
        meter: meter the registers belong to.
        multiplier: overall multiplier (综合倍率) in force from that day on.
        total_wh: forward active register in Wh before the multiplier, -1 where not frozen.
        reverse_wh: reverse active register, likewise.

    Raises:
        WrongColumn: dtype or length.
    """

    point: Int64
    day: Int64
    meter: Int64
    multiplier: Int64
    total_wh: Int64
    reverse_wh: Int64

    def __post_init__(self) -> None:
        require(
            np.int64,
            point=self.point,
            day=self.day,
            meter=self.meter,
            multiplier=self.multiplier,
            total_wh=self.total_wh,
            reverse_wh=self.reverse_wh,
        )

    def __len__(self) -> int:
        return len(self.point)


@dataclass(frozen=True, slots=True)
class RegisterEnds:
    """Where the registers of meters roll over, in Wh: 10^digits kWh; ``default_wh`` for a meter not listed."""

    meter: Int64
    end_wh: Int64
    default_wh: int = 10**6 * 1000

    def of(self, meter: Int64) -> Int64:
        """Return the ends of these meters."""
        if not len(self.meter):
            return np.full(len(meter), self.default_wh, dtype=np.int64)
        order = np.argsort(self.meter, kind="stable")
        known, ends = self.meter[order], self.end_wh[order]
        at = np.minimum(np.searchsorted(known, meter), len(known) - 1)
        return np.where(known[at] == meter, ends[at], np.int64(self.default_wh))


@dataclass(frozen=True, slots=True)
class Exchanges:
    """Exchanges of meters (or of multipliers) of which both registers are known, shape (n,), all int64.

    Attributes:
        point: metering point.
        day: day of the exchange.
        final_wh: last forward register of the old meter (止度).
        initial_wh: first one of the new meter (起度).
        final_reverse_wh: last reverse register, -1 where not known.
        initial_reverse_wh: first reverse register, -1 where not known.
    """

    point: Int64
    day: Int64
    final_wh: Int64
    initial_wh: Int64
    final_reverse_wh: Int64
    initial_reverse_wh: Int64

    def __post_init__(self) -> None:
        require(
            np.int64,
            point=self.point,
            day=self.day,
            final_wh=self.final_wh,
            initial_wh=self.initial_wh,
            final_reverse_wh=self.final_reverse_wh,
            initial_reverse_wh=self.initial_reverse_wh,
        )


@dataclass(frozen=True, slots=True)
class Flows:
    """Energy of each interval, shape (n,): int64 Wh after the multiplier, 0 where the `State` is not KNOWN."""

    forward_wh: Int64
    reverse_wh: Int64
    state: Int64


@dataclass(frozen=True, slots=True)
class Intervals:
    """The days ``[from_day, to_day)`` of points, shape (n,); ``feeds``: the point is known to send energy back."""

    point: Int64
    from_day: Int64
    to_day: Int64
    feeds: Bool


class Rows:
    """Where the freeze of a point and day stands: built once, asked many times.

    ``points`` are all that will be asked for, ascending and each once; days run from ``first_day``, ``width`` of them.
    """

    def __init__(self, freezes: Freezes, points: Int64, first_day: int, width: int) -> None:
        """Go through the freezes once; of two rows of a point and day the later stays."""
        self.first_day = first_day
        self.table = np.full((max(len(points), 1), width), NONE, dtype=np.int64)
        for begin in range(0, len(freezes) if len(points) else 0, ROWS_AT_ONCE):
            part = slice(begin, begin + ROWS_AT_ONCE)
            point, day = freezes.point[part], freezes.day[part] - first_day
            # Freezes come point by point, so looking up where each run begins is enough.
            runs = np.flatnonzero(np.diff(point, prepend=point[0] - 1))
            place = np.minimum(np.searchsorted(points, point[runs]), len(points) - 1)
            place[points[place] != point[runs]] = NONE
            place = np.repeat(place, np.diff(runs, append=len(point)))
            rows = np.flatnonzero((place >= 0) & (day >= 0) & (day < width))
            self.table[place[rows], day[rows]] = rows + begin

    def at(self, place: Int64, day: Int64) -> Int64:
        """Return the rows of points (by their place among the points) and days, -1 where there is none."""
        found: Int64 = self.table[place, day - self.first_day]
        return found


def flows_of(
    freezes: Freezes,
    rows: Rows,
    place: Int64,
    intervals: Intervals,
    ends: RegisterEnds,
    exchanges: Exchanges | None,
) -> Flows:
    """Return what flowed at points between the freezes of two days.

    Energy = (register at the end − register at the beginning, modulo the register's end) × multiplier. Where meter or
    multiplier changed in between, the pieces are summed (`pieces`); one that is not known leaves all of it unknown.
    Without a reverse register at either end the reverse energy of a point that does not feed in is 0.

    Args:
        freezes: registers.
        rows: where they stand.
        place: int64 (n,), where the interval's point stands among those of ``rows``.
        intervals: which points, and between which days.
        ends: where the registers roll over.
        exchanges: exchanges within the intervals whose final and initial registers are known.

    Source: domain.md §10.1; docs/rules/line-loss.md.
    """
    first, last = rows.at(place, intervals.from_day), rows.at(place, intervals.to_day)
    there = (first >= 0) & (last >= 0)
    if not len(freezes):
        nothing = np.zeros(len(first), dtype=np.int64)
        return Flows(nothing, nothing, np.full(len(first), int(State.MISSING), dtype=np.int64))
    start, end = np.where(there, first, 0), np.where(there, last, 0)
    meter = freezes.meter[start]
    multiplier = freezes.multiplier[start]
    changed = _changed(freezes, rows, place, intervals, start, end)
    begin_wh, end_wh = freezes.total_wh[start], freezes.total_wh[end]
    there &= (begin_wh >= 0) & (end_wh >= 0)
    forward_wh, fell = _risen(begin_wh, end_wh, meter, ends)
    reverse_wh = np.zeros(len(start), dtype=np.int64)
    begin_back_wh, end_back_wh = freezes.reverse_wh[start], freezes.reverse_wh[end]
    # Few points have a reverse register at all.
    at = np.flatnonzero((begin_back_wh >= 0) | (end_back_wh >= 0) | intervals.feeds)
    there[at] &= (begin_back_wh[at] >= 0) & (end_back_wh[at] >= 0)
    reverse_wh[at], back_fell = _risen(begin_back_wh[at], end_back_wh[at], meter[at], ends)
    fell[at] |= back_fell
    state = np.where(fell, int(State.FELL), int(State.KNOWN))
    # The same register a day later runs backwards whatever its multiplier.
    backwards = fell & (meter == freezes.meter[end]) & (intervals.to_day - intervals.from_day == 1)
    state[changed & ~backwards] = State.EXCHANGED
    state[~there] = State.MISSING
    forward_wh *= multiplier
    reverse_wh[at] *= multiplier[at]
    unknown = np.flatnonzero(state)
    forward_wh[unknown] = 0
    reverse_wh[unknown] = 0
    flows = Flows(forward_wh, reverse_wh, state)
    _add_pieces(flows, freezes, rows, place, intervals, ends, exchanges)
    return flows


def _changed(
    freezes: Freezes, rows: Rows, place: Int64, intervals: Intervals, start: Int64, end: Int64
) -> Bool:
    """Return in which intervals meter or multiplier is not the same at every register there is."""
    meter, multiplier = freezes.meter[start], freezes.multiplier[start]
    changed: Bool = (meter != freezes.meter[end]) | (multiplier != freezes.multiplier[end])
    first, last = intervals.from_day - rows.first_day, intervals.to_day - rows.first_day
    if not len(first) or int((last - first).max()) < 2:
        return changed
    for day in range(int(first.min()) + 1, int(last.max())):
        row = rows.table[place, day]
        inside = (row >= 0) & (day > first) & (day < last)
        changed |= inside & ((freezes.meter[row] != meter) | (freezes.multiplier[row] != multiplier))
    return changed


def _risen(begin_wh: Int64, end_wh: Int64, meter: Int64, ends: RegisterEnds) -> tuple[Int64, Bool]:
    """Return by how much registers rose, a rollover included, and which of them fell without one."""
    rise = end_wh - begin_wh
    fell = rise < 0
    at = np.flatnonzero(fell)
    if len(at):
        end = ends.of(meter[at])
        around = rise[at] + end
        credible = (
            (begin_wh[at] > end - end // ROLLOVER_TENTH) & (around >= 0) & (around < end // ROLLOVER_TENTH)
        )
        rise[at] = np.where(credible, around, 0)
        fell[at] = ~credible
    return rise, fell


def _add_pieces(
    flows: Flows,
    freezes: Freezes,
    rows: Rows,
    place: Int64,
    intervals: Intervals,
    ends: RegisterEnds,
    exchanges: Exchanges | None,
) -> None:
    """Fill in, in place, the energy of intervals in which meter or multiplier changed, where every piece is known."""
    changed = np.flatnonzero(flows.state == State.EXCHANGED)
    if not len(changed):
        return
    known = _by_point(exchanges, intervals.point[changed])
    spans = [
        rows.table[place[at], intervals.from_day[at] - rows.first_day :][
            : intervals.to_day[at] - intervals.from_day[at] + 1
        ]
        for at in changed.tolist()
    ]
    spans = [span[span >= 0] for span in spans]
    shown = _shown(freezes, np.concatenate(spans), ends)
    begin = 0
    for at, span in zip(changed.tolist(), spans, strict=True):
        own, begin = shown[begin : begin + len(span)], begin + len(span)
        there = known.get(int(intervals.point[at]), [])
        found = energy_over(own, there, feeds=bool(intervals.feeds[at]))
        if found is not None:
            flows.forward_wh[at], flows.reverse_wh[at] = found
            flows.state[at] = int(State.KNOWN)


def _shown(freezes: Freezes, rows: Int64, ends: RegisterEnds) -> list[Shown]:
    meter = freezes.meter[rows]
    columns = (
        freezes.day[rows], meter, freezes.multiplier[rows], freezes.total_wh[rows], freezes.reverse_wh[rows],
        ends.of(meter),
    )  # fmt: skip
    return [Shown(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def _by_point(exchanges: Exchanges | None, points: Int64) -> dict[int, list[Exchange]]:
    """Return the exchanges of some points, ascending by day."""
    found: dict[int, list[Exchange]] = {}
    if exchanges is None:
        return found
    rows = np.flatnonzero(np.isin(exchanges.point, points))
    rows = rows[np.argsort(exchanges.day[rows], kind="stable")]
    columns = (
        exchanges.day, exchanges.final_wh, exchanges.initial_wh, exchanges.final_reverse_wh,
        exchanges.initial_reverse_wh,
    )  # fmt: skip
    table = zip(*(column[rows].tolist() for column in columns), strict=True)
    for point, row in zip(exchanges.point[rows].tolist(), table, strict=True):
        found.setdefault(point, []).append(Exchange(*row))
    return found
