"""Supply and sold of areas, feeders and stations: the registers of one period, summed on the right side."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from diansuo.core.network.energy import (
    ROWS_AT_ONCE,
    Exchanges,
    Flows,
    Freezes,
    Intervals,
    RegisterEnds,
    Rows,
    State,
    flows_of,
)
from diansuo.core.network.partial import narrowed
from diansuo.core.quantity.arrays import Bool, Int64, require


class Side(IntEnum):
    """On which side of the balance a point stands.

    Where energy comes in (台区总表, 线路关口) its forward register is supply; where it goes out (用户, and 台区总表
    seen from the feeder) its forward register is sold. Backwards, each counts on the other side.
    """

    INLET = 0
    OUTLET = 1


@dataclass(frozen=True, slots=True)
class Members:
    """Which points belong to which group (area, feeder, station), and when, shape (n,).

    Attributes:
        point: metering point.
        group: index of the group, 0 to groups − 1.
        side: `Side`.
        from_day: first day, days since 1970-01-01.
        to_day: first day no longer.
        feeds: the point has a reverse register, so that its feed-in is unknown without it.

    Raises:
        WrongColumn: dtype or length.
    """

    point: Int64
    group: Int64
    side: Int64
    from_day: Int64
    to_day: Int64
    feeds: Bool

    def __post_init__(self) -> None:
        require(
            np.int64,
            point=self.point,
            group=self.group,
            side=self.side,
            from_day=self.from_day,
            to_day=self.to_day,
        )
        require(np.bool_, feeds=self.feeds)

    def rows(self, which: slice) -> Members:
        """Return some of the members."""
        return Members(**{each.name: getattr(self, each.name)[which] for each in fields(self)})


@dataclass(frozen=True, slots=True)
class Balance:
    """What went into groups and what was sold, shape (groups, periods), int64, of the points that are known.

    Attributes:
        days: (periods,), days each period has.
        inlet_forward_wh: what came in.
        inlet_reverse_wh: what flowed back out of the group (倒送).
        outlet_forward_wh: what was taken.
        outlet_reverse_wh: what was fed in (上网).
        outlets: points that take energy out.
        outlets_known: those of them whose energy is known (the collection).
        inlets: points where energy comes in.
        inlet_state: the worst `State` of them, KNOWN where there is none.
    """

    days: Int64
    inlet_forward_wh: Int64
    inlet_reverse_wh: Int64
    outlet_forward_wh: Int64
    outlet_reverse_wh: Int64
    outlets: Int64
    outlets_known: Int64
    inlets: Int64
    inlet_state: Int64

    @property
    def supply_wh(self) -> Int64:
        """供电量: what came in and what was fed in."""
        return self.inlet_forward_wh + self.outlet_reverse_wh

    @property
    def sold_wh(self) -> Int64:
        """售电量: what was taken and what flowed back out."""
        return self.outlet_forward_wh + self.inlet_reverse_wh

    def rows(self, which: slice) -> Balance:
        """Return the balance of some of the groups."""
        kept = {each.name: getattr(self, each.name)[which] for each in fields(self) if each.name != "days"}
        return Balance(days=self.days, **kept)

    def merged(self, inlets: slice, outlets: slice) -> Balance:
        """Return one group whose inlets are those of some groups, and whose outlets those of others."""

        def whole(column: Int64, which: slice) -> Int64:
            total: Int64 = column[which].sum(axis=0, dtype=np.int64)[np.newaxis]
            return total

        return Balance(
            days=self.days,
            inlet_forward_wh=whole(self.inlet_forward_wh, inlets),
            inlet_reverse_wh=whole(self.inlet_reverse_wh, inlets),
            outlet_forward_wh=whole(self.outlet_forward_wh, outlets),
            outlet_reverse_wh=whole(self.outlet_reverse_wh, outlets),
            outlets=whole(self.outlets, outlets),
            outlets_known=whole(self.outlets_known, outlets),
            inlets=whole(self.inlets, inlets),
            inlet_state=self.inlet_state[inlets].max(axis=0, initial=int(State.KNOWN))[np.newaxis],
        )


def balance(
    freezes: Freezes,
    members: Members,
    bounds: Int64,
    groups: int,
    ends: RegisterEnds,
    exchanges: Exchanges | None = None,
    exact: Int64 | None = None,
) -> Balance:
    """Sum the energy of the members of every group in every period.

    Supply = forward of the inlets + reverse of the outlets (feed-in); sold = forward of the outlets + reverse of
    the inlets (back-feed). All registers are of the same two instants (同期). Of a member that belongs for part of a
    period only, the registers of the days it came and left count.

    Args:
        freezes: registers at 0:00.
        members: who belongs where, and when.
        bounds: int64 (periods + 1,), ascending days: period j is ``[bounds[j], bounds[j + 1])``.
        groups: how many.
        ends: where registers roll over.
        exchanges: exchanges of meters with known registers.
        exact: int64; given, a member counts as far as its registers reach inside its days (`partial`), but for these
            points (masters, gates).

    Raises:
        WrongColumn: dtype or length.
        ValueError: the bounds do not rise.

    Source: domain.md §10.1 [K]; docs/rules/line-loss.md.
    """
    require(np.int64, bounds=bounds)
    periods = len(bounds) - 1
    if periods < 1 or (np.diff(bounds) <= 0).any():
        raise ValueError("bounds: at least two days, each later than the one before")
    points, place = np.unique(members.point, return_inverse=True)
    rows = Rows(freezes, points, int(bounds[0]), int(bounds[-1] - bounds[0]) + 1)
    sums = _Sums(groups * periods)
    at_once = max(ROWS_AT_ONCE // periods, 1)
    for begin in range(0, len(members.point), at_once):
        part = members.rows(slice(begin, begin + at_once))
        member, column, intervals = _intervals(part, bounds)
        own = place.reshape(-1)[begin : begin + at_once][member]
        if exact is not None:
            intervals = narrowed(freezes, rows, own, intervals, exact)
        flows = flows_of(freezes, rows, own, intervals, ends, exchanges)
        sums.add(flows, part.group[member] * periods + column, part.side[member] == Side.INLET)
    return sums.balance(np.diff(bounds), groups)


def _intervals(members: Members, bounds: Int64) -> tuple[Int64, Int64, Intervals]:
    """Return a row for each member and period it touches: the member, the period, and the days in common."""
    periods = len(bounds) - 1
    first = np.clip(np.searchsorted(bounds, members.from_day, side="right") - 1, 0, periods)
    last = np.clip(np.searchsorted(bounds, members.to_day, side="left"), 0, periods)
    counts = np.where(members.to_day > bounds[0], np.maximum(last - first, 0), 0)
    counts = np.where(members.from_day < bounds[-1], counts, 0)
    member = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    begin = np.cumsum(counts) - counts
    column = np.arange(len(member), dtype=np.int64) - np.repeat(begin - first, counts)
    from_day = np.maximum(bounds[column], members.from_day[member])
    to_day = np.minimum(bounds[column + 1], members.to_day[member])
    return member, column, Intervals(members.point[member], from_day, to_day, members.feeds[member])


class _Sums:
    """Sums by cell (group and period), filled part by part."""

    def __init__(self, cells: int) -> None:
        def empty() -> Int64:
            return np.zeros(cells, dtype=np.int64)

        self.inlet_forward, self.inlet_reverse, self.inlets = empty(), empty(), empty()
        self.outlet_forward, self.outlet_reverse = empty(), empty()
        self.outlets, self.outlets_known = empty(), empty()
        self.worst = np.full(cells, int(State.KNOWN), dtype=np.int64)

    def add(self, flows: Flows, cell: Int64, inlet: Bool) -> None:
        """Add what flowed at some points, each in its cell."""
        into, out = np.flatnonzero(inlet), np.flatnonzero(~inlet)
        np.add.at(self.inlet_forward, cell[into], flows.forward_wh[into])
        np.add.at(self.inlet_reverse, cell[into], flows.reverse_wh[into])
        np.add.at(self.inlets, cell[into], 1)
        np.maximum.at(self.worst, cell[into], flows.state[into])
        np.add.at(self.outlet_forward, cell[out], flows.forward_wh[out])
        np.add.at(self.outlet_reverse, cell[out], flows.reverse_wh[out])
        np.add.at(self.outlets, cell[out], 1)
        np.add.at(self.outlets_known, cell[out], (flows.state[out] == State.KNOWN).astype(np.int64))

    def balance(self, days: Int64, groups: int) -> Balance:
        """Return the sums by group and period."""
        shape = (groups, len(days))
        return Balance(
            days=days.astype(np.int64),
            inlet_forward_wh=self.inlet_forward.reshape(shape),
            inlet_reverse_wh=self.inlet_reverse.reshape(shape),
            outlet_forward_wh=self.outlet_forward.reshape(shape),
            outlet_reverse_wh=self.outlet_reverse.reshape(shape),
            outlets=self.outlets.reshape(shape),
            outlets_known=self.outlets_known.reshape(shape),
            inlets=self.inlets.reshape(shape),
            inlet_state=self.worst.reshape(shape),
        )
