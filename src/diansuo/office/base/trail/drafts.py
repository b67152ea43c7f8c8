"""Entries before they are chained: what a statement, a batch or a look comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from diansuo.office.base.trail import digests
from diansuo.office.base.trail.acts import Act
from diansuo.office.base.trail.rules import row_shown
from diansuo.office.base.trail.statements import Statement

Row = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """One entry to be: ``what`` is insert, update, delete, look or export; ``details`` goes into the chain as it is."""

    what: str
    table: str
    count: int
    details: dict[str, Any]
    act: Act
    key: str = ""
    station_id: int | None = None


@dataclass(slots=True)
class RowsBefore:
    """The rows a statement is about to change, by key; ``whole`` tells whether these are all."""

    key: str
    rows: dict[Any, Row] = field(default_factory=dict)
    whole: bool = True


def changed_rows(
    statement: Statement, before: RowsBefore, after: Mapping[Any, Row], act: Act
) -> Draft | None:
    """Return the entry of rows read before and after; None where nothing is different or nothing of it is told."""
    said, station = [], None
    for key, row in before.rows.items():
        now = after.get(key, {})
        names = [name for name in row if row[name] != now.get(name)] if now else list(row)
        if not names:
            continue
        station = row.get("station_id", station)
        table = statement.table
        each: Row = {"key": key, "before": row_shown(table, names, [row[name] for name in names])}
        if now:
            each["after"] = row_shown(table, names, [now[name] for name in names])
        said.append((each, names))
    if not said:
        return None
    return Draft(
        str(statement.kind),
        statement.table,
        len(said),
        {"rows": [each for each, _names in said]},
        act,
        key=str(said[0][0]["key"]) if len(said) == 1 else "",
        station_id=station,
    )


def new_rows(
    table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], keys: Sequence[Any], act: Act
) -> Draft:
    """Return the entry of inserted rows, each spelled out."""
    said: list[Row] = []
    for number, row in enumerate(rows):
        each: Row = {"after": row_shown(table, columns, row)}
        if number < len(keys):
            each["key"] = keys[number]
        said.append(each)
    station = rows[0][columns.index("station_id")] if "station_id" in columns else None
    return Draft(
        "insert",
        table,
        len(rows),
        {"rows": said},
        act,
        key=str(keys[0]) if len(keys) == len(rows) == 1 else "",
        station_id=station,
    )


def new_batch(
    table: str, columns: Mapping[str, Any], count: int, keys: tuple[int, int] | None, act: Act
) -> Draft:
    """Return the one entry of many inserted rows: a digest a column, and their keys where these are one run."""
    details: dict[str, Any] = {"columns": digests.digests(table, dict(columns))}
    if keys:
        details["keys"] = list(keys)
    return Draft("insert", table, count, details, act)


def statement_batch(statement: Statement, sql: str, params: Any, count: int, act: Act) -> Draft:
    """Return the entry of a statement whose rows are not spelled out: its text, the digest of what it was given."""
    return Draft(
        str(statement.kind),
        statement.table,
        count,
        {
            "changes": list(statement.columns),
            "statement": " ".join(sql.split())[:600],
            "given": digests.digest_of(params),
        },
        act,
    )
