"""What every point of a chunk is settled with beside others; runs in the stage ``check``, after all points are read.

A chunk looks at all points of its station that belong together, whatever chunk they lie in, and writes only its own:
what was read stays untouched beside it, so the order of the chunks, and running twice, make no difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from django.db import connection

from diansuo.core.metering import Status
from diansuo.core.metering.energy import (
    EnergyCode,
    EnergyFinding,
    PointRelation,
    SettledPoints,
    less_supplied_demand_w,
    settle_points,
    supplied_demand_w,
)
from diansuo.core.metering.energy.points import NOBODY
from diansuo.core.metering.findings import Severity
from diansuo.core.quantity.band import Band
from diansuo.office.archive.models import FeedIn, MeteringPoint, ShareKind
from diansuo.office.base.bulk import insert_columns, reserve_ids
from diansuo.office.base.models import Job
from diansuo.office.metering import issued
from diansuo.office.metering.models import Consumption, Finding, PointSettlement
from diansuo.office.metering.points import network
from diansuo.office.metering.points.network import Network

Write = Callable[[], dict[str, int]]

PREFIX: Final = "P-"
FEED_IN_NOT_READ: Final = "feed_in_not_read"
MASTER_ISSUED: Final = "master_issued"
STEP_W: Final = 1
DROP = """
    DELETE FROM metering_pointsettlement WHERE consumption_id IN (
        SELECT c.id FROM metering_consumption c JOIN archive_meteringpoint p ON p.id = c.point_id
        WHERE c.period = %s AND c.point_id BETWEEN %s AND %s AND p.station_id = %s AND NOT ({billed}))
