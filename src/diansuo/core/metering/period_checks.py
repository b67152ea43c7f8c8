"""Checks of the period itself: is there one, does it join on, did its terms change inside."""

from __future__ import annotations

import numpy as np

from diansuo.core.metering.findings import Findings, Rule, found
from diansuo.core.metering.material import Material
from diansuo.core.metering.registers import Register
from diansuo.core.metering.settlement import NEVER, Status
from diansuo.core.metering.terms import point_day_keys, rows_of
from diansuo.core.quantity.arrays import Int64

NOBODY: Int64 = np.zeros(0, np.int64)


def missing(material: Material) -> Findings:
    """R-MISSING 漏抄: due and not read. No figures."""
    rows = np.flatnonzero(material.settled.status == Status.MISSING)
    return found(
        Rule.MISSING, due_row=rows, from_day=_open_day(material, rows), to_day=material.due.due_day[rows]
    )


def opening(material: Material) -> Findings:
    """R-OPENING 首次抄表: the first reading, nothing to settle. No figures."""
    rows = np.flatnonzero(material.settled.status == Status.OPENING)
    day = material.settled.to_day[rows]
    return found(Rule.OPENING, due_row=rows, from_day=day, to_day=day)


def unconnected(material: Material) -> Findings:
    """R-UNCONNECTED 示数不衔接: nothing joins it to `expected`, the day the last settlement ended."""
    rows = np.flatnonzero(material.settled.status == Status.UNCONNECTED)
    to_day, open_day = material.settled.to_day[rows], material.due.open_day[rows]
    return found(Rule.UNCONNECTED, due_row=rows, from_day=open_day, to_day=to_day, expected=open_day)


def previous_open(material: Material) -> Findings:
    """R-PREVIOUS-OPEN 上期未结: the period before is neither settled nor given up. No figures."""
    column = material.evidence.previous_open
    rows = NOBODY if column is None else np.flatnonzero(column)
    return found(
        Rule.PREVIOUS_OPEN,
        due_row=rows,
        from_day=_open_day(material, rows),
        to_day=material.due.due_day[rows],
    )


def change_inside(material: Material) -> Findings:
    """R-CHANGE-INSIDE 期内变更无示数: terms change on a day (`actual`) without a reading."""
    changes, segments, settled = material.evidence.changes, material.segments, material.settled
    if changes is None:
        return found(Rule.CHANGE_INSIDE, due_row=NOBODY, from_day=NOBODY, to_day=NOBODY)
    row = rows_of(material.due.point, changes.point)
    known = np.flatnonzero(row >= 0)
    row, day = row[known], changes.day[known]
    inside = settled.ok[row] & (settled.from_day[row] < day) & (day < settled.to_day[row])
    counted = (settled.segment_due >= 0) & (segments.register == Register.ACTIVE_TOTAL)
    read = point_day_keys(settled.segment_due[counted], segments.to_day[counted])
    inside &= ~np.isin(point_day_keys(row, day), read)
    row, day = row[inside], day[inside]
    return found(
        Rule.CHANGE_INSIDE,
        due_row=row,
        from_day=settled.from_day[row],
        to_day=settled.to_day[row],
        actual=day,
    )


def estimated(material: Material) -> Findings:
    """R-ESTIMATED 估抄: a reading of the period is an estimate (domain.md §7.1). No figures."""
    rows = np.flatnonzero(material.settled.ok & material.settled.estimated)
    settled = material.settled
    return found(Rule.ESTIMATED, due_row=rows, from_day=settled.from_day[rows], to_day=settled.to_day[rows])


def _open_day(material: Material, rows: Int64) -> Int64:
    """Day a missing period would begin: the last settlement, else the due day itself."""
    open_day, due_day = material.due.open_day[rows], material.due.due_day[rows]
    return np.where(open_day == NEVER, due_day, open_day)
