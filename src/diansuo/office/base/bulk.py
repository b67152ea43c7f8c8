"""Columns into tables and back over Django's own connection, so that bulk work joins the caller's transaction."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from django.db import connection, models

from diansuo.office.base.trail import watch

Column = npt.NDArray[Any] | Sequence[Any]
ROWS_WORTH_A_LOOK = 200

_unseen: dict[str, int] = {}
"""Rows this process has copied into each table since PostgreSQL last looked at it."""

PARAMETERS_A_STATEMENT: Final = 4000
"""Many rows a statement: one by one, SQLite spends half of its time on beginning and ending statements."""


def reserve_ids(model: type[models.Model], count: int) -> npt.NDArray[np.int64]:
    """Reserve ``count`` primary keys inside the caller's transaction and return them, ascending.

    Rows that point at each other can then be written in bulk without reading anything back.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
            last = int(cursor.fetchone()[0])
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + count, table])
            if cursor.rowcount == 0:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, count])
            return np.arange(last + 1, last + count + 1, dtype=np.int64)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
        )
        return np.sort(np.fromiter((row[0] for row in cursor.fetchall()), dtype=np.int64, count=count))


def insert_columns(model: type[models.Model], columns: Mapping[str, Column]) -> int:
    """Insert rows given as columns (field name -> values, all of one length); return how many.

    Values go to the driver as they are: int64 arrays, text, dates as ``date`` or ISO text, ``None`` for empty.
    """
    names = [model._meta.get_field(field).column for field in columns]
    values = [_as_list(column) for column in columns.values()]
    count = len(values[0]) if values else 0
    if any(len(column) != count for column in values):
        raise ValueError(f"{model.__name__}: columns of unequal length")
    if not count:
        return 0
    quoted = ", ".join(f'"{name}"' for name in names)
    into = f'"{model._meta.db_table}" ({quoted})'
    given = dict(zip(names, columns.values(), strict=True))
    with _without_collector(), watch.inserting(model._meta.db_table, given, count):
        if connection.vendor == "sqlite":
            _insert(into, values)
        else:
            _copy(model._meta.db_table, into, values)
    return count


def _insert(into: str, values: Sequence[Sequence[Any]]) -> None:
    count, width = len(values[0]), len(values)
    rows_at_once = max(PARAMETERS_A_STATEMENT // width, 1)
    row = f"({', '.join(['%s'] * width)})"
    last = count - count % rows_at_once
    with connection.cursor() as cursor:
        if last:
            marks = ", ".join([row] * rows_at_once)
            parts = (
                tuple(chain.from_iterable(_rows(values, start, start + rows_at_once)))
                for start in range(0, last, rows_at_once)
            )
            cursor.executemany(f"INSERT INTO {into} VALUES {marks}", parts)
        if last < count:
            cursor.executemany(f"INSERT INTO {into} VALUES {row}", _rows(values, last, count))


def _rows(values: Sequence[Sequence[Any]], start: int, end: int) -> Iterator[tuple[Any, ...]]:
    return zip(*(column[start:end] for column in values), strict=True)


def _copy(table: str, into: str, values: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in zip(*values, strict=True):
                copy.write_row(row)
        _know_size(cursor, table, len(values[0]))


def _know_size(cursor: Any, table: str, rows: int) -> None:
    """Let PostgreSQL look at a table that has just outgrown what it knows of it.

    A plan made for a few rows joins thousands row by row: a month of 600 customers took minutes. It looks again as
    often as the table doubles: planned for the first 10,000 bills, the issue of a million took a minute a chunk.
    """
    unseen = _unseen[table] = _unseen.get(table, 0) + rows
    if unseen < ROWS_WORTH_A_LOOK:
        return
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [f'"{table}"'])
    if cursor.fetchone()[0] < unseen:
        cursor.execute(f'ANALYZE "{table}"')
        _unseen[table] = 0


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python from looking for cycles among rows that cannot have any: a tenth of the month's time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def fetch_columns(sql: str, params: Sequence[Any], **kinds: str) -> dict[str, npt.NDArray[Any]]:
    """Run a query and return its columns as arrays, in order, one for each keyword.

    Kinds: ``int`` (empty becomes 0), ``bool``, ``day`` (dates as int64 days since 1970-01-01; empty becomes
    the smallest int64) and ``text`` (object array).
    """
    with _without_collector():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        columns: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [[] for _ in kinds]
        return {
            name: _as_array(kind, values) for (name, kind), values in zip(kinds.items(), columns, strict=True)
        }


def _as_array(kind: str, values: Sequence[Any]) -> npt.NDArray[Any]:
    if kind == "int":
        try:
            return np.array(values, dtype=np.int64)
        except TypeError:
            return np.array([0 if value is None else value for value in values], dtype=np.int64)
    if kind == "bool":
        return np.array([bool(value) for value in values], dtype=np.bool_)
    if kind == "day":
        return np.array(values, dtype="datetime64[D]").astype(np.int64)
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def day_number(expression: str) -> str:
    """Return SQL for a date as days since 1970-01-01: at 100,000 rows, dates through Python cost half the query."""
    if connection.vendor == "sqlite":
        return f"CAST(julianday({expression}) - 2440587.5 AS INTEGER)"
    return f"({expression} - DATE '1970-01-01')"


def unindexed(column: str) -> str:
    """Return SQL for a column that SQLite finds by no index, where it would choose the wrong one.

    PostgreSQL, which counts rows by what it knows of the column, gets it as it is.
    """
    return f"+{column}" if connection.vendor == "sqlite" else column


def instant(at: datetime | None) -> Any:
    """Return an instant as both databases take it in a statement of one's own."""
    return connection.ops.adapt_datetimefield_value(at)


def iso_days(days: npt.NDArray[np.int64]) -> list[str]:
    """Turn days since 1970-01-01 into ISO dates, as both databases take them."""
    return np.datetime_as_string(days.astype("datetime64[D]")).tolist()


def _as_list(column: Column) -> Sequence[Any]:
    return column.tolist() if isinstance(column, np.ndarray) else column
