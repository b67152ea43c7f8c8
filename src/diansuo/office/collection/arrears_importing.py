"""The import kind ``arrears``: all that customers owed another system on a day (欠费明细); one list replaces the last.

A list is whole: what it no longer names is settled as of its day, and kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, Final

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.modes import guards
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import Parsed, Table, parse_columns, read_tables
from diansuo.office.base.wording import month, yuan
from diansuo.office.billing.importing.rows import (
    MANY,
    Holder,
    holder_beside,
    holders,
    later_changes,
    whole,
)
from diansuo.office.collection.models import ArrearsList, Receivable

COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011"),
    Column("name", "用户名称", "Customer name", aliases=("户名",), example="张三"),
    Column(
        "period", "电费年月", "Billing month", ColumnKind.MONTH, True, ("应收年月", "账期", "欠费年月"),
        example="202408",
    ),
    Column(
        "amount", "应收电费", "Amount", ColumnKind.DECIMAL, aliases=("应收金额", "电费金额"), example="104.46",
        help=gettext_lazy("没有时按欠费金额记"),
    ),
    Column(
        "owed", "欠费金额", "Owed", ColumnKind.DECIMAL, True, ("欠费", "未收金额", "欠费电费"), example="104.46",
        help=gettext_lazy("不含违约金"),
    ),
    Column(
        "due_date", "交费截止日", "Due on", ColumnKind.DATE, aliases=("缴费截止日", "违约金起算日", "交费期限"),
        example="2024-08-25", help=gettext_lazy("没有时按清单日期记"),
    ),
)  # fmt: skip
FIELDS: Final = ("amount_fen", "paid_fen", "due_date", "settled_date")
_DAY = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_.年]?(0[1-9]|1[0-2])[-_.月]?(0[1-9]|[12]\d|3[01])(?!\d)")


@dataclass(frozen=True, slots=True)
class OwedRow:
    """A readable row: who owes how much of which month, and since when it is due."""

    sheet: str
    number: int
    customer: str
    holder: Holder
    period: int
    amount_fen: int
    owed_fen: int
    due_date: date

    @property
    def key(self) -> tuple[int, int]:
        """Return what is owed only once: a customer's month."""
        return self.holder.customer_id, self.period

    @property
    def facts(self) -> tuple[Any, ...]:
        """Return what is kept of it, in the order of ``FIELDS``."""
        return self.amount_fen, self.amount_fen - self.owed_fen, self.due_date, None


@dataclass(slots=True)
class Judged:
    """What a list makes of what stands: new rows, changed ones with their new facts, how much of it is settled."""

    new: list[OwedRow] = field(default_factory=list)
    changed: list[tuple[Receivable, tuple[Any, ...]]] = field(default_factory=list)
    settled: int = 0
    settled_fen: int = 0
    new_day: bool = False


def plan(source: Source) -> Plan:
    """Say what a list of arrears would store, change and settle.

    Raises:
        SheetRefused: not such a list, its day is not told or has not come, a later list is in already, or no station of
            the viewer's runs beside another system.
    """
    guards.require_some(source.scope, guards.BESIDE, source.file_name)
    day = _day(source)
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    read = partial(_row, found=holders(sheets, source.scope), day=day)
    rows = list(read_rows(sheets, verdicts, read))
    stations = _stations(rows, source)
    latest = _latest(stations, day, source.file_name)
    judged, gone = _judge(rows, stations, verdicts)
    _settle(gone, _unread(sheets, verdicts), day, judged, verdicts)
    for place, station in enumerate(stations, start=1):
        before = latest.get(station.pk)
        if before != day:
            judged.new_day = True
            verdicts.add(
                _("清单日期"), place, Outcome.CHANGED if before else Outcome.NEW, station.name,
                reason=f"{before} → {day}" if before else str(day),
            )  # fmt: skip
    station = stations[0] if len(stations) == 1 else None
    return Plan(verdicts, _writes(judged, stations, day), station, _notes(tables, rows, judged, day))


def blockers(batch: ImportBatch) -> list[str]:
    """Say which later imports stand on a list: they must be taken back first."""
    found = later_changes(batch, Receivable)
    mine = ArrearsList.objects.filter(batch=batch)
    later = ArrearsList.objects.filter(station__in=mine.values("station"), batch__gt=batch.pk)
    numbers = sorted(set(later.values_list("batch", flat=True)))
    return found or [
        _("之后又导入了欠费明细（批次 %(batch)s），请先撤回它") % {"batch": one} for one in numbers
    ]


ARREARS = Kind(
    name="arrears",
    title=gettext_lazy("欠费明细"),
    columns=COLUMNS,
    plan=plan,
    made=(ArrearsList, Receivable),
    blockers=blockers,
    option_names=("day", "station"),
)


