"""How a file of lines is planned: list by list, each in the place of the one that stands, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

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

MOST_NAMED: Final = 20
"""Replaced lists named one by one in a preview."""


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
    replaced: list[str] = []
    left_out: list[str] = []
    for owner_id, lines in lists.items():
        wrong = checking.problems(lines, known, sort.words)
        if wrong or owner_id in spoilt or "" in doubtful:
            _refuse(lines, wrong, verdicts, sort.words)
            continue
        write, note = _taken(lines, known, verdicts, sort)
        writes += write
        replaced += note
        left_out += sort.left_out(lines, known, source.today)
    notes = [note for table in tables for note in table.notes] + _shortened(replaced) + left_out
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
) -> tuple[list[Callable[[ImportBatch], None]], list[str]]:
    """Give the rows of a sound list their verdicts; return what writes them, and what it replaces in words."""
    ends = sort.ends(lines, known)
    standing = storing.standing(sort.owner, lines[0].owner_id)
    coming = storing.facts_of(lines, ends)
    held = storing.facts(standing, sort.owner) if standing is not None else ()
    same = standing is not None and held == coming
    outcome = Outcome.UNCHANGED if same else Outcome.NEW if standing is None else Outcome.CHANGED
    for row in lines:
        verdicts.add(row.sheet, row.line, outcome, row.owner, reason=sort.remark(row, known))
    if same:
        return [], []
    note = [_replaced(lines[0].owner, held, coming)] if standing is not None else []
    return [partial(storing.store, owner=sort.owner, rows=lines, hung=ends)], note


def _replaced(owner: str, held: storing.Facts, coming: storing.Facts) -> str:
    """Say that the list that stands goes as a whole, and what of it the new one no longer has."""
    before, after = ({number: rest for number, *rest in facts} for facts in (held, coming))
    changed = sum(before[number] != after[number] for number in before.keys() & after.keys())
    return _(
        "%(owner)s：现有清单整体替换，%(before)s 段变为 %(after)s 段"
        "（去掉 %(dropped)s 段，新增 %(added)s 段，改动 %(changed)s 段）"
    ) % {
        "owner": owner, "before": len(before), "after": len(after), "dropped": len(before.keys() - after.keys()),
        "added": len(after.keys() - before.keys()), "changed": changed,
    }  # fmt: skip


def _shortened(notes: list[str]) -> list[str]:
    """Keep a preview of hundreds of replaced lists readable."""
    if len(notes) <= MOST_NAMED:
        return notes
    return [*notes[:MOST_NAMED], _("另有 %(count)s 份现有清单整体替换") % {"count": len(notes) - MOST_NAMED}]


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
