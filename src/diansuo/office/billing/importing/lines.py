"""Lines of bills issued elsewhere: what a file changes of them, and writing it; the import kind of long lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.tariff.comparing import LineKind
from diansuo.office.base import wording
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.modes import guards
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.read import parse_columns, read_tables
from diansuo.office.billing.importing.line_columns import ITEM_NAMES, Line, line_of
from diansuo.office.billing.importing.rows import MANY, Holder, holder_beside, holders, later_changes
from diansuo.office.billing.models import Comparison, ExternalBill, ExternalLine

Key = tuple[int, int]
"""Customer and month: what a bill issued elsewhere is kept under."""
VALUES: Final = ("quantity", "price_nano", "amount_fen")
COLUMNS: Final = (
    Column("customer", "用户编号", "Customer number", ColumnKind.ID, True, ("户号", "用户号"), example="4102000011"),
    Column("period", "电费年月", "Billing month", ColumnKind.MONTH, True, ("应收年月", "账期"), example="202408"),
    Column(
        "item", "项目", "Item", ColumnKind.CHOICE, True, ("费用项目", "电价项目", "明细项目"),
        choices={name: kind for kind, names in ITEM_NAMES.items() for name in names},
        listed=tuple(names[0] for names in ITEM_NAMES.values()), example="第一档",
    ),
    Column("quantity", "电量", "Quantity", ColumnKind.DECIMAL, aliases=("数量", "计费数量"), example="180"),
    Column("price", "单价", "Unit price", ColumnKind.DECIMAL, aliases=("电价", "执行电价"), example="0.56"),
    Column("amount", "金额", "Amount", ColumnKind.DECIMAL, True, ("电费", "费用"), example="100.80"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineRow:
    """A readable row of a long list."""

    sheet: str
    number: int
    customer: str
    holder: Holder
    period: int
    line: Line

    @property
    def key(self) -> Key:
        """Return what its bill is kept under."""
        return self.holder.customer_id, self.period


def plan(source: Source) -> Plan:
    """Say what a list of lines would store, row by row.

    Raises:
        SheetRefused: not such a list, or no station of the viewer's runs beside another system.
    """
    guards.require_some(source.scope, guards.BESIDE, source.file_name)
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    rows = list(read_rows(sheets, verdicts, partial(_row, found=holders(sheets, source.scope))))
    known = bills_of({row.key for row in rows})
    held = lines_of(known.values())
    new: list[LineRow] = []
    seen: set[tuple[Key, int]] = set()
    for row in rows:
        _judge(row, known, held, seen, new, verdicts)
    stations = {row.holder.station_id for row in rows}
    station = Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
    notes = [note for table in tables for note in table.notes]
    return Plan(verdicts, list(writes([(row.key, (row.line,)) for row in new])), station, notes)


def _row(sheet: str, number: int, cells: dict[str, Any], *, found: dict[str, list[Holder]]) -> LineRow:
    holder = holder_beside(found, cells["customer"])
    line = line_of(LineKind(cells["item"]), cells["quantity"], cells["price"], cells["amount"])
    return LineRow(sheet, number, cells["customer"], holder, cells["period"], line)


def _judge(
    row: LineRow,
    known: dict[Key, int],
    held: dict[tuple[int, int], ExternalLine],
    seen: set[tuple[Key, int]],
    new: list[LineRow],
    verdicts: Verdicts,
) -> None:
    say = partial(verdicts.add, row.sheet, row.number)
    if row.key not in known:
        say(
            Outcome.REFUSED, row.customer, column="电费年月", value=str(row.period),
            reason=_("该用户该月没有已发行电费"), remedy=_("先导入该月的已发行电费，再导入明细"),
        )  # fmt: skip
        return
    if (row.key, row.line.kind) in seen:
        say(
            Outcome.REFUSED, row.customer, column="项目", value=ITEM_NAMES[row.line.kind][0],
            reason=_("同一张账单的同一项目有几行"), remedy=_("合计成一行后重新导入"),
        )  # fmt: skip
        return
    seen.add((row.key, row.line.kind))
    standing = held.get((known[row.key], int(row.line.kind)))
    said = difference(standing, row.line)
    if standing is not None and not said:
        say(Outcome.UNCHANGED, row.customer)
        return
    new.append(row)
    if standing is None:
        say(Outcome.NEW, row.customer)
    else:
        say(Outcome.CHANGED, row.customer, reason=said)


def difference(standing: ExternalLine | None, line: Line) -> str:
    """Say in words what a line changes of the one that stands; empty for nothing (what it leaves empty stays)."""
    if standing is None:
        return _("增加明细 %(item)s") % {"item": ITEM_NAMES[line.kind][0]}
    parts = []
    for name, write, unit in (
        ("quantity", wording.kilowatt_hours, "kWh"),
        ("price_nano", lambda value: f"{value / 10**9:.9f}".rstrip("0"), _("元/kWh")),
        ("amount_fen", wording.yuan, _("元")),
    ):
        before, after = getattr(standing, name), getattr(line, name)
        if after is not None and after != before:
            old = "—" if before is None else write(before)
            parts.append(f"{ITEM_NAMES[line.kind][0]} {old} → {write(after)} {unit}")
    return "；".join(parts)


def bills_of(keys: Iterable[Key]) -> dict[Key, int]:
    """Return the ids of the bills that stand under some keys."""
    wanted = set(keys)
    customers, periods = sorted({customer for customer, _period in wanted}), {period for _c, period in wanted}
    found: dict[Key, int] = {}
    for start in range(0, len(customers), MANY):
        part = ExternalBill.objects.filter(customer__in=customers[start : start + MANY], period__in=periods)
        found |= {(one, period): pk for one, period, pk in part.values_list("customer", "period", "id")}
    return {key: pk for key, pk in found.items() if key in wanted}


def lines_of(bills: Iterable[int]) -> dict[tuple[int, int], ExternalLine]:
    """Return the lines of bills, by bill and kind."""
    ids = sorted(set(bills))
    found: dict[tuple[int, int], ExternalLine] = {}
    for start in range(0, len(ids), MANY):
        part = ExternalLine.objects.filter(bill__in=ids[start : start + MANY])
        found |= {(one.bill_id, one.kind): one for one in part}
    return found


def writes(rows: Sequence[tuple[Key, Sequence[Line]]]) -> Iterable[Callable[[ImportBatch], None]]:
    """Yield what writes the lines of bills, which stand by then, in parts."""
    for start in range(0, len(rows), MANY):
        yield partial(_write, rows=rows[start : start + MANY])


def _write(batch: ImportBatch, rows: Sequence[tuple[Key, Sequence[Line]]]) -> None:
    known = bills_of(key for key, _lines in rows)
    held = lines_of(known.values())
    made, changed, notes = [], [], []
    for key, lines in rows:
        for line in lines:
            values = {name: getattr(line, name) for name in VALUES}
            standing = held.get((known[key], int(line.kind)))
            if standing is None:
                made.append(ExternalLine(bill_id=known[key], kind=line.kind, batch=batch, **values))
                continue
            for name, after in values.items():
                before = getattr(standing, name)
                if after is not None and after != before:
                    notes.append(note_change(batch, standing, name, before, after))
                    setattr(standing, name, after)
            changed.append(standing)
    ExternalLine.objects.bulk_create(made)
    ImportChange.objects.bulk_create(notes)
    ExternalLine.objects.bulk_update(changed, VALUES)
    forget(known.values())


def forget(bills: Iterable[int]) -> None:
    """Drop what was compared of bills that are others now."""
    ids = sorted(set(bills))
    for start in range(0, len(ids), MANY):
        Comparison.objects.filter(bill__in=ids[start : start + MANY]).delete()


def forget_batch(batch: ImportBatch) -> None:
    """Drop what was compared of the bills whose lines or figures a batch made or changed."""
    made = ExternalBill.objects.filter(batch=batch).values("id")
    Comparison.objects.filter(bill__in=made).delete()
    Comparison.objects.filter(bill__in=ExternalLine.objects.filter(batch=batch).values("bill")).delete()
    noted = ImportChange.objects.filter(batch=batch)
    bills = noted.filter(model=ExternalBill._meta.label).values("row")
    Comparison.objects.filter(bill__in=bills).delete()
    lines = noted.filter(model=ExternalLine._meta.label).values("row")
    Comparison.objects.filter(bill__lines__in=lines).delete()


def blockers(batch: ImportBatch) -> list[str]:
    """Say which later imports changed or completed what a batch brought."""
    added = ExternalLine.objects.filter(bill__batch=batch, batch__gt=batch.pk)
    found = [
        _("之后的导入批次 %(batch)s 给这些账单加了明细，请先撤回它") % {"batch": number}
        for number in sorted(set(added.values_list("batch", flat=True)))
    ]
    return [*later_changes(batch, ExternalBill), *later_changes(batch, ExternalLine), *found]


ISSUED_LINES = Kind(
    name="issued_lines",
    title=gettext_lazy("已发行电费明细"),
    columns=COLUMNS,
    plan=plan,
    made=(ExternalLine,),
    blockers=lambda batch: later_changes(batch, ExternalLine),
    before_withdrawal=forget_batch,
)
