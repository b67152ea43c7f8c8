"""How a file of lines is planned: list by list, each in the place of the one that stands, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from diansuo.office.archive.line_models import LineList
from diansuo.office.base.imports.kinds import Plan, Source
from diansuo.office.base.imports.rows import RowRefused, read_rows
from diansuo.office.base.imports.verdicts import Outcome, Verdicts
from diansuo.office.base.models import ImportBatch, Station
from diansuo.office.base.scope import Scope
from diansuo.office.base.sheets.columns import Column
from diansuo.office.base.sheets.read import Parsed, parse_columns, read_tables
from diansuo.office.network.lines import checking, storing
from diansuo.office.network.lines.rows import Owner, Row, Words, row_of
from diansuo.office.network.technical import rules as technical


@dataclass(frozen=True, slots=True)
class Sort:
    """What is particular to the lines of areas, or of feeders.

    Attributes:
        owner: ``area`` or ``feeder``, the column of `LineList`.
        columns: of the file; the one that names the owner is called so, what hangs at an end is
            ``hung``; ``owner_number`` names owners whose name is empty.
        words: what refusals say.
        owners: the owners of these names, of a scope and a station's name or "".
        known: what hangs, by name, of a scope on a day; a mapping the next three understand.
        ends: ids of what hangs at the end of each row.
        remark: what is odd about a row that is taken.
        left_out: notes on what ought to be on the lists and is not.
    """

    owner: str
    columns: tuple[Column, ...]
    words: Words
    owners: Callable[[Iterable[str], Scope, str], dict[str, list[Owner]]]
    known: Callable[[set[str], Scope, date], Mapping[str, Any]]
    ends: Callable[[Sequence[Row], Mapping[str, Any]], list[tuple[int, ...]]]
    remark: Callable[[Row, Mapping[str, Any]], str]
    left_out: Callable[[Sequence[Row], Mapping[str, Any], date], list[str]]


def plan(source: Source, sort: Sort) -> Plan:
    """Say what a list of lines would store, row by row; an owner with a refused row keeps the lines it has.

    Raises:
        SheetRefused: not such a list.
    """
    tables = read_tables(source.path, source.file_name, sort.columns, source.aliases)
    sheets = [parse_columns(table, sort.columns) for table in tables]
    for sheet in sheets:
        _by_number(sheet)
    verdicts = Verdicts()
    named = {name for sheet in sheets for name in sheet.values["owner"] if name}
    owners = sort.owners(named, source.scope, source.options.station)
    read = partial(row_of, owners=owners, known=technical.in_force(source.today).conductors, words=sort.words)
    rows = list(read_rows(sheets, verdicts, read, subjects=("owner",)))
    known = sort.known({one for row in rows for one in row.hung}, source.scope, source.today)
    lists: dict[int, list[Row]] = {}
    for row in rows:
        lists.setdefault(row.owner_id, []).append(row)
    doubtful = _doubtful(sheets, verdicts)
    spoilt = {one.pk for name in doubtful for one in owners.get(name, ())}
    writes: list[Callable[[ImportBatch], None]] = []
    for owner_id, lines in lists.items():
        wrong = checking.problems(lines, known, sort.words)
        if wrong or owner_id in spoilt or "" in doubtful:
            _refuse(lines, wrong, verdicts, sort.words)
        else:
            writes += _taken(lines, known, verdicts, sort)
    notes = [note for table in tables for note in table.notes]
    notes += [note for lines in lists.values() for note in sort.left_out(lines, known, source.today)]
    stations = {one.station_id for row in rows for one in owners[row.owner]}
    station = Station.objects.filter(pk__in=stations).first() if len(stations) == 1 else None
    return Plan(verdicts, writes, station, notes)


def _by_number(sheet: Parsed) -> None:
    """Name an owner by its number where its name is left empty and the list has a column of numbers."""
    numbers = sheet.values.get("owner_number")
    if numbers is not None:
        pairs = zip(sheet.values["owner"], numbers, strict=True)
        sheet.values["owner"] = [name or number for name, number in pairs]


def _taken(
    lines: list[Row], known: Mapping[str, Any], verdicts: Verdicts, sort: Sort
) -> list[Callable[[ImportBatch], None]]:
    """Give the rows of a sound list their verdicts; return what writes them."""
    ends = sort.ends(lines, known)
    standing = storing.standing(sort.owner, lines[0].owner_id)
    same = standing is not None and storing.facts(standing, sort.owner) == storing.facts_of(lines, ends)
    outcome = Outcome.UNCHANGED if same else Outcome.NEW if standing is None else Outcome.CHANGED
    for row in lines:
        verdicts.add(row.sheet, row.line, outcome, row.owner, reason=sort.remark(row, known))
    return [] if same else [partial(storing.store, owner=sort.owner, rows=lines, hung=ends)]


def blockers(batch: ImportBatch, said: Promise) -> list[str]:
    """Say which later lists replaced a batch's lines: they must be taken back first."""
    later = LineList.objects.filter(batch=batch, replaced_by__isnull=False)
    numbers = sorted(set(later.values_list("replaced_by", flat=True)))
    return [str(said) % {"batch": one} for one in numbers]


def _doubtful(sheets: Sequence[Parsed], verdicts: Verdicts) -> set[str]:
    """Return the owners of refused rows ("" where even the name cannot be read)."""
    unread = {sheet.values["owner"][at] or "" for sheet in sheets for at in sheet.refused}
    refused = zip(verdicts.outcome, verdicts.subject, strict=True)
    return unread | {subject for outcome, subject in refused if outcome == Outcome.REFUSED and subject}


def _refuse(lines: Sequence[Row], wrong: Mapping[int, RowRefused], verdicts: Verdicts, words: Words) -> None:
    """Refuse a list's rows: those that are wrong for what is wrong, the others with them."""
    for at, row in enumerate(lines):
        why = wrong.get(at) or RowRefused(words.owner, row.owner, str(words.whole), _("改正那些行后重新导入"))
        verdicts.add(
            row.sheet, row.line, Outcome.REFUSED, row.owner,
            column=why.column, value=why.value, reason=why.reason, remedy=why.remedy,
        )  # fmt: skip
