"""The import kind ``loss_table``: a station's own table of monthly transformer losses (月损耗表), from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.importing.supply_lists import MANY, later_changes, positive, station_of
from diansuo.office.archive.models import LossTableRow
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.operations import note_change
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.sheets.columns import Column, ColumnKind
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import parse_columns, read_tables

DECIMAL = ColumnKind.DECIMAL
COLUMNS: Final = (
    Column(
        "series", "变压器型号", "Transformer model", aliases=("型号", "系列", "型号系列"), example="S11",
        help=gettext_lazy("表只对一种型号的填型号；不填的对没有专表的所有型号"),
    ),
    Column("capacity", "变压器容量", "Capacity (kVA)", DECIMAL, True, ("容量", "额定容量"), example="100"),
    Column(
        "up_to", "月用电量至", "Energy a month up to (kWh)", DECIMAL, True, ("月用电量", "月用电量上限", "电量上限"),
        example="10000", help=gettext_lazy("本档的上限，含；下限是同一容量的前一档"),
    ),
    Column(
        "active", "有功变损", "Active loss (kWh a month)", DECIMAL, True, ("有功损耗", "月损耗", "有功损耗电量"),
        example="304",
    ),
    Column(
        "reactive", "无功变损", "Reactive loss (kvarh a month)", DECIMAL, aliases=("无功损耗", "无功损耗电量"),
        example="1500", help=gettext_lazy("不填为0"),
    ),
)  # fmt: skip
SERIES_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Bracket:
    """A readable row of the table."""

    sheet: str
    number: int
    series: str
    capacity_va: int
    up_to_wh: int
    active_wh: int
    reactive_varh: int

    @property
    def kind(self) -> tuple[str, int]:
        """Return which table the row belongs to: series and capacity."""
        return self.series, self.capacity_va

    @property
    def key(self) -> tuple[str, int, int]:
        """Return what a row is kept under."""
        return self.series, self.capacity_va, self.up_to_wh

    @property
    def losses(self) -> tuple[int, int]:
        """Return what is lost."""
        return self.active_wh, self.reactive_varh

    @property
    def title(self) -> str:
        """Return what people call the row."""
        return f"{self.series} {self.capacity_va / 1000:g} kVA ≤ {self.up_to_wh / 1000:g} kWh".strip()


def plan(source: Source) -> Plan:
    """Say what a table would store and which brackets it would end, row by row.

    Raises:
        SheetRefused: not such a table, nobody says from which day it holds or for whom, or it would change the past.
    """
    station, first = station_of(source), source.options.effective or source.options.valid_from
    if first is None:
        raise SheetRefused(
            _("没有说明损耗表从哪天起执行"), _("导入时填生效日（--effective 2024-07-01）"), source.file_name
        )
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    verdicts = Verdicts()
    rows = list(
        read_rows([parse_columns(table, COLUMNS) for table in tables], verdicts, _row, subjects=("series",))
    )
    kept = _once(rows, verdicts)
    standing = _standing(station, first, source.file_name)
    new = [row for row in kept if row.key not in standing or _losses(standing[row.key]) != row.losses]
    for row in kept:
        outcome = Outcome.UNCHANGED if row not in new else Outcome.NEW
        if row in new and row.key in standing:
            outcome = Outcome.CHANGED
        verdicts.add(row.sheet, row.number, outcome, row.title)
    said = {row.kind for row in kept}
    same = {row.key for row in kept if row not in new}
    ended = [
        one for key, one in standing.items() if (one.series, one.capacity_va) in said and key not in same
    ]
    writes = [partial(_store, station=station, first=first, rows=new, ended=ended)] if new or ended else []
    notes = [note for table in tables for note in table.notes]
    if ended:
        notes.append(_("原有 %(count)d 档自 %(day)s 起停用") % {"count": len(ended), "day": first})
    return Plan(verdicts, writes, station, notes)


def blockers(batch: ImportBatch) -> list[str]:
    """Say which later tables ended brackets of a batch."""
    return later_changes(batch, LossTableRow)


LOSS_TABLE = Kind(
    name="loss_table",
    title=gettext_lazy("月损耗表"),
    columns=COLUMNS,
    plan=plan,
    made=(LossTableRow,),
    blockers=blockers,
    option_names=("effective", "station"),
)


def _row(sheet: str, number: int, cells: dict[str, Any]) -> Bracket:
    series = (cells["series"] or "").upper()
    if len(series) > SERIES_LENGTH:
        raise RowRefused("变压器型号", series, _("型号太长"), _("写短一些"))
    reactive = cells["reactive"]
    return Bracket(
        sheet,
        number,
        series,
        positive(cells["capacity"], "变压器容量", 3, "kVA"),
        positive(cells["up_to"], "月用电量至", 3, "kWh"),
        positive(cells["active"], "有功变损", 3, "kWh", or_zero=True),
        0 if reactive is None else positive(reactive, "无功变损", 3, "kvarh", or_zero=True),
    )


def _once(rows: Sequence[Bracket], verdicts: Verdicts) -> list[Bracket]:
    """Return the rows whose bracket stands once in the file; the others get their verdict."""
    first: dict[tuple[str, int, int], Bracket] = {}
    for row in rows:
        before = first.setdefault(row.key, row)
        if before is row:
            continue
        if before.losses == row.losses:
            verdicts.add(row.sheet, row.number, Outcome.UNCHANGED, row.title, reason=_("与前面的行重复"))
        else:
            verdicts.add(
                row.sheet, row.number, Outcome.REFUSED, row.title, column="月用电量至",
                value=f"{row.up_to_wh / 1000:g}", reason=_("同一档有两个不同的损耗"), remedy=_("只留一行"),
            )  # fmt: skip
    return list(first.values())


def _standing(station: Station, first: date, file_name: str) -> dict[tuple[str, int, int], LossTableRow]:
    """Return the brackets that hold on the day.

    Raises:
        SheetRefused: brackets begin on a later day; the new table would reach into their time.
    """
    later = LossTableRow.objects.filter(station=station, valid_from__gt=first).order_by("valid_from").first()
    if later is not None:
        raise SheetRefused(
            _("已有自 %(day)s 起的损耗表，不能在它之前再改") % {"day": later.valid_from},
            _("改用更晚的生效日，或先撤回那次导入"),
            file_name,
        )
    rows = LossTableRow.objects.filter(station=station).in_force(first)
    return {(one.series, one.capacity_va, one.up_to_wh): one for one in rows}


def _losses(row: LossTableRow) -> tuple[int, int]:
    return row.active_wh, row.reactive_varh


def _store(
    batch: ImportBatch,
    station: Station,
    first: date,
    rows: Sequence[Bracket],
    ended: Sequence[LossTableRow],
) -> None:
    """End what no longer holds and write what holds from the day on; a bracket of the same day is made anew."""
    replaced = [one for one in ended if one.valid_from == first]
    corrected = {(one.series, one.capacity_va, one.up_to_wh): one for one in replaced}
    notes = []
    for one in ended:
        if one.valid_from < first:
            notes.append(note_change(batch, one, "valid_to", one.valid_to, first))
            one.valid_to = first
            one.save(update_fields=["valid_to"])
    made = []
    for row in rows:
        same_day = corrected.get(row.key)
        if same_day is None:
            facts = {"series": row.series, "capacity_va": row.capacity_va, "up_to_wh": row.up_to_wh}
            losses = {"active_wh": row.active_wh, "reactive_varh": row.reactive_varh}
            made.append(LossTableRow(station=station, valid_from=first, batch=batch, **facts, **losses))
            continue
        for name in ("active_wh", "reactive_varh"):
            notes.append(note_change(batch, same_day, name, getattr(same_day, name), getattr(row, name)))
            setattr(same_day, name, getattr(row, name))
        same_day.save(update_fields=["active_wh", "reactive_varh"])
    ImportChange.objects.bulk_create(notes)
    LossTableRow.objects.bulk_create(made, batch_size=MANY)
