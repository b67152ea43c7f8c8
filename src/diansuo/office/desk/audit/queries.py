"""What the auditor's desk reads: the findings under its filters, what to choose from, the month against the last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from django.db.models import Count, Q

from diansuo.core.quantity.month import next_month
from diansuo.office.archive.models import PRICE_CLASS_NAMES, ContractTerm, PointArea, Responsibility
from diansuo.office.base.scope import Scope
from diansuo.office.billing.audit import queries as audit
from diansuo.office.billing.audit.queries import Row
from diansuo.office.billing.audit.wording import title
from diansuo.office.billing.average import queries as average
from diansuo.office.billing.average.figures import mean_nano
from diansuo.office.billing.models import Bill
from diansuo.office.billing.sums import queries as sums
from diansuo.office.desk.audit.wording import stands
from diansuo.office.metering.models import Finding

POINTS_A_QUERY = 500
ROWS_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """What the desk is asked for: where findings stand, and of whom; empty means all."""

    state: str = "open"
    rule: str = ""
    price_class: int | None = None
    area: int | None = None
    manager: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one rule under the filters: how many, the money at stake, and the rows to show."""

    rule: str
    title: str
    count: int
    stake_fen: int
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point belongs: its price class, area and manager, None where the archive does not say."""

    price_class: int | None = None
    area: int | None = None
    manager: int | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """The findings of a month: the groups as asked for, how many stand where, and the choices of the filters."""

    groups: list[Group]
    states: Counter[str]
    count: int
    stake_fen: int
    shown: int
    classes: list[tuple[int, str]] = field(default_factory=list)
    areas: list[tuple[int, str]] = field(default_factory=list)
    managers: list[tuple[int, str]] = field(default_factory=list)

    @property
    def first(self) -> Row | None:
        """The finding to begin with."""
        return next((row for group in self.groups for row in group.rows), None)


@dataclass(frozen=True, slots=True)
class Line:
    """A class in the month and in the last one; prices in nano-yuan per kWh, None without energy."""

    title: Any
    customers: int
    customers_before: int
    energy_wh: int
    energy_before_wh: int
    amount_fen: int
    amount_before_fen: int
    price_nano: int | None
    price_before_nano: int | None


def rows(scope: Scope, station_id: int, period: int, asked: Asked) -> list[Row]:
    """Return the findings asked for, most money at stake first."""
    return _chosen(_all(scope, station_id, period), asked)[0]


def listed(scope: Scope, station_id: int, period: int, asked: Asked) -> Listed:
    """Return the findings by rule, the rule with most money at stake first, and what the filters offer."""
    found = _all(scope, station_id, period)
    chosen, places, names = _chosen(found, asked)
    in_place = [one for one in found if _in_place(places.get(one.point_id, Place()), asked)]
    groups, shown = _groups(chosen)
    return Listed(
        groups=groups,
        states=Counter(stands(one) for one in in_place),
        count=len(chosen),
        stake_fen=sum(one.stake_fen for one in chosen),
        shown=shown,
        classes=_choices((one.price_class for one in places.values()), PRICE_CLASS_NAMES),
        areas=_choices((one.area for one in places.values()), names["area"]),
        managers=_choices((one.manager for one in places.values()), names["manager"]),
    )


def weights(scope: Scope, finding_ids: Iterable[int]) -> dict[int, int]:
    """Return how much each of these findings weighs now."""
    found = Finding.objects.filter(scope.limit("point__station"), pk__in=list(finding_ids))
    return dict(found.values_list("pk", "severity"))


def against_last_month(scope: Scope, station_id: int, period: int) -> list[Line]:
    """Return the station's customers, energy, revenue and average price by class against last month, and in all."""
    if not scope.allows(station_id):
        return []
    change = average.change(Scope(frozenset({station_id})), period, next_month(period, -1))
    if change is None:
        return []
    before = change.before.energy_wh, change.before.amount_fen.sum(axis=-1)
    now = change.now.energy_wh, change.now.amount_fen.sum(axis=-1)
    lines = []
    for kind in [*sorted(set(change.kind.tolist())), None]:
        chosen = change.kind == change.kind if kind is None else change.kind == kind
        totals = [int(one[chosen].sum()) for one in (*now, *before)]
        billed = [  # a row without either was not billed in that month; a customer may have several
            len(np.unique(change.customer[chosen & ((energy != 0) | (money != 0))]))
            for energy, money in (now, before)
        ]
        lines.append(
            Line(
                title=None if kind is None else PRICE_CLASS_NAMES.get(kind, kind),
                customers=billed[0],
                customers_before=billed[1],
                energy_wh=totals[0],
                energy_before_wh=totals[2],
                amount_fen=totals[1],
                amount_before_fen=totals[3],
                price_nano=_short(mean_nano(totals[1], totals[0])),
                price_before_nano=_short(mean_nano(totals[3], totals[2])),
            )
        )
    return lines


