"""The job that checks a station's month day by day: daily freezes of the lake first, then curves, then meter clocks.

Each chunk is a range of points: computed, then written in one short transaction in place of what an
earlier run found there. Killed anywhere and run again, or run twice, it comes to the same findings, none of them twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np

from diansuo.core.metering import Findings, Rule, check_curves, check_days
from diansuo.core.metering.clock_checks import check_clocks
from diansuo.core.quantity.arrays import Int64
from diansuo.core.quantity.month import first_day, next_month
from diansuo.office.base import jobs, revision
from diansuo.office.base.bulk import fetch_columns, insert_columns, iso_days
from diansuo.office.base.models import ImportBatch, Job, Station, User
from diansuo.office.metering import lake, rules
from diansuo.office.metering.columns import as_date, days_since_epoch
from diansuo.office.metering.days import clocks
from diansuo.office.metering.days.columns import Registers, curve_days, registers
from diansuo.office.metering.models import DayFinding, LakeFile

KIND: Final = "day_checks"
DAYS: Final = "days"
CURVES: Final = "curves"
CLOCKS: Final = "clocks"
LOOK_BACK_DAYS: Final = 31
"""A gap, a meter that stands still and a spike are told from the days before the month."""
POINTS_A_CHUNK: Final = 5_000
CURVE_POINTS_A_CHUNK: Final = 500
CURVE_RULES: Final = frozenset({Rule.CURVE_SUM, Rule.CURVE_STOPPED, Rule.PHASE_LOST})
CLOCK_RULES: Final = frozenset({Rule.CLOCK})
DAY_RULES: Final = frozenset(Rule) - CURVE_RULES - CLOCK_RULES
DAILY: Final = (
    Rule.DAY_SUM, Rule.DAY_REVERSE, Rule.CURVE_SUM, Rule.CURVE_STOPPED, Rule.PHASE_LOST, Rule.CLOCK,
)  # fmt: skip
"""What a meter does it does every day: one row of the worklist a point and month, not thirty."""
_POINTS: Final = "SELECT id FROM archive_meteringpoint WHERE station_id = %s ORDER BY id"

Chunk = list[Any]


@dataclass(frozen=True, slots=True)
class Span:
    """The days looked at, ``[from_day, to_day)`` registers, and those of them on which nobody's register came."""

    from_day: int
    to_day: int
    empty: Sequence[int]


def prepare(station: Station, month: int, *, user: User | None, now: datetime) -> Job:
    """Make the job of a station's month ready to run.

    Raises:
        JobBusy: it is being run.
    """
    key = f"{KIND}:{station.pk}:{month}"
    return jobs.prepare(KIND, key, station=station, options={"month": month}, user=user, now=now)


def follow_up(batch: ImportBatch, now: datetime) -> list[Job]:
    """Make ready the checks of the months that a batch of freezes or curves brought days of, and of those after them.

    A check that is being run begins afresh by itself, since what it looks at has changed.
    """
    if batch.station_id is None:
        return []
    files = LakeFile.objects.filter(station=batch.station_id)
    came = set(files.filter(batch=batch).values_list("month", flat=True))
    later = {next_month(month) for month in came}
    months = came | set(files.filter(month__in=later).values_list("month", flat=True))
    return ready([(batch.station_id, month) for month in sorted(months)], batch.created_by, now)


def ready(months: Iterable[tuple[int, int]], user: User | None, now: datetime) -> list[Job]:
    """Make ready the checks of these (station, month), but for those that are being run: they begin afresh."""
    months = list(months)
    stations = Station.objects.in_bulk({station for station, _month in months})
    made = []
    for station, month in months:
        with suppress(jobs.JobBusy):
            made.append(prepare(stations[station], month, user=user, now=now))
    return made


def register() -> None:
    """Make the kind of job known (from the app's ``ready``)."""
    stages = (
        jobs.Stage(DAYS, lambda job: _plan(job, POINTS_A_CHUNK), _days),
        jobs.Stage(CURVES, lambda job: _plan(job, CURVE_POINTS_A_CHUNK, lake.CURVE), _curves),
        jobs.Stage(CLOCKS, _plan_clocks, _clocks),
    )
    jobs.register(jobs.Kind(KIND, stages, _basis))


def _basis(job: Job) -> str:
    return str(revision.locked(job.station_id))


def span(station_id: int, month: int) -> Span | None:
    """Return the days to look at for a month: with those before it, as far as anybody's registers came."""
    first, after = first_day(month), first_day(next_month(month))
    start = first - timedelta(days=LOOK_BACK_DAYS)
    came = lake.read_freeze_rows([station_id], start, after + timedelta(days=1), ("day",))["day"].unique()
    days = sorted(days_since_epoch(day) for day in came.to_list())
    if not days or days[-1] <= days_since_epoch(first):
        return None
    there = set(days)
    return Span(days[0], days[-1] + 1, tuple(day for day in range(days[0], days[-1]) if day not in there))


def _plan(job: Job, at_once: int, kind: str = lake.FREEZE) -> Sequence[Chunk]:
    month = job.options["month"]
    if not LakeFile.objects.filter(station=job.station_id, kind=kind, month=month).exists():
        held = DayFinding.objects.filter(point__station=job.station_id, month=month)
        if not held.exists():
            return []
    return _chunks(job, at_once)


