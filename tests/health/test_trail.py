"""Nothing goes round the trail: what is left out has its reason in one place, and nobody touches a driver's cursor."""

from __future__ import annotations

import ast

import pytest
from django.apps import apps
from django.db import connection

from diansuo.office.base.trail import guards
from diansuo.office.base.trail.rules import rules
from tests.health.source import OFFICE, modules, report

SHORTEST_REASON = 12  # characters: "see above" is none
# Where a driver's cursor is reached past Django's own, and how its writes come into the trail.
PAST_THE_WATCH = {
    "base/bulk.py": "COPY, announced with watch.inserting",
    "base/trail/cursors.py": "the trail's own reads and entries",
    "base/trail/replay.py": "hands out again what a watched statement returned",
    "base/trail/watch.py": "the watch itself",
}


DRIVERS = {("cursor", "copy"), ("connection", "connection"), ("cursor", "cursor"), ("wrapper", "cursor")}


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _columns() -> dict[str, set[str]]:
    return {
        model._meta.db_table: {field.column for field in model._meta.concrete_fields}
        for model in apps.get_models(include_auto_created=True)
    }


def test_what_the_trail_leaves_out_is_there_and_has_its_reason() -> None:
    tables, given = _columns(), rules()
    made_by_others = {"django_migrations", "sqlite_sequence"}
    unknown = [table for table in given.left_out if table not in tables and table not in made_by_others]
    unknown += [
        name
        for name in [*given.silent, *given.secret, *given.personal]
        if name.partition(".")[2] not in tables.get(name.partition(".")[0], set())
    ]
    unknown += [table for table in given.checked_again if table not in tables]
    reasons = given.left_out | given.left_out_beginning | given.silent | given.secret | given.personal
    short = [
        name
        for name, reason in reasons.items()
        if len(reason) < SHORTEST_REASON and name not in given.personal
    ]

    assert not unknown, report(unknown, "No such table or column; take it out of trail/rules.yaml:")
    assert not short, report(short, "Say in trail/rules.yaml why it is left out:")


def test_every_column_that_sounds_secret_is_kept_out_of_the_trail() -> None:
    sounding = ("password", "secret", "token", "otp", "private_key")
    open_ones = [
        f"{table}.{column}"
        for table, columns in _columns().items()
        for column in columns
        if any(word in column for word in sounding)
        and not rules().leaves_out(table)
        and not rules().is_secret(table, column)
    ]

    assert not open_ones, report(open_ones, "Name it under `secret` in trail/rules.yaml:")


def test_nobody_reaches_a_cursor_past_the_watch() -> None:
    past = [
        module.at(node)
        for module in modules(OFFICE)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute)
        and (node.attr in ("create_cursor", "execute_wrappers") or (_name(node.value), node.attr) in DRIVERS)
        and module.path.relative_to(OFFICE).as_posix() not in PAST_THE_WATCH
    ]

    assert not past, report(
        past, "Use connection.cursor(), base.bulk, or announce the rows with watch.inserting:"
    )


@pytest.mark.django_db
def test_migrating_installs_the_guards_of_the_trail() -> None:
    assert guards.missing() == []
    assert connection.trail.execute in connection.execute_wrappers  # type: ignore[attr-defined]