def _day(source: Source) -> date:
    """Return the day a list stands for: the one given, else the one in the file's name."""
    day = source.options.day
    if day is None:
        named = set(_DAY.findall(source.file_name))
        if len(named) != 1:
            raise SheetRefused(
                _("看不出是哪一天的欠费明细"),
                _("导入时填清单日期（--day 2024-08-20），或在文件名里写明，如 欠费明细_20240820.xlsx"),
                source.file_name,
            )
        try:
            day = date(*map(int, named.pop()))
        except ValueError as problem:
            raise SheetRefused(
                _("文件名里的日期不存在"), _("改正文件名，或导入时填清单日期"), source.file_name
            ) from problem
    if day > source.today:
        raise SheetRefused(_("清单日期 %(day)s 还没到") % {"day": day}, _("核对清单日期"), source.file_name)
    return day


def _stations(rows: Sequence[OwedRow], source: Source) -> list[Station]:
    """Return whose list it is: the stations of its rows; of an empty one, the only station there can be."""
    beside = source.scope.stations().filter(mode=guards.BESIDE)
    named = source.options.station
    if named:
        chosen = list(beside.filter(name=named))
        if not chosen:
            raise SheetRefused(
                _("没有旁运行的供电所“%(name)s”") % {"name": named}, _("核对供电所名称"), source.file_name
            )
        return chosen
    found = list(beside.filter(pk__in={row.holder.station_id for row in rows}))
    if found:
        return found
    only = list(beside)
    return only if len(only) == 1 else []


def _latest(stations: Sequence[Station], day: date, file_name: str) -> dict[int, date]:
    """Return the day of each station's last list.

    Raises:
        SheetRefused: it is after this one's: the past would overwrite the present.
    """
    found: dict[int, date] = {}
    lists = ArrearsList.objects.filter(station__in=stations).order_by("listed_date", "id")
    found.update(lists.values_list("station", "listed_date"))
    for station in stations:
        last = found.get(station.pk)
        if last and last > day:
            raise SheetRefused(
                _("%(station)s 已有更新的欠费明细（%(last)s）") % {"station": station.name, "last": last},
                _("只导入最新的清单；确要用这一份，先撤回之后的导入批次"),
                file_name,
            )
    return found


def _row(
    sheet: str, number: int, cells: dict[str, Any], *, found: dict[str, list[Holder]], day: date
) -> OwedRow:
    holder = holder_beside(found, cells["customer"])
    owed_fen = whole(cells["owed"], "欠费金额", 2, _("金额应精确到分"))
    amount_fen = owed_fen
    if cells["amount"] is not None:
        amount_fen = whole(cells["amount"], "应收电费", 2, _("金额应精确到分"))
    if owed_fen <= 0:
        raise RowRefused("欠费金额", cells["owed"], _("欠费金额必须大于 0"), _("删去没有欠费的行"))
    if owed_fen > amount_fen:
        raise RowRefused(
            "欠费金额", cells["owed"], _("欠费金额大于应收电费"), _("欠费金额不含违约金；核对两列")
        )
    return OwedRow(
        sheet, number, cells["customer"], holder, cells["period"], amount_fen, owed_fen, cells["due_date"] or day
    )  # fmt: skip


def _judge(
    rows: Sequence[OwedRow], stations: Sequence[Station], verdicts: Verdicts
) -> tuple[Judged, list[Receivable]]:
    """Give every row its verdict; return what to write, and what stands open and is not listed."""
    judged = Judged()
    held = _held(rows, stations)
    mine = {station.pk for station in stations}
    seen: dict[tuple[int, int], OwedRow] = {}
    for row in rows:
        _judge_row(row, held.get(row.key), seen, mine, judged, verdicts)
    gone = [one for key, one in held.items() if key not in seen and one.paid_fen < one.amount_fen]
    return judged, gone


def _held(rows: Sequence[OwedRow], stations: Sequence[Station]) -> dict[tuple[int, int], Receivable]:
    """Return what these stations' lists left open, and what they ever said of the customers of these rows."""
    imported = Receivable.objects.filter(
        bill__isnull=True, correction__isnull=True, temporary__isnull=True, customer__station__in=stations
    )
    imported = imported.select_related("customer")
    found = {(one.customer_id, one.period): one for one in imported.filter(paid_fen__lt=F("amount_fen"))}
    customers = sorted({row.holder.customer_id for row in rows})
    for start in range(0, len(customers), MANY):
        part = imported.filter(customer__in=customers[start : start + MANY])
        found |= {(one.customer_id, one.period): one for one in part}
    return found


def _unread(sheets: Sequence[Parsed], verdicts: Verdicts) -> set[str]:
    """Return the customers of refused rows ("" where even the number cannot be read): nothing of theirs is settled."""
    unread = {sheet.values["customer"][at] or "" for sheet in sheets for at in sheet.refused}
    refused = zip(verdicts.outcome, verdicts.subject, strict=True)
    return unread | {subject for outcome, subject in refused if outcome == Outcome.REFUSED and subject}


