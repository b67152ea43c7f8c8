"""Metering points that hang behind one another (总表、分表、转供、定量定比), settled together."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from diansuo.core.metering.energy.band_allocation import require_bands, spread_over_bands
from diansuo.core.metering.energy.findings import EnergyCode, EnergyFinding, findings_at
from diansuo.core.metering.energy.sharing import Shares, less_sub_meters, less_supplied, share_out
from diansuo.core.quantity.arrays import Bool, Int64, require
from diansuo.core.quantity.band import BANDS, Band

NOBODY: Final = -1
"""Above a point that hangs behind no other; the order of ratios where nobody has said it."""
_FLAT_FIRST: Final = (Band.FLAT, Band.PEAK, Band.VALLEY, Band.SHARP, Band.DEEP_VALLEY)


class PointRelation(IntEnum):
    """How a point stands to the one it hangs behind; stored in the database, so numbers never change."""

    OWN = 0
    """独立计量: a master, or a feed of its own"""
    SERIES = 1
    """分表（串接）: metered by its master too, and taken off it"""
    PARALLEL = 2
    """并接: beside the other point, taken off nothing"""
    TRANSFER = 3
    """转供: a supplied customer, taken off its supplier"""


@dataclass(frozen=True, slots=True)
class Points:
    """Points of a period, one row each; what hangs behind what is told by rows.

    Attributes:
        read_wh: int64 (rows,), Wh; 0 for a point that is not ``known``.
        bands_wh: int64 (rows, 5), Wh by period, summing to ``read_wh`` where ``has_bands``.
        has_bands: bool, periods were read.
        reactive_varh: int64, forward reactive energy; 0 where none was read.
        known: bool, there is energy to settle.
        opens: bool, the first reading only: nothing used yet, and nothing missing.
        from_day: int64, first day of the period, days since 1970-01-01.
        to_day: int64, the day after its last.
        above: int64, row of the point it hangs behind, ``NOBODY``.
        relation: int64, :class:`PointRelation`; not looked at for a share.
        share: bool, not metered: a fixed quantity or ratio of the point above.
        fixed_wh: int64, fixed quantity of the period, 0 for none.
        ratio_ppm: int64, ratio in millionths, 0 for none.
        order: int64, :class:`.sharing.ShareOrder` of a share by ratio, ``NOBODY`` where unknown.

    Raises:
        WrongColumn: dtype, shape or length.
        ValueError: a point hangs behind a row that does not exist.
    """

    read_wh: Int64
    bands_wh: Int64
    has_bands: Bool
    reactive_varh: Int64
    known: Bool
    opens: Bool
    from_day: Int64
    to_day: Int64
    above: Int64
    relation: Int64
    share: Bool
    fixed_wh: Int64
    ratio_ppm: Int64
    order: Int64

    def __post_init__(self) -> None:
        require(
            np.int64,
            read_wh=self.read_wh, reactive_varh=self.reactive_varh, from_day=self.from_day, to_day=self.to_day,
            above=self.above, relation=self.relation, fixed_wh=self.fixed_wh, ratio_ppm=self.ratio_ppm,
            order=self.order,
        )  # fmt: skip
        require(np.bool_, has_bands=self.has_bands, known=self.known, opens=self.opens, share=self.share)
        require_bands(len(self), bands_wh=self.bands_wh)
        if len(self) and (self.above.min() < NOBODY or self.above.max() >= len(self)):
            raise ValueError(f"above: expected {NOBODY} to {len(self) - 1}")

    def __len__(self) -> int:
        return len(self.read_wh)


@dataclass(frozen=True, slots=True)
class SettledPoints:
    """What each point is settled with, int64 (rows,); zero where it is held or unknown.

    ``read = settled + subs + supplied + shares`` of a metered row that is not held.

    Attributes:
        subs_wh: sub-meters in series taken off, Wh.
        supplied_wh: supplied customers taken off, Wh.
        shares_wh: fixed quantities and ratios taken off, Wh.
        settled_wh: what is left, or what the share is, Wh.
        bands_wh: int64 (rows, 5), that by period; zero without ``has_bands``.
        has_bands: bool; a share has those of its meter.
        reactive_varh: forward reactive energy less that of the supplied.
        held: bool, must not be billed.
        findings: why; rows are points, ``other`` the row of another point concerned.
    """

    subs_wh: Int64
    supplied_wh: Int64
    shares_wh: Int64
    settled_wh: Int64
    bands_wh: Int64
    has_bands: Bool
    reactive_varh: Int64
    held: Bool
    findings: tuple[EnergyFinding, ...]


def take_from_bands(amount_wh: Int64, bands_wh: Int64, *, step_wh: int) -> Int64:
    """Take a quantity out of periods in proportion to what each has, never more than it has.

    As :func:`spread_over_bands`; where that would take more from a period than it has, every share is rounded down
    and what is left is taken from the flat first.

    Args:
        amount_wh: int64 (rows,), 0 to the sum of the row's periods, Wh.
        bands_wh: int64 (rows, 5), Wh, none negative.
        step_wh: precision of a period's share.

    Returns:
        int64 (rows, 5), Wh, summing to ``amount_wh``, each at most the period.

    Raises:
        WrongColumn: dtype or shape.
        ValueError: a period or an amount is negative, or the amount is more than there is.

    Source: docs/rules/settled-energy.md (尾差入平段 [?]).
    """
    total = bands_wh.sum(axis=1)
    if (amount_wh < 0).any() or (amount_wh > total).any():
        raise ValueError("amount_wh: expected 0 to the sum of the periods")
    taken = spread_over_bands(amount_wh, bands_wh, step_wh=step_wh)
    for row in np.flatnonzero(((taken > bands_wh) | (taken < 0)).any(axis=1)).tolist():
        amount, whole = int(amount_wh[row]), int(total[row])
        taken[row] = [amount * band // whole for band in bands_wh[row].tolist()]
        left = amount - int(taken[row].sum())
        for band in _FLAT_FIRST:
            more = min(left, int(bands_wh[row, band] - taken[row, band]))
            taken[row, band] += more
            left -= more
    return taken


def settle_points(points: Points, *, step_wh: int) -> SettledPoints:
    """Settle points with what hangs behind them: sub-meters, then supplied customers, then shares.

    Every meter is settled with what it read less what the meters right behind it read (so that a chain of meters sums
    to the first), and its shares are parts of what is left. A sub-meter without periods under a meter with them is
    taken from the periods in proportion.

    Args:
        points: the rows.
        step_wh: precision of shares, halves away from zero.

    Returns:
        SettledPoints. Held are meters whose sub-meters were not read (``sub_not_read``) or on another day
        (``sub_on_another_day``), took more (``sub_exceeds_master``, ``supplied_exceeds_supplier``; the sub-meters
        too), or whose shares are more than there is (``shares_exceed_total``); shares of a meter that is not settled
        (``master_not_settled``), of none (``share_without_master``) or whose order is unknown (``no_share_order``);
        points behind a share (``master_without_meter``); and points in a circle (``points_in_circle``).

    Source: domain.md §6.3; docs/rules/settled-energy.md.
    """
    size = len(points)
    held = np.zeros(size, np.bool_)
    found: list[EnergyFinding] = []
    above = _sound_edges(points, held, found)
    deducted = np.isin(points.relation, (PointRelation.SERIES, PointRelation.TRANSFER))
    under = np.flatnonzero((above != NOBODY) & ~points.share & deducted)
    _check_days(points, above, under, held, found)
    bands = np.where(points.has_bands[:, None], points.bands_wh, 0)
    rest = np.column_stack((points.read_wh, bands, points.reactive_varh)).astype(np.int64)
    taken = {}
    for relation in (PointRelation.SERIES, PointRelation.TRANSFER):
        children = under[(points.relation[under] == relation) & points.known[under]]
        rest, taken[relation] = _less(points, rest, above, children, relation, held, found, step_wh)
    share_wh, shares_wh, share_bands = _share(points, rest, above, held, found, step_wh)
    usable = ~held & (points.known | points.share)
    own = np.where(points.share, share_wh, rest[:, 0])
    own_bands = np.where(points.share[:, None], share_bands, rest[:, 1 : 1 + BANDS])
    has_bands = np.where(points.share & (above != NOBODY), points.has_bands[above], points.has_bands)
    return SettledPoints(
        subs_wh=np.where(usable, taken[PointRelation.SERIES], 0),
        supplied_wh=np.where(usable, taken[PointRelation.TRANSFER], 0),
        shares_wh=np.where(usable, shares_wh, 0),
        settled_wh=np.where(usable, own, 0),
        bands_wh=np.where((usable & has_bands)[:, None], own_bands, 0),
        has_bands=np.asarray(has_bands, np.bool_),
        reactive_varh=np.where(usable & ~points.share, rest[:, -1], 0),
        held=held,
        findings=tuple(sorted(found, key=lambda one: one.row)),
    )


def _sound_edges(points: Points, held: Bool, found: list[EnergyFinding]) -> Int64:
    """Return what hangs behind what without the edges that make no sense, holding the points they are of."""
    above = points.above.copy()
    circle = _in_circle(points.above)
    behind_share = (above != NOBODY) & points.share[above] & ~circle
    for mask, code in (
        (circle, EnergyCode.POINTS_IN_CIRCLE),
        (behind_share, EnergyCode.MASTER_WITHOUT_METER),
        (points.share & (above == NOBODY), EnergyCode.SHARE_WITHOUT_MASTER),
    ):
        found += findings_at(mask, code, other=points.above)
        held |= mask
    above[circle | behind_share] = NOBODY
    return above


def _in_circle(above: Int64) -> Bool:
    """Tell which rows come back to themselves on the way up."""
    circle = np.zeros(len(above), np.bool_)
    at, reached = above.copy(), above != NOBODY
    for _step in range(len(above)):
        if not reached.any():
            break
        circle |= reached & (at == np.arange(len(above)))
        reached &= ~circle
        at = np.where(reached, above[at], NOBODY)
        reached = at != NOBODY
    return circle


def _check_days(points: Points, above: Int64, under: Int64, held: Bool, found: list[EnergyFinding]) -> None:
    """Hold the meters whose sub-meters were not read, or not on the same days."""
    master = above[under]
    missing = points.known[master] & ~points.known[under] & ~points.opens[under]
    both = points.known[master] & points.known[under]
    other_day = both & (
        (points.to_day[under] != points.to_day[master]) | (points.from_day[under] < points.from_day[master])
    )
    for mask, code in ((missing, EnergyCode.SUB_NOT_READ), (other_day, EnergyCode.SUB_ON_ANOTHER_DAY)):
        found += [
            EnergyFinding(
                int(master[at]),
                code,
                {
                    "other": int(under[at]),
                    "sub_day": int(points.to_day[under[at]]),
                    "master_day": int(points.to_day[master[at]]),
                },
            )
            for at in np.flatnonzero(mask).tolist()
        ]
        held[master[mask]] = True


def _less(
    points: Points, rest: Int64, above: Int64, children: Int64, relation: PointRelation, held: Bool,
    found: list[EnergyFinding], step_wh: int,
) -> tuple[Int64, Int64]:  # fmt: skip
    """Take what children read off the meters above them; return what is left and what was taken, Wh."""
    master = above[children]
    taken = np.zeros(len(points), np.int64)
    np.add.at(taken, master, points.read_wh[children])
    timed = points.has_bands[children] & points.has_bands[master]
    off = np.zeros((len(children), rest.shape[1]), np.int64)
    off[:, 0] = points.read_wh[children]
    off[:, 1 : 1 + BANDS] = np.where(timed[:, None], points.bands_wh[children], 0)
    supplied = relation is PointRelation.TRANSFER
    off[:, -1] = points.reactive_varh[children] if supplied else 0
    less = (
        less_supplied(rest, off, supplier_of=master)
        if supplied
        else less_sub_meters(rest, off, master_of=master)
    )
    known = points.known & ~held
    for one in less.findings:
        if known[one.row]:
            # Which of them is wrong nobody knows: none of them is billed.
            mine = children[master == one.row].tolist()
            found += [EnergyFinding(row, one.code, one.params) for row in (one.row, *mine)]
            held[[one.row, *mine]] = True
    left = less.energy_wh.copy()
    without = np.zeros(len(points), np.int64)
    np.add.at(without, master[~timed], points.read_wh[children[~timed]])
    spread = np.flatnonzero((without > 0) & points.has_bands & ~less.held & ~held)
    if len(spread):
        left[spread, 1 : 1 + BANDS] -= take_from_bands(
            without[spread], left[spread, 1 : 1 + BANDS], step_wh=step_wh
        )
    return left, taken


def _share(
    points: Points, rest: Int64, above: Int64, held: Bool, found: list[EnergyFinding], step_wh: int
) -> tuple[Int64, Int64, Int64]:
    """Take shares out of what is left of their meters, in place; return share, shares of a meter, share by period."""
    size = len(points)
    share_wh, shares_wh = np.zeros(size, np.int64), np.zeros(size, np.int64)
    share_bands = np.zeros((size, BANDS), np.int64)
    rows = np.flatnonzero(points.share & (above != NOBODY) & ~held)
    rows = rows[_orders_known(points, above, rows, held, found)]
    lost = np.zeros(size, np.bool_)
    lost[rows] = held[above[rows]] | ~points.known[above[rows]]
    rows = rows[~lost[rows]]
    order = np.zeros(size, np.int64)
    by_ratio = rows[points.ratio_ppm[rows] > 0]
    order[above[by_ratio]] = np.maximum(points.order[by_ratio], 0)
    total = np.where(points.known & ~held, rest[:, 0], 0)
    out = share_out(
        total, Shares(above[rows], points.fixed_wh[rows], points.ratio_ppm[rows]), order, step_wh=step_wh
    )
    for one in out.findings:
        mine = rows[above[rows] == one.row].tolist()
        found += [EnergyFinding(row, one.code, one.params) for row in (one.row, *mine)]
        held[[one.row, *mine]] = True
    share_wh[rows] = out.share_wh
    for row in rows[~held[rows]].tolist():
        master = int(above[row])
        shares_wh[master] += share_wh[row]
        rest[master, 0] -= share_wh[row]
        if points.has_bands[master]:
            own = rest[master : master + 1, 1 : 1 + BANDS]
            share_bands[row] = take_from_bands(share_wh[row : row + 1], own, step_wh=step_wh)[0]
            rest[master, 1 : 1 + BANDS] -= share_bands[row]
    found += findings_at(lost, EnergyCode.MASTER_NOT_SETTLED, other=above)
    held |= lost
    return share_wh, shares_wh, share_bands


def _orders_known(points: Points, above: Int64, rows: Int64, held: Bool, found: list[EnergyFinding]) -> Bool:
    """Tell which shares' orders are known; without a fixed quantity beside it a ratio needs none."""
    fixed = np.zeros(len(points), np.bool_)
    fixed[above[rows[points.fixed_wh[rows] > 0]]] = True
    unknown = (points.ratio_ppm[rows] > 0) & (points.order[rows] == NOBODY) & fixed[above[rows]]
    # Of several ratios of one meter there is one order.
    for row in np.unique(above[rows[unknown]]).tolist():
        mine = [row, *rows[above[rows] == row].tolist()]
        found += [EnergyFinding(one, EnergyCode.NO_SHARE_ORDER, {}) for one in mine]
        held[mine] = True
    return ~held[rows]
