"""A real station is not served with insecure settings, and nobody stays signed in for ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.test import Client

from diansuo.office.base import sessions
from diansuo.office.base.models import User
from diansuo.office.config import safety

KEY = "q8ZkW1vN4xT7rB2mC9dLs5fGh3jKp6yUe0oIaXnVbMwQzRt"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    file = tmp_path / "secret.key"
    file.write_text(KEY, encoding="ascii")
    file.chmod(0o600)
    return file


def dangers(key_file: Path, **changes: object) -> list[str]:
    given = {"secret_key": KEY, "key_file": key_file, "allowed_hosts": ["localhost"], "debug": False}
    return safety.dangers(**{**given, **changes})


def test_the_settings_of_a_new_home_are_safe(key_file: Path) -> None:
    assert not dangers(key_file)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"secret_key": "changeme"}, "delete the file"),
        ({"secret_key": "a" * 60}, "delete the file"),
        ({"allowed_hosts": ["*"]}, "allowed_hosts"),
        ({"debug": True}, "DEBUG"),
    ],
)
def test_an_insecure_setting_is_named_with_what_to_do(
    key_file: Path, changes: dict[str, object], words: str
) -> None:
    (found,) = dangers(key_file, **changes)

    assert words in found


def test_a_key_that_others_may_read_is_refused(key_file: Path) -> None:
    key_file.chmod(0o644)

    assert "chmod 600" in dangers(key_file)[0]


@pytest.mark.parametrize(
    ("host", "https", "refused"),
    [
        ("127.0.0.1", None, False),
        ("::1", None, False),
        ("localhost", None, False),
        ("0.0.0.0", None, True),
        ("192.168.1.5", None, True),
        ("0.0.0.0", True, False),
        ("0.0.0.0", False, False),
    ],
)
def test_the_network_is_served_only_once_somebody_said_how_it_is_protected(
    host: str, https: bool | None, refused: bool
) -> None:
    assert bool(safety.dangers_of_listening(host, https)) is refused


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mark", "seconds", "stays"),
    [
        (sessions.SEEN, 2 * 3600 + 5, False),
        (sessions.SEEN, 2 * 3600 - 60, True),
        (sessions.BEGUN, 12 * 3600 + 5, False),
    ],
)
def test_who_stays_away_or_stays_too_long_signs_in_again(mark: str, seconds: int, stays: bool) -> None:
    client = Client()
    client.force_login(User.objects.create(username="somebody"), "diansuo.office.base.access.StationBackend")
    session = client.session
    session[mark] = int(time.time()) - seconds
    session.save()

    answer = client.get("/tasks/mine/")

    assert (answer.status_code == 200) is stays
    if not stays:
        assert answer.headers["Location"].startswith("/login/")