def _judge_row(
    row: OwedRow,
    standing: Receivable | None,
    seen: dict[tuple[int, int], OwedRow],
    stations: set[int],
    judged: Judged,
    verdicts: Verdicts,
) -> None:
    before = seen.get(row.key)
    say = partial(verdicts.add, row.sheet, row.number)
    if row.holder.station_id not in stations:
        say(
            Outcome.REFUSED, row.customer, column="用户编号", value=row.customer,
            reason=_("不是所选供电所的用户"), remedy=_("按供电所分别导入"),
        )  # fmt: skip
    elif before is not None and before.facts == row.facts:
        say(Outcome.UNCHANGED, row.customer, reason=_("与前面的行重复"))
    elif before is not None:
        say(
            Outcome.REFUSED, row.customer, column="电费年月", value=str(row.period),
            reason=_("同一用户同一月有几行不同的欠费"), remedy=_("合计成一行后重新导入"),
        )  # fmt: skip
    else:
        seen[row.key] = row
        if standing is None:
            judged.new.append(row)
            say(Outcome.NEW, row.customer)
        elif _facts(standing) == row.facts:
            say(Outcome.UNCHANGED, row.customer)
        else:
            judged.changed.append((standing, row.facts))
            say(Outcome.CHANGED, row.customer, reason=_difference(standing, row))


def _settle(
    gone: Sequence[Receivable], unread: set[str], day: date, judged: Judged, verdicts: Verdicts
) -> None:
    """Settle what is open and not listed as of the list's day, except where a row could not be read."""
    for place, one in enumerate(sorted(gone, key=lambda one: (one.customer.number, one.period)), start=1):
        open_fen = one.amount_fen - one.paid_fen
        if "" in unread or one.customer.number in unread:
            verdicts.add(
                _("清单外"), place, Outcome.UNCHANGED, one.customer.number,
                reason=_("清单里有读不出的行，这笔欠费不结清"), remedy=_("改正拒绝的行后重新导入同一清单"),
            )  # fmt: skip
            continue
        judged.changed.append((one, (one.amount_fen, one.amount_fen, one.due_date, day)))
        judged.settled += 1
        judged.settled_fen += open_fen
        verdicts.add(
            _("清单外"), place, Outcome.CHANGED, one.customer.number,
            reason=_("%(month)s 欠费 %(owed)s 元，清单里没有了 → %(day)s 结清")
            % {"month": month(one.period), "owed": yuan(open_fen), "day": day},
        )  # fmt: skip


def _facts(standing: Receivable) -> tuple[Any, ...]:
    return tuple(getattr(standing, name) for name in FIELDS)


def _difference(standing: Receivable, row: OwedRow) -> str:
    said = []
    before_fen = standing.amount_fen - standing.paid_fen
    if before_fen != row.owed_fen:
        said.append(f"{_('欠费金额')} {yuan(before_fen)} → {yuan(row.owed_fen)}")
    if standing.amount_fen != row.amount_fen:
        said.append(f"{_('应收电费')} {yuan(standing.amount_fen)} → {yuan(row.amount_fen)}")
    if standing.due_date != row.due_date:
        said.append(f"{_('交费截止日')} {standing.due_date} → {row.due_date}")
    if standing.settled_date:
        said.append(_("%(day)s 记为结清，又列出来了") % {"day": standing.settled_date})
    return "；".join(said)


def _notes(tables: Sequence[Table], rows: Sequence[OwedRow], judged: Judged, day: date) -> list[str]:
    notes = [note for table in tables for note in table.notes]
    notes.append(
        _("截至 %(day)s 欠费 %(count)d 笔，共 %(amount)s 元")
        % {"day": day, "count": len(rows), "amount": yuan(sum(row.owed_fen for row in rows))}
    )
    if judged.settled:
        notes.append(
            _("%(count)d 笔共 %(amount)s 元不在清单里，将记为 %(day)s 结清。若导出的不是全部欠费，请不要导入")
            % {"count": judged.settled, "amount": yuan(judged.settled_fen), "day": day}
        )
    return notes


def _writes(judged: Judged, stations: Sequence[Station], day: date) -> list[Callable[[ImportBatch], None]]:
    made: list[Callable[[ImportBatch], None]] = []
    for start in range(0, len(judged.new), MANY):
        made.append(partial(_store, rows=judged.new[start : start + MANY]))
    for start in range(0, len(judged.changed), MANY):
        made.append(partial(_change, rows=judged.changed[start : start + MANY]))
    if made or judged.new_day:
        made.append(partial(_list, stations=stations, day=day))
    return made


def _store(batch: ImportBatch, rows: Sequence[OwedRow]) -> None:
    Receivable.objects.bulk_create(
        Receivable(
            customer_id=row.holder.customer_id,
            period=row.period,
            batch=batch,
            **dict(zip(FIELDS, row.facts, strict=True)),
        )
        for row in rows
    )


def _change(batch: ImportBatch, rows: Sequence[tuple[Receivable, tuple[Any, ...]]]) -> None:
    notes = []
    for standing, facts in rows:
        for name, after in zip(FIELDS, facts, strict=True):
            before = getattr(standing, name)
            if before != after:
                notes.append(note_change(batch, standing, name, before, after))
                setattr(standing, name, after)
    ImportChange.objects.bulk_create(notes)
    Receivable.objects.bulk_update([standing for standing, _facts in rows], FIELDS)


def _list(batch: ImportBatch, stations: Sequence[Station], day: date) -> None:
    for station in stations:
        ArrearsList.objects.get_or_create(batch=batch, station=station, listed_date=day)
