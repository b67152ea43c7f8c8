"""This month's readings of another day than the fixed one, taken back to it by what the lake froze."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from diansuo.core.metering import Changes, Due, Findings, Known, Rule, Severity
from diansuo.core.metering.evidence import Frozen
from diansuo.core.metering.fixed_day import FixedDay, OffDay, findings_of, of_fixed_day, off_day
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.base.bulk import iso_days
from diansuo.office.base.models import Job
from diansuo.office.metering import freezing, lake
from diansuo.office.metering.columns import DuePoints, ReadingRows
from diansuo.office.metering.models import LakeFile

AS_READ: Final = "as_read"
"""Option of a job that bills up to the day somebody asked for: what was read that day settles as it was read."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind each register taken back, shape (k,)."""

    fixed: Known
    on_day: Known
    next_day: Known


@dataclass(frozen=True, slots=True)
class Moved:
    """Readings with those of another day in their place on the fixed one, and how that came about.

    ``rows`` are as many as before, in their order; ``freeze`` is what they are held against, moved with them.
    """

    raw: ReadingRows
    rows: ReadingRows
    freeze: Frozen | None
    made: FixedDay
    evidence: Evidence
    findings: Findings


def move(
    station_id: int,
    period: int,
    due: DuePoints,
    core_due: Due,
    rows: ReadingRows,
    freeze: Frozen | None,
    changes: Changes,
) -> Moved | None:
    """Take the month's readings back to the fixed day; None where every one was read on it.

    Args:
        station_id: whose lake.
        period: the month.
        due: the points due, ``core_due`` the same for the core.
        core_due: with the days between which a reading counts.
        rows: the readings as they came, earlier months' in their place.
        freeze: what was frozen on the days they were read; None where nothing was.
        changes: of the multipliers.
    """
    readings = rows.as_readings()
    off = off_day(readings, core_due, due.routed, changes)
    if len(off) and (asked := asked_for(station_id, period)):
        off = _kept(off, ~np.isin(rows.point[off.row], sorted(asked)))
    if not len(off):
        return None
    mine = rows.take(off.row)
    evidence = Evidence(
        freezing.at(station_id, mine, off.fixed_day),
        freezing.at(station_id, mine, mine.day),
        freezing.at(station_id, mine, mine.day + 1),
    )
    made = of_fixed_day(off, readings, evidence.fixed, Frozen(evidence.on_day, evidence.next_day))
    said = _without_a_lake(station_id, findings_of(made, readings))
    return Moved(rows, _moved(rows, made), _frozen(freeze, rows, made), made, evidence, said)


def asked_for(station_id: int, period: int) -> set[int]:
    """Return the points a bill of the month was asked for up to another day than the fixed one."""
    jobs = Job.objects.filter(station=station_id, **{f"options__{AS_READ}": True}, options__period=period)
    return {point for options in jobs.values_list("options", flat=True) for point in options["points"]}


def columns_of(job_id: int, period: int, moved: Moved | None) -> dict[str, Any]:
    """Return what was taken back as columns of its table."""
    if moved is None:
        return {}
    taken = moved.made.taken
    row = moved.made.of.row[taken]
    raw, evidence = moved.raw.take(row), moved.evidence
    return {
        "point": raw.point,
        "period": [period] * len(row),
        "job": [job_id] * len(row),
        "meter": raw.meter,
        "register": raw.register,
        "fixed_date": iso_days(moved.made.of.fixed_day[taken]),
        "read_date": iso_days(raw.day),
        "read_wh": raw.register_wh,
        "register_wh": moved.made.register_wh[taken],
        "frozen_fixed_wh": evidence.fixed.value[taken],
        "frozen_read_wh": _or_none(evidence.on_day, taken),
        "frozen_next_wh": _or_none(evidence.next_day, taken),
    }


def _or_none(column: Known, rows: Int64) -> list[int | None]:
    known = zip(column.value[rows].tolist(), column.known[rows].tolist(), strict=True)
    return [value if is_known else None for value, is_known in known]


def _kept(off: OffDay, keep: Bool) -> OffDay:
    return OffDay(off.row[keep], off.due_row[keep], off.fixed_day[keep], off.exchanged[keep])


def _without_a_lake(station_id: int, said: Findings) -> Findings:
    """Let a missing freeze be no more than told where the station collects none: nobody can mend it this month."""
    missing = said.rule == Rule.BACK_NO_FREEZE
    if not missing.any() or LakeFile.objects.filter(station_id=station_id, kind=lake.FREEZE).exists():
        return said
    return replace(said, severity=np.where(missing, int(Severity.INFO), said.severity).astype(np.int16))


def _moved(rows: ReadingRows, made: FixedDay) -> ReadingRows:
    taken = made.taken
    row = made.of.row[taken]
    day, register_wh = rows.day.copy(), rows.register_wh.copy()
    day[row], register_wh[row] = made.of.fixed_day[taken], made.register_wh[taken]
    return replace(rows, day=day, register_wh=register_wh)


def _frozen(freeze: Frozen | None, rows: ReadingRows, made: FixedDay) -> Frozen | None:
    """Move what readings are held against with them: a reading is as far from the freeze of its day as it was."""
    if freeze is None:
        return None
    taken = made.taken
    row = made.of.row[taken]
    moved_wh = made.register_wh[taken] - rows.register_wh[row]

    def with_it(column: Known) -> Known:
        value = column.value.copy()
        value[row] += moved_wh
        return Known(value, column.known)

    return Frozen(with_it(freeze.on_day), with_it(freeze.next_day))
