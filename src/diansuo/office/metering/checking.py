"""The one pass of settling and checking that import, entry and billing share, from what the database holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from diansuo.core.metering import (
    NEVER,
    Evidence,
    Findings,
    Known,
    Purpose,
    Register,
    Segments,
    Settled,
    Source,
    check_readings,
    history,
    segments,
    settle,
)
from diansuo.core.metering.demand import maximum_demand_w
from diansuo.core.metering.evidence import Frozen
from diansuo.core.metering.findings import merged
from diansuo.core.metering.terms import rows_of
from diansuo.core.quantity.arrays import Bool, Int64
from diansuo.office.metering import columns, freezing, rules
from diansuo.office.metering.columns import DuePoints, ReadingRows, SettledMonths
from diansuo.office.metering.taking_back import applying, standing


@dataclass(frozen=True, slots=True)
class Examined:
    """A month of some points, settled and checked; rows of ``settled`` and ``findings`` are those of ``due``.

    ``moved``: which readings were taken back to the fixed day, None where every one was read on it.
    """

    due: DuePoints
    rows: ReadingRows
    settled: Settled
    findings: Findings
    demand_w: Int64
    moved: applying.Moved | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """Readings that are about to be stored, with what their list says beside them.

    ``listed_energy_wh`` is that of the list (抄见电量), shape of ``rows``.
    """

    rows: ReadingRows
    listed_energy_wh: Known


def examine_range(station_id: int, period: int, low: int, high: int, *, as_read: bool = False) -> Examined:
    """Settle and check the unbilled due points of a range, as billing does.

    A month of commercial customers without terms, whom nobody can bill yet, begins where the one before was read.
    With ``as_read`` the month ends on the day somebody asked for; else readings of another day than the fixed one are
    taken back to it where the lake proves what the meter showed then.
    """
    due = columns.due_points(station_id, period, low, high)
    rows = columns.load_readings(station_id, period, low, high)
    rows = standing.with_earlier(station_id, period, due, rows)
    unpriced = np.isin(due.price_class, columns.COMMERCIAL) & ~due.has_supply_terms
    if unpriced.any():
        due = replace(due, open_day=np.where(unpriced, _last_read_before(period, due, rows), due.open_day))
    return _examined(station_id, period, due, rows, take_back=not as_read)


def examine_incoming(station_id: int, period: int, incoming: Incoming) -> Examined:
    """Settle and check the points of readings that are about to be stored, together with what is stored.

    The findings' ``reading_row`` counts the incoming rows first: below ``len(incoming.rows)`` it is one of them.
    A list may be imported long before the cycle runs: the month begins at the last month read before it, billed or
    not, and whether that one is settled is not asked here.
    """
    points = np.unique(incoming.rows.point)
    low, high = int(points.min()), int(points.max())
    due = columns.due_points(station_id, period, low, high, unbilled=False)
    due = due.take(np.isin(due.point, points))
    stored = columns.load_readings(station_id, period, low, high)
    replaced = set(incoming.rows.identities())
    kept = np.fromiter(
        (key not in replaced for key in stored.identities()), dtype=np.bool_, count=len(stored)
    )
    stored = stored.take(np.isin(stored.point, points) & kept)
    rows = ReadingRows.joined((incoming.rows, stored))
    due = replace(due, open_day=_last_read_before(period, due, stored))
    energy_wh, known = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.bool_)
    count = len(incoming.rows)
    energy_wh[:count], known[:count] = incoming.listed_energy_wh.value, incoming.listed_energy_wh.known
    return _examined(
        station_id, period, due, rows, listed_energy_wh=Known(energy_wh, known), before_billing=False
    )


def _examined(
    station_id: int,
    period: int,
    due: DuePoints,
    rows: ReadingRows,
    *,
    listed_energy_wh: Known | None = None,
    before_billing: bool = True,
    take_back: bool = False,
) -> Examined:
    limits = rules.thresholds(_day_of(due, period))
    changed = columns.changes(station_id, *_bounds(due), *_window(rows))
    core_due = due.as_due(*reading_window(period, due, rows))
    freeze, moved = freezing.frozen(station_id, rows, _open_days(due, rows)), None
    if take_back:
        moved = applying.move(station_id, period, due, core_due, rows, freeze, changed)
    if moved is not None:
        rows, freeze = moved.rows, moved.freeze
        core_due = due.as_due(*reading_window(period, due, rows))
    readings = rows.as_readings()
    made = segments(readings, core_due.capacities(), limits, changed)
    settled = settle(made, core_due)
    past = columns.settled_months(period, *_bounds(due), max(limits.history_periods, limits.zero_run_periods))
    evidence = Evidence(
        history=history(due.point, columns.month_number(period), past, limits.history_periods),
        previous_open=previous_open(period, due, rows, made, past) if before_billing else None,
        idle=due.idle,
        changes=changed,
        listed_previous_wh=rows.listed_previous(),
        listed_energy_wh=listed_energy_wh,
        installed_meter=_installed_meter(rows),
        freeze=freeze,
    )
    evidence = replace(evidence, source=_sources(rows, evidence.freeze, limits.freeze_tolerance_wh))
    findings = check_readings(readings, made, core_due, settled, limits, evidence)
    if moved is not None:
        findings = merged([findings, moved.findings])
    return Examined(due, rows, settled, findings, maximum_demand_w(readings, core_due, settled), moved)


def reading_window(period: int, due: DuePoints, rows: ReadingRows) -> tuple[Int64, Int64]:
    """Return the first and last day whose reading counts for the month: those of the readings made for it.

    A list says which 电费年月 it is for, however late a point was read. A point without one keeps the scheduled day
    alone, where a reading of another purpose would still do.
    """
    earliest, latest = due.due_day.copy(), due.due_day.copy()
    row = rows_of(due.point, rows.point)
    regular = (rows.purpose == Purpose.PERIODIC) | (rows.purpose == Purpose.OPENING)
    counts = (row >= 0) & regular & (rows.period == period) & (rows.register == Register.ACTIVE_TOTAL)
    np.minimum.at(earliest, row[counts], rows.day[counts])
    np.maximum.at(latest, row[counts], rows.day[counts])
    return earliest, latest


def _last_read_before(period: int, due: DuePoints, rows: ReadingRows) -> Int64:
    """Return the day each due point was last read for an earlier month, else the day it is billed up to."""
    row = rows_of(due.point, rows.point)
    counts = (
        (row >= 0) & (rows.register == Register.ACTIVE_TOTAL) & (rows.period > 0) & (rows.period < period)
    )
    day = due.open_day.copy()
    np.maximum.at(day, row[counts], rows.day[counts])
    return day


def previous_open(
    period: int, due: DuePoints, rows: ReadingRows, made: Segments, past: SettledMonths
) -> Bool:
    """Tell which due points have a reading of an earlier month that could have been billed and was not.

    A missed month has no reading and is settled with the next one; a first reading only opens the register. A month
    billed early, up to a special reading, is billed: what was read for it after that belongs to the next one.
    """
    row = rows_of(due.point, made.point)
    of_period = rows.period[made.to_row]
    left = (row >= 0) & (made.register == Register.ACTIVE_TOTAL) & (made.to_purpose == Purpose.PERIODIC)
    left &= (of_period > 0) & (of_period < period)
    left[left] &= made.to_day[left] > due.open_day[row[left]]
    if left.any():
        billed = set(zip(past.point.tolist(), past.month.tolist(), strict=True))
        months = columns.month_number(of_period[left]).tolist()
        left[left] = [each not in billed for each in zip(due.point[row[left]].tolist(), months, strict=True)]
    waiting = np.zeros(len(due), dtype=np.bool_)
    waiting[row[left]] = True
    return waiting


def _open_days(due: DuePoints, rows: ReadingRows) -> Int64:
    """Return the day up to which each reading's point is settled; of a point that is not due, for ever."""
    row = rows_of(due.point, rows.point)
    return np.where(row >= 0, due.open_day[row] if len(due) else 0, np.iinfo(np.int64).max)


def _sources(rows: ReadingRows, frozen: Frozen | None, tolerance_wh: int) -> Int64:
    """Where each reading came from: a register that is what the meter froze that day is as good as collected."""
    source = np.where(rows.entered, int(Source.ENTRY), int(Source.LIST)).astype(np.int64)
    if frozen is not None:
        apart = np.abs(frozen.on_day.value - rows.register_wh)
        source[frozen.on_day.known & (apart <= tolerance_wh)] = Source.HEAD_END
    return source


def _installed_meter(rows: ReadingRows) -> Known:
    """Where the archive has no such meter at the point: a value no meter has, so that the check speaks."""
    opening = rows.purpose == Purpose.OPENING
    return Known(np.where(rows.installed, rows.meter, np.int64(-1)), rows.installed | ~opening)


def _bounds(due: DuePoints) -> tuple[int, int]:
    return (int(due.point.min()), int(due.point.max())) if len(due) else (0, -1)


def _window(rows: ReadingRows) -> tuple[int, int]:
    return (int(rows.day.min()), int(rows.day.max())) if len(rows) else (NEVER, NEVER)


def _day_of(due: DuePoints, period: int) -> date:
    return columns.as_date(int(due.due_day.max())) if len(due) else rules.scheduled_day(period, 1)
