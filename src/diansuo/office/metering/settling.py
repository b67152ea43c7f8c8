"""The first two stages of the monthly cycle: settle what was used, and check it. Computed first, written after.

Each returns the function that writes: it is called inside the caller's transaction, replaces what an earlier run left
for these points, and leaves alone every point an issued bill stands on. Drafts that hang on the old rows must be gone
by then (billing drops them first).
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from django.db import connection

from diansuo.core.metering import Findings, Register, Rule, Settled, Severity, Status
from diansuo.core.metering.demand import NO_DEMAND
from diansuo.core.quantity.arrays import Int64
from diansuo.office.base.bulk import insert_columns, iso_days
from diansuo.office.base.models import Job
from diansuo.office.metering import checking, issued, movement
from diansuo.office.metering.models import Consumption, Finding, TakenBack
from diansuo.office.metering.points import netting
from diansuo.office.metering.taking_back import applying

Write = Callable[[], dict[str, int]]
Key = tuple[int, int, int, int, int]

CHUNKS_REMEMBERED = 256

DROP = """
    DELETE FROM {table} WHERE period = %s AND point_id BETWEEN %s AND %s
    AND point_id IN (SELECT p.id FROM archive_meteringpoint p WHERE p.station_id = %s AND p.id BETWEEN %s AND %s)
    AND NOT EXISTS (SELECT 1 FROM metering_consumption c
                    WHERE c.period = {table}.period AND c.point_id = {table}.point_id AND {billed})
"""


def settle_points(job: Job, period: int, low: int, high: int) -> Write:
    """Settle the due points ``low`` to ``high`` of the job's station that have no issued bill in the month.

    The written counts: ``due``, and of these ``settled``, ``opening``, ``missing`` and ``unconnected``.
    """
    examined = _examined(job, period, low, high)
    _remember((job.pk, job.round, period, low, high), examined)
    rows = _consumption_columns(job.pk, period, examined)
    taken_back = applying.columns_of(job.pk, period, examined.moved)
    status = np.bincount(examined.settled.status, minlength=len(Status))
    counts = {"due": len(examined.due)} | {
        name: int(status[code])
        for name, code in (
            ("settled", Status.OK),
            ("opening", Status.OPENING),
            ("missing", Status.MISSING),
            ("unconnected", Status.UNCONNECTED),
        )
    }

    def write() -> dict[str, int]:
        netting.drop(job.station_id, period, low, high)
        _drop("metering_takenback", job.station_id, period, low, high)
        _drop("metering_consumption", job.station_id, period, low, high)
        insert_columns(Consumption, rows)
        insert_columns(TakenBack, taken_back)
        return counts

    return write


def check_points(job: Job, period: int, low: int, high: int) -> Write:
    """Check the same points; every finding is kept, a blocking one holds the bill.

    The written counts: ``findings``, and ``held``, the points with at least one that blocks.
    """
    key = (job.pk, job.round, period, low, high)
    points, findings = _found.pop(key, None) or _points_and_findings(_examined(job, period, low, high))
    findings = movement.without_the_usual(job, period, points, findings)
    rows = finding_columns(job.pk, period, points, findings)
    counts = {"findings": len(findings), "held": int(findings.held(len(points)).sum())}
    together = netting.settle_together(job, period, low, high)

    def write() -> dict[str, int]:
        _drop("metering_finding", job.station_id, period, low, high)
        insert_columns(Finding, rows)
        return counts | together()

    return write


def _examined(job: Job, period: int, low: int, high: int) -> checking.Examined:
    as_read = bool(job.options.get(applying.AS_READ))
    return checking.examine_range(job.station_id, period, low, high, as_read=as_read)


# What settling found in this process, until the check stage of the same round asks: settling and checking share one
# pass over the readings, and what is checked is what was settled. A process that was killed simply computes again.
_found: OrderedDict[Key, tuple[Int64, Findings]] = OrderedDict()


def _remember(key: Key, examined: checking.Examined) -> None:
    _found[key] = _points_and_findings(examined)
    while len(_found) > CHUNKS_REMEMBERED:
        _found.popitem(last=False)


def _points_and_findings(examined: checking.Examined) -> tuple[Int64, Findings]:
    return examined.due.point, examined.findings


def finding_columns(job_id: int | None, period: int, points: Int64, findings: Findings) -> dict[str, object]:
    """Return findings about due points, given by their keys, as the columns of their table."""
    found = findings.take(np.flatnonzero(findings.due_row >= 0))
    return {
        "point": points[found.due_row],
        "period": [period] * len(found),
        "job": [job_id] * len(found),
        "rule": [Rule(code).id for code in found.rule.tolist()],
        "severity": [int(Severity(code)) for code in found.severity.tolist()],
        "register": [None if code < 0 else code for code in found.register.tolist()],
        "actual": found.actual,
        "expected": found.expected,
        "limit": found.limit,
        "detail": [
            json.dumps({"from": start, "to": end})
            for start, end in zip(iso_days(found.from_day), iso_days(found.to_day), strict=True)
        ],
    }


def _consumption_columns(job_id: int, period: int, examined: checking.Examined) -> dict[str, object]:
    due, settled = examined.due, examined.settled
    size = len(due)
    energy = {
        "total_wh": Register.ACTIVE_TOTAL,
        "sharp_wh": Register.ACTIVE_SHARP,
        "peak_wh": Register.ACTIVE_PEAK,
        "flat_wh": Register.ACTIVE_FLAT,
        "valley_wh": Register.ACTIVE_VALLEY,
        "deep_valley_wh": Register.ACTIVE_DEEP_VALLEY,
        "reactive_forward_varh": Register.REACTIVE_FORWARD,
        "reactive_reverse_varh": Register.REACTIVE_REVERSE,
    }
    return {
        "point": due.point,
        "period": [period] * size,
        "job": [job_id] * size,
        "status": settled.status,
        "from_date": _dates(settled.from_day, settled.ok),
        "to_date": _dates(settled.to_day, settled.status != Status.MISSING),
        **{name: settled.of(register)[0] for name, register in energy.items()},
        "has_parts": settled.parts_complete,
        "has_reactive": settled.covers(Register.REACTIVE_FORWARD),
        "reverse_wh": _where_covered(settled, Register.REVERSE_TOTAL),
        "demand_w": [None if watts == NO_DEMAND else watts for watts in examined.demand_w.tolist()],
        "rolled": settled.rolled,
        "exchanged": settled.exchanges > 0,
        "estimated": settled.estimated,
    }


def _where_covered(settled: Settled, register: Register) -> list[int | None]:
    """Return the energy of a register, empty where it does not cover the whole period."""
    covered, (energy_wh, _present) = settled.covers(register), settled.of(register)
    if not covered.any():
        return [None] * len(covered)
    return [wh if whole else None for wh, whole in zip(energy_wh.tolist(), covered.tolist(), strict=True)]


def _dates(days: Int64, known: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[str | None]:
    texts = iso_days(np.where(known, days, 0))
    if known.all():
        return texts
    return [text if is_known else None for text, is_known in zip(texts, known.tolist(), strict=True)]


def _drop(table: str, station_id: int, period: int, low: int, high: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            DROP.format(table=table, billed=issued.condition()),
            [period, low, high, station_id, low, high],
        )
