"""Rows that a statement returned, read once for the trail and handed out again to whoever ran it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper


class Replay:
    """Stands in for a driver's cursor whose rows have been read: gives them out again, and passes on all else.

    The rows are read at once, so that a statement outside of a transaction has ended when its own one commits.
    """

    def __init__(self, cursor: Any, rows: list[Any]) -> None:
        self._cursor = cursor
        self._rows: list[Any] | None = rows
        self._next = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)

    def __iter__(self) -> Iterator[Any]:
        while (row := self.fetchone()) is not None:
            yield row

    @property
    def rowcount(self) -> int:
        """How many rows the last statement touched."""
        return self._cursor.rowcount if self._rows is None else len(self._rows)

    def execute(self, *given: Any) -> Any:
        """Run another statement over the same cursor: the rows of the last one are gone."""
        self._rows = None
        return self._cursor.execute(*given)

    def executemany(self, *given: Any) -> Any:
        """Run another statement many times over the same cursor: the rows of the last one are gone."""
        self._rows = None
        return self._cursor.executemany(*given)

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        if self._rows is None:
            return self._cursor.fetchone()
        found = self.fetchmany(1)
        return found[0] if found else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        """Return the next rows."""
        if self._rows is None:
            return list(self._cursor.fetchmany(size))
        found = self._rows[self._next : self._next + size]
        self._next += len(found)
        return found

    def fetchall(self) -> list[Any]:
        """Return all rows that are left."""
        return list(self._cursor.fetchall()) if self._rows is None else self.fetchmany(len(self._rows))


def replayed(connection: BaseDatabaseWrapper, wrapper: Any) -> list[Any]:
    """Read the rows a statement returned, and leave them to be read again over the same wrapper of Django's."""
    with connection.wrap_database_errors:
        rows = list(wrapper.cursor.fetchall())
    inner = wrapper.cursor._cursor if isinstance(wrapper.cursor, Replay) else wrapper.cursor
    wrapper.cursor = Replay(inner, rows)
    return rows
