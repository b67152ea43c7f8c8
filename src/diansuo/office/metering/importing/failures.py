"""The import kind ``failures``: the meters whose register of a day did not come in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.read import Parsed, parse_columns, read_tables
from diansuo.office.metering.importing.places import Place, places_of, places_without_customer
from diansuo.office.metering.models import CollectionFailure

COLUMNS: Final = (
    Column(
        "customer", "用户编号", "Customer number", ColumnKind.ID, aliases=("户号", "用户号"), example="4102000011",
        help=gettext_lazy("台区总表和线路关口不填"),
    ),
    Column("name", "用户名称", "Customer name", aliases=("户名",), example="张三"),
    Column("area", "台区编号", "Area number", ColumnKind.ID, example="4102T00017"),
    Column(
        "meter", "电能表编号", "Meter number", ColumnKind.ID, True, ("表资产号", "资产编号", "资产号", "电能表资产号"),
        example="4130009000000020240007",
    ),
    Column(
        "fail_date", "失败日期", "Failed on", ColumnKind.DATE, True, ("采集日期", "数据日期", "日期"),
        example="2024-07-01",
    ),
    Column(
        "days", "连续失败天数", "Days in a row", ColumnKind.INTEGER, aliases=("失败天数", "连续天数"), example="3",
        help=gettext_lazy("不填时按前一天的清单累计"),
    ),
    Column("reason", "失败原因", "Reason", aliases=("原因", "异常原因"), example="终端离线"),
)  # fmt: skip
REASON_LENGTH: Final = 80
MOST_DAYS: Final = 10_000
MANY: Final = 2_000


@dataclass(frozen=True, slots=True)
class FailedRow:
    """A readable row: which meter at which point failed on which day, for how long, and why."""

    sheet: str
    number: int
    subject: str
    place: Place
    fail_date: date
    days: int | None
    reason: str


def plan(source: Source) -> Plan:
    """Say what a list of failures would store, row by row.

    Raises:
        SheetRefused: not such a list.
    """
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    read = partial(_row, places=_places(sheets, source.scope), today=source.today)
    rows = list(read_rows(sheets, verdicts, read, subjects=("customer", "meter")))
    writes = _judge(rows, verdicts)
    stations = {row.place.station_id for row in rows}
    station = Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
    return Plan(verdicts, writes, station, [note for table in tables for note in table.notes])


FAILURES = Kind(
    name="failures",
    title=gettext_lazy("采集失败清单"),
    columns=COLUMNS,
    plan=plan,
    made=(CollectionFailure,),
    blockers=lambda _batch: [],
)


def _places(sheets: Sequence[Parsed], scope: Scope) -> dict[tuple[str, str], list[Place]]:
    """Return the installations by customer ("" for masters and gates) and meter."""
    customers = {number for sheet in sheets for number in sheet.values["customer"] if number}
    alone = {
        meter
        for sheet in sheets
        for customer, meter in zip(sheet.values["customer"], sheet.values["meter"], strict=True)
        if meter and not customer
    }
    found: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for places in places_of(customers, scope).values():
        for place in places:
            found[place.customer, place.meter].append(place)
    for place in places_without_customer(alone, scope):
        found["", place.meter].append(place)
    return found


def _row(
    sheet: str,
    number: int,
    cells: dict[str, Any],
    places: dict[tuple[str, str], list[Place]],
    today: date,
) -> FailedRow:
    day, days, reason = cells["fail_date"], cells["days"], cells["reason"] or ""
    known = places.get((cells["customer"] or "", cells["meter"]), [])
    if not known:
        raise RowRefused(
            "电能表编号", cells["meter"], _("档案中没有这块表装在该处"),
            _("核对用户编号和电能表编号；总表和关口先在用户档案中导入"),
        )  # fmt: skip
    there = [place for place in known if place.touches(day)]
    if not there:
        raise RowRefused(
            "电能表编号", cells["meter"], _("当日这块表不在该处"), _("核对日期与档案中的装拆表日期")
        )
    if day > today:
        raise RowRefused("失败日期", day, _("失败日期还没到"), _("核对日期"))
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise RowRefused("连续失败天数", days, _("应为不小于1的整数"), _("改正或留空"))
    if len(reason) > REASON_LENGTH:
        raise RowRefused(
            "失败原因", reason, _("超过 %(length)d 个字") % {"length": REASON_LENGTH}, _("写短一些")
        )
    return FailedRow(sheet, number, cells["customer"] or cells["meter"], there[-1], day, days, reason)


def _judge(rows: Sequence[FailedRow], verdicts: Verdicts) -> list[Callable[[ImportBatch], None]]:
    """Give every row its verdict; return the writes of what is new or changed."""
    held = _held(rows)
    new: dict[tuple[int, date], tuple[FailedRow, int]] = {}
    changed: list[tuple[CollectionFailure, int, str]] = []
    for row in sorted(rows, key=lambda row: row.fail_date):
        key = row.place.point_id, row.fail_date
        days = row.days or _days_before(held, new, row) + 1
        standing = held.get(key)
        if key in new:
            same = (new[key][1], new[key][0].reason) == (days, row.reason)
            if same:
                verdicts.add(
                    row.sheet, row.number, Outcome.UNCHANGED, row.subject, reason=_("与前面的行重复")
                )
                continue
            verdicts.add(
                row.sheet, row.number, Outcome.REFUSED, row.subject, column="失败日期", value=str(row.fail_date),
                reason=_("同一天这块表有几行不同的内容"), remedy=_("只留正确的一行"),
            )  # fmt: skip
        elif standing is None:
            new[key] = row, days
            verdicts.add(row.sheet, row.number, Outcome.NEW, row.subject)
        elif (standing.days, standing.reason) == (days, row.reason):
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.subject)
        else:
            changed.append((standing, days, row.reason))
            verdicts.add(
                row.sheet, row.number, Outcome.CHANGED, row.subject,
                reason=f"{standing.days} {standing.reason} → {days} {row.reason}",
            )  # fmt: skip
    made: list[Callable[[ImportBatch], None]] = []
    fresh = list(new.values())
    for start in range(0, len(fresh), MANY):
        made.append(lambda batch, part=fresh[start : start + MANY]: _store(batch, part))
    for start in range(0, len(changed), MANY):
        made.append(lambda batch, part=changed[start : start + MANY]: _change(batch, part))
    return made


def _held(rows: Sequence[FailedRow]) -> dict[tuple[int, date], CollectionFailure]:
    """Return what stands for the points of these rows, from the day before the first on."""
    if not rows:
        return {}
    first = min(row.fail_date for row in rows) - timedelta(days=1)
    points = sorted({row.place.point_id for row in rows})
    found: dict[tuple[int, date], CollectionFailure] = {}
    for start in range(0, len(points), MANY):
        standing = CollectionFailure.objects.filter(
            point__in=points[start : start + MANY], fail_date__gte=first
        )
        found |= {(failure.point_id, failure.fail_date): failure for failure in standing}
    return found


def _days_before(
    held: dict[tuple[int, date], CollectionFailure],
    new: dict[tuple[int, date], tuple[FailedRow, int]],
    row: FailedRow,
) -> int:
    """Return how many days in a row the meter had failed by the day before."""
    key = row.place.point_id, row.fail_date - timedelta(days=1)
    if key in new:
        return new[key][1]
    return held[key].days if key in held else 0


def _store(batch: ImportBatch, rows: Sequence[tuple[FailedRow, int]]) -> None:
    CollectionFailure.objects.bulk_create(
        CollectionFailure(
            point_id=row.place.point_id,
            meter_id=row.place.meter_id,
            fail_date=row.fail_date,
            days=days,
            reason=row.reason,
            batch=batch,
        )
        for row, days in rows
    )


def _change(batch: ImportBatch, rows: Sequence[tuple[CollectionFailure, int, str]]) -> None:
    notes = []
    for failure, days, reason in rows:
        for field, value in (("days", days), ("reason", reason)):
            before = getattr(failure, field)
            if before != value:
                notes.append(note_change(batch, failure, field, before, value))
                setattr(failure, field, value)
    ImportChange.objects.bulk_create(notes)
    CollectionFailure.objects.bulk_update([failure for failure, _days, _reason in rows], ["days", "reason"])
