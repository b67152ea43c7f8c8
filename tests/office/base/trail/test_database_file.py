"""Hands on the database file itself, with nothing of the program at work, are found afterwards."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper

from diansuo.office.base.models import Company, Station, TrailEntry, TrailHead
from diansuo.office.base.trail import acts, chain, guards
from diansuo.office.base.trail.drafts import Draft
from diansuo.office.base.trail.verifying import Trouble, verify

ALIAS = "file"
ENTRIES = 6
BODY = "UPDATE base_trailentry SET body = replace(body, '一所', '二所') WHERE sequence = 3"


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    """A database file with a trail of six entries, reached as the database ``file``."""
    path = tmp_path / "station.sqlite3"
    with django_db_blocker.unblock():
        settings = {
            **connections["default"].settings_dict,
            "NAME": str(path),
            "ENGINE": "django.db.backends.sqlite3",
        }
        connections[ALIAS] = DatabaseWrapper(settings | {"OPTIONS": {}}, alias=ALIAS)
        with connections[ALIAS].schema_editor() as editor:
            for model in (Company, Station, TrailEntry, TrailHead):
                editor.create_model(model)
        guards.install(TrailEntry._meta.app_config, using=ALIAS)
        act = acts.Act(doing="diansuo import", why="一所更名")
        with transaction.atomic(using=ALIAS):
            chain.append(
                connections[ALIAS],
                [
                    Draft("update", "base_station", 1, {"rows": []}, act, key=str(key))
                    for key in range(ENTRIES)
                ],
            )
        yield path
        connections[ALIAS].close()
        del connections[ALIAS]


def tamper(file: Path, *statements: str) -> None:
    """Change the file with a tool of the database's own."""
    with closing(sqlite3.connect(file)) as hands, hands:
        for statement in statements:
            hands.execute(statement)


def found() -> set[Trouble]:
    """Return what is found, beside the guards that hands took away."""
    connections[ALIAS].close()
    return {finding.trouble for finding in verify(using=ALIAS).findings}


def test_an_untouched_file_is_sound(file: Path) -> None:
    assert found() == set()
    assert verify(using=ALIAS).entries == ENTRIES


def test_the_file_refuses_hands_that_do_not_take_the_guards_away(file: Path) -> None:
    for statement in (BODY, "DELETE FROM base_trailentry"):
        with pytest.raises(sqlite3.IntegrityError):
            tamper(file, statement)

    assert found() == set()


@pytest.mark.parametrize(
    ("statement", "trouble"),
    [
        (BODY, Trouble.CHANGED),
        ("UPDATE base_trailentry SET digest = upper(digest) WHERE sequence = 3", Trouble.CHANGED),
        ("UPDATE base_trailentry SET why = '' WHERE sequence = 3", Trouble.COLUMNS),
        ("UPDATE base_trailentry SET written_at = '2020-01-01 00:00:00' WHERE sequence = 3", Trouble.COLUMNS),
        ("DELETE FROM base_trailentry WHERE sequence = 3", Trouble.MISSING),
        ("DELETE FROM base_trailentry WHERE sequence = 1", Trouble.MISSING),
        ("DELETE FROM base_trailentry WHERE sequence > 3", Trouble.TAIL_CUT),
        ("DELETE FROM base_trailentry", Trouble.TAIL_CUT),
        (
            "INSERT INTO base_trailentry (sequence, act, written_at, what, 'table', count, key, person, doing, origin, "
            'why, body, digest) SELECT 7, act, written_at, what, "table", count, key, person, doing, origin, '
            "why, body, digest FROM base_trailentry WHERE sequence = 3",
            Trouble.COLUMNS,
        ),
    ],
)
def test_hands_that_take_the_guards_away_first_are_found(
    file: Path, statement: str, trouble: Trouble
) -> None:
    lifted = [f'DROP TRIGGER "{name}"' for name in guards.guard_names("sqlite")]

    tamper(file, *lifted, statement)

    assert {trouble, Trouble.GUARD} <= found()
