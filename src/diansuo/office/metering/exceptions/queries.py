"""What the pages of exceptions read: rows with customer, owner and words, and the values behind one point's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.utils.translation import gettext as _

from diansuo.core.metering import Purpose
from diansuo.office.archive.models import MeteringPoint, Responsibility
from diansuo.office.base import registry
from diansuo.office.base.models import ImportBatch, Job
from diansuo.office.base.scope import Scope
from diansuo.office.metering import lake
from diansuo.office.metering.collecting.point_rows import PointRow, point_rows
from diansuo.office.metering.days import running
from diansuo.office.metering.exceptions.findings import Key, Sort, of_days, of_month
from diansuo.office.metering.exceptions.places import address_of, owners
from diansuo.office.metering.models import (
    DayFinding,
    Finding,
    ReadingChange,
    RegisterReading,
)
from diansuo.office.metering.taking_back import queries as taking_back
from diansuo.office.metering.taking_back.wording import proof_in_words
from diansuo.office.metering.wording import wording

DAYS_AROUND = 3
MOST_DAYS = 45


@dataclass(slots=True, kw_only=True)
class ExceptionRow(PointRow):
    """A finding as the worklist shows it."""

    id: int
    url: str
    key: Key
    severity: int
    rule: str
    title: str
    reason: str
    remedy: str
    days: str
    decided: str
    owner: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One value that a register had on a day: what it was, where it came from, who is behind it and why."""

    day: date
    title: str
    register_wh: int | None
    source: str
    who: str
    why: str
    at: datetime | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Matter:
    """A point's findings of one rule in a month, and the values they stand on."""

    row: PointRow
    rows: list[ExceptionRow]
    values: list[Value] = field(default_factory=list)


def latest_month(scope: Scope, sort: Sort, today: date) -> int:
    """Return the latest month with findings, else that of today."""
    limit = scope.limit("point__station")
    found = (
        DayFinding.objects.filter(limit).aggregate(latest=Max("month"))
        if sort == Sort.DAYS
        else Finding.objects.filter(limit, rule__startswith="R-").aggregate(latest=Max("period"))
    )
    return found["latest"] or today.year * 100 + today.month


def known_rules(scope: Scope, sort: Sort, month: int) -> list[str]:
    """Return the rules that found something in a month."""
    limit = scope.limit("point__station")
    rows: QuerySet[Any] = (
        DayFinding.objects.filter(limit, month=month)
        if sort == Sort.DAYS
        else Finding.objects.filter(limit, period=month, rule__startswith="R-")
    )
    return sorted(rows.order_by().values_list("rule", flat=True).distinct())


def counts(scope: Scope, month: int) -> dict[str, tuple[str, int]]:
    """Return by rule its name and how much the day checks of a month found."""
    rows = DayFinding.objects.filter(scope.limit("point__station"), month=month)
    found = rows.order_by("rule").values_list("rule").annotate(number=Count("id"))
    return {rule: (str(wording(rule).name), number) for rule, number in found}


def chosen(scope: Scope, marks: Iterable[str]) -> list[Any]:
    """Return the findings that marks of rows name (``d12``: of days, ``m12``: of a month); none where one is gone."""
    wanted, limit = set(marks), scope.limit("point__station")
    days = DayFinding.objects.filter(limit, pk__in=[int(one[1:]) for one in wanted if one[0] == "d"])
    months = Finding.objects.filter(limit, pk__in=[int(one[1:]) for one in wanted if one[0] == "m"])
    found = [*days.order_by("pk"), *months.order_by("pk")]
    return found if len(found) == len(wanted) else []


def of_owner(scope: Scope, rows: QuerySet[Any], staff_id: int, day: date) -> QuerySet[Any]:
    """Keep the findings at points somebody answers for on a day, as manager or reader; 0: those nobody does."""
    duty = Responsibility.objects.in_force(day).filter(scope.limit("staff__station"), point=OuterRef("point"))
    return rows.filter(Exists(duty.filter(staff=staff_id)) if staff_id else ~Exists(duty))


def rows_of(scope: Scope, findings: Iterable[Any], day: date) -> list[ExceptionRow]:
    """Return findings as rows: with customer, owner of a day, and words."""
    found = list(findings)
    points = {finding.point_id for finding in found}
    where, responsible = point_rows(scope, points, day), owners(scope, points, day)
    return [
        _row(finding, where[finding.point_id], responsible.get(finding.point_id))
        for finding in found
        if finding.point_id in where
    ]


def _row(finding: Any, where: PointRow, owner: Responsibility | None) -> ExceptionRow:
    words, key = registry.words_of(finding), Key.of(finding)
    return ExceptionRow(
        **asdict(where),
        id=finding.pk,
        url=address_of(key),
        key=key,
        severity=finding.severity,
        rule=finding.rule,
        title=words.title,
        reason=words.reason,
        remedy=words.remedy,
        days=_days(finding),
        decided=getattr(finding, "decided", ""),
        owner="" if owner is None else owner.staff.name,
        owner_id=None if owner is None else owner.staff_id,
    )


