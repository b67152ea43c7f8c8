"""Two facts cannot hold at once: the database itself refuses overlapping periods, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from diansuo.office.base import period_guards
from diansuo.office.base.periods import PeriodModel
from tests.health.source import report

GUARDED = pytest.mark.parametrize("label", ["archive.ContractTerm", "archive.MeterInstallation"])


def _guards_in_the_database(model: type[PeriodModel]) -> set[str]:
    """Return the names of the guards on the model's table, as the catalogue of the database lists them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
        else:
            cursor.execute(
                "SELECT conname FROM pg_constraint WHERE contype = 'x' AND conrelid = %s::regclass", [table]
            )
        return {row[0] for row in cursor.fetchall()}


def _guards_due(model: type[PeriodModel]) -> set[str]:
    names = period_guards.guard_names(model)
    if connection.vendor == "sqlite":
        return {f"{name}_{event}" for name in names for event in ("insert", "update")}
    return set(names)


def _missing_guards() -> list[str]:
    return [
        f"{model._meta.label}: {name}"
        for model in period_guards.guarded_models()
        for name in sorted(_guards_due(model) - _guards_in_the_database(model))
    ]


def _plain_value(field: models.Field[Any, Any], salt: int) -> Any:
    """Return a value that the column takes; ``salt`` makes it differ from another row's."""
    if field.null:
        return None
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DateTimeField | models.DateField):
        return date(2024, 1, 1)
    if isinstance(field, models.CharField | models.TextField):
        return f"{salt}"
    return salt


def _insert(model: type[PeriodModel], key: tuple[str, ...], start: date, end: date | None, salt: int) -> None:
    """Insert a row past every layer above the database; rows are alike in ``key`` only."""
    values: dict[str, Any] = {"valid_from": start, "valid_to": end}
    for field in model._meta.concrete_fields:
        if not field.primary_key and field.name not in values:
            values[field.name] = _plain_value(field, 1 if field.name in key else salt)
    columns = ", ".join(f'"{model._meta.get_field(name).column}"' for name in values)
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', list(values.values())
        )


def _every_key() -> list[tuple[type[PeriodModel], tuple[str, ...]]]:
    return [(model, key) for model in period_guards.guarded_models() for key in model.period_keys]


def test_every_period_model_says_within_what_it_may_not_overlap() -> None:
    silent = [model._meta.label for model in period_guards.guarded_models() if not model.period_keys]

    assert len(period_guards.guarded_models()) >= 5
    assert not silent, report(silent, "Name the columns in `period_keys`:")


def test_a_model_with_a_period_inherits_the_one_base() -> None:
    strays = [
        model._meta.label
        for model in apps.get_models()
        if {"valid_from", "valid_to"} & {field.name for field in model._meta.fields}
        and not issubclass(model, PeriodModel)
    ]

    assert not strays, report(strays, "Inherit PeriodModel, so that the database refuses overlaps:")


@pytest.mark.django_db
def test_migrating_installs_a_guard_for_every_key() -> None:
    missing = _missing_guards()

    assert not missing, report(missing, "period_guards.install must run after every migration:")


@pytest.mark.django_db
def test_the_database_refuses_every_overlap() -> None:
    accepted = []
    for model, key in _every_key():
        with transaction.atomic():
            _insert(model, key, date(2024, 1, 1), date(2024, 7, 1), salt=2)
            _insert(model, key, date(2024, 7, 1), None, salt=3)  # half-open: this one only touches the first
            try:
                with transaction.atomic():
                    _insert(model, key, date(2024, 6, 30), date(2024, 7, 1), salt=4)
                accepted.append(f"{model._meta.label} {key}")
            except IntegrityError:
                pass
            transaction.set_rollback(True)

    assert not accepted, report(accepted, "The guard of this key is not in the database:")


@pytest.mark.django_db
def test_the_database_refuses_an_overlap_made_by_shifting_a_period() -> None:
    accepted = []
    for model, key in _every_key():
        with transaction.atomic():
            _insert(model, key, date(2024, 1, 1), date(2024, 7, 1), salt=2)
            _insert(model, key, date(2024, 7, 1), None, salt=3)
            table = model._meta.db_table
            try:
                with transaction.atomic(), connection.cursor() as cursor:
                    cursor.execute(
                        f"UPDATE \"{table}\" SET valid_from = '2024-06-30' WHERE valid_from = '2024-07-01'"
                    )
                accepted.append(f"{model._meta.label} {key}")
            except IntegrityError:
                pass
            transaction.set_rollback(True)

    assert not accepted, report(accepted, "The guard of this key does not look at changed rows:")


@pytest.mark.django_db(transaction=True)
@GUARDED
def test_guards_come_back_after_a_field_is_altered(label: str) -> None:
    model = apps.get_model(label)
    old = model._meta.get_field("valid_to")
    new = models.DateField(null=True, blank=True, db_index=True)
    new.set_attributes_from_name("valid_to")
    new.model = model

    with connection.schema_editor() as editor:
        editor.alter_field(model, old, new, strict=True)
    dropped = bool(_missing_guards())
    period_guards.install(model._meta.app_config)
    missing = _missing_guards()
    with connection.schema_editor() as editor:
        editor.alter_field(model, new, old, strict=True)
    period_guards.install(model._meta.app_config)

    # SQLite rebuilds the table and its triggers go without a word; that is why they are installed after migrating.
    assert dropped == (connection.vendor == "sqlite")
    assert not missing, report(missing, "period_guards.install did not put these back:")
    assert not _missing_guards()
