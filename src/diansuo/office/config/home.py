"""Where one station keeps its database, lake, imports and settings (``DIANSUO_HOME``)."""

from __future__ import annotations

import os
import secrets
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

KNOWN_KEYS = {"language", "allowed_hosts", "demo_password", "commercial_place", "https"}


class BadSettings(ValueError):
    """The settings file in the home folder cannot be used; the message says which key and why."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds everything a station owns, and the few settings a maintainer may change."""

    folder: Path
    language: str = "zh-hans"
    allowed_hosts: tuple[str, ...] = field(default=("localhost", "127.0.0.1", "[::1]"))
    demo_password: str = ""
    commercial_place: str = ""
    https: bool | None = None

    @property
    def database(self) -> Path:
        """The embedded database file."""
        return self.folder / "diansuo.sqlite3"

    @property
    def lake(self) -> Path:
        """The root of the interval lake."""
        return self.folder / "lake"

    @property
    def imports(self) -> Path:
        """Every imported file as it came, by batch, so that a preview and its application read the same bytes."""
        return self.folder / "imports"

    @property
    def photos(self) -> Path:
        """Photos that came with answered tasks, under random names."""
        return self.folder / "photos"

    @property
    def progress(self) -> Path:
        """Small files that long work writes so that pages can show how far it is."""
        return self.folder / "progress"

    @property
    def rulebook(self) -> Path:
        """The place's own dated values, added to the shipped rulebook."""
        return self.folder / "rulebook"

    @property
    def demo(self) -> bool:
        """Whether this home is a demonstration: only then may the demo users sign in."""
        return bool(self.demo_password)

    def secret_key(self) -> str:
        """Return this home's signing key, made at first use and readable by its owner only."""
        path = self.folder / "secret.key"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        key = secrets.token_urlsafe(50)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(key)
        return key


def home_folder() -> Path:
    """Return the folder named by ``DIANSUO_HOME``, else the platform's own place; it may not be there yet."""
    named = os.environ.get("DIANSUO_HOME")
    return Path(named) if named else Path(platformdirs.user_data_dir("diansuo", appauthor=False))


def find_home() -> Home:
    """Return the home named by ``DIANSUO_HOME`` (else the platform's own place), made if it is new.

    Raises:
        BadSettings: ``settings.toml`` there has an unknown key or a value of the wrong kind.
    """
    folder = home_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return Home(folder=folder.resolve(), **_read_settings(folder / "settings.toml"))


def _read_settings(path: Path) -> dict[str, object]:
    if not path.exists():
        return {}
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BadSettings(f"{path}: {problem}; mend the file or delete it") from problem
    unknown = sorted(set(given) - KNOWN_KEYS)
    if unknown:
        raise BadSettings(f"{path}: unknown key {unknown[0]!r}; known: {', '.join(sorted(KNOWN_KEYS))}")
    if given.get("language", "zh-hans") not in ("zh-hans", "en"):
        raise BadSettings(f"{path}: language must be 'zh-hans' or 'en'")
    if not isinstance(given.get("https", False), bool):
        raise BadSettings(f"{path}: https must be true or false")
    if "allowed_hosts" in given:
        given["allowed_hosts"] = tuple(str(host) for host in given["allowed_hosts"])
    return given
