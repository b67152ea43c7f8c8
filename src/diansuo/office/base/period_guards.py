"""The database's own refusal of overlapping periods: triggers on SQLite, exclusion constraints on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections

from diansuo.office.base.periods import PeriodModel


def guarded_models() -> list[type[PeriodModel]]:
    """Return every concrete period model."""
    return [model for model in apps.get_models() if issubclass(model, PeriodModel)]


def guard_names(model: type[PeriodModel]) -> list[str]:
    """Return the names of the guards this model must have in the database, one a key (health tests list them)."""
    return [f"{model._meta.db_table}_no_overlap_{number}" for number, _ in enumerate(model.period_keys)]


def install(app_config: AppConfig, using: str = "default", **_: Any) -> None:
    """Put back the guards of one app's period models; safe to run any number of times."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in guarded_models():
            if model._meta.app_label == app_config.label and model._meta.db_table in existing:
                for statement in _statements(model, connection.vendor):
                    cursor.execute(statement)


def _statements(model: type[PeriodModel], vendor: str) -> Iterator[str]:
    table = model._meta.db_table
    for name, key in zip(guard_names(model), model.period_keys, strict=True):
        columns = [model._meta.get_field(field).column for field in key]
        if vendor == "sqlite":
            yield from _sqlite_triggers(table, name, columns)
        else:
            yield from _exclusion_constraint(table, name, columns)


def _sqlite_triggers(table: str, name: str, columns: list[str]) -> Iterator[str]:
    same_key = " AND ".join(f'"{column}" = NEW."{column}"' for column in columns)
    for event in ("INSERT", "UPDATE"):
        trigger = f"{name}_{event.lower()}"
        yield f'DROP TRIGGER IF EXISTS "{trigger}"'
        yield f"""
            CREATE TRIGGER "{trigger}" BEFORE {event} ON "{table}"
            WHEN EXISTS (
                SELECT 1 FROM "{table}" WHERE {same_key} AND id IS NOT NEW.id
                AND valid_from < COALESCE(NEW.valid_to, '9999-12-31')
                AND COALESCE(valid_to, '9999-12-31') > NEW.valid_from
            )
            BEGIN SELECT RAISE(ABORT, 'overlapping period in {table}'); END
        """


def _exclusion_constraint(table: str, name: str, columns: list[str]) -> Iterator[str]:
    equal = ", ".join(f'"{column}" WITH =' for column in columns)
    yield "CREATE EXTENSION IF NOT EXISTS btree_gist"
    yield f'ALTER TABLE "{table}" DROP CONSTRAINT IF EXISTS "{name}"'
    yield (
        f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" EXCLUDE USING gist '
        f"({equal}, daterange(valid_from, valid_to) WITH &&) DEFERRABLE INITIALLY IMMEDIATE"
    )
