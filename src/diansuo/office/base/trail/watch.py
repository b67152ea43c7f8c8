"""Stands at the connection and sees every write: the lowest place there is, so that nothing of ours goes round it.

A draft is made for every statement that writes. What a transaction wrote is chained in that very transaction, just
before it commits; rolled back, it leaves nothing. A statement outside of any transaction gets one of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from diansuo.office.base.trail import acts, chain, drafts
from diansuo.office.base.trail.capture import Capture
from diansuo.office.base.trail.drafts import Draft
from diansuo.office.base.trail.rules import plain_list, rules
from diansuo.office.base.trail.statements import read

Execute = Callable[..., Any]


class Watch:
    """The watch of one connection: its pending drafts, and the hooks around commit and rollback."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.pending: list[Draft] = []
        self.marks: dict[str, int] = {}
        self.quiet = self.in_batches = False
        self._commit, self._rollback = connection.commit, connection.rollback
        self._savepoint, self._back = connection._savepoint, connection._savepoint_rollback

    def install(self) -> None:
        """Put the hooks in their places."""
        connection: Any = self.connection
        connection.execute_wrappers.append(self.execute)
        connection.commit, connection.rollback = self.commit, self.rollback
        connection._savepoint, connection._savepoint_rollback = self.savepoint, self.savepoint_rollback

    def execute(self, execute: Execute, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Run a statement; where it writes, note what (an execute wrapper of Django's)."""
        statement = None if self.quiet or not isinstance(sql, str) else read(sql)
        if statement is None or rules().leaves_out(statement.table):
            return execute(sql, params, many, context)
        if (
            statement.columns
            and statement.kind == "update"
            and rules().says_nothing(statement.table, statement.columns)
        ):
            return execute(sql, params, many, context)
        if not self.connection.in_atomic_block and self.connection.get_autocommit():
            with transaction.atomic(using=self.connection.alias):
                return self._watched(execute, sql, params, many, context)
        return self._watched(execute, sql, params, many, context)

    def _watched(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        statement = read(sql)
        assert statement is not None
        if many:
            params = list(params)
        capture = Capture(self.connection, statement, sql, params, many, spelled_out=not self.in_batches)
        capture.look_before()
        result = execute(sql, params, many, context)
        draft = capture.draft(context["cursor"], acts.current())
        if draft is not None:
            self.pending.append(draft)
        return result

    def commit(self) -> None:
        """Chain what the transaction wrote, then commit; where it cannot be chained, nothing is committed."""
        try:
            self.write_down()
        except BaseException:
            self._rollback()
            raise
        self._commit()

    def write_down(self) -> None:
        """Chain what is pending."""
        pending, self.pending = self.pending, []
        self.marks.clear()
        if pending:
            chain.append(self.connection, pending)

    def rollback(self) -> None:
        """Forget what the transaction wrote, and roll back."""
        self.pending.clear()
        self.marks.clear()
        self._rollback()

    def savepoint(self, sid: str) -> None:
        """Remember how much was pending at a savepoint."""
        self.marks[sid] = len(self.pending)
        self._savepoint(sid)

    def savepoint_rollback(self, sid: str) -> None:
        """Forget what was written since a savepoint."""
        del self.pending[self.marks.get(sid, 0) :]
        self._back(sid)


def connected(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Watch a connection (receiver of ``connection_created``); made again, it begins with nothing pending."""
    watch = getattr(connection, "trail", None)
    if watch is None:
        connection.trail = watch = Watch(connection)  # type: ignore[attr-defined]
        watch.install()
    watch.pending.clear()


def watch_of(using: str = "default") -> Watch:
    """Return the watch of a connection."""
    connection = connections[using]
    if not hasattr(connection, "trail"):
        connected(connection)
    return connection.trail  # type: ignore[attr-defined,no-any-return]


@contextmanager
def in_batches(using: str = "default") -> Iterator[None]:
    """Let statements of the block be one entry each, with digests: rows of bulk work are not read before and after."""
    watch = watch_of(using)
    before, watch.in_batches = watch.in_batches, True
    try:
        yield
    finally:
        watch.in_batches = before


@contextmanager
def inserting(table: str, columns: dict[str, Any], count: int, using: str = "default") -> Iterator[None]:
    """Note rows that the block inserts in bulk, whatever way it does it, as one batch."""
    watch = watch_of(using)
    if watch.quiet or rules().leaves_out(table):
        yield
        return
    with transaction.atomic(using=using, savepoint=False):
        watch.quiet = True
        try:
            yield
        finally:
            watch.quiet = False
        keys = chain.run_of_keys(watch.connection, table, columns, count)
        watch.pending.append(_inserted(table, columns, count, keys))


def _inserted(table: str, columns: dict[str, Any], count: int, keys: tuple[int, int] | None) -> Draft:
    act = acts.current()
    if count > rules().rows_spelled_out:
        return drafts.new_batch(table, columns, count, keys, act)
    rows = list(zip(*(plain_list(values) for values in columns.values()), strict=True))
    ids = list(range(keys[0], keys[1] + 1)) if keys else []
    return drafts.new_rows(table, list(columns), rows, ids, act)


def note(draft: Draft, using: str = "default") -> None:
    """Note something that is no write of a table (a look, an export) in a transaction."""
    with transaction.atomic(using=using, savepoint=False):
        watch_of(using).pending.append(draft)