"""


def drop(station_id: int, period: int, low: int, high: int) -> None:
    """Delete what these points were settled with, except where an issued bill stands on it."""
    with connection.cursor() as cursor:
        cursor.execute(DROP.format(billed=issued.condition()), [period, low, high, station_id])


def settle_together(job: Job, period: int, low: int, high: int) -> Write:
    """Settle the points ``low`` to ``high`` that belong to others; returns what writes it.

    The written counts: ``shares``, the agreed parts settled, and ``points_held``, findings that hold a point.
    """
    if job.station_id is None:
        return dict
    net = network.load(job.station_id, period)
    if not len(net):
        return lambda: drop(job.station_id, period, low, high) or {}
    settled = settle_points(net.columns, step_wh=net.agreed.step_wh)
    billed = _billed(net, period)
    found = [*settled.findings, *_feed_in_findings(net), *_after_issue(net, settled, billed)]
    mine = [row for row, point in enumerate(net.point) if low <= point <= high and point not in billed]
    findings = _findings(job, period, net, found, set(mine))
    demand, supplied = _demands(net, settled)

    def write() -> dict[str, int]:
        drop(job.station_id, period, low, high)
        shares = [row for row in mine if net.columns.share[row] and not settled.held[row]]
        keys = {
            row: one.pk
            for row in mine
            if (one := net.read[row]) is not None and net.columns.known[row] and not settled.held[row]
        }
        keys |= _write_shares(job, period, net, settled, shares)
        _write_settlements(net, settled, keys, demand, supplied)
        Finding.objects.bulk_create(findings)
        return {"shares": len(shares), "points_held": len(findings)}

    return write


def _billed(net: Network, period: int) -> set[int]:
    """Return the points whose month an issued bill stands on."""
    marks = ", ".join(["%s"] * len(net))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.point_id FROM metering_consumption c WHERE c.period = %s "
            f"AND c.point_id IN ({marks}) AND {issued.condition()}",
            [period, *net.point],
        )
        return {point for (point,) in cursor.fetchall()}


def _write_shares(
    job: Job, period: int, net: Network, settled: SettledPoints, rows: list[int]
) -> dict[int, int]:
    """Write the consumption of points without a meter; return its key by row."""
    points = [net.point[row] for row in rows]
    old = Consumption.objects.filter(period=period, point__in=points)
    old._raw_delete(old.db)
    keys = reserve_ids(Consumption, len(rows)).tolist()
    masters = [net.read[int(net.columns.above[row])] for row in rows]
    bands = {f"{band.key}_wh": settled.bands_wh[rows, band] for band in Band} if rows else {}
    zeros = np.zeros(len(rows), np.int64)
    if rows:
        insert_columns(
            Consumption,
            {
                "id": keys,
                "point": points,
                "period": [period] * len(rows),
                "job": [job.pk] * len(rows),
                "status": [int(Status.OK)] * len(rows),
                "from_date": [one.from_date if one else None for one in masters],
                "to_date": [one.to_date if one else None for one in masters],
                "total_wh": settled.settled_wh[rows],
                **bands,
                "has_parts": settled.has_bands[rows],
                "reactive_forward_varh": zeros,
                "reactive_reverse_varh": zeros,
                "has_reactive": zeros > 0,
                "rolled": zeros > 0,
                "exchanged": zeros > 0,
                "estimated": [bool(one and one.estimated) for one in masters],
            },
        )
    return dict(zip(rows, keys, strict=True))


def _write_settlements(
    net: Network,
    settled: SettledPoints,
    keys: dict[int, int],
    demand: dict[int, int | None],
    supplied: dict[int, int],
) -> None:
    rows = sorted(keys)
    if not rows:
        return
    terms = [net.terms[row] for row in rows]
    above = [int(net.columns.above[row]) for row in rows]
    insert_columns(
        PointSettlement,
        {
            "consumption": [keys[row] for row in rows],
            "term": [term.pk if term else None for term in terms],
            "master": [net.point[one] if one != NOBODY else None for one in above],
            "share": [int(term.share) if term else int(ShareKind.NONE) for term in terms],
            "subs_wh": settled.subs_wh[rows],
            "supplied_wh": settled.supplied_wh[rows],
            "shares_wh": settled.shares_wh[rows],
            "settled_wh": settled.settled_wh[rows],
            **{f"{band.key}_wh": settled.bands_wh[rows, band] for band in Band},
            "has_parts": settled.has_bands[rows],
            "reactive_forward_varh": settled.reactive_varh[rows],
            "demand_w": [demand.get(row) for row in rows],
            "supplied_demand_w": [supplied.get(row, 0) for row in rows],
            "feed_in_wh": [
                one.reverse_wh
                if (one := net.read[row]) is not None and network.feeds_in(net.terms[row])
                else None
                for row in rows
            ],
        },
    )


def _demands(net: Network, settled: SettledPoints) -> tuple[dict[int, int | None], dict[int, int]]:
    """Return the demand of each meter less what the supplied stand for, and that; None where it is not known."""
    demand = {row: one.demand_w for row, one in enumerate(net.read) if one is not None}
    supplied: dict[int, int] = {}
    columns = net.columns
    rows = np.flatnonzero((columns.relation == PointRelation.TRANSFER) & (columns.above != NOBODY))
    rows = rows[columns.known[rows] & ~settled.held[columns.above[rows]]]
    if not len(rows):
        return demand, supplied
    uses = [net.terms[row].supplied_use if net.terms[row] else None for row in rows.tolist()]
    hours = np.array([net.agreed.hours.get(use or 0, 0) for use in uses], np.int64)
    of_each = supplied_demand_w(columns.read_wh[rows], hours, step_w=STEP_W)
    for row, watts, unknown in zip(
        rows.tolist(), of_each.energy_wh.tolist(), of_each.held.tolist(), strict=True
    ):
        master = int(columns.above[row])
        whole = demand.get(master)
        supplied[master] = supplied.get(master, 0) + watts
        if unknown or whole is None:
            demand[master] = None
            continue
        less = less_supplied_demand_w(np.array([whole]), np.array([watts]), supplier_of=np.array([0]))
        demand[master] = None if less.held[0] else int(less.energy_wh[0])
    return demand, supplied


def _feed_in_findings(net: Network) -> list[EnergyFinding]:
    """Feed-in without its register: the energy is not known, and nothing is invented."""
    return [
        EnergyFinding(row, FEED_IN_NOT_READ, {})  # type: ignore[arg-type]
        for row, (term, one) in enumerate(zip(net.terms, net.read, strict=True))
        if term is not None and term.feed_in != FeedIn.NONE and net.columns.known[row]
        and one is not None and one.reverse_wh is None
    ]  # fmt: skip


def _after_issue(net: Network, settled: SettledPoints, billed: set[int]) -> list[EnergyFinding]:
    """Sub-meters read otherwise than when their master's bill was issued: the difference is to be put right."""
    if not billed:
        return []
    then = dict(
        PointSettlement.objects.filter(
            consumption__in=[one.pk for one in net.read if one is not None and one.point_id in billed]
        ).values_list("consumption__point", "subs_wh")
    )
    found = []
    for row, above in enumerate(net.columns.above.tolist()):
        if above == NOBODY or net.columns.relation[row] != PointRelation.SERIES or net.columns.share[row]:
            continue
        before = then.get(net.point[above])
        if before is not None and before != settled.subs_wh[above] and net.point[row] not in billed:
            now = int(settled.subs_wh[above])
            found.append(
                EnergyFinding(row, MASTER_ISSUED, {"other": above, "master_wh": before, "sub_wh": now})  # type: ignore[arg-type]
            )
    return found


def _findings(
    job: Job, period: int, net: Network, found: list[EnergyFinding], mine: set[int]
) -> list[Finding]:
    wanted = [one for one in found if one.row in mine]
    others = {net.point[at] for one in wanted if (at := one.params.get("other", NOBODY)) != NOBODY}
    named = MeteringPoint.objects.filter(pk__in=others).values_list(
        "pk", "number", "contract__customer__number"
    )
    names = {pk: number or customer or f"#{pk}" for pk, number, customer in named}
    made = []
    for one in wanted:
        detail: dict[str, Any] = {name: value for name, value in one.params.items() if name != "other"}
        other = one.params.get("other", NOBODY)
        if other != NOBODY:
            detail["other"] = names.get(net.point[other], "")
        made.append(
            Finding(
                job=job,
                period=period,
                point_id=net.point[one.row],
                rule=rule_of(one.code),
                severity=int(_severity(one.code)),
                detail=json.loads(json.dumps(detail)),
            )
        )
    return made


def rule_of(code: str) -> str:
    """Return the id people see of a code, such as "P-SUB-EXCEEDS-MASTER"."""
    return PREFIX + str(code).upper().replace("_", "-")


def _severity(code: EnergyCode | str) -> Severity:
    return Severity.WARNING if code == FEED_IN_NOT_READ else Severity.BLOCKING
