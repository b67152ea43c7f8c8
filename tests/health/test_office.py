"""The office as Django sees it: read-only registers, clean migrations, a database that waits its turn."""

from __future__ import annotations

import sqlite3
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import connection
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.test import RequestFactory

from tests.health.source import report

on_sqlite = pytest.mark.skipif("connection.vendor != 'sqlite'", reason="speaks of SQLite")


@pytest.mark.django_db
def test_every_register_of_the_back_office_is_read_only() -> None:
    request = RequestFactory().get("/admin/")
    request.user = get_user_model()(username="root", is_staff=True, is_superuser=True, is_active=True)

    writable = [
        f"{type(register).__module__}.{type(register).__name__} ({model._meta.label})"
        for model, register in admin.site._registry.items()
        if register.has_add_permission(request)
        or register.has_change_permission(request)
        or register.has_delete_permission(request)
    ]

    assert not writable, report(
        writable, "Inherit the read-only base; writes are actions that call operations.py:"
    )


@pytest.mark.django_db
def test_the_migrations_say_what_the_models_say() -> None:
    said = StringIO()
    try:
        call_command("makemigrations", check=True, dry_run=True, stdout=said, stderr=said)
    except SystemExit:
        pytest.fail(f"Run `diansuo manage makemigrations`:\n{said.getvalue()}", pytrace=False)


@on_sqlite
def test_sqlite_is_told_to_wait_and_to_lock_early() -> None:
    options = settings.DATABASES["default"]["OPTIONS"]

    assert options["transaction_mode"] == "IMMEDIATE"
    assert options["timeout"] == 20
    assert "journal_mode=WAL" in options["init_command"]


@on_sqlite
@pytest.mark.django_db
def test_a_reader_of_the_file_is_not_kept_out_by_a_writer(tmp_path: Path) -> None:
    file = tmp_path / "station.sqlite3"
    writer = DatabaseWrapper({**connection.settings_dict, "NAME": str(file)}, alias="writer")
    with writer.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,)
        cursor.execute("CREATE TABLE bill (amount_fen INTEGER)")

    writer.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    other = sqlite3.connect(file, timeout=0)

    assert other.execute("SELECT count(*) FROM bill").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")  # the writer took its lock at BEGIN, before it wrote anything
    other.close()
    writer.rollback()
    writer.close()