def bills_without_energy(scope: Scope, station_id: int, period: int) -> tuple[int, int]:
    """Return how many bills a station's month has, and how many of them are of neither energy nor money."""
    rows = Bill.objects.filter(
        sums.within(scope, station_id, period),
        scope.limit("consumption__point__station"),
        period=period,
        consumption__point__station=station_id,
    )
    found = rows.aggregate(every=Count("id"), empty=Count("id", filter=Q(energy_wh=0, amount_fen=0)))
    return found["every"], found["empty"]


def _short(price_nano: int | None) -> int | None:
    return None if price_nano is None else round(price_nano, -5)


def _all(scope: Scope, station_id: int, period: int) -> list[Row]:
    return audit.findings(scope, period, station_id=station_id)


def _chosen(found: list[Row], asked: Asked) -> tuple[list[Row], dict[int, Place], dict[str, dict[int, str]]]:
    places, names = _places(found)
    chosen = [
        one
        for one in found
        if asked.state in ("", stands(one))
        and asked.rule in ("", one.rule)
        and _in_place(places.get(one.point_id, Place()), asked)
    ]
    return chosen, places, names


def _in_place(place: Place, asked: Asked) -> bool:
    return (
        asked.price_class in (None, place.price_class)
        and asked.area in (None, place.area)
        and asked.manager in (None, place.manager)
    )


def _places(found: list[Row]) -> tuple[dict[int, Place], dict[str, dict[int, str]]]:
    """Return where the findings' points belong, and the names of areas and managers.

    The class is the bill's, for a point may have one of its own; without a bill that of the contract's latest terms.
    """
    contracts = {one.point_id: one.contract_id for one in found}
    billed = {one.point_id: one.price_class for one in found}
    kinds: dict[int, int] = {}
    areas: dict[int, tuple[int, str]] = {}
    managers: dict[int, tuple[int, str]] = {}
    for part in _parts(contracts.values()):
        terms = ContractTerm.objects.filter(contract__in=part).order_by("valid_from")
        kinds |= dict(terms.values_list("contract", "price_class"))
    for part in _parts(contracts):
        hung = PointArea.objects.filter(point__in=part).order_by("valid_from")
        areas |= {
            point: (area, name) for point, area, name in hung.values_list("point", "area", "area__name")
        }
        duties = Responsibility.objects.filter(point__in=part, duty=Responsibility.Duty.MANAGER)
        for point, staff, name in duties.order_by("valid_from").values_list("point", "staff", "staff__name"):
            managers[point] = (staff, name)
    places = {
        point: Place(
            billed.get(point) or kinds.get(contract),
            areas.get(point, (None,))[0],
            managers.get(point, (None,))[0],
        )
        for point, contract in contracts.items()
    }
    return places, {"area": dict(areas.values()), "manager": dict(managers.values())}


def _parts(ids: Iterable[int]) -> list[list[int]]:
    wanted = sorted(set(ids))
    return [wanted[start : start + POINTS_A_QUERY] for start in range(0, len(wanted), POINTS_A_QUERY)]


def _choices(keys: Iterable[int | None], names: Any) -> list[tuple[int, str]]:
    known = {key for key in keys if key is not None}
    return sorted(((key, str(names.get(key, key))) for key in known), key=lambda one: one[1])


def _groups(chosen: list[Row]) -> tuple[list[Group], int]:
    by_rule: dict[str, list[Row]] = {}
    for row in chosen:
        by_rule.setdefault(row.rule, []).append(row)
    order = sorted(by_rule, key=lambda rule: (-sum(one.stake_fen for one in by_rule[rule]), rule))
    groups, left = [], ROWS_SHOWN
    for rule in order:
        mine = by_rule[rule]
        stake = sum(one.stake_fen for one in mine)
        groups.append(Group(rule, title(rule), len(mine), stake, mine[:left]))
        left -= len(mine[:left])
    return groups, ROWS_SHOWN - left
