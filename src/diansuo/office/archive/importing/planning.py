"""An archive import from file to plan: every line judged, nothing written."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.utils.translation import gettext as _

from diansuo.office.archive.importing import agreement, matching, naming, places, points, references, standing
from diansuo.office.archive.importing.comparing import Comparison
from diansuo.office.archive.importing.edits import Edits
from diansuo.office.archive.importing.grid import GridComparison
from diansuo.office.archive.importing.intake import Intake
from diansuo.office.archive.importing.lines import Lines, read
from diansuo.office.archive.importing.meanings import translate
from diansuo.office.archive.importing.naming import Names
from diansuo.office.archive.importing.places import Place
from diansuo.office.archive.importing.references import Named, References, Shared
from diansuo.office.archive.importing.standing import Standing
from diansuo.office.archive.importing.starts import Starts
from diansuo.office.archive.importing.writing_lines import LINES_A_WRITE, write_lines
from diansuo.office.archive.importing.writing_points import write_points
from diansuo.office.archive.importing.writing_shared import write_shared
from diansuo.office.archive.terms import holding
from diansuo.office.base.imports.kinds import Plan, Source
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import Station

NAMED_IN_A_NOTE = 10


@dataclass(slots=True)
class Judged:
    """The outcome of every line that is not refused, and what differs in words."""

    outcome: dict[int, Outcome] = field(default_factory=dict)
    reasons: dict[int, list[str]] = field(default_factory=dict)


def plan(source: Source) -> Plan:
    """Read an archive list and say what importing it would do (the kind's ``plan``).

    Raises:
        SheetRefused: the file as a whole cannot be read.
    """
    lines = read(source)
    where, place_of = places.resolve(lines, source)
    translate(lines)
    agreement.check(lines, place_of)
    standings = _standings(lines, where, place_of)
    matches = matching.match(lines, where, place_of, standings)
    names = naming.name(lines, where, place_of)
    known = _references(where, standings)
    points.check_known(lines, names, known)
    starts = Starts(source.options)
    intake = Intake(
        lines, where, names, matches, known, starts, source.options.effective, own={}, shared=Edits(), todo=[]
    )
    judged = _judge(intake, standings, place_of, source.today)
    chunks = [intake.todo[at : at + LINES_A_WRITE] for at in range(0, len(intake.todo), LINES_A_WRITE)]
    writes = [
        partial(write_shared, intake),
        *(partial(write_lines, intake, chunk) for chunk in chunks),
        partial(write_points, intake),
    ]
    station = where[0].station_id if len(where) == 1 else None
    return Plan(
        verdicts=_verdicts(lines, judged),
        writes=writes if intake.todo else [],
        station=Station.objects.get(pk=station) if station else None,
        notes=[*lines.notes, *_notes(intake, judged)],
    )


def _standings(lines: Lines, where: list[Place], place_of: list[int]) -> list[Standing]:
    """Return what stands, one entry a place; places of one company share theirs."""
    by_company: dict[int | None, Standing] = {}
    for company in {place.company_id for place in where}:
        mine = [i for i in lines.accepted() if where[place_of[i]].company_id == company]
        customers, meters, own, above = (
            {lines[name][i] for i in mine} - {None}
            for name in ("customer_number", "meter_number", "point_number", "point_behind")
        )
        by_company[company] = standing.load(company, customers, meters, own | above)
    return [by_company[place.company_id] for place in where]


def _references(where: list[Place], standings: list[Standing]) -> References:
    known = references.load(where)
    for place, stands in zip(where, standings, strict=True):
        for area in stands.areas.values():
            known.add(Named(Shared.AREA, (place.company, area.number)), area.id)
        for number, point in stands.point_numbers.items():
            known.add(Named(Shared.POINT, (place.company, number)), point)
    return known


def _judge(intake: Intake, standings: list[Standing], place_of: list[int], today: date) -> Judged:
    """Compare every line with what stands; fills the intake's own and shared edits and its lines to write."""
    lines, names, matches = intake.lines, intake.names, intake.matches
    known, starts, effective = intake.references, intake.starts, intake.effective
    comparison = Comparison(lines, names, matches, known, starts, effective, standings, place_of)
    grid = GridComparison(lines, names, matches.area, known, starts, effective)
    judged = Judged()
    for i in list(lines.accepted()):
        own, reasons = comparison.compare(i)
        shared, more = grid.compare(i)
        _refuse_same_name(lines, i, names, known)
        for why in holding.slips(own, today) if own else ():
            lines.refuse(i, "multiplier", why, _("核对现场和原始单据，改好这一行再导入"))
        if lines.refused[i]:
            continue
        if own:
            intake.own[i] = own
        intake.shared.join(shared)
        if matches.point[i] is None:
            judged.outcome[i] = Outcome.NEW
        else:
            judged.outcome[i] = Outcome.CHANGED if own or shared else Outcome.UNCHANGED
        if judged.outcome[i] is not Outcome.UNCHANGED:
            intake.todo.append(i)
            judged.reasons[i] = [*reasons, *more]
    return judged


def _refuse_same_name(lines: Lines, i: int, names: Names, known: References) -> None:
    if not known.same_name:
        return
    for column in ("reader", "manager"):
        if getattr(names, column)[i] in known.same_name:
            lines.refuse(
                i, column, _("本所有几名同名人员"), _("在人员档案中给姓名加以区别，如“王五（二班）”")
            )


def _verdicts(lines: Lines, judged: Judged) -> Verdicts:
    verdicts = Verdicts()
    subject = {
        (sheet, row): customer or area or ""
        for sheet, row, customer, area in zip(
            lines.sheet, lines.row, lines["customer_number"], lines["area_number"], strict=True
        )
    }
    for problem in lines.problems:
        verdicts.add(
            problem.sheet, problem.row, Outcome.REFUSED, subject[problem.sheet, problem.row], column=problem.column,
            value=problem.value, reason=problem.reason, remedy=problem.remedy,
        )  # fmt: skip
    for i, outcome in judged.outcome.items():
        reason = "；".join(judged.reasons.get(i, ()))
        verdicts.add(
            lines.sheet[i], lines.row[i], outcome, subject[lines.sheet[i], lines.row[i]], reason=reason
        )
    return verdicts


def _notes(intake: Intake, judged: Judged) -> list[str]:
    notes = []
    if any(outcome is Outcome.NEW for outcome in judged.outcome.values()):
        notes.append(intake.starts.note())
    lines = intake.lines
    opened = [i for i in intake.todo if lines["opening_energy_wh"][i] is not None]
    if opened:
        years = sorted({intake.starts.year(lines["opening_year"][i]) or 0 for i in opened})
        notes.append(_("年初累计电量记入 %(years)s 年") % {"years": "、".join(map(str, years))})
    held = sum(bool(holding.parted(own)[1]) for own in intake.own.values())
    if held:
        notes.append(
            _("%(count)d 行改动现有的计费参数：导入后成为一张变更提议，另一人看过影响、复核后才生效")
            % {"count": held}
        )
    routes = len(holding.parted(intake.shared)[1].dated)
    if routes:
        notes.append(
            _("%(count)d 个抄表段改例日：导入后成为一张抄表段变更提议，另一人看过影响、复核后才生效")
            % {"count": routes}
        )
    missing = [*intake.missing(intake.names.station), *intake.missing(intake.names.reader)]
    missing += [name for name in intake.missing(intake.names.manager) if name not in missing]
    if missing:
        text = _("新建供电所和人员%(count)d个：%(names)s%(more)s（撤回批次后保留）")
        names = "、".join(name.key[-1] for name in missing[:NAMED_IN_A_NOTE])
        more = "…" if len(missing) > NAMED_IN_A_NOTE else ""
        notes.append(text % {"count": len(missing), "names": names, "more": more})
    return notes
