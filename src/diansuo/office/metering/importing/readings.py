"""The import kind ``readings``: a monthly reading list, judged row by row against the archive and what is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from diansuo.office.archive.models import MeteringPoint
from diansuo.office.base.imports.kinds import Kind, Plan, Source
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, ImportChange, Station
from diansuo.office.base.sheets.problems import SheetRefused
from diansuo.office.base.sheets.read import Parsed, Table, parse_columns, read_tables
from diansuo.office.metering import issued
from diansuo.office.metering.importing import holding
from diansuo.office.metering.importing.changing import release
from diansuo.office.metering.importing.findings import note_findings
from diansuo.office.metering.importing.judging import Judged, judge
from diansuo.office.metering.importing.months import ListMonth, list_month
from diansuo.office.metering.importing.places import Place, known_customers, places_of
from diansuo.office.metering.importing.rows import ListRow, RowRefused, place_row
from diansuo.office.metering.importing.sheet import COLUMNS
from diansuo.office.metering.importing.stored import Stored
from diansuo.office.metering.importing.writing import writes
from diansuo.office.metering.models import REGISTER_NAMES, MissedReading, RegisterReading
from diansuo.office.metering.routes import calendar

APPLIED = (ImportBatch.State.APPLIED, ImportBatch.State.APPLYING)


def plan(source: Source) -> Plan:
    """Say what a reading list would store, row by row.

    Raises:
        SheetRefused: not a reading list, without 本次示数, or for no month one can tell.
    """
    tables = read_tables(source.path, source.file_name, COLUMNS, source.aliases)
    _require_registers(tables, source.file_name)
    month = list_month(source.options.period, tables, source.file_name)
    verdicts = Verdicts()
    sheets = [parse_columns(table, COLUMNS) for table in tables]
    rows = _place_all(sheets, month, source, verdicts)
    judged = judge(rows, Stored(rows))
    said = note_findings(judged)
    names = {register: str(name) for register, name in REGISTER_NAMES.items()}
    for each in judged:
        _add(verdicts, each, names)
    openings = sum(each.opening_date is not None for each in judged)
    notes = [month.note, *(note for table in tables for note in table.notes)]
    if openings:
        notes.append(
            _("%(count)d 个示数系统中没有更早的，按清单上次示数建了底数（来源已标明）") % {"count": openings}
        )
    waiting = sum(holding.waits(each) for each in judged)
    if waiting:
        notes.append(
            _("%(count)d 个已抄示数将被改动：导入时提交为一张提议，另一人看过影响复核后生效；其余照常导入")
            % {"count": waiting}
        )
    return Plan(verdicts, writes(judged), _station(rows), [*notes, *said])


def blockers(batch: ImportBatch) -> list[str]:
    """Say which issued bills and which later imports stand on the readings of a batch."""
    found = []
    for point, period in issued.standing_on(batch):
        customer = MeteringPoint.objects.values_list("contract__customer__number", flat=True).get(pk=point)
        found.append(
            _("用户 %(customer)s %(period)s 的电费已据此发行，只能退补")
            % {"customer": customer, "period": period}
        )
    made = RegisterReading.objects.filter(batch=batch).values("id")
    changed = ImportChange.objects.filter(batch=batch, model=RegisterReading._meta.label)
    later = ImportChange.objects.filter(
        model=RegisterReading._meta.label, batch__state__in=APPLIED, batch__gt=batch.pk
    )
    for other in sorted(
        set(later.filter(row__in=made).values_list("batch", flat=True))
        | set(later.filter(row__in=changed.values("row")).values_list("batch", flat=True))
    ):
        found.append(_("之后的导入批次 %(batch)s 改过这些示数，请先撤回它") % {"batch": other})
    # A list that goes over an entry takes it over, so what is an entry now was entered after the list.
    entered = RegisterReading.objects.filter(
        pk__in=changed.values("row"), source=RegisterReading.Source.ENTRY
    ).count()
    if entered:
        found.append(_("其中 %(count)d 个示数之后又经人工录入更正") % {"count": entered})
    return found


READINGS = Kind(
    name="readings",
    title=gettext_lazy("抄表数据"),
    columns=COLUMNS,
    plan=plan,
    made=(MissedReading, RegisterReading),
    blockers=blockers,
    before_withdrawal=release,
    option_names=("period",),
)


def _require_registers(tables: Sequence[Table], file_name: str) -> None:
    for table in tables:
        if "current" not in table.fields:
            raise SheetRefused(
                _("缺少列：本次示数"),
                _("补上该列；列名不同的，在“列名别名”中登记"),
                f"{file_name} {table.sheet}",
            )


def _place_all(
    sheets: Sequence[Parsed], month: ListMonth, source: Source, verdicts: Verdicts
) -> list[ListRow]:
    """Place every readable row; what cannot be read or placed gets its refusal here."""
    numbers = {number for sheet in sheets for number in sheet.values["customer"] if number}
    places = places_of(numbers, source.scope)
    meterless = known_customers(numbers - set(places), source.scope)
    days = calendar.of_routes({one.route_id for some in places.values() for one in some if one.route_id})
    rows = []
    for sheet in sheets:
        for problem in sheet.problems:
            verdicts.add(
                problem.sheet, problem.row, Outcome.REFUSED, "",
                column=problem.column, value=problem.value, reason=problem.reason, remedy=problem.remedy,
            )  # fmt: skip
        for at in range(len(sheet)):
            if at in sheet.refused:
                continue
            number = sheet.values["customer"][at]
            try:
                candidates = places.get(number) or _nowhere(number, meterless)
                rows.append(place_row(sheet, at, month, candidates, days, source.today))
            except RowRefused as refusal:
                verdicts.add(
                    sheet.sheet, sheet.row_numbers[at], Outcome.REFUSED, number,
                    column=refusal.column, value=refusal.value, reason=refusal.reason, remedy=refusal.remedy,
                )  # fmt: skip
    return rows


def _nowhere(number: str, meterless: set[str]) -> list[Place]:
    if number in meterless:
        raise RowRefused("customer", number, _("该用户档案中没有装表"), _("在档案中补上电能表"))
    raise RowRefused("customer", number, _("档案中没有该用户"), _("先导入用户档案，或核对用户编号"))


def _add(verdicts: Verdicts, judged: Judged, names: Mapping[int, str]) -> None:
    row = judged.row
    verdicts.add(
        row.sheet, row.number, judged.outcome, f"{row.customer} {names[row.register]}",
        column=judged.column, value=judged.value, reason=judged.reason, remedy=judged.remedy,
    )  # fmt: skip


def _station(rows: Sequence[ListRow]) -> Station | None:
    stations = {row.place.station_id for row in rows}
    return Station.objects.get(pk=stations.pop()) if len(stations) == 1 else None
