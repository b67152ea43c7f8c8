"""What the trail leaves out and does not spell out (``rules.yaml``), and how a value looks in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from django.conf import settings

RULES_FILE: Final = Path(__file__).with_name("rules.yaml")
HIDDEN: Final = "•••"
SHORTEST_WITH_ENDS: Final = 8
MARK_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class Rules:
    """The file as read: names of tables, and of columns as ``table.column``, each with its reason."""

    left_out: dict[str, str]
    left_out_beginning: dict[str, str]
    silent: dict[str, str]
    secret: dict[str, str]
    secret_words: tuple[str, ...]
    personal: dict[str, str]
    personal_words: tuple[str, ...]
    rows_spelled_out: int
    longest_text: int
    why_fields: tuple[str, ...]
    secret_options: tuple[str, ...]
    checked_again: tuple[str, ...]

    def leaves_out(self, table: str) -> bool:
        """Tell whether writes to a table are no entries."""
        return table in self.left_out or table.startswith(tuple(self.left_out_beginning))

    def says_nothing(self, table: str, columns: Iterable[str]) -> bool:
        """Tell whether a change of these columns alone is no entry."""
        return all(f"{table}.{column}" in self.silent for column in columns)

    def is_secret(self, table: str, column: str) -> bool:
        """Tell whether a column's values are never written down."""
        return f"{table}.{column}" in self.secret or any(word in column for word in self.secret_words)

    def is_personal(self, table: str, column: str) -> bool:
        """Tell whether a column holds personal data."""
        return f"{table}.{column}" in self.personal or any(word in column for word in self.personal_words)


@cache
def rules() -> Rules:
    """Return the rules of the file."""
    given = yaml.safe_load(RULES_FILE.read_text(encoding="utf-8"))
    return Rules(**{key: tuple(value) if isinstance(value, list) else value for key, value in given.items()})


def row_shown(table: str, columns: Sequence[str], values: Sequence[Any]) -> dict[str, Any]:
    """Return one row as the trail shows it: secrets hidden, personal data by its ends, long text cut."""
    return {column: shown(table, column, value) for column, value in zip(columns, values, strict=True)}


def shown(table: str, column: str, value: Any) -> Any:
    """Return one value as the trail shows it."""
    if value is None or value == "":
        return value
    if rules().is_secret(table, column):
        return HIDDEN
    if rules().is_personal(table, column):
        return _ends(str(plain(value)))
    value = plain(value)
    if isinstance(value, str) and len(value) > rules().longest_text:
        digest = hashlib.blake2b(value.encode(), digest_size=16).hexdigest()
        return f"{value[: rules().longest_text]}…[{len(value)} {digest}]"
    return value


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, the same from either database."""
    if value is None or isinstance(value, bool | int | str):
        return int(value) if isinstance(value, bool) else value
    if hasattr(value, "item"):  # NumPy's
        return plain(value.item())
    if isinstance(value, bytes | memoryview):
        content = bytes(value)
        return f"[{len(content)} bytes {hashlib.blake2b(content, digest_size=16).hexdigest()}]"
    if hasattr(value, "obj"):  # psycopg's wrapper of a JSON value
        value = value.obj
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def plain_list(values: Any) -> list[Any]:
    """Return a column as a list of Python's own values."""
    return values.tolist() if hasattr(values, "tolist") else list(values)


def _ends(text: str) -> str:
    mark = hashlib.blake2b(
        text.encode(), digest_size=MARK_BYTES, key=settings.SECRET_KEY.encode()[:64]
    ).hexdigest()
    ends = f"{text[:3]}{HIDDEN}{text[-2:]}" if len(text) >= SHORTEST_WITH_ENDS else HIDDEN
    return f"{ends} #{mark}"
