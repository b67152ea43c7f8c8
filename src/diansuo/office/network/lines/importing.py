"""The import kind ``lines``: the low-voltage lines of areas; a list replaces an area's lines whole, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.core.network.conductor_names import canonical
from diansuo.office.archive.line_models import LineList, LinePoint, LineSegment
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.base.sheets.read import Parsed, parse_columns, read_tables
from diansuo.office.network.lines import checking, knowing, storing
from diansuo.office.network.lines.columns import AREA, COLUMNS, CONDUCTOR, LENGTH, NUMBER
from diansuo.office.network.technical import rules as technical

LONGEST_M: Final = 5_000
LONGEST_NUMBER: Final = 40
_BETWEEN: Final = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True, slots=True)
class Row:
    """A readable row of a list."""

    sheet: str
    line: int
    area: str
    area_id: int
    number: str
    upper: str
    phase: str
    conductor: str
    length_cm: int
    customers: tuple[str, ...]


def plan(source: Source) -> Plan:
    """Say what a list of lines would store, row by row; an area with a refused row keeps the lines it has.

    Raises:
        SheetRefused: not such a list.
    """
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    verdicts = Verdicts()
    areas = knowing.areas(sheets, source.scope, source.options.station)
    known = technical.in_force(source.today).conductors
    rows = list(read_rows(sheets, verdicts, partial(_row, areas=areas, known=known), subjects=("area",)))
    customers = knowing.customers({one for row in rows for one in row.customers}, source.scope, source.today)
    of_area: dict[str, list[Row]] = {}
    for row in rows:
        of_area.setdefault(row.area, []).append(row)
    doubtful = _doubtful(sheets, verdicts)
    writes: list[Callable[[ImportBatch], None]] = []
    for number, lines in of_area.items():
        wrong = checking.problems(lines, customers)
        if wrong or number in doubtful or "" in doubtful:
            _refuse(lines, wrong, verdicts)
            continue
        points = knowing.points(lines, customers)
        standing = storing.standing(lines[0].area_id)
        same = standing is not None and storing.facts(standing) == storing.facts_of(lines, points)
        outcome = Outcome.UNCHANGED if same else Outcome.NEW if standing is None else Outcome.CHANGED
        for row in lines:
            verdicts.add(row.sheet, row.line, outcome, number, reason=checking.remark(row, customers))
        if not same:
            writes.append(partial(storing.store, rows=lines, points=points))
    notes = [note for table in tables for note in table.notes]
    notes += knowing.left_out(of_area.values(), customers, source.today)
    stations = {areas[number][0].station_id for number in of_area}
    station = Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
    return Plan(verdicts, writes, station, notes)


def blockers(batch: ImportBatch) -> list[str]:
    """Say which later lists replaced a batch's lines: they must be taken back first."""
    later = LineList.objects.filter(batch=batch, replaced_by__isnull=False)
    numbers = sorted(set(later.values_list("replaced_by", flat=True)))
    return [_("之后又导入了这些台区的线路（批次 %(batch)s），请先撤回它") % {"batch": one} for one in numbers]


LINES = Kind(
    name="lines",
    title=gettext_lazy("台区线路"),
    columns=COLUMNS,
    plan=plan,
    made=(LinePoint, LineSegment, LineList),
    blockers=blockers,
    option_names=("station",),
)


def _row(
    sheet: str,
    line: int,
    cells: dict[str, Any],
    *,
    areas: Mapping[str, list[knowing.Area]],
    known: Mapping[str, complex],
) -> Row:
    found = areas.get(cells["area"], [])
    if not found:
        raise RowRefused(AREA, cells["area"], _("档案中没有该台区"), _("先导入用户档案，或核对台区编号"))
    if len(found) > 1:
        raise RowRefused(AREA, cells["area"], _("几个供电公司都有这个编号"), _("由该公司人员导入"))
    conductor = canonical(cells["conductor"], known)
    if conductor is None:
        raise RowRefused(
            CONDUCTOR, cells["conductor"], _("导线参数表里没有这种导线"),
            _("写成 JKLYJ-70、YJLV-4×70 这样的型号；新型号在规则库 national/network/conductors 中补充"),
        )  # fmt: skip
    if len(cells["number"]) > LONGEST_NUMBER:
        raise RowRefused(NUMBER, cells["number"], _("线段编号太长"), _("写短一些"))
    return Row(
        sheet, line, cells["area"], found[0].pk, cells["number"], cells["upper"] or "", cells["phase"] or "ABC",
        conductor, _centimetres(cells["length"]),
        tuple(dict.fromkeys(one for one in _BETWEEN.split(cells["customers"] or "") if one)),
    )  # fmt: skip


def _centimetres(metres: Decimal) -> int:
    moved = metres.scaleb(2)
    if not 0 <= metres <= LONGEST_M:
        raise RowRefused(
            LENGTH, metres, _("线段长度应在 0 到 %(most)d 米之间") % {"most": LONGEST_M}, _("以米填写")
        )
    if moved != moved.to_integral_value():
        raise RowRefused(LENGTH, metres, _("应为至多%(places)d位小数的数") % {"places": 2}, _("以米填写"))
    return int(moved)


def _doubtful(sheets: Sequence[Parsed], verdicts: Verdicts) -> set[str]:
    """Return the areas of refused rows ("" where even the number cannot be read)."""
    unread = {sheet.values["area"][at] or "" for sheet in sheets for at in sheet.refused}
    refused = zip(verdicts.outcome, verdicts.subject, strict=True)
    return unread | {subject for outcome, subject in refused if outcome == Outcome.REFUSED and subject}


def _refuse(lines: Sequence[Row], wrong: Mapping[int, RowRefused], verdicts: Verdicts) -> None:
    """Refuse an area's rows: those that are wrong for what is wrong, the others with them."""
    for at, row in enumerate(lines):
        why = wrong.get(at) or RowRefused(
            AREA, row.area, _("本台区另有不能导入的行，整个台区不导入"), _("改正那些行后重新导入")
        )
        verdicts.add(
            row.sheet, row.line, Outcome.REFUSED, row.area,
            column=why.column, value=why.value, reason=why.reason, remedy=why.remedy,
        )  # fmt: skip
