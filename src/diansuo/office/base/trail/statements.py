"""What a statement writes, told from its text: which table, which columns, and which of its rows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

WRITING: Final = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE)\b", re.IGNORECASE)
READING: Final = (
    "SELECT",
    "SAVEPO",
    "RELEAS",
    "ROLLBA",
    "PRAGMA",
    "BEGIN",
    "COMMIT",
    "EXPLAI",
    "ANALYZ",
    "SET ",
)
SHAPING: Final = ("CREATE", "ALTER ", "DROP T", "DROP I", "COMMEN", "VACUUM")
COMMENT: Final = re.compile(r"/\*.*?\*/|--[^\n]*", re.DOTALL)
NAME: Final = r'"?(?:\w+"?\."?)?(\w+)"?'
INSERT: Final = re.compile(
    rf"(?:INSERT(?:\s+OR\s+\w+)?|REPLACE)\s+INTO\s+{NAME}\s*(?:\(([^()]*)\))?", re.IGNORECASE
)
UPDATE: Final = re.compile(rf"UPDATE\s+(?:ONLY\s+)?{NAME}\s+(?:AS\s+)?(\w+\s+)?SET\s", re.IGNORECASE)
DELETE: Final = re.compile(rf"DELETE\s+FROM\s+(?:ONLY\s+)?{NAME}(\s+(?!WHERE|RETURNING)\w+)?", re.IGNORECASE)
TRUNCATE: Final = re.compile(rf"TRUNCATE\s+(?:TABLE\s+)?{NAME}", re.IGNORECASE)
RETURNING: Final = re.compile(r"\bRETURNING\b", re.IGNORECASE)
TOP_WORD: Final = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|[()]|\bWHERE\b|\bRETURNING\b|\bFROM\b|,", re.IGNORECASE
)
SET_COLUMN: Final = re.compile(r'\s*"?(\w+)"?\s*=')


class Kind(StrEnum):
    """What is done to the rows."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Statement:
    """A writing statement.

    ``where`` is the condition that picks the rows, ``where_from`` the place of its first parameter; ``where``
    is None where the rows cannot be asked for beforehand. ``valued`` says that an insert gives values, not a query.
    """

    kind: Kind
    table: str
    columns: tuple[str, ...] = ()
    where: str | None = None
    where_from: int = 0
    returning: str = ""
    valued: bool = False
    unnested: bool = False
    passing_over: bool = False


@lru_cache(maxsize=2048)
def read(sql: str) -> Statement | None:
    """Return what a statement writes; None for one that writes no rows (a query, a change of the schema)."""
    text = COMMENT.sub(" ", sql).strip() if ("--" in sql or "/*" in sql) else sql.strip()
    first = text[:6].upper()
    if first.startswith((*READING, *SHAPING)) or not WRITING.search(text):
        return None
    with_query = first.startswith("WITH")
    for kind, pattern in ((Kind.INSERT, INSERT), (Kind.DELETE, DELETE), (Kind.UPDATE, UPDATE)):
        found = pattern.search(text) if with_query else pattern.match(text)
        if found:
            return _read(kind, text, found, whole=not with_query)
    if with_query:
        return None
    found = TRUNCATE.match(text)
    return Statement(Kind.DELETE, found[1]) if found else Statement(Kind.UPDATE, "?")


def _read(kind: Kind, text: str, found: re.Match[str], *, whole: bool) -> Statement:
    table, rest = found[1], text[found.end() :]
    returning = _returning(rest)
    if kind == Kind.INSERT:
        columns = tuple(name.strip().strip('"') for name in (found[2] or "").split(",") if name.strip())
        upper = text.upper()
        passing_over = "ON CONFLICT" in upper or upper.startswith("INSERT OR IGNORE")
        plain = whole and "DO UPDATE" not in upper and not upper.startswith(("REPLACE", "INSERT OR REPLACE"))
        valued = plain and rest.lstrip()[:6].upper() == "VALUES"
        unnested = plain and rest.lstrip().upper().startswith("SELECT * FROM UNNEST(")
        return Statement(
            kind,
            table,
            columns,
            returning=returning,
            valued=valued or unnested,
            unnested=unnested,
            passing_over=passing_over,
        )
    places = _top_places(rest)
    columns = _columns_set(rest, places) if kind == Kind.UPDATE else ()
    where = places.get("WHERE")
    simple = whole and not (found[2] or "").strip() and "FROM" not in places
    if not simple:
        return Statement(kind, table, columns, returning=returning)
    if where is None:
        return Statement(kind, table, columns, "1 = 1", _marks(rest), returning)
    end = places.get("RETURNING", len(rest))
    return Statement(kind, table, columns, rest[where + 5 : end], _marks(rest[:where]), returning)


def _returning(rest: str) -> str:
    *_before, last = [None, *RETURNING.finditer(rest)]
    return rest[last.end() :].strip() if last else ""


def _top_places(rest: str) -> dict[str, int]:
    """Return where WHERE, FROM and RETURNING stand outside of all brackets and texts; the commas under ``,n``."""
    depth, places = 0, {}
    for found in TOP_WORD.finditer(rest):
        word = found[0].upper()
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth == 0 and word[0] not in "'\"":
            places.setdefault(f",{len(places)}" if word == "," else word, found.start())
            if word == "WHERE":  # what follows is the condition; only RETURNING may still come
                tail = _returning_place(rest, found.end())
                return places | ({"RETURNING": tail} if tail is not None else {})
    return places


def _returning_place(rest: str, start: int) -> int | None:
    *_before, last = [None, *RETURNING.finditer(rest, start)]
    return last.start() if last else None


def _columns_set(rest: str, places: dict[str, int]) -> tuple[str, ...]:
    ends = [place for name, place in places.items() if name in ("WHERE", "FROM", "RETURNING")]
    end = min(ends, default=len(rest))
    starts = [0, *(place + 1 for name, place in places.items() if name.startswith(",") and place < end)]
    found = [SET_COLUMN.match(rest, start) for start in starts]
    return tuple(each[1] for each in found if each)


def _marks(text: str) -> int:
    return text.replace("%%", "").count("%s")
