"""The import kind ``issued``: the bills that another system issued, one a customer and month (已发行电费)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.base import wording
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.modes import guards
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.read import Table, parse_columns, read_tables
from diansuo.office.billing.importing import lines
from diansuo.office.billing.importing.line_columns import WIDE, Line, multiplier_of, wide_lines
from diansuo.office.billing.importing.rows import (
    MANY,
    Holder,
    holder_beside,
    holders,
    whole,
)
from diansuo.office.billing.models import ExternalBill, ExternalLine

COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011"),
    Column("name", "用户名称", "Customer name", aliases=("户名",), example="张三"),
    Column(
        "period", "电费年月", "Billing month", ColumnKind.MONTH, True, ("应收年月", "账期"), example="202408",
    ),
    Column(
        "class_text", "用电类别", "Price class", aliases=("电价名称", "执行电价名称", "执行电价"),
        example="居民生活用电",
    ),
    Column(
        "energy", "结算电量", "Energy", ColumnKind.DECIMAL, True, ("计费电量", "总电量", "电量"), example="186",
    ),
    Column(
        "amount", "应收电费", "Amount", ColumnKind.DECIMAL, True, ("应收金额", "电费金额", "电费", "总电费"),
        example="104.46",
    ),
    Column(
        "issued_date", "发行日期", "Issued on", ColumnKind.DATE, aliases=("发行时间", "出账日期"),
        example="2024-08-05",
    ),
    *WIDE,
)  # fmt: skip
CLASS_LENGTH: Final = 40
FIELDS: Final = ("energy_wh", "amount_fen", "issued_date", "class_text", "multiplier", "loss_wh")


@dataclass(frozen=True, slots=True)
class IssuedRow:
    """A readable row: whose bill of which month, how much energy and money, when issued, in which class."""

    sheet: str
    number: int
    customer: str
    holder: Holder
    period: int
    energy_wh: int
    amount_fen: int
    issued_date: date | None
    class_text: str
    multiplier: int | None
    loss_wh: int | None
    lines: tuple[Line, ...]

    @property
    def key(self) -> tuple[int, int]:
        """Return what a bill is kept under: customer and month."""
        return self.holder.customer_id, self.period

    @property
    def facts(self) -> tuple[Any, ...]:
        """Return what the bill says, in the order of ``FIELDS``."""
        return tuple(getattr(self, name) for name in FIELDS)

    @property
    def said(self) -> tuple[Any, ...]:
        """Return everything the row says, lines too."""
        return *self.facts, self.lines


def plan(source: Source) -> Plan:
    """Say what a list of issued bills would store, row by row.

    Raises:
        SheetRefused: not such a list, or no station of the viewer's runs beside another system.
    """
    guards.require_some(source.scope, guards.BESIDE, source.file_name)
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    read = partial(_row, found=holders(sheets, source.scope), today=source.today)
    rows = list(read_rows(sheets, verdicts, read))
    new, changed, lined = _judge(rows, verdicts)
    stations = {row.holder.station_id for row in rows}
    station = Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
    return Plan(verdicts, _writes(new, changed, lined), station, _notes(tables, new, changed))


def _notes(tables: Sequence[Table], new: Sequence[IssuedRow], changed: Sequence[Any]) -> list[str]:
    notes = [note for table in tables for note in table.notes]
    if new:
        notes.append(
            _("新增 %(count)d 户次，共 %(amount)s 元")
            % {"count": len(new), "amount": wording.yuan(sum(row.amount_fen for row in new))}
        )
    if changed:
        notes.append(
            _("%(count)d 户次与以前导入的不同，将改为本文件的值，原值可撤回") % {"count": len(changed)}
        )
    return notes


ISSUED = Kind(
    name="issued",
    title=gettext_lazy("已发行电费"),
    columns=COLUMNS,
    plan=plan,
    made=(ExternalLine, ExternalBill),
    blockers=lines.blockers,
    before_withdrawal=lines.forget_batch,
)


def _row(
    sheet: str, number: int, cells: dict[str, Any], *, found: dict[str, list[Holder]], today: date
) -> IssuedRow:
    holder = holder_beside(found, cells["customer"])
    issued_date = cells["issued_date"]
    if issued_date and issued_date > today:
        raise RowRefused("发行日期", issued_date, _("发行日期还没到"), _("核对发行日期"))
    class_text = _class_text(cells["class_text"] or "")
    if len(class_text) > CLASS_LENGTH:
        raise RowRefused(
            "用电类别", class_text, _("超过 %(length)d 个字") % {"length": CLASS_LENGTH}, _("写短一些")
        )
    return IssuedRow(
        sheet,
        number,
        cells["customer"],
        holder,
        cells["period"],
        whole(cells["energy"], "结算电量", 3, _("电量最多三位小数")),
        whole(cells["amount"], "应收电费", 2, _("金额应精确到分")),
        issued_date,
        class_text,
        multiplier_of(cells["multiplier"]),
        None if cells["loss"] is None else whole(cells["loss"], "变损电量", 3, _("电量最多三位小数")),
        wide_lines(cells),
    )


def _class_text(text: str) -> str:
    """Return the class a cell names: some systems write the unit price under 执行电价, which is no class."""
    return "" if text.replace(".", "", 1).isdecimal() else text


def _judge(
    rows: Sequence[IssuedRow], verdicts: Verdicts
) -> tuple[list[IssuedRow], list[tuple[ExternalBill, IssuedRow]], list[IssuedRow]]:
    """Give every row its verdict; return the new bills, those that change, and those whose lines are to be written."""
    held = _held(rows)
    standing_lines = lines.lines_of(one.pk for one in held.values()) if any(row.lines for row in rows) else {}
    seen: dict[tuple[int, int], IssuedRow] = {}
    new, changed, lined = [], [], []
    for row in rows:
        standing, before = held.get(row.key), seen.get(row.key)
        if before is not None and before.said == row.said:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.customer, reason=_("与前面的行重复"))
            continue
        if before is not None:
            verdicts.add(
                row.sheet, row.number, Outcome.REFUSED, row.customer, column="电费年月", value=str(row.period),
                reason=_("同一用户同一月有几行不同的电费"), remedy=_("合计成一行后重新导入"),
            )  # fmt: skip
            continue
        seen[row.key] = row
        if standing is None:
            new.append(row)
            lined += [row] if row.lines else []
            verdicts.add(row.sheet, row.number, Outcome.NEW, row.customer)
            continue
        said = [
            lines.difference(standing_lines.get((standing.pk, int(line.kind))), line) for line in row.lines
        ]
        said = [one for one in said if one]
        lined += [row] if said else []
        if _facts(standing, row) != row.facts:
            changed.append((standing, row))
            said = [_difference(standing, row), *said]
        if said:
            verdicts.add(row.sheet, row.number, Outcome.CHANGED, row.customer, reason="；".join(said))
        else:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.customer)
    return new, changed, lined


def _facts(standing: ExternalBill, row: IssuedRow) -> tuple[Any, ...]:
    """Return what stands; what the file leaves empty is no change."""
    return tuple(
        given if given in (None, "") else getattr(standing, name)
        for name, given in zip(FIELDS, row.facts, strict=True)
    )


def _difference(standing: ExternalBill, row: IssuedRow) -> str:
    write: dict[str, Callable[[Any], str]] = {
        "energy_wh": lambda value: f"{wording.kilowatt_hours(value)} kWh",
        "amount_fen": lambda value: f"{wording.yuan(value)} {_('元')}",
        "issued_date": str,
        "class_text": str,
        "multiplier": str,
        "loss_wh": lambda value: f"{wording.kilowatt_hours(value)} kWh",
    }
    names = {
        "energy_wh": _("结算电量"),
        "amount_fen": _("应收电费"),
        "issued_date": _("发行日期"),
        "class_text": _("用电类别"),
        "multiplier": _("倍率"),
        "loss_wh": _("变损电量"),
    }
    return "；".join(
        f"{names[name]} {'—' if before is None else write[name](before)} → {write[name](getattr(row, name))}"
        for name, before in zip(FIELDS, _facts_of(standing), strict=True)
        if getattr(row, name) not in (None, "", before)
    )


def _facts_of(standing: ExternalBill) -> tuple[Any, ...]:
    return tuple(getattr(standing, name) for name in FIELDS)


def _held(rows: Sequence[IssuedRow]) -> dict[tuple[int, int], ExternalBill]:
    customers = sorted({row.holder.customer_id for row in rows})
    periods = {row.period for row in rows}
    found: dict[tuple[int, int], ExternalBill] = {}
    for start in range(0, len(customers), MANY):
        part = ExternalBill.objects.filter(customer__in=customers[start : start + MANY], period__in=periods)
        found |= {(one.customer_id, one.period): one for one in part}
    return found


def _writes(
    new: Sequence[IssuedRow],
    changed: Sequence[tuple[ExternalBill, IssuedRow]],
    lined: Sequence[IssuedRow],
) -> list[Callable[[ImportBatch], None]]:
    made: list[Callable[[ImportBatch], None]] = []
    for start in range(0, len(new), MANY):
        made.append(partial(_store, rows=new[start : start + MANY]))
    for start in range(0, len(changed), MANY):
        made.append(partial(_change, rows=changed[start : start + MANY]))
    return [*made, *lines.writes([(row.key, row.lines) for row in lined])]


def _store(batch: ImportBatch, rows: Sequence[IssuedRow]) -> None:
    ExternalBill.objects.bulk_create(
        ExternalBill(
            customer_id=row.holder.customer_id,
            contract_id=row.holder.contract_id,
            period=row.period,
            batch=batch,
            **dict(zip(FIELDS, row.facts, strict=True)),
        )
        for row in rows
    )


def _change(batch: ImportBatch, rows: Sequence[tuple[ExternalBill, IssuedRow]]) -> None:
    notes = []
    for standing, row in rows:
        for name in FIELDS:
            before, after = getattr(standing, name), getattr(row, name)
            if after not in (None, "", before):
                notes.append(note_change(batch, standing, name, before, after))
                setattr(standing, name, after)
    ImportChange.objects.bulk_create(notes)
    ExternalBill.objects.bulk_update([standing for standing, _row in rows], FIELDS)
    lines.forget(standing.pk for standing, _row in rows)
