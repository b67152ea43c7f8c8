"""Hands that change a trail behind the program's back."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from diansuo.office.base.trail import guards


def lift_guards(connection: Any) -> None:
    """Take the triggers away, as somebody with the database's password could."""
    if guards.TABLE not in connection.introspection.table_names():
        return
    on = "" if connection.vendor == "sqlite" else f' ON "{guards.TABLE}"'
    for name in guards.guard_names(connection.vendor):
        raw(connection, f'DROP TRIGGER IF EXISTS "{name}"{on}')


def raw(connection: Any, sql: str, params: Any = ()) -> None:
    """Run a statement past the watch."""
    with closing(connection.create_cursor()) as cursor:
        cursor.execute(sql, params)
