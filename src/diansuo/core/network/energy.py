"""Energy of metering points between two daily freezes: rollover, exchange, registers that are not there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.quantity.arrays import Bool, Int64, require

NONE: Final = -1
"""In a register column: not frozen."""
# A fall is a rollover only from the last tenth of the register into its first; anything else ran backwards.
ROLLOVER_TENTH: Final = 10
# What is worked on at a time stays in the processor's cache.
ROWS_AT_ONCE: Final = 1 << 16


class State(IntEnum):
    """Whether the energy of a point is known, and if not, why; a larger one is named before a smaller one."""

    KNOWN = 0
    MISSING = 1  # a register at one end is not there
    EXCHANGED = 2  # meter or multiplier differs, and what the old one ended with is not known
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

    Energy = (register at the end − register at the beginning, modulo the register's end) × multiplier of the
    beginning. Without a reverse register at either end the reverse energy of a point that does not feed in is 0.

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
    one_day = intervals.to_day - intervals.from_day == 1
    meter = freezes.meter[start]
    multiplier = freezes.multiplier[start]
    changed = (meter != freezes.meter[end]) | ((multiplier != freezes.multiplier[end]) & ~one_day)
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
    state[changed] = State.EXCHANGED
    state[~there] = State.MISSING
    forward_wh *= multiplier
    reverse_wh[at] *= multiplier[at]
    unknown = np.flatnonzero(state)
    forward_wh[unknown] = 0
    reverse_wh[unknown] = 0
    flows = Flows(forward_wh, reverse_wh, state)
    if exchanges is not None and len(exchanges.point):
        _bridge(flows, freezes, intervals, (start, end), exchanges, ends)
    return flows


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


def _bridge(
    flows: Flows,
    freezes: Freezes,
    intervals: Intervals,
    rows: tuple[Int64, Int64],
    exchanges: Exchanges,
    ends: RegisterEnds,
) -> None:
    """Fill in, in place, the energy over the one exchange of an interval: old meter to its end, new from its start."""
    for at in np.flatnonzero(flows.state == State.EXCHANGED):
        inside = np.flatnonzero(
            (exchanges.point == intervals.point[at])
            & (exchanges.day >= intervals.from_day[at])
            & (exchanges.day <= intervals.to_day[at])
        )
        if len(inside) != 1:
            continue
        one, start, end = int(inside[0]), int(rows[0][at]), int(rows[1][at])
        old = np.array([freezes.total_wh[start], exchanges.initial_wh[one]])
        new = np.array([exchanges.final_wh[one], freezes.total_wh[end]])
        meters = np.array([freezes.meter[start], freezes.meter[end]])
        by = np.array([freezes.multiplier[start], freezes.multiplier[end]])
        rise, fell = _risen(old, new, meters, ends)
        back = np.array([freezes.reverse_wh[start], exchanges.initial_reverse_wh[one]])
        back_end = np.array([exchanges.final_reverse_wh[one], freezes.reverse_wh[end]])
        absent = freezes.reverse_wh[start] < 0 and freezes.reverse_wh[end] < 0 and not intervals.feeds[at]
        # A reverse register that was never used need not be written down at an exchange.
        unused = bool((np.array([freezes.reverse_wh[start], freezes.reverse_wh[end]]) == 0).all())
        if absent or unused:
            back = back_end = np.zeros(2, dtype=np.int64)
        if fell.any() or (np.minimum(back, back_end) < 0).any():
            continue
        rise_back, fell_back = _risen(back, back_end, meters, ends)
        if fell_back.any():
            continue
        flows.forward_wh[at], flows.reverse_wh[at] = (rise * by).sum(), (rise_back * by).sum()
        flows.state[at] = int(State.KNOWN)
