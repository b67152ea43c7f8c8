"""The import kind ``clocks``: meter clocks (电能表时钟) as a collection system lists the reads it made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.read import parse_columns, read_tables
from diansuo.office.metering.importing import clock_findings
from diansuo.office.metering.importing.places import Place, places_of_meters
from diansuo.office.metering.models import ClockRead

COLUMNS: Final = (
    Column(
        "customer", "用户编号", "Customer number", ColumnKind.ID, aliases=("户号", "用户号"), example="4102000011",
        help=gettext_lazy("可不填；填了就与档案核对"),
    ),
    Column("name", "用户名称", "Customer name", aliases=("户名",), example="张三"),
    Column("area", "台区编号", "Area number", ColumnKind.ID, example="4102T00017"),
    Column(
        "meter", "表资产号", "Meter number", ColumnKind.ID, True,
        ("电能表编号", "资产编号", "资产号", "电能表资产号"), example="4130009000000020240007",
    ),
    Column(
        "read_at", "召测时间", "Read at", ColumnKind.MOMENT, True, ("标准时间", "采集时间", "抄读时间"),
        example="2024-08-01 02:10:05",
    ),
    Column(
        "clock", "表时钟", "Meter clock", ColumnKind.MOMENT, aliases=("电能表时钟", "表计时间", "电表时间"),
        example="2024-08-01 02:18:05", help=gettext_lazy("召测时表上的时间；与时钟偏差至少填一列"),
    ),
    Column(
        "minutes", "时钟偏差(分钟)", "Minutes ahead", ColumnKind.DECIMAL,
        aliases=("时钟偏差分钟", "时钟偏差(分)", "时钟误差(分钟)"), example="8",
        help=gettext_lazy("表时钟快为正，慢为负"),
    ),
    Column(
        "seconds", "时钟偏差(秒)", "Seconds ahead", ColumnKind.DECIMAL, aliases=("时钟偏差秒", "时钟误差(秒)"),
        help=gettext_lazy("表时钟快为正，慢为负"),
    ),
)  # fmt: skip
MINUTE_S: Final = 60
# The offset is often given in whole minutes beside the clock itself.
APART_S: Final = 60
# A clock that lost its time shows the year it was made; beyond a century nothing was read.
MOST_S: Final = 100 * 366 * 86_400
MANY: Final = 2_000


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A readable row: whose clock was read when, and by how many seconds it was ahead."""

    sheet: str
    number: int
    subject: str
    place: Place
    read_at: datetime
    ahead_s: int


def plan(source: Source) -> Plan:
    """Say what a list of clocks would store, row by row.

    Raises:
        SheetRefused: not such a list.
    """
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    meters = {meter for sheet in sheets for meter in sheet.values["meter"] if meter}
    read = partial(_row, places=places_of_meters(meters, source.scope), today=source.today)
    rows = list(read_rows(sheets, verdicts, read, subjects=("customer", "meter")))
    writes = _judge(rows, verdicts)
    stations = {row.place.station_id for row in rows}
    station = Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
    return Plan(verdicts, writes, station, [note for table in tables for note in table.notes])


def _row(
    sheet: str, number: int, cells: dict[str, Any], places: dict[str, list[Place]], today: date
) -> ReadRow:
    meter, customer, read_at = cells["meter"], cells["customer"], cells["read_at"]
    known = places.get(meter, [])
    if not known:
        raise RowRefused("表资产号", meter, _("档案中没有这块表"), _("核对资产号；先导入用户档案"))
    day = read_at.date()
    if day > today:
        raise RowRefused("召测时间", read_at, _("召测时间还没到"), _("核对日期"))
    there = [place for place in known if place.touches(day)]
    if not there:
        raise RowRefused("表资产号", meter, _("当日这块表不在该处"), _("核对日期与档案中的装拆表日期"))
    place = there[-1]
    if customer and customer != place.customer:
        raise RowRefused(
            "用户编号", customer, _("这块表在档案中不是这一户的"), _("核对用户编号，或先更正档案")
        )
    return ReadRow(sheet, number, customer or meter, place, timezone.make_aware(read_at), _ahead(cells))


