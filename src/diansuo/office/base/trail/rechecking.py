"""Compares batches of money with the rows as they stand today: a row changed behind the trail's back shows here.

What it proves, and what not: a column is compared only while no later entry of the same table changes that column, and
a batch only where its keys are one known run and no later entry deletes from the table when rows are gone. The rest is
counted as not provable, never as sound.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from diansuo.office.base.trail import digests
from diansuo.office.base.trail.cursors import own_cursor
from diansuo.office.base.trail.rules import rules

EVERYTHING = "*"
# Instants and JSON come back from a database in another form than they were given in.
NOT_COMPARED = (models.DateTimeField, models.JSONField, models.BinaryField)


@dataclass(slots=True)
class Outcome:
    """How many batches were compared, how many could not be, and which differ (entry, what)."""

    compared: int = 0
    not_provable: int = 0
    differing: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Batch:
    """An insert as its entry tells it."""

    sequence: int
    table: str
    count: int
    columns: dict[str, str]
    keys: tuple[int, int] | None


class Recheck:
    """Collects batches and later changes while the chain is followed, then compares."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.changed: dict[
            str, dict[str, int]
        ] = {}  # table -> column -> number of the last entry that changes it
        self.deleted: dict[str, int] = {}

    def note(self, facts: dict[str, Any]) -> None:
        """Take in one entry."""
        table, details = facts["table"], facts["details"]
        if table not in rules().checked_again:
            return
        if facts["what"] == "insert" and "columns" in details:
            keys = details.get("keys")
            self.batches.append(
                Batch(
                    facts["sequence"],
                    table,
                    facts["count"],
                    details["columns"],
                    (keys[0], keys[1]) if keys else None,
                )
            )
        elif facts["what"] == "delete":
            self.deleted[table] = facts["sequence"]
        elif facts["what"] == "update":
            for column in _changed(details):
                self.changed.setdefault(table, {})[column] = facts["sequence"]

    def run(self, connection: BaseDatabaseWrapper) -> Outcome:
        """Compare every batch with its table."""
        outcome = Outcome()
        for batch in self.batches:
            self._compare(connection, batch, outcome)
        return outcome

    def _compare(self, connection: BaseDatabaseWrapper, batch: Batch, outcome: Outcome) -> None:
        changed = self.changed.get(batch.table, {})
        columns = [
            name
            for name in _comparable(batch)
            if changed.get(name, 0) < batch.sequence and changed.get(EVERYTHING, 0) < batch.sequence
        ]
        if batch.keys is None or not columns:
            outcome.not_provable += 1
            return
        rows = _rows(connection, batch.table, columns, batch.keys)
        if len(rows) != batch.count:
            if self.deleted.get(batch.table, 0) > batch.sequence and len(rows) < batch.count:
                outcome.not_provable += 1
            else:
                outcome.differing.append((batch.sequence, f"{batch.table}: {len(rows)} / {batch.count}"))
            return
        outcome.compared += 1
        by_column = zip(columns, zip(*rows, strict=True), strict=True)
        wrong = [name for name, values in by_column if not digests.same(batch.columns[name], values)]
        if wrong:
            outcome.differing.append((batch.sequence, f"{batch.table}: {', '.join(wrong)}"))


def _changed(details: dict[str, Any]) -> list[str]:
    if "rows" in details:
        return [name for row in details["rows"] for name in row.get("after", ())]
    return details.get("changes") or [EVERYTHING]


def _comparable(batch: Batch) -> list[str]:
    fields = {
        each.column: each
        for model in apps.get_models(include_auto_created=True)
        if model._meta.db_table == batch.table
        for each in model._meta.concrete_fields
    }
    return [name for name in batch.columns if name in fields and not isinstance(fields[name], NOT_COMPARED)]


def _rows(
    connection: BaseDatabaseWrapper, table: str, columns: list[str], keys: tuple[int, int]
) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    with own_cursor(connection) as cursor:
        cursor.execute(f'SELECT {names} FROM "{table}" WHERE id BETWEEN %s AND %s ORDER BY id', list(keys))
        return list(cursor.fetchall())
