"""Who may open, do and run what: every address and command in the name of every post, against a committed matrix."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.template.backends.django import Template
from pytest_django.fixtures import Settings
from typer.testing import CliRunner

from diansuo.cli import app as cli
from diansuo.cli import office
from diansuo.cli.say import Failure
from diansuo.office.base import rights
from diansuo.office.base.models import Post, Station, User
from tests.office.base import access_walk, pages

pytestmark = pytest.mark.django_db

# What a command must be told before it asks who runs it, where its own parameters do not say so.
GIVEN = {
    "bill rebill": ["--period", "2024-08", "--customer", "001", "--dry-run"],
    "bill close-out": ["--customer", "001", "--day", "2024-08-10", "--register", "m1=300"],
    "station": ["--mode", "beside"],
    "export lists": ["loads", "-o", "lists.csv"],
}
FILES = {"file", "files"}
SAMPLES = {
    "period": "2024-08",
    "day": "2024-08-10",
    "year": "2023",
    "first": "2024-08-01",
    "to": "2024-08-10",
}


def needed(command: Any, file: Path) -> list[str]:
    """Return arguments and options that a command cannot do without, with something in them."""
    given: list[str] = []
    for one in command.params:
        if one.required:
            plain = str(file) if one.name in FILES else "1"
            value = SAMPLES.get(one.name, plain)
            given += [value] if one.param_type_name == "argument" else [one.opts[0], value]
    return given


@pytest.fixture
def station(tmp_path: Path, settings: Settings) -> Station:
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return pages.build(tmp_path)


class Asked(Failure):
    """Raised in place of the answer, once a command asked whether somebody may run it."""


def rights_of_commands(monkeypatch: pytest.MonkeyPatch, folder: Path) -> dict[str, tuple[str, ...]]:
    """Return the right each command with ``--as`` asks for; nothing for one that runs as the system alone."""
    asked: list[str] = []

    def ask(_name: str, permission: str) -> None:
        asked.append(permission)
        raise Asked

    monkeypatch.setattr(office, "acting_user", ask)
    monkeypatch.setattr(office, "wake", lambda **_: None)
    monkeypatch.setattr(office, "the_station", lambda _name: None)
    file = folder / "x.csv"
    file.write_text("x\n", encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for words, command in access_walk.commands(cli.app).items():
        asked.clear()
        if any("--as" in one.opts for one in command.params):
            given = GIVEN.get(words) or needed(command, file)
            answer = CliRunner().invoke(cli.app, [*words.split(), *given, "--as", "somebody"])
            assert asked, f"{words} asked nobody: {answer.output}{answer.exception!r}"
        found[words] = tuple(asked)
    return found


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is who may, not how it looks: what a page says is another test's business."""
    monkeypatch.setattr(Template, "render", lambda *_args, **_given: "")


def commands_by_post(asked: dict[str, tuple[str, ...]]) -> access_walk.Matrix:
    """Return which post may run which command in its own name; "system" where none is asked for."""
    users = {}
    for post in Post.objects.order_by("id"):
        users[post.code] = User.objects.create(username=post.code)
        users[post.code].groups.set([post.group])
    users[access_walk.SUPERUSER] = User.objects.create(username=access_walk.SUPERUSER, is_superuser=True)
    return {
        (f"$ {words}", "run"): {
            post: ("yes" if rights.holds(user, names) else "no") if names else "system"
            for post, user in users.items()
        }
        for words, names in asked.items()
    }


def compared(found: access_walk.Matrix, *, commands: bool) -> list[str]:
    """Return where answers and committed matrix differ; written anew first where DIANSUO_WRITE_ACCESS says so."""
    writing = os.environ.get("DIANSUO_WRITE_ACCESS")
    if writing:
        kept = {
            key: row
            for key, row in access_walk.read().items()
            if (key[1] == "run") != commands or (writing != "1" and not commands)
        }
        access_walk.write(kept | found)
    matrix = {key: row for key, row in access_walk.read().items() if (key[1] == "run") == commands}
    missing = [f"{' '.join(key)}: not in the matrix" for key in found if key not in matrix]
    gone = [f"{' '.join(key)}: in the matrix, and there is none" for key in matrix if key not in found]
    if (writing or "1") != "1":
        gone = []  # only some were asked for
    return [
        *missing,
        *gone,
        *(
            f"{' '.join(key)} as {post}: {answer}, the matrix says {matrix[key][post]}"
            for key, row in found.items()
            for post, answer in row.items()
            if key in matrix and matrix[key][post] != answer
        ),
    ]


@pytest.mark.usefixtures("station", "no_rendering")
def test_every_address_answers_every_post_as_the_matrix_says() -> None:
    only = os.environ.get("DIANSUO_WRITE_ACCESS", "1").split(",")  # the names of new addresses, or 1 for all
    named = [] if only == ["1"] else only
    wrong = compared(access_walk.answers("GET", named) | access_walk.answers("POST", named), commands=False)

    assert not wrong, "\n".join(wrong)


def test_every_command_runs_for_the_posts_that_the_matrix_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = compared(commands_by_post(rights_of_commands(monkeypatch, tmp_path)), commands=True)

    assert not wrong, "\n".join(wrong)