def _ahead(cells: dict[str, Any]) -> int:
    """Return by how many seconds a clock was ahead, half a second rounded away from zero.

    Raises:
        RowRefused: nothing says it, what says it contradicts itself, or no clock is so far off.
    """
    said: list[tuple[str, Decimal]] = []
    if cells["clock"] is not None:
        seconds = (cells["clock"] - cells["read_at"]).total_seconds()
        said.append(("表时钟", Decimal(int(seconds))))
    if cells["seconds"] is not None:
        said.append(("时钟偏差(秒)", cells["seconds"]))
    if cells["minutes"] is not None:
        said.append(("时钟偏差(分钟)", cells["minutes"] * MINUTE_S))
    if not said:
        raise RowRefused(
            "时钟偏差(分钟)", "", _("没有时钟偏差，也没有表时钟"), _("填表时钟，或写明单位的时钟偏差")
        )
    _first, ahead = said[0]
    for column, other in said[1:]:
        if abs(other - ahead) >= APART_S:
            raise RowRefused(
                column, other, _("与同一行另一列算出的偏差 %(seconds)s 秒不符") % {"seconds": int(ahead)},
                _("快为正、慢为负；核对单位，或只留表时钟一列"),
            )  # fmt: skip
    if abs(ahead) > MOST_S:
        raise RowRefused(said[0][0], ahead, _("时钟偏差超过一百年"), _("核对该列"))
    return int(ahead.quantize(Decimal(1), ROUND_HALF_UP))


def _judge(rows: Sequence[ReadRow], verdicts: Verdicts) -> list[Callable[[ImportBatch], None]]:
    """Give every row its verdict; return the writes of what is new or changed."""
    held = _held(rows)
    new: dict[tuple[int, int, datetime], ReadRow] = {}
    changed: list[tuple[ClockRead, int]] = []
    for row in rows:
        key = row.place.point_id, row.place.meter_id, row.read_at
        standing, before = held.get(key), new.get(key)
        if before is not None and before.ahead_s == row.ahead_s:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.subject, reason=_("与前面的行重复"))
        elif before is not None:
            verdicts.add(
                row.sheet, row.number, Outcome.REFUSED, row.subject, column="召测时间",
                value=f"{timezone.localtime(row.read_at):%Y-%m-%d %H:%M:%S}",
                reason=_("同一时刻这块表有几行不同的内容"), remedy=_("只留正确的一行"),
            )  # fmt: skip
        elif standing is None:
            new[key] = row
            verdicts.add(row.sheet, row.number, Outcome.NEW, row.subject)
        elif standing.ahead_s == row.ahead_s:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.subject)
        else:
            changed.append((standing, row.ahead_s))
            verdicts.add(
                row.sheet, row.number, Outcome.CHANGED, row.subject,
                reason=_("%(before)s 秒 → %(after)s 秒") % {"before": standing.ahead_s, "after": row.ahead_s},
            )  # fmt: skip
    fresh = list(new.values())
    return [
        *(partial(_store, rows=fresh[start : start + MANY]) for start in range(0, len(fresh), MANY)),
        *(partial(_change, rows=changed[start : start + MANY]) for start in range(0, len(changed), MANY)),
    ]


def _held(rows: Sequence[ReadRow]) -> dict[tuple[int, int, datetime], ClockRead]:
    """Return what stands for the points of these rows in their time."""
    if not rows:
        return {}
    first, last = min(row.read_at for row in rows), max(row.read_at for row in rows)
    points = sorted({row.place.point_id for row in rows})
    found: dict[tuple[int, int, datetime], ClockRead] = {}
    for start in range(0, len(points), MANY):
        part = points[start : start + MANY]
        standing = ClockRead.objects.filter(point__in=part, read_at__gte=first, read_at__lte=last)
        found |= {(read.point_id, read.meter_id, read.read_at): read for read in standing}
    return found


def _store(batch: ImportBatch, rows: Sequence[ReadRow]) -> None:
    ClockRead.objects.bulk_create(
        ClockRead(
            point_id=row.place.point_id,
            meter_id=row.place.meter_id,
            read_at=row.read_at,
            ahead_s=row.ahead_s,
            batch=batch,
        )
        for row in rows
    )


def _change(batch: ImportBatch, rows: Sequence[tuple[ClockRead, int]]) -> None:
    notes = []
    for read, ahead_s in rows:
        notes.append(note_change(batch, read, "ahead_s", read.ahead_s, ahead_s))
        read.ahead_s = ahead_s
    ImportChange.objects.bulk_create(notes)
    ClockRead.objects.bulk_update([read for read, _ahead in rows], ["ahead_s"])


CLOCKS = Kind(
    name="clocks",
    title=gettext_lazy("电能表时钟"),
    columns=COLUMNS,
    plan=plan,
    made=(ClockRead,),
    blockers=lambda _batch: [],
    before_withdrawal=clock_findings.forget,
    follow_up=clock_findings.check_again,
)
