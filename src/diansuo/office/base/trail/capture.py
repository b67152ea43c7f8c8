"""What one statement does to its rows: read before, after, or told from what was given."""

from __future__ import annotations

from typing import Any, Final

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper

from diansuo.office.base.trail import drafts
from diansuo.office.base.trail.acts import Act
from diansuo.office.base.trail.cursors import own_cursor
from diansuo.office.base.trail.drafts import Draft, Row, RowsBefore
from diansuo.office.base.trail.replay import replayed
from diansuo.office.base.trail.rules import rules
from diansuo.office.base.trail.statements import Kind, Statement

DEFAULT_KEY: Final = "id"
_keys: dict[str, str] = {}


class Capture:
    """The reading around one statement, over cursors of its own that nothing else sees or counts."""

    def __init__(
        self,
        connection: BaseDatabaseWrapper,
        statement: Statement,
        sql: str,
        params: Any,
        many: bool,
        *,
        spelled_out: bool,
    ) -> None:
        self.connection, self.statement, self.sql = connection, statement, sql
        self.params = params if params is not None else ()
        self.many = many
        self.limit = rules().rows_spelled_out if spelled_out else 0
        self.before: RowsBefore | None = None

    def look_before(self) -> None:
        """Read the rows that are about to change, if they can be told and are few."""
        statement = self.statement
        if statement.kind == Kind.INSERT or statement.where is None or not self.limit:
            return
        sets = self.params if self.many else [self.params]
        if len(sets) > self.limit:
            return
        before = RowsBefore(key_of(statement.table))
        for params in sets:
            for row in self._rows(statement.where, list(params)[statement.where_from :]):
                before.rows[row[before.key]] = row
            if len(before.rows) > self.limit:
                return
        self.before = before

    def draft(self, cursor: Any, act: Act) -> Draft | None:
        """Return what the statement did, after it ran over ``cursor``; None where it changed nothing."""
        returned = replayed(self.connection, cursor) if self.statement.returning and not self.many else None
        count = len(returned) if returned is not None else cursor.rowcount
        if self.statement.kind == Kind.INSERT and self.statement.valued and self._all_went_in(count):
            made = self._inserted(returned, act)
            if made is not None:
                return made
        if self.before is not None:
            return drafts.changed_rows(self.statement, self.before, self._after(), act)
        if count == 0:
            return None
        return drafts.statement_batch(self.statement, self.sql, self.params, count, act)

    def _all_went_in(self, count: int) -> bool:
        """Tell whether every row given is there: an insert that passes over conflicts may have left some out."""
        return not self.statement.passing_over or count == len(self._given())

    def _after(self) -> dict[Any, Row]:
        if self.statement.kind == Kind.DELETE or not self.before or not self.before.rows:
            return {}
        key, ids = self.before.key, list(self.before.rows)
        marks = ", ".join(["%s"] * len(ids))
        found = {row[key]: row for row in self._rows(f'"{key}" IN ({marks})', ids)}
        for gone in self.before.rows.keys() - found.keys():  # the key itself was changed
            found[gone] = {}
        return found

    def _rows(self, where: str, params: list[Any]) -> list[Row]:
        # On PostgreSQL the rows are held, so that nobody changes them between this look and the statement.
        held = " FOR UPDATE" if self.connection.vendor == "postgresql" else ""
        with own_cursor(self.connection) as cursor:
            cursor.execute(
                f'SELECT * FROM "{self.statement.table}" WHERE {where} LIMIT {self.limit + 1}{held}', params
            )
            names = [column[0] for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _inserted(self, returned: list[Any] | None, act: Act) -> Draft | None:
        statement = self.statement
        columns = statement.columns
        given = self._given()
        if not columns or not given:
            return None
        keys = _returned_keys(statement, returned)
        if not keys and len(given) == 1 and self.connection.vendor == "sqlite" and not self.many:
            keys = [self._last_key()]
        if len(given) <= rules().rows_spelled_out:
            return drafts.new_rows(statement.table, columns, given, keys, act)
        by_column = dict(zip(columns, zip(*given, strict=True), strict=True))
        run = (
            (min(keys), max(keys)) if keys and max(keys) - min(keys) + 1 == len(given) == len(keys) else None
        )
        return drafts.new_batch(statement.table, by_column, len(given), run, act)

    def _given(self) -> list[Any]:
        """Return the rows an insert was given; nothing where they cannot be told from its parameters."""
        width = len(self.statement.columns)
        if not width:
            return []
        if self.statement.unnested:
            return list(zip(*self.params, strict=True)) if len(self.params) == width else []
        flat = [value for row in self.params for value in row] if self.many else list(self.params)
        if not flat or len(flat) % width:
            return []
        return [flat[start : start + width] for start in range(0, len(flat), width)]

    def _last_key(self) -> Any:
        with own_cursor(self.connection) as cursor:
            cursor.execute("SELECT last_insert_rowid()")
            return cursor.fetchone()[0]


def _returned_keys(statement: Statement, returned: list[Any] | None) -> list[Any]:
    if not returned:
        return []
    names = [name.strip().rpartition(".")[2].strip('" ') for name in statement.returning.split(",")]
    key = key_of(statement.table)
    return [row[names.index(key)] for row in returned] if key in names else []


def key_of(table: str) -> str:
    """Return the name of a table's key."""
    if not _keys:
        for model in apps.get_models(include_auto_created=True):
            _keys[model._meta.db_table] = model._meta.pk.column
    return _keys.get(table, DEFAULT_KEY)
