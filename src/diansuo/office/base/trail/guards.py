"""The database's own refusal to change the trail: triggers, put back after every migration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.apps import AppConfig
from django.db import connections

TABLE: Final = "base_trailentry"
FUNCTION: Final = "base_trailentry_refuse"
EVENTS: Final = {"sqlite": ("update", "delete"), "postgresql": ("change", "truncate")}


def guard_names(vendor: str) -> list[str]:
    """Return the names of the triggers that must be there."""
    return [f"{TABLE}_no_{event}" for event in EVENTS[vendor]]


def install(app_config: AppConfig, using: str = "default", **_: Any) -> None:
    """Put the guards back; safe to run any number of times."""
    connection = connections[using]
    if TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in _sqlite() if connection.vendor == "sqlite" else _postgresql():
            cursor.execute(statement)


def missing(using: str = "default") -> list[str]:
    """Return the guards that are not in the database, or not switched on."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [TABLE])
        else:
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled IN ('O', 'A')",
                [TABLE],
            )
        there = {row[0] for row in cursor.fetchall()}
    return [name for name in guard_names(connection.vendor) if name not in there]


def _sqlite() -> Iterator[str]:
    for event, name in zip(EVENTS["sqlite"], guard_names("sqlite"), strict=True):
        yield f'DROP TRIGGER IF EXISTS "{name}"'
        yield f"""
            CREATE TRIGGER "{name}" BEFORE {event.upper()} ON "{TABLE}"
            BEGIN SELECT RAISE(ABORT, 'the trail is only ever added to'); END
        """


def _postgresql() -> Iterator[str]:
    change, truncate = guard_names("postgresql")
    yield f"""
        CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN
            RAISE EXCEPTION 'the trail is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """
    yield f'DROP TRIGGER IF EXISTS "{change}" ON "{TABLE}"'
    yield f'DROP TRIGGER IF EXISTS "{truncate}" ON "{TABLE}"'
    yield (
        f'CREATE TRIGGER "{change}" BEFORE UPDATE OR DELETE ON "{TABLE}" '
        f"FOR EACH ROW EXECUTE FUNCTION {FUNCTION}()"
    )
    yield (
        f'CREATE TRIGGER "{truncate}" BEFORE TRUNCATE ON "{TABLE}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION {FUNCTION}()"
    )
