"""Whose act a write belongs to: set by the page, the command line and the job at work, read where entries are made."""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Final

HIDDEN: Final = "•••"
LONGEST: Final = 400
PASSWORD_OF_AN_ADDRESS: Final = re.compile(r"(://[^:/@\s]+):[^@\s]+@")


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what, from where and why; ``user`` is an account, a lazy one, or None for the system itself.

    ``why`` may be lazy too: it is made a text when the entry is written.
    """

    user: Any = None
    doing: str = ""
    origin: str = ""
    why: str = ""
    station_id: int | None = None


_process = Act()
_current: ContextVar[Act | None] = ContextVar("act", default=None)


def current() -> Act:
    """Return the act at hand; outside of any, that of the process."""
    return _current.get() or _process


@contextmanager
def acting(**changes: Any) -> Iterator[Act]:
    """Name the act of the block: what is not named stays as it was around it."""
    act = replace(current(), **changes)
    token = _current.set(act)
    try:
        yield act
    finally:
        _current.reset(token)


@contextmanager
def of_job(job: Any) -> Iterator[None]:
    """Name the act of a job at work: whoever asked for it, in whatever process it runs."""
    if job is None:
        yield
        return
    act = current()
    with acting(
        user=job.created_by or act.user,
        doing=f"{act.doing} [job {job.key}]".strip(),
        station_id=job.station_id,
    ):
        yield


@contextmanager
def because(why: str) -> Iterator[None]:
    """Give the reason of what the block writes."""
    with acting(why=why[:LONGEST]):
        yield


def begin_process(command: Sequence[str], secret_options: Sequence[str]) -> None:
    """Name the act of this process: its command line without secrets, and whose account of the machine runs it."""
    global _process
    _process = replace(_process, doing=without_secrets(command, secret_options)[:LONGEST], origin=_machine())


def process_user(user: Any) -> None:
    """Name the account that the command line acts as."""
    global _process
    _process = replace(_process, user=user)


def without_secrets(command: Sequence[str], secret_options: Sequence[str]) -> str:
    """Return a command line whose passwords are hidden."""
    said, hide = [], False
    for word in command:
        name, equals, _value = word.partition("=")
        secret = name.startswith("-") and any(each in name.lower() for each in secret_options)
        if hide and not word.startswith("-"):
            said.append(HIDDEN)
        elif secret and equals:
            said.append(f"{name}={HIDDEN}")
        else:
            said.append(PASSWORD_OF_AN_ADDRESS.sub(rf"\1:{HIDDEN}@", word))
        hide = secret and not equals
    return " ".join(said)


def _machine() -> str:
    try:
        person = getpass.getuser()
    except (KeyError, OSError):  # an account without a name
        person = "?"
    return f"{person}@{socket.gethostname()}"
