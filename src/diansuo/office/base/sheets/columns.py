"""A column a kind of file may have, and how the headings of real files are matched to columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from diansuo.office.base.masks import Part, masked
from diansuo.office.base.sheets.problems import SheetRefused

Text = str | Promise


class ColumnKind(StrEnum):
    """What a cell of the column holds."""

    TEXT = "text"
    ID = "id"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    MOMENT = "moment"
    MONTH = "month"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: our name for it, its heading, and what its cells may hold.

    ``choices`` maps every accepted text (matched like headings) to its value; only ``listed`` ones are offered in
    a template's drop-down, all of them when ``listed`` is empty. ``part`` marks personal data: verdicts, which anybody
    may read who sees imports, quote it masked.
    """

    field: str
    heading: str
    heading_en: str = ""
    kind: str = ColumnKind.TEXT
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, Any] | None = None
    listed: tuple[str, ...] = ()
    example: str = ""
    help: Text = ""
    part: Part | None = None

    def quoted(self, text: str) -> str:
        """Return a cell's text as a verdict may quote it."""
        return masked(self.part, text) if self.part else text

    def names(self) -> tuple[str, ...]:
        """Return every heading that means this column."""
        return (
            (self.heading, self.heading_en, *self.aliases)
            if self.heading_en
            else (self.heading, *self.aliases)
        )


_UNIT = re.compile(r"\((?:kva|kw|kwh|元|千瓦时|千瓦|千伏安|度|kvar|kvarh|v|a|必填|选填)\)$")
_BRACKETS = str.maketrans("【】[]", "()()")


def normal(text: str) -> str:
    """Return a heading or choice as it is compared: half width, no blanks, lower case, no unit in brackets."""
    bare = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return _UNIT.sub("", bare.translate(_BRACKETS).strip("*:")).strip("*:")


def heading_table(columns: Iterable[Column], extra_aliases: Mapping[str, str]) -> dict[str, str]:
    """Return normalised heading -> field, the user's own aliases last so that they win."""
    columns = list(columns)
    fields = {column.field for column in columns}
    table = {normal(name): column.field for column in columns for name in column.names()}
    return table | {normal(alias): field for alias, field in extra_aliases.items() if field in fields}


def match_headings(
    cells: Sequence[str], table: Mapping[str, str], where: str
) -> tuple[dict[str, int], list[str]]:
    """Return field -> position in the row, and the headings that mean nothing to us.

    Raises:
        SheetRefused: two headings mean the same column.
    """
    places: dict[str, int] = {}
    unknown: list[str] = []
    for position, cell in enumerate(cells):
        field = table.get(normal(cell))
        if field is None:
            if cell:
                unknown.append(cell)
            continue
        if field in places:
            raise SheetRefused(
                _("列“%(one)s”与“%(other)s”是同一列") % {"one": cells[places[field]], "other": cell},
                _("删去其中一列后重新导入"),
                where,
            )
        places[field] = position
    return places, unknown