def _plan_clocks(job: Job) -> Sequence[Chunk]:
    month = job.options["month"]
    held = DayFinding.objects.filter(
        point__station=job.station_id, month=month, rule__in=[rule.id for rule in CLOCK_RULES]
    )
    if not held.exists() and not clocks.of_month(job.station_id, month).exists():
        return []
    return _chunks(job, POINTS_A_CHUNK)


def _chunks(job: Job, at_once: int) -> Sequence[Chunk]:
    ids = fetch_columns(_POINTS, [job.station_id], id="int")["id"].tolist()
    looked = asdict(span(job.station_id, job.options["month"]) or Span(0, 0, ()))
    return [
        [ids[start], ids[min(start + at_once, len(ids)) - 1], looked] for start in range(0, len(ids), at_once)
    ]


def _days(job: Job, chunk: Chunk) -> jobs.Write:
    month, looked = job.options["month"], Span(**chunk[2])
    width = looked.to_day - looked.from_day
    held = registers(job.station_id, looked.from_day, width, (chunk[0], chunk[1])) if width else None
    if held is None:
        return _writing(job, chunk, None, np.zeros(0, np.int64), DAY_RULES)
    found = check_days(held.as_daily(), rules.day_thresholds(as_date(looked.to_day)))
    kept = found.take(np.flatnonzero(_counts(found, held, looked, days_since_epoch(first_day(month)))))
    return _writing(job, chunk, kept, held.point[kept.due_row], DAY_RULES)


def _counts(found: Findings, held: Registers, looked: Span, month_day: int) -> Any:
    """Which findings touch the month and are news: not of days before a meter hung there, or nobody's register came."""
    since, until = (each[found.due_row] for each in (held.traits.since_day, held.traits.until_day))
    counts = (found.to_day > month_day) & (found.from_day < until)
    # A multiplier that changed on the way: what was used before it is not known to this check.
    settled = held.settled_day[found.due_row]
    counts &= (settled <= looked.from_day) | (found.from_day >= settled)
    gap = found.rule == Rule.DAY_GAP
    empty = np.array(looked.empty, np.int64)
    for at in np.flatnonzero(gap & counts).tolist():
        first, after = max(found.from_day[at], since[at]), min(found.to_day[at], until[at])
        lacking = after - first - int(((empty >= first) & (empty < after)).sum())
        counts[at] = lacking >= found.limit[at]
    return counts


def _curves(job: Job, chunk: Chunk) -> jobs.Write:
    month = job.options["month"]
    loaded = curve_days(job.station_id, first_day(month), first_day(next_month(month)), (chunk[0], chunk[1]))
    if loaded is None:
        return _writing(job, chunk, None, np.zeros(0, np.int64), CURVE_RULES)
    points, columns = loaded
    found = check_curves(columns, rules.day_thresholds(first_day(month)))
    return _writing(job, chunk, found, points[found.due_row], CURVE_RULES)


def _clocks(job: Job, chunk: Chunk) -> jobs.Write:
    month = job.options["month"]
    points, reads = clocks.reads(job.station_id, month, (chunk[0], chunk[1]))
    found = check_clocks(reads, rules.day_thresholds(first_day(month)))
    return _writing(job, chunk, found, points[found.due_row], CLOCK_RULES)


def _writing(
    job: Job, chunk: Chunk, found: Findings | None, points: Int64, mine: Collection[Rule]
) -> jobs.Write:
    """Return what writes a chunk's findings in place of those an earlier run made for these points and rules."""
    month = job.options["month"]

    def write() -> jobs.Summary:
        held = DayFinding.objects.filter(
            month=month, point__station=job.station_id, point__gte=chunk[0], point__lte=chunk[1]
        )
        held = held.filter(rule__in=[rule.id for rule in mine])
        held.delete()
        return {"findings": 0 if found is None else _insert(job, month, found, points)}

    return write


def _insert(job: Job, month: int, found: Findings, points: Int64) -> int:
    order = np.lexsort((found.from_day, found.rule, points))
    found, points = found.take(order), points[order]
    repeats = np.zeros(len(found), np.bool_)
    repeats[1:] = (points[1:] == points[:-1]) & (found.rule[1:] == found.rule[:-1])
    repeats &= np.isin(found.rule, DAILY)
    first = np.flatnonzero(~repeats)
    times = np.diff(np.append(first, len(found)))
    to_day = found.to_day[first + times - 1]
    found, points = found.take(first), points[first]
    register = [None if value < 0 else value for value in found.register.tolist()]
    columns = {
        "point": points,
        "month": np.full(len(found), month, np.int64),
        "job": np.full(len(found), job.pk, np.int64),
        "rule": [Rule(value).id for value in found.rule.tolist()],
        "severity": found.severity.astype(np.int64),
        "register": register,
        "from_date": iso_days(found.from_day),
        "to_date": iso_days(to_day),
        "times": times.astype(np.int64),
        "actual": found.actual,
        "expected": found.expected,
        "limit": found.limit,
    }
    return insert_columns(DayFinding, columns)


def latest_month(station_id: int, day: date) -> int | None:
    """Return the latest month up to a day of which the station's lake has freezes."""
    rows = LakeFile.objects.filter(
        station=station_id, kind=lake.FREEZE, month__lte=day.year * 100 + day.month
    )
    return rows.order_by("-month").values_list("month", flat=True).first()
