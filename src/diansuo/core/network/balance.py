"""Supply and sold of areas, feeders and stations: the registers of one period, summed on the right side."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from diansuo.core.network.energy import (
    Exchanges,
    Flows,
    Freezes,
    Intervals,
    RegisterEnds,
    State,
    energy_between,
)
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

    Raises:
        WrongColumn: dtype or length.
        ValueError: the bounds do not rise.

    Source: domain.md §10.1 [K]; docs/rules/line-loss.md.
    """
    require(np.int64, bounds=bounds)
    periods = len(bounds) - 1
    if periods < 1 or (np.diff(bounds) <= 0).any():
        raise ValueError("bounds: at least two days, each later than the one before")
    member, column, intervals = _intervals(members, bounds)
    flows = energy_between(freezes, intervals, ends, exchanges)
    cell = members.group[member] * periods + column
    return _summed(flows, cell, members.side[member] == Side.INLET, np.diff(bounds), groups)


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


def _summed(flows: Flows, cell: Int64, inlet: Bool, days: Int64, groups: int) -> Balance:
    shape = (groups, len(days))

    def total(cells: Int64, values: Int64 | int) -> Int64:
        sums = np.zeros(groups * len(days), dtype=np.int64)
        np.add.at(sums, cells, values)
        return sums

    outlet = ~inlet
    known = flows.state == State.KNOWN
    feeding = np.flatnonzero(outlet & (flows.reverse_wh != 0))
    worst = np.full(groups * len(days), int(State.KNOWN), dtype=np.int64)
    np.maximum.at(worst, cell[inlet], flows.state[inlet])
    return Balance(
        days=days.astype(np.int64),
        inlet_forward_wh=total(cell[inlet], flows.forward_wh[inlet]).reshape(shape),
        inlet_reverse_wh=total(cell[inlet], flows.reverse_wh[inlet]).reshape(shape),
        outlet_forward_wh=total(cell[outlet], flows.forward_wh[outlet]).reshape(shape),
        outlet_reverse_wh=total(cell[feeding], flows.reverse_wh[feeding]).reshape(shape),
        outlets=total(cell[outlet], 1).reshape(shape),
        outlets_known=total(cell[outlet & known], 1).reshape(shape),
        inlets=total(cell[inlet], 1).reshape(shape),
        inlet_state=worst.reshape(shape),
    )