def _days(finding: Any) -> str:
    if not isinstance(finding, DayFinding):
        return finding.detail.get("to", "")[5:]
    last = finding.to_date - timedelta(days=1)
    first = f"{finding.from_date:%m-%d}"
    span = first if last <= finding.from_date else f"{first}…{last:%m-%d}"
    return (
        span if finding.times == 1 else _("%(span)s 共 %(times)d 天") % {"span": span, "times": finding.times}
    )


def matter(scope: Scope, month: int, point_id: int, rule: str, day: date) -> Matter | None:
    """Return what one rule found at a point in a month, of either kind, with the values behind; None if unknown."""
    days = list(of_days(scope, month).filter(point=point_id, rule=rule).order_by("from_date"))
    found: Sequence[Any] = days or list(
        of_month(scope, month).filter(point=point_id, rule=rule).order_by("id")
    )
    where = point_rows(scope, [point_id], day)
    if point_id not in where:
        return None
    rows = rows_of(scope, found, day)
    values = _frozen(scope, days) if days else _read(scope, point_id, month)
    return Matter(where[point_id], rows, values)


def _frozen(scope: Scope, findings: list[DayFinding]) -> list[Value]:
    """Return every value of the days around some findings, those that no longer count beside those that do."""
    point = findings[0].point
    if not scope.allows(point.station_id):
        return []
    first = min(one.from_date for one in findings) - timedelta(days=DAYS_AROUND)
    after = max(one.to_date for one in findings) + timedelta(days=DAYS_AROUND)
    first = max(first, after - timedelta(days=MOST_DAYS))
    held = lake.read_sides(point.station_id, first, after, point.pk)
    batches = ImportBatch.objects.select_related("created_by").in_bulk({row[2] for row in held})
    last = {row[0]: at for at, row in enumerate(held)}
    values = []
    for at, (day, side, batch, wh) in enumerate(held):
        came = batches[batch]
        who = came.created_by.first_name or came.created_by.username if came.created_by else ""
        values.append(Value(day, "", wh, side, who, str(came), came.applied_at, last[day] == at))
    there = {value.day for value in values}
    lacking = [first + timedelta(days=at) for at in range((after - first).days)]
    values += [Value(day, "", None, "", "", "", None, counts=True) for day in lacking if day not in there]
    return sorted(values, key=lambda value: value.day)


def _read(scope: Scope, point_id: int, period: int) -> list[Value]:
    """Return a month's registers of a point, before each what it replaced, after it what it was taken back to."""
    limit = scope.limit("point__station")
    rows = RegisterReading.objects.filter(limit, point=point_id, period=period)
    changes = ReadingChange.objects.filter(limit, point=point_id).select_related("changed_by", "batch_before")
    back = {
        (one.read_date, one.register, int(Purpose.PERIODIC)): one
        for one in taking_back.of_points(scope, [point_id])
        if one.period == period
    }
    values = []
    for row in rows.select_related("entered_by", "batch").order_by("read_date", "register"):
        taken = back.get((row.read_date, row.register, row.purpose))
        for change in changes.filter(
            register=row.register, read_date=row.read_date, purpose=row.purpose
        ).order_by("id"):
            came = str(change.batch_before) if change.batch_before else ""
            values.append(
                Value(
                    row.read_date, row.get_register_display(), change.before_wh, came,
                    _who(change.changed_by), change.reason, change.changed_at, counts=False,
                )
            )  # fmt: skip
        source = str(row.batch) if row.batch_id else row.get_source_display()
        values.append(
            Value(
                row.read_date, row.get_register_display(), row.register_wh, source, _who(row.entered_by), "",
                None, counts=taken is None,
            )
        )  # fmt: skip
        if taken is not None:
            values.append(
                Value(
                    taken.fixed_date, row.get_register_display(), taken.register_wh, _("按日冻结折回例日"), "",
                    proof_in_words(taken), None, counts=True,
                )
            )  # fmt: skip
    return values


def _who(user: Any) -> str:
    return "" if user is None else user.first_name or user.username


def job_of(scope: Scope, station_id: int, month: int) -> Job | None:
    """Return the job that checks a station's days of a month, if it ever ran."""
    if not scope.allows(station_id):
        return None
    return Job.objects.filter(key=f"{running.KIND}:{station_id}:{month}").first()


def route_of(scope: Scope, point_id: int) -> int:
    """Return the reading route of a point, 0 where it has none."""
    rows = MeteringPoint.objects.filter(scope.limit("station"), pk=point_id)
    return rows.values_list("route", flat=True).first() or 0
