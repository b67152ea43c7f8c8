"""Commercial months of one contract's points: whose capacity, whose demand, whose power factor, whose loss."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from diansuo.core.metering.energy import LossMethod, PointRelation, spread_over_points
from diansuo.core.tariff.commercial import NOT_KNOWN, CapacityMethod, CommercialInput
from diansuo.core.tariff.commercial.capacity import demand_of_feeds
from diansuo.core.tariff.commercial.power_factor import reactive_total_varh
from diansuo.core.tariff.resolve import day_of
from diansuo.office.archive.models import ShareKind
from diansuo.office.billing.columns import Ready
from diansuo.office.billing.commercial.loading import ABSENT, Later, Terms
from diansuo.office.billing.commercial.losses import Added, Month
from diansuo.office.billing.points import loading
from diansuo.office.billing.points.loading import Together

Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]

BANDS_OF_TERMS: Final = ("sharp_wh", "peak_wh", "flat_wh", "valley_wh", "deep_valley_wh")
DEMANDS: Final = (CapacityMethod.CONTRACT_DEMAND, CapacityMethod.ACTUAL_DEMAND)
POINTS_INCOMPLETE: Final = "points_incomplete"
SUPPLIED_DEMAND: Final = "supplied_demand_unknown"
LOSS_POINTS_APART: Final = "loss_points_apart"
LOSS_SEVERAL_FEEDS: Final = "loss_of_several_feeds"


@dataclass(frozen=True, slots=True)
class Grouping:
    """Rows of ``ready`` and what they are among the points of their contract.

    ``at`` is the row of ``together`` of each, -1 for a point alone; ``main`` whether it bears the capacity charge;
    ``head`` the row of ``together`` whose readings decide its power factor (of a sub-meter in series or a share, its
    master's), -1 for its own.
    """

    together: Together
    at: Int64
    main: Bool
    head: Int64

    def take(self, rows: Int64) -> Grouping:
        """Return these rows."""
        return replace(self, at=self.at[rows], main=self.main[rows], head=self.head[rows])

    @property
    def grouped(self) -> Bool:
        """Whether a row belongs with others."""
        return self.at >= 0

    def of(self, name: str, rows: Int64) -> npt.NDArray[Any]:
        """Return a column of ``together`` at some of the rows."""
        column: npt.NDArray[Any] = getattr(self.together, name)[self.at[rows]]
        return column

    def of_contract(self, row: int) -> Int64:
        """Return the rows of ``together`` of a row's contract."""
        return np.flatnonzero(self.together.contract == self.together.contract[self.at[row]])

    def family(self, row: int) -> Int64:
        """Return the rows of ``together`` behind a main row's meter within its contract, and its own."""
        together, mine = self.together, self.of_contract(row).tolist()
        taken = [int(self.at[row])]
        for _step in mine:
            points = {int(together.point[one]) for one in taken}
            more = [
                one
                for one in mine
                if one not in taken
                and int(together.master[one]) in points
                and (together.share[one] != ShareKind.NONE or together.relation[one] == PointRelation.SERIES)
            ]
            if not more:
                break
            taken += more
        return np.array(sorted(taken), np.int64)


def load(ready: Ready) -> Grouping:
    """Load what the rows are to each other."""
    size = len(ready.point)
    at, main, head = (
        np.full(size, ABSENT, np.int64),
        np.zeros(size, np.bool_),
        np.full(size, ABSENT, np.int64),
    )
    if not size:
        return Grouping(loading.together(0, ready.contract), at, main, head)
    together = loading.together(int(ready.inputs.period[0]), ready.contract)
    if len(together):
        place = np.minimum(np.searchsorted(together.consumption, ready.consumption), len(together) - 1)
        found = together.consumption[place] == ready.consumption
        at[found] = place[found]
        day = day_of(int(ready.inputs.to_day.max()) - 1)
        mains = loading.main_points(together.contract.tolist(), day)
        main = np.array(
            [
                mains.get(contract) == point
                for contract, point in zip(ready.contract.tolist(), ready.point.tolist(), strict=True)
            ],
            np.bool_,
        )
        heads = _heads(together)
        head[found] = heads[place[found]]
    return Grouping(together, at, main, head)


def _heads(together: Together) -> Int64:
    """Return the row whose readings decide the power factor of each: up the meters in series within its contract."""
    place = {point: row for row, point in enumerate(together.point.tolist())}
    heads = np.full(len(together), ABSENT, np.int64)
    for row in range(len(together)):
        at = row
        for _step in range(len(together)):
            above = place.get(int(together.master[at]), ABSENT)
            part = together.share[at] != ShareKind.NONE or together.relation[at] == PointRelation.SERIES
            if not part or above == ABSENT or together.contract[above] != together.contract[row]:
                break
            at = above
        heads[row] = at if at != row else ABSENT
    return heads


def terms_of(group: Grouping, terms: Terms) -> Terms:
    """Return the terms with what is left of the registers after what hangs behind the points."""
    rows = np.flatnonzero(group.grouped)
    if not len(rows):
        return terms
    changed: dict[str, npt.NDArray[Any]] = {}
    for name in (*BANDS_OF_TERMS, "has_parts", "reactive_forward_varh", "demand_w"):
        changed[name] = getattr(terms, name).copy()
        changed[name][rows] = group.of(name, rows)
    # A part of another meter has the reactive energy of that one.
    heads = np.flatnonzero(group.head >= 0)
    for name in ("has_reactive",):
        changed[name] = getattr(terms, name).copy()
        changed[name][heads] = getattr(group.together, name)[group.head[heads]]
    others = rows[~group.main[rows]]
    changed["capacity_exempt"] = terms.capacity_exempt.copy()
    changed["capacity_exempt"][others] = True
    return replace(terms, **changed)


def later_of(group: Grouping, consumption: Int64, later: Later) -> Later:
    """Return terms that begin inside months as the points bear them: capacity and demand are the main point's alone."""
    others = np.isin(later.consumption, consumption[group.grouped & ~group.main])
    terms = replace(later.terms, capacity_exempt=later.terms.capacity_exempt | others)
    return replace(later, terms=terms)


def through_meters(group: Grouping, read_wh: Int64, lost_wh: Int64) -> tuple[Int64, Int64]:
    """Return what went through the meter of each main point, and its losses, whoever bears them.

    A demand is that of the meter: it grows with all that the meter shows, not with the main point's part of it.
    """
    read_wh, meter_lost_wh = read_wh.copy(), lost_wh.copy()
    rows = np.flatnonzero(group.grouped & group.main)
    heads = np.where(group.head >= 0, group.head, group.at)
    for row in rows.tolist():
        at = int(group.at[row])
        read_wh[row] = int(group.together.read_wh[at] - group.together.supplied_wh[at])
        meter_lost_wh[row] = int(lost_wh[group.grouped & (heads == at)].sum())
    return read_wh, meter_lost_wh


def refusals(group: Grouping, ready: Ready, terms: Terms) -> dict[int, str]:
    """Return which rows must be held for what the points of their contract lack, with the code."""
    together, found = group.together, {}
    commercial = set(ready.consumption.tolist())
    for row in np.flatnonzero(group.grouped & group.main).tolist():
        mine = group.of_contract(row)
        by_demand = int(terms.capacity_method[row]) in DEMANDS and not terms.capacity_exempt[row]
        others = mine[mine != group.at[row]]
        unknown = group.of("read_demand_w", np.array([row]))[0] >= 0 and terms.demand_w[row] < 0
        if by_demand and (together.own_held[others]).any():
            found[row] = POINTS_INCOMPLETE
        elif by_demand and unknown:
            found[row] = SUPPLIED_DEMAND
    for row in np.flatnonzero(group.grouped & (terms.loss_method != LossMethod.NONE)).tolist():
        mine = group.of_contract(row)
        priced = together.feed_in[mine] != loading.FULL_FEED_IN
        if together.own_held[mine[priced]].any():
            found.setdefault(row, POINTS_INCOMPLETE)
        elif any(int(one) not in commercial for one in together.consumption[mine[priced]]):
            found.setdefault(row, LOSS_POINTS_APART)
        elif _feeds(group, row).size:
            found.setdefault(row, LOSS_SEVERAL_FEEDS)
    return found


def _feeds(group: Grouping, row: int) -> Int64:
    """Return the further feeds of a row's contract beside its main point: of its class, behind none of its own."""
    together, mine = group.together, group.of_contract(row)
    alone = (together.relation[mine] == PointRelation.OWN) & (
        together.master_contract[mine] != together.contract[mine]
    )
    own = (together.share[mine] == ShareKind.NONE) & (together.own_class[mine] == 0)
    used = together.feed_in[mine] != loading.FULL_FEED_IN
    mains = together.point[group.at[group.grouped & group.main]]
    return mine[alone & own & used & ~np.isin(together.point[mine], mains)]


def losses_together(
    group: Grouping, month: Month, terms: Terms, compute: Callable[[Month, Terms], Added], *, step_wh: int
) -> Added:
    """Return losses by row: those of a meter with others behind it are of all it read, and shared by energy.

    A fixed quantity takes none (``spread_over_points``); each other point takes its part into its own bill.
    """
    heads = np.flatnonzero(group.grouped & group.main)
    parts = np.flatnonzero(group.grouped & ~group.main)
    if not len(heads) and not len(parts):
        return compute(month, terms)
    active, reactive = month.active_wh.copy(), month.reactive_varh.copy()
    active[heads] = group.of("read_wh", heads) - group.of("supplied_wh", heads)
    method, line = terms.loss_method.copy(), terms.line_loss_ppm.copy()
    method[parts], line[parts] = LossMethod.NONE, 0
    added = compute(
        replace(month, active_wh=active, reactive_varh=reactive),
        replace(terms, loss_method=method, line_loss_ppm=line),
    )
    row_of = {int(one): row for row, one in enumerate(group.at.tolist()) if one >= 0}
    transformer, wire = added.transformer_wh.copy(), added.line_wh.copy()
    for head in heads.tolist():
        family = [row_of[one] for one in group.family(head).tolist() if one in row_of]
        fixed = group.of("share", np.array(family)) == ShareKind.FIXED_QUANTITY
        energy = group.of("settled_wh", np.array(family))
        for column in (transformer, wire):
            shared = spread_over_points(
                column[head : head + 1], group=np.zeros(len(family), np.int64), energy_wh=energy, fixed=fixed,
                step_wh=step_wh,
            )  # fmt: skip
            column[family] = shared.energy_wh
    return replace(added, transformer_wh=transformer, line_wh=wire)


def charged_together(group: Grouping, given: CommercialInput, added: Added) -> CommercialInput:
    """Return the engine's input with capacity once, the demands of the feeds added, and one power factor a meter."""
    rows = np.flatnonzero(group.grouped)
    if not len(rows):
        return given
    together = group.together
    active, reactive = given.active_wh.copy(), given.reactive_varh.copy()
    demand, contract_w = given.demand_w.copy(), given.contract_demand_w.copy()
    month_wh = given.month_energy_wh.copy()
    lost_wh = added.transformer_wh + added.line_wh
    lost_of: dict[int, tuple[int, int]] = {}
    for row in rows.tolist():
        head = int(group.head[row]) if group.head[row] >= 0 else int(group.at[row])
        wh, varh = lost_of.get(head, (0, 0))
        more = int(added.transformer_varh[row] + added.line_varh[row])
        lost_of[head] = wh + int(lost_wh[row]), varh + more
    for row in rows.tolist():
        head = int(group.head[row]) if group.head[row] >= 0 else int(group.at[row])
        wh, varh = lost_of[head]
        active[row] = int(together.read_wh[head] - together.supplied_wh[head]) + wh
        read = reactive_total_varh(
            together.reactive_forward_varh[head : head + 1], together.reactive_reverse_varh[head : head + 1]
        )
        reactive[row] = int(read[0]) + varh
        if together.share[head] != ShareKind.NONE:
            active[row] = given.active_wh[row]
    for row in rows[group.main[rows]].tolist():
        mine = group.of_contract(row)
        month_wh[row] = int(together.settled_wh[mine].sum()) + int(
            lost_wh[rows][np.isin(group.at[rows], mine)].sum()
        )
        feeds = _feeds(group, row)
        if feeds.size:
            contract_w[row] += int(together.feed_demand_w[feeds].sum())
            watts = np.append(together.demand_w[feeds], demand[row])
            known = (watts >= 0).all()
            summed = demand_of_feeds(watts[None, :], np.zeros(1, np.bool_))
            demand[row] = int(summed[0]) if known else NOT_KNOWN
    return replace(
        given, active_wh=active, reactive_varh=reactive, demand_w=demand, contract_demand_w=contract_w,
        month_energy_wh=month_wh,
    )  # fmt: skip
